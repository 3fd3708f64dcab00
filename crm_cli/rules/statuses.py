"""What a case's status brings with it, by whatever path it comes there: typed, edited in bulk, answered or imported.

Every change is a row of history, from which the clock and the reports are counted. A resolved case says how it was
settled and when; one that is opened again is open, and it is counted. What another program says of a case's past
stands as it is told: it need not know a resolution, nor when.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records, reminders
from crm_cli.rules.drafts import Draft

OPEN = ("new", "in_progress", "waiting_on_customer", "on_hold")
SETTLED = ("resolved", "closed")
# What a draft may say in `entered` of the change of its status: when it was (else now, or as other dates of the case
# say), why it was, and that a case is closed although parts of it are open.
AT, REASON, DESPITE = "status_at", "status_reason", "despite_children"

Row = dict[str, Any]
History = list[tuple[str, str]]
"""The statuses of a case in the order of time, each with its instant, from the first on."""


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Hold each draft to what its status asks for, and set or clear the dates that belong to it.

    Raises:
        InvalidError: a case is to be resolved or closed without a resolution.
        ConflictError: a case is to be closed while parts of it are open.
    """
    for draft in drafts:
        if not draft.get("status"):
            draft.values["status"] = _was(draft) or OPEN[0]
    moved = [draft for draft in drafts if has_moved(draft)]
    for draft in moved:
        now = draft.get("status")
        if draft.imported:
            _complete_told(change, draft)
        elif now in SETTLED and not draft.get("resolution"):
            raise InvalidError(
                f"{_called(draft)} has no resolution yet: say how it was settled with --resolution, "
                "or cancel it if it is void"
            )
        else:
            _date(draft, _moment(change, draft))
    _refuse_open_children(
        change, [each for each in moved if each.get("status") == "closed" and not each.imported]
    )


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Write the history of what has moved; nobody needs to be reminded of a case that goes on."""
    moved = [draft for draft in drafts if has_moved(draft)]
    awake = [
        each.id
        for each in moved
        if _was(each) in reminders.PAUSED and each.get("status") not in reminders.PAUSED
    ]
    if awake:
        reminders.drop(change, awake)
    last = latest(change, [draft.id for draft in moved if draft.before is not None])
    records.append(
        change,
        "case_status",
        [
            row | {"case_id": draft.id}
            for draft in moved
            for row in _entries(change, draft, last.get(draft.id, ""))
        ],
    )


def foreseen(change: Change, draft: Draft) -> History:
    """What a new case will have gone through once it stands."""
    rows = [*(draft.parts.get("statuses") or ()), *_entries(change, draft, "")]
    return sorted(((row["status"], row["at"]) for row in rows), key=lambda entry: entry[1])


def has_moved(draft: Draft) -> bool:
    """Whether a draft is new or gets another status."""
    return draft.before is None or draft.before["status"] != draft.get("status")


def latest(change: Change, ids: Iterable[int]) -> dict[int, str]:
    """By case the instant of its last change of status."""
    question = "SELECT case_id, max(at) FROM case_status WHERE case_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
    return {row[0]: row[1] for row in change.rows(question, json.dumps(list(ids)))}


def _was(draft: Draft) -> str | None:
    return draft.before["status"] if draft.before else None


def _called(draft: Draft) -> str:
    return str(draft.get("number") or draft.get("subject") or "the case")


def _moment(change: Change, draft: Draft) -> str:
    """When the status changed: as it is told, else by the date that belongs to it, else now."""
    history = draft.parts.get("statuses")
    told = draft.entered.get(AT) or (history[-1]["at"] if history else None)
    belongs = {"resolved": "resolved_at", "closed": "closed_at"}.get(draft.get("status"), "")
    return str(told or (belongs in draft.given and draft.values.get(belongs)) or change.now)


def _date(draft: Draft, at: str) -> None:
    """Set or clear when it was resolved and closed, and count an opening."""
    now, values = draft.get("status"), draft.values
    values["closed_at"] = at if now == "closed" else None
    if now not in SETTLED:
        values["resolved_at"] = None
    elif now == "resolved" or not draft.get("resolved_at"):
        values["resolved_at"] = at
    if now in OPEN and _was(draft) in SETTLED and "reopened_count" not in draft.given:
        values["reopened_count"] = (draft.get("reopened_count") or 0) + 1


def _complete_told(change: Change, draft: Draft) -> None:
    """Of a new case only what cannot be is mended; of one that stands, what is not told follows from the change."""
    now, values = draft.get("status"), draft.values
    if "uid" in draft.given and draft.before is None:  # an export of ours says all
        return
    told = {name: values[name] for name in ("resolved_at", "closed_at") if values.get(name)}
    if draft.before is not None:
        _date(draft, _moment(change, draft))
        if now == "closed":
            values["resolved_at"] = draft.before["resolved_at"]
        if now in SETTLED:
            values |= told
    elif now in OPEN:
        values |= dict.fromkeys(told)


def _entries(change: Change, draft: Draft, last: str) -> list[Row]:
    """The rows of history for a change, or for the way of a new case to where it stands, but what is told already."""
    now, told = draft.get("status"), draft.parts.get("statuses")
    if told:
        if told[-1]["status"] == now or (draft.before is None and "uid" in draft.given):
            return []  # an export of ours says all
        return [_row(draft, told[-1]["status"], now, max(_moment(change, draft), told[-1]["at"]))]
    if draft.before is not None:
        return [_row(draft, _was(draft), now, max(_moment(change, draft), last))]
    way = _way(change, draft)
    before = [None, *(status for status, _ in way)]
    return [_row(draft, was, status, at) for was, (status, at) in zip(before, way, strict=False)]


def _way(change: Change, draft: Draft) -> History:
    """The statuses that a new case has had, as far as its dates tell."""
    now, created = draft.get("status"), draft.get("created_at")
    if now == OPEN[0] or (now in OPEN and not draft.entered.get(AT)):
        return [(now, created)]
    stations = [("resolved", draft.get("resolved_at"))] if now in SETTLED else []
    if now != "resolved" or not draft.get("resolved_at"):
        by_date = draft.get("closed_at") if now == "closed" else None
        stations.append((now, draft.entered.get(AT) or by_date or _unknown(change, draft)))
    return [(OPEN[0], created), *((status, at) for status, at in stations if at)]


def _unknown(change: Change, draft: Draft) -> str:
    """When a case came where it is, if nobody tells: when it last changed, else when we learn of it."""
    return str(draft.values["updated_at"] if "updated_at" in draft.given else change.now)


def _row(draft: Draft, was: str | None, now: str, at: str) -> Row:
    last = now == draft.get("status")
    return {"from_status": was, "status": now, "at": at,
            "reason": draft.entered.get(REASON) if last else None}  # fmt: skip


def _refuse_open_children(change: Change, drafts: Sequence[Draft]) -> None:
    """A case is closed after its parts; those that are closed in the same batch count as closed."""
    asked = [draft.id for draft in drafts if draft.before is not None and DESPITE not in draft.entered]
    going = [draft.id for draft in drafts if draft.before is not None]
    found = open_children(change.connection, asked, but=going) if asked else []
    if found:
        named = ", ".join(f"{number} {subject}" for number, subject, _ in found)
        parent = found[0][2]
        raise ConflictError(
            f"{parent} has parts that are open: {named}; close those first, or `crm case close {parent} --yes`"
        )


def open_children(connection: sqlite3.Connection, ids: Sequence[int], *, but: Sequence[int]) -> list[Any]:
    """The open cases that are part of others: number, subject, and their parent's number."""
    marks = ", ".join(f"'{each}'" for each in OPEN)
    question = (
        'SELECT c.number, c.subject, p.number FROM "case" AS c JOIN "case" AS p ON p.id = c.parent_id '
        f"WHERE c.parent_id IN (SELECT value FROM json_each(?)) AND c.status IN ({marks}) "
        "AND c.id NOT IN (SELECT value FROM json_each(?)) ORDER BY c.id"
    )
    return connection.execute(question, (json.dumps(ids), json.dumps(but))).fetchall()
