"""`crm today`: what to do now."""

from functools import partial
from typing import Annotated

import typer

from crm_cli import output
from crm_cli.asking.today import agenda
from crm_cli.commands import completing
from crm_cli.commands.options import Option, Out, Watch
from crm_cli.desk import Desk
from crm_cli.output import Rows

MOST = 5  # of each section in a terminal


def today(
    ctx: typer.Context,
    *,
    owner: Annotated[
        str | None,
        Option(metavar="USER", help="Only what is whose; me, or a name", autocompletion=completing.users),
    ] = None,
    all_: Annotated[bool, Option("--all", help="Everything, not the first of each kind")] = False,
    watch: Watch,
    out: Out,
) -> None:
    """What to do now: whom to call, cases and deadlines, tasks, renewals, deals that slip, new leads, who is quiet.

    First come customers of high value who fared badly within 90 days and whom nobody has called or met since:
    a complaint, a case that was late, or a low score (NPS up to 6, CSAT up to 2 of 5, CES up to 3 of 7, where 7 is
    easy). Of high value are those of potential A, who brought `high_value_from`, and the best fifth by won amount.
    At risk, at the end, are customers who have not bought for twice as long as they usually take.

    crm today --owner me
    crm today --watch --every 60
    """
    desk: Desk = ctx.obj
    out.on(desk)
    if watch.watch:
        from crm_cli import watching

        watching.show(
            desk,
            watch.every,
            lambda now, _: partial(output.write, _found(now, owner, everything=all_), desk.style),
        )
    else:
        show(desk, owner, everything=all_)


def show(desk: Desk, owner: str | None = None, *, everything: bool = False) -> None:
    """Write the agenda."""
    output.write(_found(desk, owner, everything=everything), desk.style)


def _found(desk: Desk, owner: str | None, *, everything: bool) -> Rows:
    most = MOST if desk.style.limited and not everything else None
    return agenda(desk, desk.resolve("user", owner) if owner else None, most)
