"""`crm note`, `call`, `mail` and `meet`: what was said about any record, and the next step, in one line."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk, pick
from crm_cli.errors import InvalidError
from crm_cli.refs import AmbiguousError

if TYPE_CHECKING:
    from crm_cli.rules.drafts import Draft

EXAMPLES = {
    "note": 'crm note deal:12 "Prefers blue"',
    "call": 'crm call "Jane Doe" "Wants the larger plan" --next "Send quote" --due fri',
    "mail": 'crm mail jane@example.org "Sent the brochure"',
    "meet": 'crm meet "Acme" "Showed the demo" --minutes 45 --next "Second demo" --due +7d',
}
SUMMARIES = {
    "note": "Note something about any record.",
    "call": "Log a call about any record, and the next step as a task.",
    "mail": "Log an e-mail about any record, and the next step as a task.",
    "meet": "Log a meeting about any record, and the next step as a task.",
}


def _command(name: str, kind: str) -> Callable[..., None]:
    def log(
        ctx: typer.Context,
        *,
        ref: Annotated[
            str,
            Argument(
                metavar="REF",
                help="About whom or what: a name, an e-mail, deal:12 …",
                autocompletion=completing.anything,
            ),
        ],
        subject: Annotated[list[str], Argument(metavar="WORDS", help="What was said")],
        next_: Annotated[
            str | None, Option("--next", metavar="WORDS", help="The next step, as a task")
        ] = None,
        due: Annotated[
            str | None, Option(metavar="DATE", help="When the next step is due: fri, +3d, 2026-03-02")
        ] = None,
        in_: Annotated[bool, Option("--in", help="They called or wrote; else we did")] = False,
        at: Annotated[str | None, Option(metavar="TIME", help="When it happened; else now")] = None,
        minutes: Annotated[str | None, Option(metavar="N", help="How long it took")] = None,
        outcome: Annotated[str | None, Option(help="What came of it")] = None,
        body: Annotated[str | None, Option(help="In full")] = None,
        also: Annotated[
            list[str] | None, Option("--also", metavar="REF", help="About this record too")
        ] = None,
        doing: Doing,
    ) -> None:
        if due and not next_:
            raise InvalidError("--due is the day of the next step; say which with --next")
        desk: Desk = ctx.obj
        doing.on(desk)
        texts = {
            "direction": "in" if in_ else None,
            "done_at": at,
            "minutes": minutes,
            "outcome": outcome,
            "body": body,
        }
        said = {key: text for key, text in texts.items() if text is not None}
        if kind == "note":
            said.pop("direction", None)
        _log(desk, name, kind, [ref, *(also or [])], " ".join(subject), said, (next_, due), doing)

    log.__doc__ = f"{SUMMARIES[name]}\n\n    {EXAMPLES[name]}"
    return log


def _log(
    desk: Desk, name: str, kind: str, about: list[str], subject: str, said: dict[str, str],
    following: tuple[str | None, str | None], doing: Doing,
) -> None:  # fmt: skip
    status = {} if kind == "note" else {"status": "done"}
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("activity", {"kind": kind, "subject": subject, "about": about, **status, **said})
    ]
    step, due = following
    if step:
        wanted.append(("task", {"subject": step, "about": about} | ({"due": due} if due else {})))

    def tell(drafts: "list[Draft]") -> None:
        _told(desk, kind, drafts, doing)

    if not doing.dry_run and desk.keeps(name, wanted, tell):
        return
    while True:
        try:
            tell(_written(desk, name, wanted, doing))
        except AmbiguousError as several:
            if not (desk.interactive and several.text in about):
                raise
            about[about.index(several.text)] = f"{several.noun}:{pick(several)}"
        else:
            return


def _written(desk: Desk, name: str, wanted: list[tuple[str, dict[str, Any]]], doing: Doing) -> "list[Draft]":
    from crm_cli.rules import adding, records

    drafts = []
    with desk.change(name, dry_run=doing.dry_run) as change:
        for noun, texts in wanted:
            draft = adding.drafted(change, noun, texts)
            records.write(change, noun, [draft])
            drafts.append(draft)
        change.summary = f"{wanted[0][1]['subject']}: {_about(drafts[0])}"
    return drafts


def _about(draft: "Draft") -> str:
    return ", ".join(f"{noun}:{record_id}" for noun, record_id in draft.entered["about"])


def _told(desk: Desk, kind: str, drafts: "list[Draft]", doing: Doing) -> None:
    """Say what is logged, and which step is next."""
    logged, *following = drafts
    step = "".join(
        f"; next: {task.get('subject')}" + (f", due {task.get('due')}" if task.get("due") else "")
        for task in following
    )
    desk.say(f"{'would log' if doing.dry_run else 'logged'} {kind} about {_about(logged)}{step}")
    if not doing.dry_run and not desk.style.terminal:
        from crm_cli import output

        made = [f"activity:{logged.id}", *(f"task:{task.id}" for task in following)]
        output.text(" ".join(made) if following else str(logged.id))


note = _command("note", "note")
call = _command("call", "call")
mail = _command("mail", "email")
meet = _command("meet", "meeting")
