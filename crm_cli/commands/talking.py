"""`crm case reply`, `receive` and `note`: what is written and said about a case."""

from typing import Annotated, Any

import typer

from crm_cli.commands import completing, editing
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

Case = Annotated[
    str, Argument(metavar="CASE", help="Which case: number, id …", autocompletion=completing.references)
]
Words = Annotated[list[str] | None, Argument(metavar="[WORDS]", help="What is said, or - for standard input")]
Editor = Annotated[bool, Option("--editor", help="Write it in $EDITOR")]
Minutes = Annotated[int | None, Option(metavar="N", min=1, help="How long it took")]


def reply(
    ctx: typer.Context,
    *,
    case: Case,
    text: Words = None,
    to: Annotated[str | None, Option(metavar="EMAIL", help="Where to; else the contact's address")] = None,
    article: Annotated[
        str | None, Option(metavar="REF", help="Say what this article answers, below your own words")
    ] = None,
    wait: Annotated[bool, Option("--wait", help="Wait on the customer from now on")] = False,
    until: Annotated[
        str | None, Option(metavar="DATE", help="Wait, and be reminded of it by a task on that day")
    ] = None,
    call: Annotated[bool, Option("--call", help="It was said by phone; nothing is sent")] = False,
    minutes: Minutes = None,
    override: Annotated[
        str | None, Option(metavar="WHY", help="Write to somebody who wants no e-mail; the reason is kept")
    ] = None,
    editor: Editor = False,
    doing: Doing,
) -> None:
    """Answer the customer by e-mail; the first answer takes a new case up.

    crm case reply C-2026-0001 "A new seal is on its way." --wait
    crm case reply C-2026-0001 "Hello Jane," --article "Descale a brewer" --until +3d
    crm case reply C-2026-0001 - < answer.txt
    """
    desk: Desk = ctx.obj
    if call and to:
        raise InvalidError("--to is where an e-mail goes; a --call goes nowhere")
    doing.on(desk)
    case_id = desk.resolve("case", case)
    said = "" if article and not text and not editor else _words(desk, case_id, text, editor, "answered")
    from crm_cli.rules import handling, messages

    with desk.change("case reply", dry_run=doing.dry_run) as change:
        if article:
            article_id = desk.resolve("article", article, change.connection)
            said = messages.canned(change, case_id, article_id, said)
        sent = messages.reply(change, case_id, said, to=to, by_phone=call, minutes=minutes, override=override)
        if wait or until:
            handling.put(change, "wait", [case_id], until=until)
        change.summary = called(change, case_id)
    told(desk, "replied to", change.summary, case_id, doing)
    if sent.delivery and not doing.dry_run:
        from crm_cli.commands import sending

        sending.send(desk, [sent.delivery])


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
    minutes: Minutes = None,
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
    said = _words(desk, case_id, text, editor, "taken up by a message")
    from crm_cli import values
    from crm_cli.rules import intake, messages

    with desk.change("case receive", dry_run=doing.dry_run) as change:
        who = intake.resolve(change, "contact", by) if by else None
        when = str(values.read("instant", at, change.reading)) if at else None
        messages.receive(change, case_id, said, by=who, by_phone=call, at=when, minutes=minutes)
        change.summary = called(change, case_id)
    told(desk, "received about", change.summary, case_id, doing)


def note(
    ctx: typer.Context,
    *,
    case: Case,
    text: Words = None,
    minutes: Minutes = None,
    editor: Editor = False,
    doing: Doing,
) -> None:
    """Note something among ourselves; the customer does not see it.

    crm case note C-2026-0001 "The seal is worn; ask Ann for a new one" --minutes 20
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    case_id = desk.resolve("case", case)
    said = _words(desk, case_id, text, editor)
    from crm_cli.rules import messages

    with desk.change("case note", dry_run=doing.dry_run) as change:
        messages.note(change, case_id, said, minutes=minutes)
        change.summary = called(change, case_id)
    told(desk, "noted about", change.summary, case_id, doing)


def told(desk: Desk, what: str, name: str, case_id: int, doing: Doing) -> None:
    """Say what was done to a case, and print its id."""
    desk.say(f"{'would have ' if doing.dry_run else ''}{what} {name}")
    if not doing.dry_run:
        desk.written("case", [case_id], format=doing.format)


def called(change: Any, case_id: int) -> str:
    """A case by number and subject."""
    return f"{change.held('case', case_id, 'number')} {change.held('case', case_id, 'subject')}"


def _words(desk: Desk, case_id: int, text: list[str] | None, editor: bool, what: str = "") -> str:
    """What is said, below it the thread for who writes it; refused first where the case is not to be `what`."""
    from crm_cli.asking import thread
    from crm_cli.rules import messages

    if what:
        messages.refuse(desk.connection, case_id, what)
    question = {"answered": "What do you answer?", "": "What is to be noted?"}.get(what, "What did they say?")
    return editing.words(
        desk, text or [], question, editor=editor, below="\n".join(thread.lines(desk, case_id))
    )
