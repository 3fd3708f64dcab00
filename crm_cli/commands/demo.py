"""`crm demo`: a made-up business to try things on."""

from pathlib import Path
from typing import Annotated

import typer

from crm_cli import config, output
from crm_cli.commands.options import Option
from crm_cli.desk import Desk


def demo(
    ctx: typer.Context,
    *,
    into: Annotated[
        Path | None, Option(metavar="PATH", help="Make it there, else in a place of its own")
    ] = None,
) -> None:
    """A made-up business to try things on.

    It stands in a store of its own, never in yours, and is told for today; shows its day and its pipeline.

    crm demo
    crm --demo deal list stage=proposal
    crm demo --into play.db
    """
    from crm_cli.demo import store

    ours: Desk = ctx.obj
    config.play(store.SETTINGS)
    if into:
        path = into.expanduser()
        store.again(path)
    else:
        path = store.ready()
    show(Desk(path, ours.style))
    option = f"--db {path}" if into else "--demo"
    ours.say(f"this is the demo store {path}; go on with: crm {option} deal list")


def show(desk: Desk) -> None:
    """Write the day and the pipeline of a store, in a pipe as tables too: they are to be looked at."""
    from crm_cli.commands import report, today

    desk.style.format = "table"
    desk.style.zone = desk.config.zone
    today.show(desk)
    output.text("")
    report.answer(desk, "pipeline")
