"""What is to be done: the commands of tasks."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands import verbs
from crm_cli.commands.options import Doing, Option, Refs
from crm_cli.commands.verbs.doing import edit_records
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

app = lazy.application(
    "What is to be done.", epilog="crm task list open=yes due=..today -o ids | crm task done -"
)
verbs.common(
    app,
    "task",
    add='crm task add "Send quote" --due fri --about deal:12 --priority high',
    list="crm task list open=yes owner=me --sort due",
    export="crm task export open=yes owner=me -o ics > tasks.ics",
)


@app.command()
def done(
    ctx: typer.Context,
    *,
    refs: Refs,
    outcome: Annotated[str | None, Option(help="What came of it")] = None,
    doing: Doing,
) -> None:
    """Mark tasks as done; one that repeats makes the next.

    crm task done 12 --outcome "Quote sent"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, _ = desk.targets("task", refs)
    texts = {"status": "completed"} | ({"outcome": outcome} if outcome else {})
    edit_records(desk, "task", ids, texts, doing, "done")


@app.command()
def snooze(
    ctx: typer.Context,
    *,
    refs: Refs,
    until: Annotated[str, Option(metavar="DATE", help="The new day: +3d, monday, 2026-03-02")] = "+1d",
    doing: Doing,
) -> None:
    """Put tasks off to another day.

    crm task snooze 12 --until monday
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, _ = desk.targets("task", refs)
    if not until:
        raise InvalidError("--until needs a day, such as +3d or monday")
    edit_records(desk, "task", ids, {"due": until}, doing, "snooze")
