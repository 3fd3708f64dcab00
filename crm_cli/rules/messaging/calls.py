"""A campaign by phone: a planned call for each member, and what a call that was held means for the member.

Whoever calls finds the script in the call. Holding it, or logging another call with the same person, reaches the member
and takes the planned call off the list.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crm_cli.changing import Change
from crm_cli.rules import intake, records
from crm_cli.rules.drafts import Draft

if TYPE_CHECKING:
    from crm_cli.rules.messaging.mustering import Muster

# The calls of campaigns with a person that are planned, or this very one.
_PLANNED = """
SELECT a.id, c.record_id AS campaign_id
FROM activity_about AS p
JOIN activity_about AS c ON c.activity_id = p.activity_id AND c.noun = 'campaign'
JOIN activity AS a ON a.id = p.activity_id
WHERE p.noun = ? AND p.record_id = ? AND a.kind = 'call' AND (a.status = 'planned' OR a.id = ?)"""


def make(change: Change, found: "Muster") -> list[int]:
    """Plan a call with each member who is ready, exclude who may not be called; returns the calls.

    Raises:
        InvalidError: somebody lacks what the script needs; then none is planned.
    """
    from crm_cli.rules.messaging import launching

    found.refuse_lacking()
    launching.exclude(change, found.excluded)
    times = launching.best_times(change, found.ready)
    owners = _owners(change, found)
    drafts = []
    for each, text, _ in found.written(found.ready):
        columns = {
            "kind": "call",
            "direction": "out",
            "status": "planned",
            "subject": f"{found.campaign['name']}: {each.name}",
            "body": text.body,
            "due": change.today.isoformat(),
            "start": times.get(each.id),
            "owner_id": owners.get(each.id) or found.campaign["owner_id"] or intake.me(change),
        }
        draft = Draft(values={name: value for name, value in columns.items() if value is not None})
        draft.entered["about"] = [(each.noun, each.person), ("campaign", found.campaign["id"])]
        drafts.append(draft)
    records.write(change, "activity", drafts)
    if drafts:
        launching.begun(change, found.campaign)
    return [draft.id for draft in drafts]


def heed(change: Change, drafts: Sequence[Draft]) -> None:
    """Let members be reached by the calls that were held with them."""
    held = {draft.id: draft for draft in drafts if _was_held(draft)}
    if not held or not change.value("SELECT EXISTS (SELECT 1 FROM activity_about WHERE noun = 'campaign')"):
        return
    question = (
        "SELECT activity_id, noun, record_id FROM activity_about WHERE noun IN ('contact', 'lead') "
        "AND activity_id IN (SELECT value FROM json_each(?))"
    )
    for row in change.rows(question, json.dumps(list(held))):
        call = held[row["activity_id"]]
        for planned in change.rows(_PLANNED, row["noun"], row["record_id"], call.id):
            _reached(change, planned["campaign_id"], row["noun"], row["record_id"], call)
            if planned["id"] != call.id:
                records.edit(
                    change,
                    "activity",
                    planned["id"],
                    status="cancelled",
                    outcome=f"held as activity {call.id}",
                )


def _was_held(draft: Draft) -> bool:
    return bool(
        draft.get("kind") == "call"
        and draft.get("status") == "done"
        and draft.get("direction") == "out"
        and draft.get("done_at")
    )


def _reached(change: Change, campaign_id: int, noun: str, person: int, call: Draft) -> None:
    from crm_cli.rules import member

    found = change.value(
        f"SELECT id FROM member WHERE campaign_id = ? AND ({noun}_id = ? "
        "OR ? = 'contact' AND lead_id IN (SELECT id FROM lead WHERE contact_id = ?))",
        campaign_id, person, noun, person,
    )  # fmt: skip
    if found is not None:
        member.advance(change, [found], "delivered", sent_at=call.get("done_at"))


def _owners(change: Change, found: "Muster") -> dict[int, Any]:
    """By member who is responsible for the person."""
    owners: dict[int, Any] = {}
    for noun in ("contact", "lead"):
        of_person = {each.person: each.id for each in found.ready if each.noun == noun}
        question = f"SELECT id, owner_id FROM {noun} WHERE id IN (SELECT value FROM json_each(?))"
        for person, owner in change.rows(question, json.dumps(list(of_person))):
            owners[of_person[person]] = owner
    return owners
