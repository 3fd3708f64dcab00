"""`crm config rates`: rates of exchange by day, from a file."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

app = lazy.application(
    "Rates of exchange by day; `crm rate` lists and changes them.",
    epilog="crm config rates import eurofxref-hist.csv --only USD,GBP",
)


@app.command("import")
def import_(
    ctx: typer.Context,
    *,
    file: Annotated[
        str,
        Argument(
            metavar="FILE|-",
            help="Columns currency, day and rate; or a day and a column for each currency, as the ECB has it",
        ),
    ],
    base: Annotated[
        str,
        Option(
            metavar="CURRENCY",
            help="Where each currency has a column: what one unit is quoted of",
        ),
    ] = "EUR",
    only: Annotated[
        str | None,
        Option(metavar="A,B", help="Only these currencies"),
    ] = None,
    doing: Doing,
) -> None:
    """Import rates of exchange; the same file twice changes nothing.

    A deal or an invoice gets the rate of its day, the latest on or before it; those that have one keep it.

    crm config rates import eurofxref-hist.csv --only USD,GBP
    crm config rates import rates.csv
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    codes = [_code(desk, each) for each in (only or "").split(",") if each.strip()]
    from crm_cli.formats.headers import recognise
    from crm_cli.formats.table import open_table
    from crm_cli.rules import rates

    def known(cells: list[str]) -> int:
        return len(recognise("rate", cells, rates.COLUMNS))

    with (
        open_table(file, is_header=known) as table,
        desk.change("rates import", dry_run=doing.dry_run) as change,
    ):
        done = rates.bring(change, table, base=_code(desk, base), only=codes)
        named = zip(done, ("created", "updated", "unchanged"), strict=True)
        counts = ", ".join(f"{number:,} {word}" for number, word in named if number) or "no rates"
        change.summary = f"{file}: {counts}"
        set_ = [f"rates.{code}" for code in sorted(desk.config.values.get("rates", {}))]
        if set_:
            change.notes.append(
                f"{', '.join(set_)} in the settings go before; `crm config unset` lets go of one"
            )
    desk.say(f"rates: {'would be ' if doing.dry_run else ''}{counts}")


def _code(desk: Desk, text: str) -> str:
    from crm_cli import values

    found = values.read("currency", text, desk.reading)
    if found is None:
        raise InvalidError("name a currency, such as EUR")
    return str(found)
