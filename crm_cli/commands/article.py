"""Answers that are worth keeping: the commands of articles."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.commands.verbs.doing import edit_records
from crm_cli.desk import Desk

app = lazy.application(
    "Answers that are worth keeping.", epilog="crm article add --case C-2026-0001 --status published"
)
verbs.common(
    app,
    "article",
    add='crm article add "Descale a brewer" --body "Fill the tank …" --status published'
    " ;; crm article add --case C-2026-0001",
)


@app.command()
def publish(ctx: typer.Context, *, refs: Refs, doing: Doing) -> None:
    """Publish articles: they are the first to be found for a case.

    crm article publish "Descale a brewer"
    """
    _stand(ctx.obj, "publish", refs, "published", doing)


@app.command()
def archive(ctx: typer.Context, *, refs: Refs, doing: Doing) -> None:
    """Archive articles: they stay, and are not found for cases any more.

    crm article archive updated_at=..-3y --yes
    """
    _stand(ctx.obj, "archive", refs, "archived", doing)


@app.command()
def link(
    ctx: typer.Context,
    *,
    article: Annotated[
        str, Argument(metavar="ARTICLE", help="Which article", autocompletion=completing.references)
    ],
    cases: Annotated[list[str], Argument(metavar="CASE…", help="The cases that it answers")],
    remove: Annotated[bool, Option("--remove", help="It does not answer them")] = False,
    doing: Doing,
) -> None:
    """Say which cases an article answers.

    crm article link "Descale a brewer" C-2026-0001 C-2026-0007
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import article as rules

    with desk.change("article link", dry_run=doing.dry_run) as change:
        article_id = desk.resolve("article", article, change.connection)
        ids = [desk.resolve("case", each, change.connection) for each in cases]
        rules.link(change, article_id, ids, remove=remove)
        change.summary = f"article {article_id}: {counted(ids, 'case')}"
    desk.say(f"{'would change' if doing.dry_run else 'changed'} article {article_id}: {counted(ids, 'case')}")
    if not doing.dry_run:
        desk.written("article", [article_id], format=doing.format)


def _stand(desk: Desk, verb: str, refs: list[str], status: str, doing: Doing) -> None:
    """Set the status of articles."""
    doing.on(desk)
    ids, filtered = desk.targets("article", refs)
    if not ids:
        desk.say(f"no article to {verb}")
        return
    if filtered and not doing.dry_run:
        desk.confirm(f"{verb.capitalize()} {counted(ids, 'article')}?", yes=doing.yes)
    edit_records(desk, "article", ids, {"status": status}, doing, verb)
