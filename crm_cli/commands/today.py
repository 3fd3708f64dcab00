"""`crm today`: what to do now."""

from typing import Annotated

import typer

from crm_cli import output
from crm_cli.asking.today import agenda
from crm_cli.commands import completing
from crm_cli.commands.options import Option, Out
from crm_cli.desk import Desk

MOST = 5  # of each section in a terminal


def today(
    ctx: typer.Context,
    *,
    owner: Annotated[
        str | None,
        Option(metavar="USER", help="Only what is whose; me, or a name", autocompletion=completing.users),
    ] = None,
    all_: Annotated[bool, Option("--all", help="Everything, not the first of each kind")] = False,
    out: Out,
) -> None:
    """What to do now: whom to call, cases and deadlines, tasks, renewals, deals that slip, new leads, who is quiet.

    First come customers of high value who fared badly within 90 days and whom nobody has called or met since:
    a complaint, a case that was late, or a low score (NPS up to 6, CSAT up to 2 of 5, CES up to 3 of 7, where 7 is
    easy). Of high value are those of potential A, who brought `high_value_from`, and the best fifth by won amount.
    At risk, at the end, are customers who have not bought for twice as long as they usually take.

    crm today --owner me
    """
    desk: Desk = ctx.obj
    out.on(desk)
    show(desk, owner, everything=all_)


def show(desk: Desk, owner: str | None = None, *, everything: bool = False) -> None:
    """Write the agenda."""
    most = MOST if desk.style.limited and not everything else None
    output.write(agenda(desk, desk.resolve("user", owner) if owner else None, most), desk.style)
