"""Who helps to sell: the commands of partners."""

from typing import Annotated

import typer

from crm_cli import asking, lazy, output
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Filters, Out
from crm_cli.desk import Desk

app = lazy.application(
    "Who helps to sell, and what they were offered.", epilog="crm lead route 7 && crm partner offers"
)
verbs.common(
    app,
    "partner",
    add='crm partner add "Northwind" --partner-level gold --territory "North"',
    edit="crm partner edit Northwind --offers-paused yes",
)


@app.command()
def offers(
    ctx: typer.Context,
    *,
    partner: Annotated[
        str | None,
        Argument(metavar="[PARTNER]", help="Only this partner's", autocompletion=completing.references),
    ] = None,
    filters: Filters = None,
    out: Out,
) -> None:
    """List what partners were offered, what waits for an answer first.

    crm partner offers
    crm partner offers Northwind state=offered
    """
    desk: Desk = ctx.obj
    out.on(desk)
    texts = list(filters or [])
    if partner and _is_filter(desk, partner):
        texts.insert(0, partner)
    elif partner:
        texts.append(f"partner_id={desk.resolve('partner', partner)}")
    rows = asking.listing(desk, "offer", texts, columns=list(SHOWN), sort="-hours_left,-offered_at")
    output.write(rows, desk.style)


SHOWN = ("id", "partner", "lead", "deal", "rank", "state", "offered_at", "respond_by", "hours_left", "reason")


def _is_filter(desk: Desk, text: str) -> bool:
    from crm_cli import fields
    from crm_cli.filters import is_filter

    return is_filter(fields.noun("offer"), text, fields.custom(desk.connection, "offer"))


@app.command()
def tick(ctx: typer.Context, *, doing: Doing) -> None:
    """Let offers expire whose time is over, pass them on, and send what that brings.

    Any change does so first; this one does nothing else, for a timer.

    crm partner tick
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    if not desk.path.exists():
        desk.say("no offer has expired")
        return
    from crm_cli.rules import ticking

    with desk.change("partner tick", dry_run=doing.dry_run, kind="clock") as change:
        made, untold = sorted(change.passed_on), ticking.untold(change)
        if not change.notes:
            change.notes.append("no offer has expired")
    if doing.dry_run:
        desk.say("a dry run; nothing was changed")
        return
    if untold:
        from crm_cli.commands import sending

        sending.send(desk, untold)
    desk.written("offer", made, format=doing.format)
