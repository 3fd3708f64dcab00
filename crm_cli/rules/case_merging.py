"""Merging cases: what two people opened about the same becomes one, and nothing that was said is lost.

The survivor keeps its number, its status and history, its checklist and its clock. What the others were opened with
becomes a note in its thread, and their numbers find it from then on. What is still open is merged into what is open,
and where one was a complaint, they are one: neither is to be lost from sight.
"""

import json
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import intake, merging, numbering, records, statuses
from crm_cli.rules.drafts import Draft

COMPLAINT = "complaint"


def merge(change: Change, ids: Sequence[int]) -> Draft:
    """Merge cases into the first of `ids`; returns it as it stands then.

    Raises:
        NotFoundError: one of them is not there.
        InvalidError: one is named twice.
        ConflictError: the survivor is settled, and another is open.
    """
    others = records.load(change, "case", ids[1:])
    take: dict[str, int] = {}
    if len(set(ids)) == len(ids):  # else the merging itself refuses
        take = _complaint(change, records.load(change, "case", ids[:1]), others)
        gone = json.dumps([each.id for each in others])
        for part in ("case_status", "case_step"):
            change.connection.execute(
                f"DELETE FROM {part} WHERE case_id IN (SELECT value FROM json_each(?))", (gone,)
            )
        _keep_words(change, ids[0], others)
    survivor = merging.merge(change, "case", ids, take)
    records.append(
        change, "merged_key",
        [{"noun": "case", "record_id": survivor.id, "external_id": each.get("number"),
          "external_source": numbering.MERGED} for each in others],
    )  # fmt: skip
    return survivor


def _complaint(change: Change, survivors: Sequence[Draft], others: Sequence[Draft]) -> dict[str, int]:
    """The case whose type is to stand, where one was a complaint and the survivor is none.

    Raises:
        ConflictError: the survivor is settled, and another is open.
    """
    for survivor in survivors:
        left = [each for each in others if each.get("status") in statuses.OPEN]
        number, status = survivor.get("number"), survivor.get("status")
        if left and status not in statuses.OPEN:
            raise ConflictError(
                f"{number} is {status}, and {left[0].get('number')} would be lost from sight with it: "
                f"`crm case reopen {number}` first, or name {left[0].get('number')} before it"
            )
        of = next((each for each in others if each.get("type") == COMPLAINT), None)
        if of and survivor.get("type") != COMPLAINT:
            change.notes.append(f"{number} is a complaint from now on, as {of.get('number')} was")
            return {"type": of.id}
    return {}


def _keep_words(change: Change, survivor: int, others: Sequence[Draft]) -> None:
    """What the others were opened with, as notes at the time when they were."""
    drafts = []
    for each in others:
        told = [
            f"Merged {each.get('number')} {each.get('subject')}",
            each.get("description"),
            each.get("resolution"),
        ]
        drafts.append(
            Draft(
                values={"kind": "note", "status": "done", "done_at": each.get("created_at"),
                        "subject": told[0], "body": "\n\n".join(filter(None, told)),
                        "owner_id": intake.me(change)},
                entered={"about": [("case", survivor)]},
            )
        )  # fmt: skip
    records.write(change, "activity", drafts)
