"""The steps that guide how a case is handled, by its type; `checklist.TYPE` in the settings says others.

A new case that another program did not tell of begins with the steps of its type. From then on they are its own.
"""

from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft

USUAL = {
    "question": "Find out what is asked; Answer; Make sure it is understood",
    "problem": "Find out what happens, since when and where; Reproduce it; Find the cause; Mend it; "
    "Make sure it works for the customer",
    "complaint": "Call the customer and apologise; Find out what went wrong; Offer to make good; "
    "Make sure the customer is content; See that it does not happen again",
    "request": "Find out what is wanted and by when; Say whether and when; Carry it out; Tell the customer",
    "suggestion": "Thank the customer; Pass it on; Tell the customer what becomes of it",
}
NONE = "none"

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Give new cases the steps of their type, and number the steps that a draft says."""
    for draft in drafts:
        if draft.before is None and not draft.imported and "checklist" not in draft.parts:
            draft.parts["checklist"] = [{"text": step} for step in steps(change, draft.get("type"))]
        if "checklist" in draft.parts:
            if not all((row.get("text") or "").strip() for row in draft.parts["checklist"]):
                raise InvalidError("checklist: each step needs a text, what is to be done")
            said = enumerate(draft.parts["checklist"])
            draft.parts["checklist"] = [{"done_at": None} | row | {"position": place} for place, row in said]


def steps(change: Change, kind: str | None) -> list[str]:
    """The steps for a type of case."""
    told = change.config.get(f"checklist.{kind}") or USUAL.get(kind or "", "")
    return [] if told.strip() == NONE else [step for each in told.split(";") if (step := each.strip())]


def standing(change: Change, case_id: int) -> list[Row]:
    """The steps of a case in order."""
    rows = change.rows(
        "SELECT id, text, done_at FROM case_step WHERE case_id = ? ORDER BY position, id", case_id
    )
    return [dict(row) for row in rows]


def add(change: Change, case_id: int, text: str, before: int | None = None) -> Draft:
    """Add a step, at the end or before another one (numbers begin with 1)."""
    if not text.strip():
        raise InvalidError("say what the step is")
    found = standing(change, case_id)
    place = len(found) if before is None else _place(found, before)
    return _write(change, case_id, [*found[:place], {"text": text.strip(), "done_at": None}, *found[place:]])


def tick(change: Change, case_id: int, numbers: Sequence[int], *, done: bool = True) -> Draft:
    """Mark steps (numbers begin with 1) as done, or as not done after all; what is done stays as it is."""
    found = standing(change, case_id)
    for each in [_place(found, number) for number in numbers]:
        found[each]["done_at"] = (found[each]["done_at"] or change.now) if done else None
    return _write(change, case_id, found)


def remove(change: Change, case_id: int, numbers: Sequence[int]) -> Draft:
    """Remove steps (numbers begin with 1)."""
    found = standing(change, case_id)
    gone = {_place(found, number) for number in numbers}
    return _write(change, case_id, [row for place, row in enumerate(found) if place not in gone])


def _place(found: Sequence[Row], number: int) -> int:
    if not 1 <= number <= len(found):
        has = f"it has {len(found)}" if found else "it has none"
        raise NotFoundError(f"there is no step {number}; {has}, `crm case step list` shows them")
    return number - 1


def _write(change: Change, case_id: int, rows: list[Row]) -> Draft:
    draft = records.load(change, "case", [case_id])[0]
    draft.parts["checklist"] = rows
    records.write(change, "case", [draft])
    return draft
