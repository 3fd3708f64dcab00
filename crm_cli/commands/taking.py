"""How a file is taken: the options of every import, and those of imports of one noun."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import fields, output
from crm_cli.commands import completing
from crm_cli.commands.options import Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.lazy import Bundle

if TYPE_CHECKING:
    from crm_cli.rules.importing.wishes import Wishes

Texts = list[str] | None


def _listed(name: str | None) -> str | None:
    """Answer `--from list` with the profiles there are."""
    if name == "list":
        from crm_cli.rules.importing import programs

        columns = [fields.Field("profile", "text"), fields.Field("program", "text")]
        output.write(output.Rows(columns, list(programs.names().items())), output.Style())
        raise typer.Exit
    return name


class Importing(Bundle):
    """How a file is taken."""

    map_: Annotated[Texts, Option("--map", metavar='"HEADER=FIELD"', help="What a column is")] = None
    map_value: Annotated[
        Texts, Option(metavar="FIELD:FROM=TO", help="What a word in a column stands for")
    ] = None
    set_: Annotated[
        Texts,
        Option(
            "--set", metavar="FIELD=VALUE", help="The same for all", autocompletion=completing.assignments
        ),
    ] = None
    scale: Annotated[Texts, Option(metavar="FIELD=1e6", help="Multiply the numbers of a column")] = None
    match: Annotated[
        str | None, Option(metavar="FIELD,…", help="Fields that together tell which record a row is")
    ] = None
    mode: Annotated[str | None, Option(metavar="upsert|create|update", help="What to do with rows")] = None
    empty: Annotated[str | None, Option(metavar="keep|clear", help="What an empty cell does")] = None
    on_error: Annotated[str | None, Option(metavar="stop|skip", help="What to do about wrong rows")] = None
    rejects: Annotated[
        str | None, Option(metavar="FILE", help="Where skipped rows go; else FILE.rejects.csv")
    ] = None
    date_order: Annotated[str | None, Option(metavar="dmy|mdy|ymd", help="How 03/04/2026 is read")] = None
    decimal: Annotated[str | None, Option(metavar=",|.", help="The decimal mark")] = None
    calendar: Annotated[str | None, Option(metavar="gregorian|jalali", help="The calendar of its dates")] = (
        None
    )
    encoding: Annotated[str | None, Option(metavar="E", help="Such as utf-8 or cp1252; else it is told")] = (
        None
    )
    delimiter: Annotated[str | None, Option(metavar="D", help="What parts the columns; else it is told")] = (
        None
    )
    sheet: Annotated[
        str | None, Option(metavar="S", help="The sheet of a workbook, by name or number; else the first")
    ] = None
    source: Annotated[
        str | None, Option(metavar="NAME", help="The program the file comes from; its keys are kept as that program's")
    ] = None  # fmt: skip
    from_: Annotated[
        str | None,
        Option("--from", metavar="PROFILE", callback=_listed, is_eager=True,
               help="The program it comes from, else told by its header; list names them, none is none"),
    ] = None  # fmt: skip
    save_profile: Annotated[str | None, Option(metavar="NAME", help="Keep these options")] = None
    keep_extra: Annotated[bool, Option("--keep-extra", help="Keep unknown columns as fields of your own")] = (
        False
    )
    no_create: Annotated[bool, Option("--no-create", help="Make no companies, people, users, campaigns")] = (
        False
    )
    dry_run: Annotated[bool, Option("--dry-run", help="Say what would come of it, change nothing")] = False
    yes: Annotated[bool, Option("-y", "--yes", help="Do not ask")] = False
    format: Annotated[str | None, Option("-o", "--format", metavar="json", help="Print the outcome")] = None
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing")] = False

    def on(self, desk: Desk) -> None:
        """Let the desk write in this way."""
        if self.format not in (None, "json"):
            raise InvalidError(
                f"-o {self.format}: an import prints its outcome as JSON or not at all; write -o json"
            )
        desk.style.quiet = desk.style.quiet or self.quiet

    def wishes(self) -> "Wishes":
        """What is said, over the profile that is named."""
        from crm_cli.rules.importing import programs, wishes

        # A profile's name is its source: the run that saves it must keep keys as those that use it will.
        said = wishes.Wishes(
            mapping=wishes.pairs("--map", self.map_ or []),
            words=wishes.word_pairs(self.map_value or []),
            fixed=wishes.pairs("--set", self.set_ or []),
            scale=wishes.pairs("--scale", self.scale or []),
            match=tuple(name.strip() for name in (self.match or "").split(",") if name.strip()),
            mode=self.mode or "upsert",
            empty=self.empty or "keep",
            on_error=self.on_error or "stop",
            date_order=self.date_order,
            decimal=self.decimal,
            calendar=self.calendar,
            encoding=self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
            source=self.source
            or (programs.named(self.save_profile) if self.save_profile is not None else None),
            keep_extra=self.keep_extra,
            create=not self.no_create,
        )
        return wishes.check(programs.over(programs.load(self.from_), said) if self.from_ else said)


class Odd(Importing):
    """The same where cases come in, whose times may contradict each other."""

    accept_odd: Annotated[
        bool,
        Option("--accept-odd", help="Take cases that were answered or settled before they came, flagged"),
    ] = False

    def wishes(self) -> "Wishes":
        """What is said, over the profile that is named."""
        found = super().wishes()
        return replace(found, accept_odd=self.accept_odd or found.accept_odd)
