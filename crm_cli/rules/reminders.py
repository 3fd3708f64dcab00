"""Reminders to go on with cases that wait: a task on the day, which goes when the case goes on before it.

A clock that is paused warns of nothing, so that a case on hold is easily forgotten.
"""

import json
from collections.abc import Iterable, Sequence

from crm_cli.changing import Change
from crm_cli.rules import intake, records
from crm_cli.rules.drafts import Draft

PAUSED = ("waiting_on_customer", "on_hold")
_TITLE = "Go on with"
IS_NONE = f"""NOT EXISTS (SELECT 1 FROM "case" AS k WHERE k.id = l.record_id
  AND instr(a.subject, '{_TITLE} ' || k.number || ': ') = 1)"""
"""That an activity `a` about a case `l` is no reminder."""
# The reminders of cases that are still to be done; a task that was given other words is the user's own.
_STANDING = f"""
SELECT l.record_id, a.id FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id
WHERE l.noun = 'case' AND l.record_id IN (SELECT value FROM json_each(?)) AND a.kind = 'task'
  AND a.status = 'not_started' AND NOT {IS_NONE}"""


def remind(change: Change, cases: Sequence[Draft], day: str) -> None:
    """Let a task remind of each case on a day; one that stands already moves to it."""
    found = _standing(change, [case.id for case in cases])
    for case in cases:
        if case.id in found:
            records.edit(change, "activity", found[case.id], due=day)
            continue
        task = Draft(
            values={"kind": "task", "subject": f"{_TITLE} {case.get('number')}: {case.get('subject')}", "due": day,
                    "owner_id": case.get("owner_id") or intake.me(change)},
            entered={"about": [("case", case.id)]},
        )  # fmt: skip
        records.write(change, "activity", [task])


def drop(change: Change, cases: Iterable[int]) -> None:
    """Cancel the reminders of cases that go on."""
    tasks = records.load(change, "activity", _standing(change, cases).values())
    for task in tasks:
        task.values |= {"status": "cancelled", "outcome": "the case went on"}
    records.write(change, "activity", tasks)


def _standing(change: Change, cases: Iterable[int]) -> dict[int, int]:
    """By case its reminder."""
    return dict(map(tuple, change.rows(_STANDING, json.dumps(list(cases)))))
