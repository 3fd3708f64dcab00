"""`crm case similar`: cases like a case, and taking over how one of them was settled."""

from typing import Annotated

import typer

from crm_cli import output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Option, Out
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError, NotFoundError


def similar(
    ctx: typer.Context,
    *,
    what: Annotated[
        list[str],
        Argument(metavar="CASE|WORD…", help="A case by id or number, else words to look for",
                 autocompletion=completing.references),
    ],
    limit: Annotated[int, Option(metavar="N", min=1, help="At most so many cases, and so many articles")] = 3,
    copy: Annotated[bool, Option("--copy", help="Take over the resolution of the most similar one")] = False,
    from_: Annotated[
        str | None,
        Option("--from", metavar="REF", help="The case, or article:ID, whose resolution is taken over"),
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Show what would be taken over, change nothing")] = False,
    yes: Annotated[bool, Option("-y", "--yes", help="Do not ask")] = False,
    out: Out,
) -> None:  # fmt: skip
    """Find cases like a case or like words, resolved ones first, and articles.

    crm case similar C-2026-0007
    crm case similar grinder jams --limit 10
    crm case similar C-2026-0007 --copy
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli.asking import similar as asking

    case_id = asking.meant(desk, what)
    if copy or from_:
        if case_id is None:
            raise InvalidError("a case takes a resolution over; give its number: crm case similar C-… --copy")
        _take_over(desk, case_id, from_, dry_run=dry_run, yes=yes)
        return
    if case_id is None:
        output.write(asking.similar_words(desk, what, limit), desk.style)
    else:
        output.write(asking.similar_to(desk, case_id, limit), desk.style)


def _take_over(desk: Desk, case_id: int, text: str | None, *, dry_run: bool, yes: bool) -> None:
    """Give a case the resolution of the most similar record, or of the one that is named, and say whose it is."""
    from crm_cli.asking import similar as asking
    from crm_cli.rules import resolution

    best = None if text else asking.answer(desk, case_id)
    if not text and best is None:
        raise NotFoundError(
            "no resolved case or published article is like it; resolve it with words of your own"
        )
    if asking.is_answered(desk, case_id) and not dry_run:
        desk.confirm(f"Case {case_id} has a resolution. Replace it?", yes=yes)
    with desk.change("case similar", dry_run=dry_run) as change:
        noun, source = best or resolution.named(change, text or "")
        found = resolution.take(change, case_id, noun, source)
        named = f"{noun} {source} {change.held(noun, source, 'subject' if noun == 'case' else 'name')}"
        change.summary = f"case {case_id}: the resolution of {named}"
    desk.say(f"{'would take' if dry_run else 'took'} over the resolution of {named}: {found}")
    if not dry_run:
        desk.written("case", [case_id], format=desk.style.format)
