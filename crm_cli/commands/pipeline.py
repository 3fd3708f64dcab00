"""Ways of selling: the commands of pipelines and their stages."""

from typing import Annotated

import typer

from crm_cli import asking, lazy, output
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option, Out, Setting
from crm_cli.desk import Desk

app = lazy.application(
    "Ways of selling: ordered stages, and what must hold to leave them.",
    epilog='crm pipeline add Partners --stages "Offered:20,Accepted:60,Won:won,Lost:lost"',
)
verbs.common(app, "pipeline", ("list", "show", "delete", "tag", "untag", "import", "export"))

Stages = Annotated[
    str | None,
    Option(metavar='"NAME:PERCENT,…"', help="Stages in order, each with its chance in percent, won or lost"),
]
Requires = Annotated[
    list[str] | None,
    Option(metavar='"STAGE:FIELD,…"', help="What must be filled, or hold as a filter, to leave a stage"),
]
Rotten = Annotated[
    list[str] | None, Option(metavar="STAGE:DAYS", help="Days without a touch after which deals rot")
]
Default = Annotated[bool, Option("--default", help="Takes the deals that name no pipeline")]


@app.command()
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, Argument(help="Its name")],
    stages: Stages = None,
    requires: Requires = None,
    rotten: Rotten = None,
    default: Default = False,
    setting: Setting,
    doing: Doing,
) -> None:
    """Add a pipeline.

    crm pipeline add Projects --stages "Talk:20,Offer:60,Won:won,Lost:lost" --requires "Offer:amount,contact"
    """
    _write(ctx.obj, name, None, stages, requires, rotten, default, setting, doing)


@app.command()
def edit(
    ctx: typer.Context,
    *,
    ref: Annotated[str, Argument(metavar="REF", help="Which pipeline", autocompletion=completing.references)],
    name: Annotated[str | None, Option(help="A new name")] = None,
    stages: Stages = None,
    requires: Requires = None,
    rotten: Rotten = None,
    default: Default = False,
    setting: Setting,
    doing: Doing,
) -> None:
    """Change a pipeline and its stages.

    Stages of the same name stay the same stages, and no deal is rewritten.

    crm pipeline edit Sales --requires "Proposal:amount,contact" --rotten "Proposal:10"
    """
    _write(ctx.obj, name, ref, stages, requires, rotten, default, setting, doing)


@app.command()
def stages(
    ctx: typer.Context,
    *,
    ref: Annotated[
        str | None, Argument(metavar="[REF]", help="Only this one's", autocompletion=completing.references)
    ] = None,
    out: Out,
) -> None:
    """List the stages of pipelines, in order."""
    desk: Desk = ctx.obj
    out.on(desk)
    rows = asking.stages(desk, desk.resolve("pipeline", ref) if ref else None)
    output.write(rows, desk.style)


def _write(
    desk: Desk,
    name: str | None,
    ref: str | None,
    stages: str | None,
    requires: list[str] | None,
    rotten: list[str] | None,
    default: bool,
    setting: Setting,
    doing: Doing,
) -> None:
    doing.on(desk)
    from crm_cli.rules import intake, records
    from crm_cli.rules.drafts import Draft

    texts = {"name": name, "stages": stages, "is_default": "yes" if default else None}
    with desk.change(f"pipeline {'edit' if ref else 'add'}", dry_run=doing.dry_run) as change:
        standing = [desk.resolve("pipeline", ref, change.connection)] if ref else []
        draft = next(iter(records.load(change, "pipeline", standing)), Draft())
        named: intake.Texts = {key: text for key, text in texts.items() if text}
        intake.fill(change, "pipeline", draft, named | setting.texts())
        draft.entered |= {key: told for key, told in (("requires", requires), ("rotten", rotten)) if told}
        records.write(change, "pipeline", [draft])
        change.summary = str(draft.get("name"))
    desk.say(f"{'would write' if doing.dry_run else 'wrote'} pipeline {draft.id} {draft.get('name')}")
    if not doing.dry_run:
        desk.written("pipeline", [draft.id], format=doing.format)
