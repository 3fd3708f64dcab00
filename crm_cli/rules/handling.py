"""Handling cases: waiting, holding, resuming, resolving, closing, opening again and giving up, each where it can be.

A verb is a change of status; what follows from that is told in `crm_cli.rules.statuses`. What a verb needs to know
beforehand, such as activities that are still open about a case, is asked here too.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records, reminders, statuses
from crm_cli.rules.drafts import Draft

_SETTLED = statuses.SETTLED
# verb → the status it leads to, and those from which it does
VERBS: dict[str, tuple[str, tuple[str, ...]]] = {
    "wait": ("waiting_on_customer", statuses.OPEN),
    "hold": ("on_hold", statuses.OPEN),
    "resume": ("in_progress", statuses.OPEN),
    "resolve": ("resolved", (*statuses.OPEN, "resolved")),
    "close": ("closed", (*statuses.OPEN, *_SETTLED)),
    "cancel": ("cancelled", (*statuses.OPEN, "cancelled")),
    "reopen": ("in_progress", (*_SETTLED, "cancelled")),
}
UNDONE = ("planned", "not_started", "in_progress", "waiting", "deferred")


def put(
    change: Change, verb: str, ids: Sequence[int], *, reason: str | None = None, resolution: str | None = None,
    until: str | None = None, despite_children: bool = False,
) -> list[Draft]:  # fmt: skip
    """Do one of `VERBS` to cases; returns them, `changed` where they were not so already.

    `reason` is kept with the change of status, and on the day `until` (as it is typed) a task reminds of them.
    `despite_children` closes cases although parts of them are open.

    Raises:
        ConflictError: a case is where the verb does not lead on, or has parts that are open.
        InvalidError: a case is to be resolved or closed without a resolution, or `until` is no day to come.
    """
    status, since = VERBS[verb]
    drafts = records.load(change, "case", ids)
    for draft in drafts:
        if draft.get("status") not in since:
            raise ConflictError(_refusal(draft.get("number"), draft.get("status"), verb))
        draft.values["status"] = status
        if resolution is not None:
            draft.values["resolution"] = resolution
        if reason:
            draft.entered[statuses.REASON] = reason
        if despite_children:
            draft.entered[statuses.DESPITE] = True
    records.write(change, "case", drafts)
    if until:
        reminders.remind(change, drafts, _coming(change, until))
    return drafts


def refuse(connection: sqlite3.Connection, verb: str, ids: Sequence[int]) -> None:
    """Refuse a verb that does not lead on from where cases are, before anybody has written a word.

    Raises:
        ConflictError: one of them is there.
    """
    question = 'SELECT number, status FROM "case" WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id'
    for number, status in connection.execute(question, (json.dumps(list(ids)),)):
        if status not in VERBS[verb][1]:
            raise ConflictError(_refusal(number, status, verb))


def open_activities(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Any]:
    """The activities about cases that are still to be done, without what only reminds of them: id, kind and subject."""
    marks = ", ".join(f"'{each}'" for each in UNDONE)
    question = (
        "SELECT DISTINCT a.id, a.kind, a.subject FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id "
        f"WHERE l.noun = 'case' AND l.record_id IN (SELECT value FROM json_each(?)) AND a.status IN ({marks}) "
        f"AND {reminders.IS_NONE} ORDER BY a.id"
    )
    return connection.execute(question, (json.dumps(list(ids)),)).fetchall()


def drop_activities(change: Change, ids: Sequence[int]) -> None:
    """Cancel activities that the end of a case makes needless."""
    drafts = records.load(change, "activity", ids)
    for draft in drafts:
        draft.values |= {"status": "cancelled", "outcome": draft.get("outcome") or "the case was settled"}
    records.write(change, "activity", drafts)


def _coming(change: Change, text: str) -> str:
    """A day that is typed and not past."""
    day = str(values.read("day", text, change.reading))
    if day < change.today.isoformat():
        raise InvalidError(f"--until {text}: {day} is past; give a day to come, such as +3d or fri")
    return day


def _refusal(number: str, status: str, verb: str) -> str:
    if verb == "reopen":
        return f"{number} is open already ({status}); `crm case resume {number}` goes on with one that waits"
    return f"{number} is {status}; `crm case reopen {number}` first"
