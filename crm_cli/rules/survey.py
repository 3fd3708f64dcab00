"""A survey's own rules: scores that can be, whose answer it is, what it says of its case; and how one is asked for.

NPS asks how likely a person would recommend us, 0 to 10; CSAT how content they are, 1 to 5; CES how easy it was,
1 (very hard) to 7 (very easy). The scales are those of their authors: Reichheld 2003; Dixon, Freeman & Toman 2010,
in the form of 2013 in which a high score is an easy time.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli import refs
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import intake, records
from crm_cli.rules.drafts import Draft

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
"""The lowest and the highest score of each kind."""
_QUESTIONS = {
    "nps": (
        "Would you recommend us?",
        "How likely is it that you would recommend us to a friend or a colleague?",
        "0 (not at all) to 10 (certainly)",
    ),
    "csat": ("How did we do?", "How content are you with how we handled it?", "1 (not at all) to 5 (very)"),
    "ces": ("Was it easy?", "How easy did we make it for you?", "1 (very hard) to 7 (very easy)"),
}
_SETTLED = ("resolved", "closed")
# A reply that is an answer begins with its number: "4", "9/10", "5 - thank you".
_SCORE = re.compile(r"\s*(\d{1,2})(?:\s*/\s*\d{1,2})?(?![\d.,:])[\s.!:,;–-]*")


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Hold scores to their scale, and complete when it was answered, by whom, for which customer and whose work it is.

    One that comes with its identity is from an export of ours, which says all there is.
    """
    for draft in drafts:
        if not draft.get("kind"):
            draft.values["kind"] = "nps"
        _check(draft)
        if not draft.get("at"):
            draft.values["at"] = draft.get("created_at")
    told = [draft for draft in drafts if "uid" not in draft.given]
    _inherit(change, told, "case_id", '"case"', ("contact_id", "company_id", "owner_id"))
    _inherit(change, told, "deal_id", "deal", ("contact_id", "company_id", "owner_id"))
    _inherit(change, told, "contact_id", "contact", ("company_id", "owner_id"))
    _inherit(change, told, "company_id", "company", ("owner_id",))


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let the satisfaction of a case be its latest CSAT answer."""
    # A record with its identity comes from an export of ours, whose cases are told there.
    answers = [
        draft
        for draft in drafts
        if draft.get("kind") == "csat" and draft.get("case_id") and "uid" not in draft.given
    ]
    latest = "SELECT score FROM survey WHERE case_id = ? AND kind = 'csat' ORDER BY at DESC, id DESC LIMIT 1"
    cases = records.load(change, "case", sorted({draft.get("case_id") for draft in answers}))
    for case in cases:
        case.values["satisfaction"] = change.value(latest, case.id)
    records.write(change, "case", cases)


def subject(change: Change, text: str) -> tuple[str, int]:
    """The case or the contact that a reference names; `case` or `contact`, and its id."""
    return refs.anywhere(change.connection, text, ("case", "contact"), change.config.get("country") or None)


def ask(change: Change, case_id: int, kind: str = "csat") -> int:
    """Put a message into the outbox that asks who opened a case how it went; returns its delivery.

    Raises:
        InvalidError: nobody is known who could be asked by e-mail.
        ConflictError: the person wants no e-mail.
    """
    case = change.one('SELECT id, number, subject, status, contact_id FROM "case" WHERE id = ?', case_id)
    if case is None or not case["contact_id"]:
        raise InvalidError(
            f"case {case['number'] if case else case_id} has no contact to ask; add one with --contact"
        )
    done = "has been settled" if case["status"] in _SETTLED else "is in our hands"
    about = f'your case {case["number"]}, "{case["subject"]}", {done}.'
    title = f"{_QUESTIONS[kind][0]} [{case['number']}]"
    return _send(change, case["contact_id"], kind, title, about, case_id)


def ask_contact(change: Change, contact_id: int, kind: str = "nps") -> int:
    """Put a message into the outbox that asks a person what they think of us; returns its delivery.

    Raises:
        InvalidError: the person has no e-mail address that can be one.
        ConflictError: the person wants no e-mail.
    """
    return _send(
        change, contact_id, kind, _QUESTIONS[kind][0], "we would like to know how we are doing.", None
    )


def hear(change: Change, answered: str, words: str, at: str | None) -> int | None:
    """Enter the answer that a reply by e-mail begins with, if it does; returns the survey.

    Args:
        change: the transaction.
        answered: the Message-ID of the message that the reply answers.
        words: the reply; what it quotes does not count.
        at: the instant of the reply, else now.
    """
    asked = change.one(
        "SELECT subject, contact_id, case_id FROM delivery WHERE message_id IN (?, ?)",
        answered,
        f"<{answered}>",
    )
    own = "\n".join(line for line in words.splitlines() if not line.startswith(">")).strip()
    found = _SCORE.match(own)
    kind = next(
        (kind for kind, told in _QUESTIONS.items() if asked and asked["subject"].startswith(told[0])), ""
    )
    if not (asked and found and kind and SCALES[kind][0] <= int(found[1]) <= SCALES[kind][1]):
        return None
    columns = {"kind": kind, "score": int(found[1]), "comment": own[found.end() :].strip() or None,
               "contact_id": asked["contact_id"], "case_id": asked["case_id"], "touchpoint": "email"}  # fmt: skip
    return records.add(change, "survey", at=at or change.now, **columns).id


def _send(change: Change, contact_id: int, kind: str, title: str, about: str, case_id: int | None) -> int:
    """Queue the question and note on the record that it was asked.

    It is kept as a note: as a message it would count as an answer to the case, or as a touch.
    """
    from crm_cli.rules import outgoing

    person, address = _reachable(change, contact_id)
    body = _body(change, person["first_name"] or person["name"], about, kind)
    subject = ("case", case_id) if case_id else ("contact", contact_id)
    note = Draft(
        values={"kind": "note", "subject": f"Asked {person['name']}: {title} ({kind})", "body": body,
                "owner_id": intake.me(change)},
        entered={"about": [subject]},
    )  # fmt: skip
    records.write(change, "activity", [note])
    return outgoing.enqueue(
        change, to=address, name=person["name"], subject=title, body=body, purpose="service",
        contact_id=contact_id, case_id=case_id, activity_id=note.id,
    )  # fmt: skip


def _reachable(change: Change, contact_id: int) -> tuple[Any, str]:
    """A person and the address by which they can be asked."""
    person = change.one("SELECT name, first_name FROM contact WHERE id = ?", contact_id)
    if person is None:
        raise InvalidError(f"there is no contact {contact_id}")
    address = change.value(
        "SELECT value FROM contact_email WHERE contact_id = ? AND NOT invalid AND NOT opted_out "
        'ORDER BY "primary" DESC, id LIMIT 1',
        contact_id,
    )
    if not address:
        raise InvalidError(f"{person['name']} has no e-mail address to write to; add one with --email")
    return person, str(address)


def _body(change: Change, name: str, about: str, kind: str) -> str:
    _, question, scale = _QUESTIONS[kind]
    return "\n\n".join(
        (
            f"Hello {name},",
            f"{about} {question}",
            f"Please answer this message with a number from {scale}. A word on why helps us too.",
            "Thank you" + (f"\n{change.config.get('me')}" if change.config.get("me") else ""),
        )
    )


def _check(draft: Draft) -> None:
    kind, score = draft.get("kind"), draft.get("score")
    if score is None:
        raise InvalidError("score may not be empty; give it, such as --score 9")
    least, most = SCALES[kind]
    if not least <= score <= most:
        raise InvalidError(f"score: {score} is no {kind} score; give a number from {least} to {most}")


def _inherit(change: Change, drafts: Sequence[Draft], by: str, table: str, columns: Iterable[str]) -> None:
    """Fill empty references of answers from the record that they name in another."""
    lacking = [draft for draft in drafts if draft.get(by) and (draft.before is None or by in draft.given)]
    question = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
    wanted = json.dumps(sorted({draft.get(by) for draft in lacking}))
    found = {row["id"]: row for row in change.rows(question, wanted)} if lacking else {}
    for draft in lacking:
        for column in columns:
            if draft.get(column) is None and draft.get(by) in found:
                draft.values[column] = found[draft.get(by)][column]
