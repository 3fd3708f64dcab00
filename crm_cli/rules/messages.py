"""What is written and said about cases: messages that go out and come in, and notes that stay with us.

A message is an activity about the case, of kind e-mail or call. Whoever records it, a command or an import, the
case follows: the first that goes out is its first response and takes a new case up; one that comes in takes up a
case that waits for the customer, and opens one that is resolved again. A closed case stays closed.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import article, intake, outgoing, records, resolution, statuses
from crm_cli.rules.drafts import Draft

MAIL = "mail"
"""The source of activities that are told by a Message-ID."""
QUIET = "quiet"
"""Set in a draft's `entered` where cases do not follow a message, such as the notice that somebody is on holiday."""
OVER = ("closed", "cancelled")
FINISHED = ("done", "completed")


class Sent(NamedTuple):
    """A reply: its activity, and its delivery where it goes by mail."""

    activity: int
    delivery: int | None


def heed(change: Change, drafts: Sequence[Draft]) -> None:
    """Let cases follow the messages about them, which have just been written."""
    told = {draft.id: draft for draft in drafts if _is_message(draft)}
    if not told or not change.value('SELECT EXISTS (SELECT 1 FROM "case")'):
        return
    found: dict[int, list[Draft]] = {}
    question = (
        "SELECT record_id, activity_id FROM activity_about WHERE noun = 'case' "
        "AND activity_id IN (SELECT value FROM json_each(?))"
    )
    for row in change.rows(question, json.dumps(list(told))):
        found.setdefault(row[0], []).append(told[row[1]])
    since = statuses.latest(change, found)
    cases = records.load(change, "case", sorted(found))
    for case in cases:
        for message in sorted(found[case.id], key=lambda each: str(each.get("done_at"))):
            _follow(change, case, message, since.get(case.id, ""))
    records.write(change, "case", [case for case in cases if case.values])


def refuse(connection: sqlite3.Connection, case_id: int, what: str) -> None:
    """Refuse to write about a case that is over, before anybody has written a word.

    Raises:
        ConflictError: it is closed or cancelled, and not to be `what`, such as answered.
    """
    number, status = connection.execute(
        'SELECT number, status FROM "case" WHERE id = ?', (case_id,)
    ).fetchone()
    if status in OVER:
        raise ConflictError(
            f"{number} is {status} and is not {what}; `crm case reopen {number}` first, "
            "or add a case for what is new"
        )


def reply(
    change: Change, case_id: int, text: str, *, to: str | None = None, by_phone: bool = False,
    minutes: int | None = None, override: str | None = None,
) -> Sent:  # fmt: skip
    """Answer the customer by e-mail, or note what was said by phone.

    `minutes` is how long it took; `override` says why an e-mail goes to somebody who wants none.

    Raises:
        ConflictError: the case is closed or cancelled, or the customer wants no e-mail.
        InvalidError: there is nothing to say, or no address to say it to.
    """
    case, text = _open_for(change, case_id, text, "answered")
    person = _person(change, case["contact_id"])
    if by_phone:
        return Sent(_write(change, case, text, kind="call", direction="out", minutes=minutes), None)
    address = to or person["address"]
    if not address:
        who = f"{person['name']} has no e-mail address" if person["name"] else "nobody is named who asks"
        raise InvalidError(f"{case['number']}: {who}; say where to with --to, or that it was a --call")
    subject = f"[{case['number']}] {case['subject']}"
    activity = _write(change, case, text, kind="email", direction="out", subject=subject, minutes=minutes)
    queued = outgoing.enqueue(
        change, to=address, name="" if to else person["name"] or "", subject=" ".join(subject.split()), body=text,
        contact_id=case["contact_id"], case_id=case_id, activity_id=activity,
        in_reply_to=_last_message_id(change, case_id), override=override,
    )  # fmt: skip
    return Sent(activity, queued)


def receive(
    change: Change, case_id: int, text: str, *, by: int | None = None, by_phone: bool = False,
    at: str | None = None, minutes: int | None = None,
) -> int:  # fmt: skip
    """Keep what a customer wrote or said, by the contact `by` where it is another; returns the activity.

    Raises:
        ConflictError: the case is closed or cancelled.
        InvalidError: there is nothing that was said.
    """
    case, text = _open_for(change, case_id, text, "taken up by a message")
    if by_phone:
        return _write(change, case, text, kind="call", direction="in", by=by, done_at=at, minutes=minutes)
    subject = f"Re: [{case['number']}] {case['subject']}"
    return _write(
        change, case, text, kind="email", direction="in", subject=subject, by=by, done_at=at, minutes=minutes
    )


