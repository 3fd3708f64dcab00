"""`crm case step`: the checklist of a case."""

from typing import Annotated, Any

import typer

from crm_cli import lazy, output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, Out
from crm_cli.desk import Desk

app = lazy.application(
    "The checklist of a case: what guides how it is handled.", epilog="crm case step done C-2026-0001 1 2"
)
Case = Annotated[
    str, Argument(metavar="CASE", help="Which case: number, id …", autocompletion=completing.references)
]
Steps = Annotated[list[int], Argument(metavar="N…", help="Which steps, as `step list` numbers them")]


@app.command("list")
def list_(ctx: typer.Context, *, case: Case, out: Out) -> None:
    """List the steps of a case.

    crm case step list C-2026-0001 -o json
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli.asking import thread

    output.write(thread.steps(desk, desk.resolve("case", case)), desk.style)


@app.command("add")
def add(
    ctx: typer.Context,
    *,
    case: Case,
    text: Annotated[list[str], Argument(metavar="WORDS", help="What is to be done")],
    before: Annotated[int | None, Option(metavar="N", help="Before this step; else at the end")] = None,
    doing: Doing,
) -> None:
    """Add a step.

    crm case step add C-2026-0001 "Ask for a photo" --before 2
    """
    _step(ctx.obj, "add", case, doing, text=" ".join(text), before=before)


@app.command("done")
def done(
    ctx: typer.Context,
    *,
    case: Case,
    numbers: Steps,
    undo: Annotated[bool, Option("--undo", help="They are not done after all")] = False,
    doing: Doing,
) -> None:
    """Mark steps as done.

    crm case step done C-2026-0001 1 2
    """
    _step(ctx.obj, "tick", case, doing, numbers=numbers, done=not undo)


@app.command("remove")
def remove(ctx: typer.Context, *, case: Case, numbers: Steps, doing: Doing) -> None:
    """Remove steps.

    crm case step remove C-2026-0001 3
    """
    _step(ctx.obj, "remove", case, doing, numbers=numbers)


def _step(desk: Desk, what: str, case: str, doing: Doing, **said: Any) -> None:
    """Change the checklist of one case, and say how far it is."""
    doing.on(desk)
    from crm_cli.rules import checklist

    with desk.change(f"case step {'done' if what == 'tick' else what}", dry_run=doing.dry_run) as change:
        case_id = desk.resolve("case", case, change.connection)
        getattr(checklist, what)(change, case_id, **said)
        rows = checklist.standing(change, case_id)
        change.summary = change.held("case", case_id, "number")
    ticked = sum(row["done_at"] is not None for row in rows)
    desk.say(f"{change.summary}: {ticked} of {len(rows)} steps {'would be' if doing.dry_run else 'are'} done")
    if not doing.dry_run:
        desk.written("case", [case_id], format=doing.format)
