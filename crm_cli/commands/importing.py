"""The commands that bring files in: `crm NOUN import FILE` and `crm import FILE…`."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crm_cli import fields, output
from crm_cli.commands import correspondence, outcomes
from crm_cli.commands.correspondence import Mailing
from crm_cli.commands.options import Argument
from crm_cli.commands.taking import Importing, Odd
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from crm_cli.formats.source import Source
    from crm_cli.formats.table import Table
    from crm_cli.rules.importing.report import Report
    from crm_cli.rules.importing.wishes import Wishes

# The order in which files of several nouns find what they refer to.
FIRST = (
    "field", "user", "product", "pipeline", "calendar", "sla", "campaign", "company", "contact", "deal", "lead",
    "contract", "case", "segment", "member",
)  # fmt: skip
LAST = ("activity", "task")
ORDER = (*FIRST, *(name for name in fields.names() if name not in FIRST + LAST), *LAST)
PREVIEWED = 5


def command(noun: str) -> Callable[..., None]:
    """`crm NOUN import`."""
    about = "CSV, TSV, JSON, JSON lines or .xlsx; - is standard input"
    options: Any = Odd if noun == "case" else Importing

    def import_(
        ctx: typer.Context, *, file: Annotated[str, Argument(metavar="FILE|-", help=about)], how: options
    ) -> None:
        _one(ctx.obj, noun, file, how, Mailing())

    def import_mail(
        ctx: typer.Context,
        *,
        file: Annotated[
            str, Argument(metavar="FILE|DIR|-", help=f"Mail (mbox, .eml), a calendar (.ics), or {about}")
        ],
        how: Importing,
        mailing: Mailing,
    ) -> None:
        _one(ctx.obj, noun, file, how, mailing)

    return import_mail if noun == "activity" else import_


def _one(desk: Desk, noun: str, file: str, how: Importing, mailing: Mailing) -> None:
    """Import one file, whatever it is."""
    how.on(desk)
    wishes = how.wishes()
    report = _take(desk, noun, file, wishes, how, mailing)
    _kept_profile(desk, how, wishes)
    _end([report], how)


def _take(desk: Desk, noun: str, file: str, wishes: "Wishes", how: Importing, mailing: Mailing) -> "Report":
    """Import mail and calendars as what they are, all else as a table."""
    from crm_cli.formats import cards, kinds

    given: str | Source = file
    if not cards.is_folder(file):
        files = kinds.Files(file)
        if files.kind:
            with closing(files):
                return correspondence.take(
                    desk, noun, files, wishes, mailing, dry_run=how.dry_run, beside=how.rejects
                )
        given = files.source or file
    with _opened(given, wishes, noun) as table:
        return _import(desk, noun, table, wishes, how)


def anything(
    ctx: typer.Context,
    *,
    files: Annotated[
        list[str],
        Argument(
            metavar="FILE…", help="Files of any nouns, each one change; or what `crm export --all` wrote"
        ),
    ],
    how: Odd,
    mailing: Mailing,
) -> None:
    r"""Import files; says what each is taken for. Those that others refer to come first.

    \b
        crm import accounts.csv contacts.csv deals.csv
        crm --db new.db import monday.zip
    """
    from crm_cli.formats import archive

    desk: Desk = ctx.obj
    how.on(desk)
    if any(map(archive.is_archive, files)):
        _restore(desk, files, how, mailing)
        return
    wishes = how.wishes()
    taken = [(*_taken_for(file, wishes), file) for file in files]
    told = {program for _, program, _ in taken} - {""}
    reports = []
    for noun, program, file in sorted(taken, key=lambda each: ORDER.index(each[0])):
        desk.say(f"{file} holds {fields.plural(noun)}")
        # Keys of files that come together are of one program, though only some of them tell which.
        shared = min(told) if len(told) == 1 and not program else None
        mine = replace(wishes, source=wishes.source or shared)
        reports.append(_take(desk, noun, file, mine, how, mailing))
    _kept_profile(desk, how, wishes)
    _end(reports, how)


def _restore(desk: Desk, files: list[str], how: Importing, mailing: Mailing) -> None:
    """Bring in a whole store; it is taken as it is."""
    from crm_cli.commands import restoring

    if len(files) > 1 or how.told() - {"dry_run", "yes", "format", "quiet"} or mailing.told():
        raise InvalidError(
            "an archive of a whole store is taken alone and as it is; leave other files and options out"
        )
    counts = restoring.bring(desk, files[0], dry_run=how.dry_run)
    if how.format == "json":
        import json

        output.text(json.dumps({"path": files[0], "counts": counts}, ensure_ascii=False))


def _taken_for(file: str, wishes: "Wishes") -> tuple[str, str]:
    """The noun that a file's header fits best, by its name between equals, and the program that wrote it."""
    from crm_cli.formats import cards, headers, kinds
    from crm_cli.rules.importing.programs import load, recognised

    if not cards.is_folder(file) and kinds.is_correspondence(file):
        return "activity", ""
    with _opened(file, wishes, None) as table:
        if table.kind == cards.KIND:
            return cards.noun_of(table), ""
        if not wishes.profile and (found := recognised(table.header)):
            return found[1], load(found[0]).source or ""
        header = [name for name in table.header if name not in wishes.mapping]
        word = Path(file).stem.lower()
        scores = {noun: headers.score(noun, header) for noun in ORDER}
        for noun in ORDER:
            about = fields.noun(noun)
            if "uid" in header and set(header) >= {"id", "uid"}:
                scores[noun] = sum(name in about.columns for name in header) - len(about.columns)
        best = max(scores, key=lambda noun: (scores[noun], noun in word or fields.plural(noun) in word))
    if not any(scores.values()):
        raise InvalidError(
            f"{file}: its header fits no noun; say what it holds, as in `crm contact import {file}`"
        )
    return best, ""


