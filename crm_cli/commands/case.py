"""What customers ask, miss or complain of: the commands of cases."""

from typing import Annotated, Any

import typer

from crm_cli import lazy
from crm_cli.commands import completing, editing, similar, steps, verbs
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
app.command()(similar.similar)
app.add_typer(steps.app, name="step")
Case = Annotated[
    str, Argument(metavar="CASE", help="Which case: number, id …", autocompletion=completing.references)
]
Words = Annotated[list[str] | None, Argument(metavar="[WORDS]", help="What is said, or - for standard input")]
Editor = Annotated[bool, Option("--editor", help="Write it in $EDITOR")]
Reason = Annotated[str | None, Option(metavar="WORDS", help="Why; it is kept with the change")]
Resolution = Annotated[str | None, Option(metavar="WORDS", help="How it was settled")]
# What cases are after a verb.
NOW = {
    "wait": "waiting on the customer", "hold": "on hold", "resume": "in progress", "resolve": "resolved",
    "close": "closed", "cancel": "cancelled", "reopen": "open again",
}  # fmt: skip


@app.command()
def reply(
    ctx: typer.Context,
    *,
    case: Case,
    text: Words = None,
    to: Annotated[str | None, Option(metavar="EMAIL", help="Where to; else the contact's address")] = None,
    wait: Annotated[bool, Option("--wait", help="Wait on the customer from now on")] = False,
    call: Annotated[bool, Option("--call", help="It was said by phone; nothing is sent")] = False,
    override: Annotated[
        str | None, Option(metavar="WHY", help="Write to somebody who wants no e-mail; the reason is kept")
    ] = None,
    editor: Editor = False,
    doing: Doing,
) -> None:
    """Answer the customer by e-mail; the first answer takes a new case up.

    crm case reply C-2026-0001 "A new seal is on its way." --wait
    crm case reply C-2026-0001 - < answer.txt
    """
    desk: Desk = ctx.obj
    if call and to:
        raise InvalidError("--to is where an e-mail goes; a --call goes nowhere")
    doing.on(desk)
    case_id = desk.resolve("case", case)
    said = editing.words(desk, text or [], "What do you answer?", editor=editor, below=_thread(desk, case_id))
    from crm_cli.rules import handling, messages

    with desk.change("case reply", dry_run=doing.dry_run) as change:
        sent = messages.reply(change, case_id, said, to=to, by_phone=call, override=override)
        if wait:
            handling.put(change, "wait", [case_id])
        change.summary = _called(change, case_id)
    _told(desk, "replied to", change.summary, case_id, doing)
    if sent.delivery and not doing.dry_run:
        from crm_cli.commands import sending

        sending.send(desk, [sent.delivery])


@app.command()
def receive(
    ctx: typer.Context,
    *,
    case: Case,
    text: Words = None,
    by: Annotated[
        str | None,
        Option(metavar="CONTACT", help="Who; else whoever asks", autocompletion=completing.contacts),
    ] = None,
    call: Annotated[bool, Option("--call", help="They called; else they wrote")] = False,
    at: Annotated[str | None, Option(metavar="TIME", help="When; else now")] = None,
    editor: Editor = False,
    doing: Doing,
) -> None:
    """Keep what a customer wrote or said.

    A case that waits for it goes on, and a resolved one is opened again.

    crm case receive C-2026-0001 "It jams again" --call
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    case_id = desk.resolve("case", case)
    said = editing.words(desk, text or [], "What did they say?", editor=editor, below=_thread(desk, case_id))
    from crm_cli import values
    from crm_cli.rules import intake, messages

    with desk.change("case receive", dry_run=doing.dry_run) as change:
        who = intake.resolve(change, "contact", by) if by else None
        when = str(values.read("instant", at, change.reading)) if at else None
        messages.receive(change, case_id, said, by=who, by_phone=call, at=when)
        change.summary = _called(change, case_id)
    _told(desk, "received about", change.summary, case_id, doing)


@app.command()
def note(ctx: typer.Context, *, case: Case, text: Words = None, editor: Editor = False, doing: Doing) -> None:
    """Note something among ourselves; the customer does not see it.

    crm case note C-2026-0001 "The seal is worn; ask Ann for a new one"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    case_id = desk.resolve("case", case)
    said = editing.words(
        desk, text or [], "What is to be noted?", editor=editor, below=_thread(desk, case_id)
    )
    from crm_cli.rules import messages

    with desk.change("case note", dry_run=doing.dry_run) as change:
        messages.note(change, case_id, said)
        change.summary = _called(change, case_id)
    _told(desk, "noted about", change.summary, case_id, doing)


@app.command()
def wait(ctx: typer.Context, *, refs: Refs, reason: Reason = None, doing: Doing) -> None:
    """Wait on the customer: the clock stops until they answer.

    crm case wait C-2026-0001 --reason "Photo of the seal"
    """
    _put(ctx.obj, "wait", refs, doing, reason=reason)


@app.command()
def hold(ctx: typer.Context, *, refs: Refs, reason: Reason = None, doing: Doing) -> None:
    """Put cases on hold for what is not in the customer's hands: the clock stops.

    crm case hold C-2026-0001 --reason "Part arrives on Friday"
    """
    _put(ctx.obj, "hold", refs, doing, reason=reason)


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
    if not copy and resolution is None and desk.interactive and not doing.yes and len(ids) == 1:
        resolution = editing.words(desk, [], "How was it settled?")
    from crm_cli.rules import handling, survey
    from crm_cli.rules import resolution as resolutions

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
        others = ", ".join(_called(change, each) for each in ids[1:])
        case_merging.merge(change, ids)
        change.summary = f"{others} into {_called(change, ids[0])}"
    _told(desk, "merged", change.summary, ids[0], doing)


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


def _told(desk: Desk, what: str, name: str, case_id: int, doing: Doing) -> None:
    desk.say(f"{'would have ' if doing.dry_run else ''}{what} {name}")
    if not doing.dry_run:
        desk.written("case", [case_id], format=doing.format)


def _called(change: Any, case_id: int) -> str:
    return f"{change.held('case', case_id, 'number')} {change.held('case', case_id, 'subject')}"


def _thread(desk: Desk, case_id: int) -> str:
    """What was said so far, for who writes what comes next."""
    from crm_cli.asking import thread

    return "\n".join(thread.lines(desk, case_id))


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