def note(change: Change, case_id: int, text: str, *, minutes: int | None = None) -> int:
    """Keep a word among ourselves; returns its activity."""
    return _write(change, _case(change, case_id), _said(text), kind="note", minutes=minutes)


def canned(change: Change, case_id: int, article_id: int, text: str) -> str:
    """What a published article answers, below one's own words; the article is linked to the case.

    Raises:
        ConflictError: it is a draft or archived: customers do not get to read it.
    """
    name, status = change.rows("SELECT name, status FROM article WHERE id = ?", article_id)[0]
    if status != "published":
        stands = "a draft" if status == "draft" else status
        raise ConflictError(
            f"article {article_id} {name} is {stands}; `crm article publish {article_id}` lets customers read it"
        )
    article.link(change, article_id, [case_id])
    return "\n\n".join(filter(None, (text.strip(), resolution.of(change, "article", article_id))))


def _is_message(draft: Draft) -> bool:
    return bool(
        draft.get("kind") in ("email", "call")
        and draft.get("direction")
        and draft.get("status") in FINISHED
        and draft.get("done_at")
        and QUIET not in draft.entered
    )


def _follow(change: Change, case: Draft, message: Draft, since: str) -> None:
    """What one message does to a case whose status last changed at an instant."""
    at, status = message.get("done_at"), case.get("status")
    if message.get("direction") == "out":
        if at >= case.get("created_at"):
            if not case.get("first_response_at") or at < case.get("first_response_at"):
                case.values["first_response_at"] = at
            if status == "new":
                case.values["status"] = "in_progress"
                case.entered[statuses.AT] = at
    elif status in ("waiting_on_customer", "resolved") and _is_news(message, since):
        case.values["status"] = "in_progress"
        case.entered |= {statuses.AT: at, statuses.REASON: "the customer wrote"}
    elif status in OVER and message.before is None:
        change.notes.append(
            f"{case.get('number')} is {status}, and stays so: the message is kept with it; "
            f"`crm case reopen {case.get('number')}` goes on with it"
        )


def _is_news(message: Draft, since: str) -> bool:
    """Whether a message came after the last change of status: what is imported again is told once."""
    at: str = message.get("done_at")
    return at >= since if message.before is None else at > since


def _open_for(change: Change, case_id: int, text: str, what: str) -> tuple[Any, str]:
    case = _case(change, case_id)
    refuse(change.connection, case_id, what)
    return case, _said(text)


def _said(text: str) -> str:
    if not text.strip():
        raise InvalidError("nothing is said; give the words, --editor, or - for standard input")
    return text.strip()


def _case(change: Change, case_id: int) -> Any:
    found = change.one('SELECT id, number, subject, status, contact_id FROM "case" WHERE id = ?', case_id)
    if found is None:
        raise NotFoundError(f"there is no case {case_id} any more; `crm case list` shows them")
    return found


def _person(change: Change, contact_id: int | None) -> Any:
    """The name of a contact, and the address by which mail reaches them."""
    found = change.one(
        "SELECT name, (SELECT value FROM contact_email WHERE contact_id = contact.id AND NOT invalid "
        'ORDER BY "primary" DESC, id LIMIT 1) AS address FROM contact WHERE id = ?',
        contact_id,
    )
    return found or {"name": None, "address": None}


def _last_message_id(change: Change, case_id: int) -> str | None:
    """The Message-ID of the customer's last mail about a case, so that the answer stands below it."""
    found: str | None = change.value(
        "SELECT a.external_id FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id "
        "WHERE l.noun = 'case' AND l.record_id = ? AND a.external_source = ? AND a.direction = 'in' "
        "AND a.external_id NOT LIKE 'hash:%' ORDER BY a.done_at DESC, a.id DESC LIMIT 1",
        case_id, MAIL,
    )  # fmt: skip
    return f"<{found}>" if found else None


def _write(
    change: Change, case: Any, text: str, *, by: int | None = None, **columns: str | int | None
) -> int:
    """Write an activity about a case with the person who asks, or another, as participant."""
    person = by or case["contact_id"]
    told = {name: value for name, value in columns.items() if value is not None}
    draft = Draft(values={"body": text, "status": "done", "owner_id": intake.me(change), **told})
    draft.entered["about"] = [("case", case["id"])]
    if person and columns["kind"] != "note":
        draft.parts["participants"] = [{"contact_id": person}]
    records.write(change, "activity", [draft])
    return draft.id
