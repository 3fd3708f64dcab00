"""`crm config rates`: rates of exchange by day, from a file."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

ORDERS = ("dmy", "mdy", "ymd")

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
    date_order: Annotated[str | None, Option(metavar="dmy|mdy|ymd", help="How 03/04/2026 is read")] = None,
    doing: Doing,
) -> None:
    """Import rates of exchange; the same file twice changes nothing.

    A deal, an invoice or a quote gets the rate of its day, the latest on or before it; those that have one keep it.

    crm config rates import eurofxref-hist.csv --only USD,GBP
    crm config rates import rates.csv
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    codes = [_code(desk, each) for each in (only or "").split(",") if each.strip()]
    from crm_cli.formats.headers import recognise
    from crm_cli.formats.table import open_table
    from crm_cli.rules import rate, rates

    def known(cells: list[str]) -> int:
        return len(recognise("rate", cells, rates.COLUMNS))

    with (
        open_table(file, is_header=known) as table,
        desk.change("rates import", dry_run=doing.dry_run) as change,
    ):
        done = rates.bring(change, table, base=_code(desk, base), only=codes, date_order=_order(date_order))
        rate.fill(change)
        named = zip(done, ("created", "updated", "unchanged"), strict=True)
        counts = ", ".join(f"{number:,} {word}" for number, word in named if number) or "no rates"
        change.summary = f"{file}: {counts}"
        set_ = [f"rates.{code}" for code in sorted(desk.config.values.get("rates", {}))]
        if set_:
            change.notes.append(
                f"{', '.join(set_)} in the settings go before; `crm config unset` lets go of one"
            )
    desk.say(f"rates: {'would be ' if doing.dry_run else ''}{counts}")


@app.command()
def fill(ctx: typer.Context, *, doing: Doing) -> None:
    """Give deals, invoices and quotes that have no rate the one of their day.

    `rates import` and `rate add` do so too; this is for rates that are set with `config set rates.USD`.

    crm config set rates.USD 0.9226 && crm config rates fill
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import rate

    with desk.change("rates fill", dry_run=doing.dry_run) as change:
        rate.fill(change)
        change.summary = "; ".join(change.notes) or "nothing"
        if not change.notes:
            change.notes.append("nothing lacks a rate that is known")


def _order(text: str | None) -> str | None:
    if text and text not in ORDERS:
        raise InvalidError(f"date_order: {text} is no order; write {', '.join(ORDERS)}")
    return text


def _code(desk: Desk, text: str) -> str:
    from crm_cli import values

    found = values.read("currency", text, desk.reading)
    if found is None:
        raise InvalidError("name a currency, such as EUR")
    return str(found)
