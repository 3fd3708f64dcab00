"""The families of options that commands share, each declared once and taken as one parameter."""

from dataclasses import dataclass, field, make_dataclass
from typing import Annotated, Any

import typer

from crm_cli import fields
from crm_cli.commands import completing
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.lazy import Bundle
from crm_cli.output import FORMATS

Texts = dict[str, str | list[str]]

Option, Argument = typer.Option, typer.Argument

Refs = Annotated[
    list[str], Argument(metavar="REF…", help="Which: id, name, e-mail, a filter, or - for references on standard input",
                        autocompletion=completing.filters)
]  # fmt: skip
Filters = Annotated[
    list[str] | None,
    Argument(
        metavar="[FILTER…]", help="FIELD=VALUE, all of which must hold", autocompletion=completing.filters
    ),
]


def counted(ids: list[int], noun: str) -> str:
    """`deal 12` or `3 deals`."""
    return f"{noun} {ids[0]}" if len(ids) == 1 else f"{len(ids):,} {fields.plural(noun)}"


@dataclass
class Out(Bundle):
    """How the answer is written."""

    format: Annotated[
        str | None, Option("-o", "--format", metavar="|".join(FORMATS), help="Format of the answer",
                           autocompletion=completing.formats)
    ] = None  # fmt: skip
    header: Annotated[bool | None, Option("--header/--no-header", help="With or without column names")] = None
    no_color: Annotated[bool, Option("--no-color", help="Without colour")] = False
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing beside the answer")] = False

    def on(self, desk: Desk) -> None:
        """Let the desk write in this way."""
        desk.style.format, desk.style.header = self.format, self.header
        desk.style.color = desk.style.color and not self.no_color
        desk.style.quiet = desk.style.quiet or self.quiet
        _ = desk.style.chosen, desk.config


@dataclass
class Page(Bundle):
    """Which rows and columns of a list are wanted."""

    sort: Annotated[
        str | None, Option(metavar="COLUMNS", help="Sort by, - before one that descends: -amount,name")
    ] = None
    limit: Annotated[int | None, Option(metavar="N", min=0, help="At most so many rows")] = None
    offset: Annotated[int, Option(metavar="N", min=0, help="Pass over the first rows")] = 0
    columns: Annotated[
        str | None,
        Option(metavar="a,b,c|all", help="Columns to show; ? names them", autocompletion=completing.columns),
    ] = None
    count: Annotated[bool, Option("--count", help="Only how many there are")] = False


@dataclass
class Watch(Bundle):
    """Whether a list is shown again and again."""

    watch: Annotated[bool, Option("--watch", help="Show it again and again, until Ctrl-C")] = False
    every: Annotated[
        float, Option(metavar="SECONDS", min=0.1, help="With --watch: how often", show_default=True)
    ] = 2.0

    def refuse(self, other: str) -> None:
        """Refuse to watch what another option asks for, which is no table."""
        if self.watch:
            raise InvalidError(f"{other} gives no table to watch; leave it or --watch out")


@dataclass
class Doing(Bundle):
    """How a change is carried out."""

    dry_run: Annotated[bool, Option("--dry-run", help="Show what would change, change nothing")] = False
    yes: Annotated[bool, Option("-y", "--yes", help="Do not ask")] = False
    format: Annotated[
        str | None, Option("-o", "--format", metavar="|".join(FORMATS), help="Print the changed records",
                           autocompletion=completing.formats)
    ] = None  # fmt: skip
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing beside the ids")] = False

    def on(self, desk: Desk) -> None:
        """Let the desk write in this way."""
        desk.style.format = self.format
        desk.style.quiet = desk.style.quiet or self.quiet
        _ = desk.style.chosen


@dataclass
class Setting(Bundle):
    """Fields by name, for scripts and for the user's own fields."""

    set_: Annotated[
        list[str] | None,
        Option("--set", metavar="FIELD=VALUE", help="Set any field", autocompletion=completing.assignments),
    ] = None
    unset: Annotated[
        list[str] | None,
        Option("--unset", metavar="FIELD", help="Empty a field", autocompletion=completing.columns),
    ] = None

    def texts(self) -> Texts:
        """What is set and emptied, by field."""
        found: Texts = {}
        for pair in self.set_ or []:
            name, equals, text = pair.partition("=")
            if not equals:
                raise InvalidError(f"--set {pair!r} has no =; write --set FIELD=VALUE")
            found[name.strip().lower()] = text
        return found | {name.strip().lower(): "" for name in self.unset or []}


class Given(Bundle):
    """The named options of a noun's fields; `texts` are those that were given."""

    def texts(self) -> Texts:
        """The given texts by field."""
        return {name.removeprefix("f_"): text for name, text in vars(self).items() if text is not None}


def given(noun: str, *, without: tuple[str, ...] = ()) -> type[Given]:
    """The options of a noun's fields, from the generated table of fields."""
    made = [_option(each) for each in fields.noun(noun).options() if each.name not in without]
    return make_dataclass("Given", made, bases=(Given,))


def _option(each: fields.Field) -> tuple[str, Any, Any]:
    several = each.kind in ("tags", "list", "about") or (
        each.column is None and each.kind in ("email", "phone", "ref:product")
    )
    words = list(dict.fromkeys(each.choices().values()))
    help_ = each.help + (
        f" ({', '.join(words)}{', or another' if each.kind == 'open' else ''})" if words else ""
    )
    option = Option(
        f"--{each.name.replace('_', '-')}",
        metavar=_metavar(each),
        help=help_,
        show_default=False,
        autocompletion=completing.values_of(each),
    )
    kind: Any = Annotated[list[str] | None, option] if several else Annotated[str | None, option]
    return f"f_{each.name}", kind, field(default=None)


def _metavar(each: fields.Field) -> str:
    names = {"day": "DATE", "instant": "TIME", "money": "AMOUNT", "percent": "PERCENT", "boolean": "yes|no",
             "integer": "N", "decimal": "N", "choice": "WORD", "open": "WORD", "about": "REF"}  # fmt: skip
    return "REF" if each.kind.startswith("ref:") else names.get(each.kind, "TEXT")
