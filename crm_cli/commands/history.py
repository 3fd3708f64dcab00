"""`crm history`, `undo` and `redo`: what changed, and taking it back."""

from typing import Annotated

import typer

from crm_cli import output
from crm_cli.asking import history as asking
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, Out
from crm_cli.commands.show import ANY
from crm_cli.desk import Desk


def history(
    ctx: typer.Context,
    *,
    ref: Annotated[
        str | None,
        Argument(
            metavar="[REF]", help="Only this record: a name, deal:12 …", autocompletion=completing.anything
        ),
    ] = None,
    limit: Annotated[int | None, Option(metavar="N", min=1, help="Only the latest")] = None,
    out: Out,
) -> None:
    """What changed, by which command; of one record, each field from what to what.

    crm history
    crm history deal:12
    """
    desk: Desk = ctx.obj
    out.on(desk)
    if ref:
        noun, record_id = desk.anywhere(ref, (*ANY, "activity"))
        output.write(asking.of_record(desk, noun, record_id), desk.style)
        return
    shown = limit or (20 if desk.style.limited else None)
    output.write(asking.commands(desk, shown), desk.style)


def undo(
    ctx: typer.Context,
    *,
    count: Annotated[int, Argument(metavar="[N]", min=1, help="How many of the latest commands")] = 1,
    doing: Doing,
) -> None:
    """Revert the latest commands that are not reverted yet, an import or a bulk change as one.

    crm undo
    crm undo 3 --dry-run
    """
    _back(ctx.obj, "undo", count, doing)


def redo(ctx: typer.Context, *, doing: Doing) -> None:
    """Revert the last undo."""
    _back(ctx.obj, "redo", 1, doing)


def _back(desk: Desk, verb: str, count: int, doing: Doing) -> None:
    doing.on(desk)
    from crm_cli.rules import undo as rules

    if not desk.path.exists():
        desk.say(f"nothing to {verb}")
        return
    for line in rules.preview(desk.connection, count, redo=verb == "redo"):
        desk.say(line)
    if doing.dry_run:
        return
    passed = verb == "undo" and bool(rules.crossed(desk.connection, count))
    if desk.interactive or passed:
        question = (
            "Take back what came before what cannot be taken back?"
            if passed
            else f"{verb.capitalize()} this?"
        )
        desk.confirm(question, yes=doing.yes)
    with desk.change(verb, kind=verb) as change:
        _ = rules.redo(change) if verb == "redo" else rules.undo(change, count)
