"""Logs of events: files in which several rows tell the history of one record.

A column that is taken for the time of a status (`status_at`) makes a file one. The rows of a record are brought
together wherever they stand and put in the order of their times: the last one says what the record is, and their
statuses are its history. The store's own history is kept beside that of the log, and where it goes further than
the log does, the record stands where the store says.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.formats.table import Cells, Table
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.rows import Line, Problem, Row
from crm_cli.rules.statuses import OPEN, SETTLED

KEYS = ("external_id", "number")
# What follows from where a record stands: of a log that ends before the store's own history, none is taken.
STATE = ("status", "status_original", "resolution", "resolved_at", "closed_at", "reopened_count")
Step = dict[str, Any]


def is_log(plan: Plan) -> bool:
    """Whether a file is a log.

    Raises:
        InvalidError: it is one and lacks a column of statuses, or one that tells its records apart.
    """
    if not any(column.role == "event" for column in plan.columns):
        return False
    if not _keys(plan):
        raise InvalidError(
            f'no column tells which {plan.noun} a row is about; name it with --map "HEADER=number"'
        )
    if not plan.having("status"):
        raise InvalidError('no column holds the statuses of the log; name it with --map "HEADER=status"')
    return True


def batches(plan: Plan, table: Table, size: int) -> Iterator[list[Line]]:
    """The rows of a log in batches of about `size` that part no record; memory holds the records not yet whole."""
    keys = _keys(plan)
    left = Counter(_key(keys, cells) for _, cells in table.rows())
    begun: dict[tuple[str, ...], list[Line]] = {}
    batch: list[Line] = []
    for line in table.rows():
        key = _key(keys, line[1])
        begun.setdefault(key, []).append(line)
        left[key] -= 1
        if not left[key]:
            batch += begun.pop(key)
            if len(batch) >= size:
                yield batch
                batch = []
    if batch:
        yield batch


def joined(plan: Plan, rows: Sequence[Row]) -> list[Row]:
    """One row for each record of a batch: the last of its events, the others in order behind it.

    Where one event is wrong, the record's others are wrong with it: half a history would be none.
    """
    keys = _keys(plan)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(_key(keys, row.cells), []).append(row)
    made = []
    for key, events in groups.items():
        if not any(key):
            made += [_wrong(row, Problem("", "does not say what it is about")) for row in events]
            continue
        _check(plan, events)
        events.sort(key=lambda row: row.at or "")
        last = events[-1]
        last.earlier = events[:-1]
        made.append(last)
    return made


def settle(change: Change, plan: Plan, rows: Sequence[tuple[Row, dict[str, Any] | None]]) -> None:
    """Give each row the history that its record shall have, the store's own steps among those of the log."""
    part, owner = plan.about.parts["statuses"], f"{plan.about.table}_id"
    ids = [before["id"] for _, before in rows if before]
    own: dict[int, list[Step]] = {}
    for each in change.rows(
        f"SELECT {owner}, status, at FROM {part} WHERE {owner} IN (SELECT value FROM json_each(?)) ORDER BY at, id",
        json.dumps(ids),
    ):
        own.setdefault(each[0], []).append({"status": each[1], "at": each[2]})
    for row, before in rows:
        told = [
            {"status": each.values["status"], "at": each.at}
            for each in (*row.earlier, row)
            if each.values.get("status")
        ]
        stands = own.get(before["id"], []) if before else []
        row.history = _steps([*told, *(step for step in stands if step not in told)])
        if stands and (not told or stands[-1]["at"] > told[-1]["at"]):
            for column in STATE:
                row.values.pop(column, None)
        elif row.history:
            row.values |= _dates(plan, row.history)


def _steps(steps: Sequence[Step]) -> list[Step]:
    """Steps in the order of time, each with the status that it left; one that changes nothing is none."""
    made: list[Step] = []
    for step in sorted(steps, key=lambda each: str(each["at"])):
        left = made[-1]["status"] if made else None
        if step["status"] != left:
            made.append({"from_status": left, **step})
    return made


def _dates(plan: Plan, history: Sequence[Step]) -> dict[str, Any]:
    """What a history says that the file has no column for: when it was settled, and how often it was reopened."""
    opened = [place for place, step in enumerate(history) if step["status"] in OPEN]
    again = sum(history[place]["from_status"] in SETTLED for place in opened)
    found: dict[str, Any] = {"reopened_count": again}
    settled = [step for step in history[max(opened, default=-1) + 1 :] if step["status"] in SETTLED]
    if settled:
        found["resolved_at"] = settled[0]["at"]
        if settled[-1]["status"] == "closed":
            found["closed_at"] = settled[-1]["at"]
    return {name: value for name, value in found.items() if not plan.having(name)}


def _check(plan: Plan, events: list[Row]) -> None:
    """Mark every event of a record where one of them is wrong."""
    header = next(column.header for column in plan.columns if column.role == "event")
    for row in events:
        if row.at is None:
            _wrong(row, Problem(header, "is empty; every event has a time"))
    wrong = next((row for row in events if row.problem), None)
    if wrong is not None:
        for row in events:
            _wrong(row, Problem("", f"another event of the same {plan.noun} is wrong"))


def _wrong(row: Row, problem: Problem) -> Row:
    row.problem = row.problem or problem
    return row


def _keys(plan: Plan) -> list[int]:
    """The columns that tell records apart: those of `--match`, else of the first key that there is."""
    if plan.wishes.match:
        return [column.at for column in plan.having(*plan.wishes.match)]
    return next((found for name in KEYS if (found := [each.at for each in plan.having(name)])), [])


def _key(keys: Sequence[int], cells: Cells) -> tuple[str, ...]:
    return tuple((cells[at] or "").strip() for at in keys)
