"""An offer's own rules, and what is done with one: made, accepted, declined.

A lead or deal is offered to one partner at a time, who has the configured hours to answer: hours of the clock, so
that a change to or from daylight saving time takes none away. What becomes of an offer that is not taken is told
in `crm_cli.rules.passing`; an offer for a lead follows it to the deal that it becomes.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crm_cli.changing import Change
from crm_cli.clock import local_text
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import intake, records
from crm_cli.rules.drafts import Draft

if TYPE_CHECKING:
    from crm_cli.rules.passing import Passed

ABOUT = {
    "lead": "lead_id = ?1",
    "deal": "(deal_id = ?1 OR lead_id IN (SELECT id FROM lead WHERE deal_id = ?1))",
}
"""By noun the condition that an offer is about a record; a deal's are also those of the lead that became it."""
_ABOUT_MANY = {
    "lead": "SELECT lead_id AS subject, * FROM offer WHERE lead_id IN (SELECT value FROM json_each(?1))",
    "deal": """
SELECT deal_id AS subject, * FROM offer WHERE deal_id IN (SELECT value FROM json_each(?1))
UNION ALL SELECT lead.deal_id, offer.* FROM lead JOIN offer ON offer.lead_id = lead.id
WHERE lead.deal_id IN (SELECT value FROM json_each(?1))
""",
}
UNWORKED = ("unqualified", "junk")
Row = Mapping[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete when an offer was made and until when it holds, and hold it to what an offer is.

    Raises:
        InvalidError: it is about nothing or about two things, to nobody, or ends before it begins.
    """
    for draft in drafts:
        if bool(draft.get("lead_id")) == bool(draft.get("deal_id")):
            raise InvalidError("an offer is about a lead or a deal; name one of them")
        if not draft.get("partner_id"):
            raise InvalidError("partner may not be empty; an offer is made to somebody")
        if not draft.get("offered_at"):
            draft.values["offered_at"] = change.now
        if not draft.get("respond_by"):
            draft.values["respond_by"] = deadline(change, draft.get("offered_at"))
        if draft.get("respond_by") < draft.get("offered_at"):
            raise InvalidError("respond_by: it is before the offer was made; give a later time")


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Take back the messages of offers that have just been answered."""
    withdraw(change, [draft.id for draft in drafts if draft.before and draft.before["state"] == "offered"])


def deleting(change: Change, record_id: int) -> None:
    """Let the next of the offers that go on from one which goes remember who is asked, in its place."""
    heir = change.value("SELECT min(id) FROM offer WHERE first_id = ?", record_id)
    if heir is not None:
        change.connection.execute(
            "UPDATE offer_candidate SET offer_id = ? WHERE offer_id = ?", (heir, record_id)
        )
        change.connection.execute(
            "UPDATE offer SET first_id = nullif(?1, id) WHERE first_id = ?2", (heir, record_id)
        )


def withdraw(change: Change, ids: Sequence[int]) -> None:
    """Take back messages that still wait to tell of those offers which can be answered no more."""
    change.connection.execute(
        "UPDATE delivery SET status = 'cancelled', updated_at = ? WHERE status = 'queued' AND id IN ("
        "SELECT delivery_id FROM offer WHERE state <> 'offered' AND id IN (SELECT value FROM json_each(?)))",
        (change.now, json.dumps(ids)),
    )


def deadline(change: Change, offered_at: str) -> str:
    """The instant until which an offer made at an instant can be answered."""
    later = datetime.fromisoformat(offered_at) + timedelta(hours=hours(change))
    return later.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def hours(change: Change) -> int:
    """How long a partner has to answer."""
    return int(change.config.get("partner_hours"))


def subjects(change: Change, noun: str, ids: Sequence[int]) -> list[Draft]:
    """The leads or deals that offers are about.

    Raises:
        NotFoundError: there is none of an id.
    """
    found = {draft.id: draft for draft in records.load(change, noun, ids)}
    for each in ids:
        if each not in found:
            raise NotFoundError(f"there is no {noun} {each}; `crm {noun} list` shows them")
    return [found[each] for each in ids]


def about(change: Change, noun: str, ids: Sequence[int], condition: str) -> list[Any]:
    """The offers about leads or deals that meet a condition, the latest first; `subject` is the lead or deal."""
    question = f"SELECT * FROM ({_ABOUT_MANY[noun]}) WHERE {condition} ORDER BY id DESC"
    return change.rows(question, json.dumps(ids))


def refuse_taken(change: Change, noun: str, drafts: Sequence[Draft]) -> None:
    """Refuse to offer what is decided, what a partner works on, or what one is asked about.

    Raises:
        ConflictError: names what stands in the way of the first.
    """
    waiting = about(change, noun, [each.id for each in drafts], "state = 'offered'")
    standing = {row["subject"]: row for row in waiting}
    for draft in drafts:
        if way := _in_the_way(change, noun, draft, standing.get(draft.id)):
            raise ConflictError(f"{noun} {draft.id} {draft.get('name')} {way}")


def _in_the_way(change: Change, noun: str, draft: Draft, standing: Any) -> str | None:
    """Why a lead or deal cannot be offered now."""
    if noun == "lead" and draft.get("converted_at"):
        return "has been converted; route what it became"
    if noun == "lead":
        decided = draft.get("status") if draft.get("status") in UNWORKED else None
    else:
        decided = change.value(
            "SELECT kind FROM stage WHERE id = ? AND kind <> 'open'", draft.get("stage_id")
        )
    if decided:
        return f"is {decided}; open it again before it is offered"
    if partner := draft.get("partner_id"):
        back = f"crm {noun} edit {draft.id} --unset partner"
        return f"is with {_name(change, partner)}; take it back first: {back}"
    if standing:
        return f"is offered to {_until(change, standing)}; wait, or decline it for them first"
    return None


def current(change: Change, noun: str, record_id: int, partner_id: int | None = None) -> int:
    """The offer of a lead or deal that waits for an answer; of `partner_id` where that partner answers.

    Raises:
        NotFoundError: there is no such lead or deal.
        ConflictError: none waits, it is another partner's, or it has just gone on since the answer came too late.
    """
    (draft,) = subjects(change, noun, [record_id])
    standing = _open(change, noun, record_id)
    if standing is None or standing["id"] in change.passed_on:
        raise ConflictError(_too_late(change, noun, draft, standing))
    if partner_id not in (None, standing["partner_id"]):
        raise ConflictError(_not_theirs(change, noun, record_id, standing, int(partner_id or 0)))
    return int(standing["id"])


def checked(change: Change, offer_id: int, partner_id: int | None) -> int:
    """The offer, if it is the one of the partner who answers.

    Raises:
        NotFoundError: there is no such offer.
        ConflictError: it is another partner's.
    """
    found = change.one("SELECT * FROM offer WHERE id = ?", offer_id)
    if found is None:
        raise NotFoundError(f"there is no offer {offer_id}; `crm offer list` shows them")
    if partner_id not in (None, found["partner_id"]):
        raise ConflictError(f"offer {offer_id} is made to {_until(change, dict(found))}, not to that partner")
    return offer_id


def accept(change: Change, offer_id: int, next_step: str | None, due: str | None = None) -> Draft:
    """Note that a partner takes what was offered: it is theirs from now on, and what happens next is a task.

    Raises:
        InvalidError: no next step is given.
        NotFoundError: there is no such offer.
        ConflictError: it has been answered, or has expired.
    """
    draft = _answerable(change, offer_id)
    if not (next_step or "").strip():
        raise InvalidError('say what happens next, such as --next-step "Visit them" --due fri')
    draft.values |= {"state": "accepted", "answered_at": change.now}
    records.write(change, "offer", [draft])
    for noun, record_id in _subjects(change, draft):
        taken = records.edit(change, noun, record_id, partner_id=draft.get("partner_id"))
    about = [f"{noun}:{record_id}", f"company:{draft.get('partner_id')}"]
    texts: intake.Texts = {"subject": next_step or "", "about": about}
    if due:
        texts["due"] = due
    task = intake.new(change, "task", texts)
    task.values["owner_id"] = taken.get("owner_id") or task.values["owner_id"]
    records.write(change, "task", [task])
    return draft


def decline(change: Change, offer_id: int, reason: str | None) -> "tuple[Draft, Passed]":
    """Note that a partner does not take what was offered, and offer it to the next; returns it and what followed.

    Raises:
        InvalidError: no reason is given.
        NotFoundError: there is no such offer.
        ConflictError: it has been answered, or has expired.
    """
    from crm_cli.rules import passing

    draft = _answerable(change, offer_id)
    if not (reason or "").strip():
        raise InvalidError('say why with --reason, such as --reason "No room this month"')
    draft.values |= {"state": "declined", "answered_at": change.now, "reason": reason}
    records.write(change, "offer", [draft])
    return draft, passing.on(change, [draft.id])


def _answerable(change: Change, offer_id: int) -> Draft:
    """An offer that can still be answered."""
    found = records.load(change, "offer", [offer_id])
    if not found:
        raise NotFoundError(f"there is no offer {offer_id}; `crm offer list` shows them")
    draft = found[0]
    if draft.get("state") == "offered":
        return draft
    name, state = _name(change, draft.get("partner_id")), draft.get("state")
    if state != "expired":
        raise ConflictError(
            f"{name} has {state} offer {offer_id} on {_when(change, draft.get('answered_at'))} already"
        )
    noun = "lead" if draft.get("lead_id") else "deal"
    raise ConflictError(_gone(change, noun, draft.get(f"{noun}_id"), draft))


def _subjects(change: Change, draft: Draft) -> list[tuple[str, int]]:
    """What an offer is about: the lead or deal, and the deal that the lead has become."""
    if draft.get("deal_id"):
        return [("deal", draft.get("deal_id"))]
    became = change.value("SELECT deal_id FROM lead WHERE id = ?", draft.get("lead_id"))
    return [("lead", draft.get("lead_id")), *([("deal", became)] if became else [])]


def _open(change: Change, noun: str, record_id: int) -> Any:
    question = f"SELECT * FROM offer WHERE {ABOUT[noun]} AND state = 'offered' ORDER BY id DESC"
    return change.one(question, record_id)


def _too_late(change: Change, noun: str, draft: Draft, standing: Any) -> str:
    """Why nothing waits for an answer: nothing was offered, or it has gone on, or come back."""
    where = ABOUT[noun]
    last = change.one(f"SELECT * FROM offer WHERE {where} AND state <> 'offered' ORDER BY id DESC", draft.id)
    if last is None:
        return f"{noun} {draft.id} {draft.get('name')} is offered to nobody; `crm {noun} route {draft.id}` does so"
    if standing is None and last["state"] == "accepted":
        name = _name(change, last["partner_id"])
        return f"{name} has accepted {noun} {draft.id} on {_when(change, last['answered_at'])} already"
    return _gone(change, noun, draft.id, Draft(before=dict(last)))


def _not_theirs(change: Change, noun: str, record_id: int, standing: Row, partner_id: int) -> str:
    """That another partner is asked now, after the one who answers or in place of them."""
    theirs = change.one(
        f"SELECT * FROM offer WHERE {ABOUT[noun]} AND partner_id = ?2 ORDER BY id DESC", record_id, partner_id
    )
    if theirs is not None:
        return _gone(change, noun, record_id, Draft(before=dict(theirs)))
    return f"{noun} {record_id} is offered to {_until(change, standing)}, not to {_name(change, partner_id)}"


def _gone(change: Change, noun: str, record_id: int, draft: Draft) -> str:
    """That an offer has passed, and where it went."""
    name, at = _name(change, draft.get("partner_id")), _when(change, draft.get("answered_at"))
    said = f"offer {draft.id} to {name} {'was declined' if draft.get('state') == 'declined' else 'expired'} on {at}"
    if (now := _open(change, noun, record_id)) and now["id"] > draft.id:
        return f"{said}; it went on to {_until(change, now)} (offer {now['id']})"
    return f"{said} and nobody else is asked; `crm {noun} route {record_id} --partner NAME` offers it again"


def _until(change: Change, row: Row) -> str:
    return f"{_name(change, row['partner_id'])} until {_when(change, row['respond_by'])}"


def _when(change: Change, instant: str) -> str:
    return local_text(instant, change.config.zone)


def _name(change: Change, company_id: int) -> str:
    return str(change.value("SELECT name FROM company WHERE id = ?", company_id))
