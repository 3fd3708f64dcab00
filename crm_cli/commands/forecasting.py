"""`crm deal snapshot`: keeping what is forecast on a day."""

from typing import Annotated

import typer

from crm_cli.commands.options import Doing, Option, counted
from crm_cli.desk import Desk
from crm_cli.values import dates


def snapshot(
    ctx: typer.Context,
    *,
    period: Annotated[
        str | None,
        Option(metavar="PERIOD", help="2026-Q3, next-month …; else this month and all later ones"),
    ] = None,
    doing: Doing,
) -> None:
    """Keep what is forecast today, to hold it against what comes.

    A row for each month, owner and currency; twice on a day is once. `crm report accuracy` compares. The second line
    below is for cron: each Monday at six.

    crm deal snapshot
    0 6 * * 1 crm -q deal snapshot
    crm deal snapshot --period this-quarter
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    week_start = desk.asking.week_start
    span = dates.period(period, today=desk.reading.today, week_start=week_start) if period else (None, None)
    from crm_cli.rules import snapshot as rules

    with desk.change("deal snapshot", dry_run=doing.dry_run) as change:
        ids = rules.take(change, *span)
        change.summary = counted(ids, "snapshot") if ids else "nothing"
    if not ids:
        desk.say("no deal is open or won in that time: there is nothing to forecast")
        return
    desk.say(f"{'would keep' if doing.dry_run else 'kept'} {counted(ids, 'snapshot')}")
    if not doing.dry_run:
        desk.written("snapshot", ids, format=doing.format)
