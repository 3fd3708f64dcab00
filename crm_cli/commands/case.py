"""What customers ask, miss or complain of: the commands of cases."""

from typing import Annotated, Any

import typer

from crm_cli import lazy
from crm_cli.commands import completing, editing, similar, steps, talking, verbs
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

app = lazy.application(
    "What customers ask, miss or complain of.",
    epilog='crm case reply C-2026-0001 "A new seal is on its way." --wait',
)
verbs.common(
    app,
    "case",
    add='crm case add "Grinder jams" --contact "Jane Doe" --type problem --priority high',
    list="crm case list open=yes sla_state=breached,nearing owner=me --sort resolution_due",
    show="crm case show C-2026-0001",
    edit="crm case edit status=new priority=low --set owner=ann --yes",
)
app.command()(talking.reply)
app.command()(talking.receive)
app.command()(talking.note)
app.command()(similar.similar)
app.add_typer(steps.app, name="step")
Reason = Annotated[str | None, Option(metavar="WORDS", help="Why; it is kept with the change")]
Until = Annotated[str | None, Option(metavar="DATE", help="Be reminded of it by a task on that day")]
Resolution = Annotated[str | None, Option(metavar="WORDS", help="How it was settled")]
# What cases are after a verb.
NOW = {
    "wait": "waiting on the customer", "hold": "on hold", "resume": "in progress", "resolve": "resolved",
    "close": "closed", "cancel": "cancelled", "reopen": "open again",
}  # fmt: skip


@app.command()
def wait(ctx: typer.Context, *, refs: Refs, reason: Reason = None, until: Until = None, doing: Doing) -> None:
    """Wait on the customer: the clock stops until they answer.

    crm case wait C-2026-0001 --reason "Photo of the seal" --until +5d
    """
    _put(ctx.obj, "wait", refs, doing, reason=reason, until=until)


@app.command()
def hold(ctx: typer.Context, *, refs: Refs, reason: Reason = None, until: Until = None, doing: Doing) -> None:
    """Put cases on hold for what is not in the customer's hands: the clock stops.

    crm case hold C-2026-0001 --reason "Part arrives on Friday" --until fri
    """
    _put(ctx.obj, "hold", refs, doing, reason=reason, until=until)


@app.command()
def resume(ctx: typer.Context, *, refs: Refs, reason: Reason = None, doing: Doing) -> None:
    """Go on with cases that wait or are on hold, and so does their clock.

    crm case resume C-2026-0001
    """
    _put(ctx.obj, "resume", refs, doing, reason=reason)


@app.command()
def resolve(
    ctx: typer.Context,
    *,
    refs: Refs,
    resolution: Resolution = None,
    copy: Annotated[
        str | None,
        Option(metavar="REF", help="Take the resolution over from this case, or from article:ID",
               autocompletion=completing.cases),
    ] = None,
    close_activities: Annotated[
        bool | None,
        Option("--close-activities/--keep-activities", help="Cancel what is still to be done about it, or leave it"),
    ] = None,
    ask: Annotated[bool, Option("--ask", help="Ask the customer by e-mail how content they are")] = False,
    doing: Doing,
) -> None:  # fmt: skip
    """Resolve cases, and say how they were settled.

    crm case resolve C-2026-0001 --resolution "Seal replaced" --ask
    crm case resolve C-2026-0002 --copy C-2026-0001
    """
    desk: Desk = ctx.obj
    ids = _chosen(desk, "resolve", refs, doing)
    if copy and resolution:
        raise InvalidError("give either --resolution or --copy, not both")
    from crm_cli.rules import handling, survey
    from crm_cli.rules import resolution as resolutions

    handling.refuse(desk.connection, "resolve", ids)
    if not copy and resolution is None and desk.interactive and not doing.yes and len(ids) == 1:
        resolution = editing.words(desk, [], "How was it settled?")
    found = handling.open_activities(desk.connection, ids)
    drop = _drops(desk, found, close_activities, doing)
    with desk.change("case resolve", dry_run=doing.dry_run) as change:
        if copy:
            resolutions.take_over(change, ids, copy)
        drafts = handling.put(change, "resolve", ids, resolution=resolution)
        handling.drop_activities(change, [row[0] for row in found] if drop else [])
        asked = [survey.ask(change, each.id) for each in drafts] if ask else []
        change.summary = ", ".join(str(each.get("number")) for each in drafts)
    _are(desk, "resolve", drafts, ids, doing)
    if asked and not doing.dry_run:
        from crm_cli.commands import sending

        sending.send(desk, asked)


