"""How soon cases are answered and resolved: the commands of SLA policies."""

from typing import Annotated

import typer

from crm_cli import lazy, output, values
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Option, Out
from crm_cli.desk import Desk

app = lazy.application(
    "How soon cases are answered and resolved.",
    epilog='crm sla add Complaints --promise "high:1h/4h, normal:2h/8h" --condition "type=complaint" --rank 1',
)
verbs.common(
    app,
    "sla",
    add='crm sla add Gold --promise "urgent:1h/4h, high:2h/8h, normal:4h/24h, low:8h/40h"',
    edit="crm sla edit Gold --calendar Berlin --warn-pct 75",
)


@app.command()
def due(
    ctx: typer.Context,
    *,
    ref: Annotated[
        str | None,
        Argument(
            metavar="[REF]", help="The policy; else the default one", autocompletion=completing.references
        ),
    ] = None,
    at: Annotated[str, Option("--from", metavar="TIME", help="When the case comes in; else now")] = "",
    out: Out,
) -> None:
    """Tell until when a case that comes in would have to be answered and resolved.

    crm sla due Gold
    crm sla due Gold --from "2026-06-12 16:30"
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli import clock
    from crm_cli.asking import working

    number = desk.resolve("sla", ref) if ref else working.default_policy(desk)
    instant = str(values.read("instant", at, desk.reading)) if at else clock.now(desk.config.zone)
    output.write(working.due(desk, number, instant), desk.style)
