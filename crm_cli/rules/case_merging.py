"""Merging cases: what two people opened about the same becomes one, and nothing that was said is lost.

The survivor keeps its number, its status and history, its checklist and its clock. What the others were opened with
becomes a note in its thread, and their numbers find it from then on.
"""

import json
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.rules import intake, merging, numbering, records
from crm_cli.rules.drafts import Draft


def merge(change: Change, ids: Sequence[int]) -> Draft:
    """Merge cases into the first of `ids`; returns it as it stands then.

    Raises:
        NotFoundError: one of them is not there.
        InvalidError: one is named twice.
    """
    others = records.load(change, "case", ids[1:])
    if len(set(ids)) == len(ids):  # else the merging itself refuses
        gone = json.dumps([each.id for each in others])
        for part in ("case_status", "case_step"):
            change.connection.execute(
                f"DELETE FROM {part} WHERE case_id IN (SELECT value FROM json_each(?))", (gone,)
            )
        _keep_words(change, ids[0], others)
    survivor = merging.merge(change, "case", ids)
    records.append(
        change, "merged_key",
        [{"noun": "case", "record_id": survivor.id, "external_id": each.get("number"),
          "external_source": numbering.MERGED} for each in others],
    )  # fmt: skip
    return survivor


def _keep_words(change: Change, survivor: int, others: Sequence[Draft]) -> None:
    """What the others were opened with, as notes at the time when they were."""
    drafts = []
    for each in others:
        told = [
            f"{each.get('number')} {each.get('subject')}",
            each.get("description"),
            each.get("resolution"),
        ]
        drafts.append(
            Draft(
                values={"kind": "note", "status": "done", "done_at": each.get("created_at"),
                        "subject": f"Merged {told[0]}", "body": "\n\n".join(filter(None, told)),
                        "owner_id": intake.me(change)},
                entered={"about": [("case", survivor)]},
            )
        )  # fmt: skip
    records.write(change, "activity", drafts)