@app.command()
def close(
    ctx: typer.Context, *, refs: Refs, resolution: Resolution = None, reason: Reason = None, doing: Doing
) -> None:
    """Close cases for good; one that is not resolved yet says how it was settled.

    crm case list status=resolved resolved_at=..-14d -o ids | crm case close - --yes
    """
    desk: Desk = ctx.obj
    ids = _chosen(desk, "close", refs, doing)
    from crm_cli.rules import statuses

    parts = statuses.open_children(desk.connection, ids, but=ids)
    if parts and not doing.dry_run:
        named = ", ".join(f"{number} {subject}" for number, subject, _ in parts)
        desk.confirm(f"Parts of it are still open: {named}. Close it all the same?", yes=doing.yes)
    _change(desk, "close", ids, doing, resolution=resolution, reason=reason, despite_children=True)


@app.command()
def cancel(ctx: typer.Context, *, refs: Refs, reason: Reason = None, doing: Doing) -> None:
    """Give up cases that were none, such as a mistake or spam; no report counts them.

    crm case cancel C-2026-0009 --reason "Meant for somebody else"
    """
    _put(ctx.obj, "cancel", refs, doing, reason=reason)


@app.command()
def reopen(ctx: typer.Context, *, refs: Refs, reason: Reason = None, doing: Doing) -> None:
    """Open cases again that were resolved, closed or cancelled.

    The clock of their resolution goes on where it stopped.

    crm case reopen C-2026-0001 --reason "It jams again"
    """
    _put(ctx.obj, "reopen", refs, doing, reason=reason)


@app.command()
def merge(
    ctx: typer.Context,
    *,
    refs: Annotated[
        list[str],
        Argument(metavar="SURVIVOR OTHER…", help="Which: number, id …", autocompletion=completing.references),
    ],
    doing: Doing,
) -> None:
    """Merge cases about the same into the first one named.

    What was said about the others is said about it then, and their numbers find it.

    crm case merge C-2026-0001 C-2026-0004
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids = [desk.resolve("case", text) for text in refs]
    if len(ids) < 2:  # noqa: PLR2004 - one and another
        raise InvalidError("name the case that stays, then those that it takes in: crm case merge C-1 C-2")
    from crm_cli.rules import case_merging

    with desk.change("case merge", dry_run=doing.dry_run) as change:
        others = ", ".join(talking.called(change, each) for each in ids[1:])
        case_merging.merge(change, ids)
        change.summary = f"{others} into {talking.called(change, ids[0])}"
    talking.told(desk, "merged", change.summary, ids[0], doing)


def _put(desk: Desk, verb: str, refs: list[str], doing: Doing, **said: Any) -> None:
    """Do one thing to several cases in one change."""
    _change(desk, verb, _chosen(desk, verb, refs, doing), doing, **said)


def _chosen(desk: Desk, verb: str, refs: list[str], doing: Doing) -> list[int]:
    """The cases that are meant; many found by a filter are asked about."""
    doing.on(desk)
    ids, filtered = desk.targets("case", refs)
    if filtered and ids and not doing.dry_run:
        desk.confirm(f"{verb.capitalize()} {counted(ids, 'case')}?", yes=doing.yes)
    return ids


def _change(desk: Desk, verb: str, ids: list[int], doing: Doing, **said: Any) -> None:
    from crm_cli.rules import handling

    with desk.change(f"case {verb}", dry_run=doing.dry_run) as change:
        drafts = handling.put(change, verb, ids, **said)
        change.summary = ", ".join(str(each.get("number")) for each in drafts)
    _are(desk, verb, drafts, ids, doing)


def _are(desk: Desk, verb: str, drafts: list[Any], ids: list[int], doing: Doing) -> None:
    """Say what has become of cases."""
    for changed, were in ((True, "would be" if doing.dry_run else ""), (False, "already")):
        names = [str(each.get("number")) for each in drafts if each.changed is changed]
        if names:
            are = were if were == "would be" else f"{'is' if len(names) == 1 else 'are'} {were}".strip()
            desk.say(f"{', '.join(names)} {are} {NOW[verb]}")
    if not ids:
        desk.say(f"no case to {verb}")
    if not doing.dry_run:
        desk.written("case", ids, format=doing.format)


def _drops(desk: Desk, found: list[Any], wanted: bool | None, doing: Doing) -> bool:
    """Whether what is still to be done about cases is cancelled with them; asked where nobody said."""
    if not found or wanted is False:
        return False
    named = ", ".join(f"{kind} {number} {subject}" for number, kind, subject in found)
    if doing.dry_run or wanted:
        desk.say(f"still to be done about it: {named}")
    else:
        desk.confirm(
            f"Still to be done about it: {named}. Cancel that with it (--keep-activities leaves it)?",
            yes=doing.yes,
        )
    return True