@contextmanager
def _opened(file: "str | Source", wishes: "Wishes", noun: str | None) -> "Iterator[Table]":
    from crm_cli.formats import cards, headers
    from crm_cli.formats.source import Source
    from crm_cli.formats.table import open_table

    source = file if isinstance(file, Source) or cards.is_folder(file) else Source(file)
    if isinstance(source, str) or cards.is_cards(source):
        about, extra = noun or "contact", wishes.keep_extra
        with cards.open_cards(source, about, encoding=wishes.encoding, keep_extra=extra) as table:
            yield table
        return
    nouns = [noun] if noun else list(ORDER)

    def known(cells: list[str]) -> int:
        mapped = {name.casefold() for name in wishes.mapping}
        own = sum(cell.strip().casefold() in mapped for cell in cells)
        return own + max(headers.score(each, cells) for each in nouns)

    table = open_table(
        source,
        encoding=wishes.encoding,
        delimiter=wishes.delimiter,
        sheet=wishes.sheet,
        decimal=wishes.decimal,
        is_header=known,
    )
    with table:
        yield table


def _import(desk: Desk, noun: str, table: "Table", wishes: "Wishes", how: Importing) -> "Report":
    """Import one file in one change; what is wrong with it is said."""
    import time

    from crm_cli.rules.importing import engine, plan
    from crm_cli.rules.importing.rejects import Rejects

    _preview(desk, noun, table, wishes, how)
    started = time.monotonic()
    name = "standard input" if table.path == "-" else table.path
    ending = "rejects.vcf" if table.kind == "vcard" else "rejects.csv"
    beside = Path(how.rejects or (ending if table.path == "-" else f"{table.path.rstrip('/')}.{ending}"))
    rejects = Rejects(beside, table.header)
    skips = wishes.on_error == "skip"
    try:
        with desk.change(f"{noun} import", dry_run=how.dry_run) as change:
            taken = plan.make(change, noun, table, wishes)
            with outcomes.progress(desk) as tick:
                report = engine.run(
                    change, taken, table, reject=rejects.add if skips and not how.dry_run else None, tick=tick
                )
            report.notes += outcomes.collapsed(change.notes)
            change.notes.clear()
            change.summary = f"{name}: {report.counts()}"
            if report.rejected and not skips:
                raise outcomes.RejectedError(outcomes.refusal(desk, report, name))
            report.command = change.command_id if change.changed() and not how.dry_run else None
        rejects.keep()
    finally:
        rejects.drop()
    outcomes.tell(desk, report, name, time.monotonic() - started, dry_run=how.dry_run)
    outcomes.rejected(desk, report, name, "" if how.dry_run else str(beside))
    return report


def _preview(desk: Desk, noun: str, table: "Table", wishes: "Wishes", how: Importing) -> None:
    """In a terminal show the first rows as they are taken, and ask, which keeps no other command waiting."""
    if how.yes or how.dry_run or desk.style.quiet or not desk.interactive:
        return
    from itertools import islice

    from crm_cli.rules.importing import plan

    with desk.change(f"{noun} import", dry_run=True) as change:
        taken = plan.make(change, noun, table, wishes)
        change.notes.clear()
    told = ("first_name", "last_name", *taken.about.shown)
    shown = sorted(taken.columns, key=lambda column: (*told, column.name).index(column.name))
    columns = [fields.Field(column.name, "text") for column in shown]
    rows = [[cells[column.at] for column in shown] for _, cells in islice(table.rows(), PREVIEWED)]
    output.write(output.Rows(columns, rows), output.Style(format="table", color=desk.style.color))
    desk.confirm(f"Import {table.path} as {taken.about.view}?", yes=False)


def _kept_profile(desk: Desk, how: Importing, wishes: "Wishes") -> None:
    if how.save_profile is not None and not how.dry_run:
        from crm_cli.rules.importing import programs

        desk.say(
            f"kept as {programs.save(how.save_profile, wishes)}; --from {how.save_profile} uses it again"
        )


def _end(reports: "list[Report]", how: Importing) -> None:
    """Print the outcome where it is asked for; rejected rows are a failure."""
    if how.format == "json":
        import json

        said = [report.data() for report in reports]
        output.text(json.dumps(said[0] if len(said) == 1 else said, ensure_ascii=False))
    if any(report.rejected for report in reports):
        raise typer.Exit(1)
