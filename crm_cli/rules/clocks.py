"""The clocks of cases: until when each is to be answered and resolved, stored as facts that do not tick.

A clock runs in the working time of the policy's calendar from the creation of its case. Waiting on the customer
and being on hold stop both clocks, and so does being settled: the working time that is left then is left when the
case goes on. The first response is our first outgoing message, or the settling of a case that had none. What has
been met or missed stays so; only an open clock moves when a priority, a policy or a calendar does.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.rules import policies, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.statuses import OPEN, SETTLED
from crm_cli.working.worktime import Worktime, instant_of, seconds_of

RUNNING = ("new", "in_progress")
CLOCKS = ("first_response", "resolution")
FACTS = ("due", "warn", "left", "met")
COLUMNS = tuple(f"{clock}_{fact}" for clock in CLOCKS for fact in FACTS)
WHOLE = 1_000_000  # 100 per cent as it is stored
BATCH = 2_000  # open cases that are counted anew at a time
NAMED = 20  # cases that a note names

Run = tuple[int, int | None]
"""A time in which a clock runs, until it stops; None while it runs."""
History = Sequence[tuple[str, str]]
"""The statuses of a case in the order of time, each with the instant it began; the first one at its creation."""


class Promise(NamedTuple):
    """What a policy promises for a priority, in working seconds; None is no promise."""

    response: int | None
    resolution: int | None


class Course(NamedTuple):
    """How a case went: when its clocks ran, when it was first settled, since when it is, where it stands."""

    runs: list[Run]
    first_settled: int | None
    settled: int | None
    status: str


def wind(change: Change, drafts: Sequence[Draft], histories: Sequence[History]) -> None:
    """Choose the policy of each case and set its clocks, in its draft and in its row, which must stand.

    `histories[i]` is all that `drafts[i]` has gone through, the change under way included. An export of ours tells
    its facts itself.
    """
    told = [
        (draft, history)
        for draft, history in zip(drafts, histories, strict=True)
        if "uid" not in draft.given and history
    ]
    policies.choose(change, [draft for draft, _ in told])
    book = policies.Book(change)
    for draft, history in told:
        draft.values |= _facts(draft, history, book)
    _store(change, [draft for draft, _ in told])


def foresee(change: Change, drafts: Sequence[Draft], histories: Sequence[History]) -> None:
    """Set the clocks of new cases before their rows are written, so that `wind` need not write them again.

    A case that the condition of a policy may be for is left to `wind`: its row must stand to be asked.
    """
    told = {
        id(draft): history
        for draft, history in zip(drafts, histories, strict=True)
        if "uid" not in draft.given
    }
    known = policies.foresee(change, [draft for draft in drafts if id(draft) in told])
    book = policies.Book(change)
    for draft in known:
        draft.values |= _facts(draft, told[id(draft)], book)


def rewind(change: Change, link: str = "id", targets: Iterable[int] | None = None) -> None:
    """Count open cases anew, since a policy or a calendar has changed or is gone; a note says whose deadlines move.

    With `targets` only those cases are counted whose reference `link`, such as `company_id`, is one of them.
    """
    marks, wound = ", ".join("?" * len(OPEN)), ", ".join(COLUMNS)
    question = (
        f'SELECT id FROM "case" WHERE status IN ({marks}) AND coalesce(sla_policy_id, {wound}) IS NOT NULL '
        f"AND (?{len(OPEN) + 1} IS NULL OR {link} IN (SELECT value FROM json_each(?{len(OPEN) + 1}))) ORDER BY id"
    )
    ids = iter(
        [
            row["id"]
            for row in change.rows(question, *OPEN, None if targets is None else json.dumps(list(targets)))
        ]
    )
    moved: list[str] = []
    while batch := list(islice(ids, BATCH)):
        drafts = records.load(change, "case", batch)
        wind(change, drafts, histories(change, drafts))
        moved += [str(draft.get("number") or draft.id) for draft in drafts if _moved(draft)]
    told = _told(moved, dry_run=change.dry_run) if moved else None
    if told and told not in change.notes:  # what leaves a policy moves once more when that is gone
        change.notes.append(told)


def follow(change: Change, customers: Sequence[Draft], link: str) -> None:
    """Count the open cases anew whose contract or company (`link`) has been given another policy."""
    column = "sla_policy_id"
    moved = [each.id for each in customers if each.before and each.before[column] != each.get(column)]
    if moved:
        rewind(change, link, moved)


def _told(numbers: list[str], *, dry_run: bool) -> str:
    cases = "1 open case" if len(numbers) == 1 else f"{len(numbers):,} open cases"
    more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
    verb = "would get" if dry_run else "gets" if len(numbers) == 1 else "get"
    return f"{cases} {verb} new deadlines: {', '.join(numbers[:NAMED])}{more}"


def histories(change: Change, drafts: Sequence[Draft]) -> list[History]:
    """What standing cases have gone through; of one without a history, its creation as it is."""
    question = (
        "SELECT case_id, status, at FROM case_status "
        "WHERE case_id IN (SELECT value FROM json_each(?)) ORDER BY at, id"
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in change.rows(question, json.dumps([draft.id for draft in drafts])):
        found.setdefault(row["case_id"], []).append((row["status"], row["at"]))
    return [found.get(draft.id) or [(draft.get("status"), draft.get("created_at"))] for draft in drafts]


def facts(
    created: str,
    history: History,
    responded: str | None,
    promise: Promise,
    worktime: Worktime,
    warn_pct: int = 800_000,
) -> dict[str, Any]:
    """What is to be stored of the clocks of a case, by column.

    Args:
        created: the instant from which the clocks run.
        history: its statuses, see `History`.
        responded: the instant of our first message.
        promise: what is promised.
        worktime: the working time of the policy's calendar.
        warn_pct: the share of the time after which a deadline is near, in ten-thousandths of a per cent.
    """
    begun = seconds_of(created)
    course = _course(begun, history)
    if course.status not in (*OPEN, *SETTLED):
        return dict.fromkeys(COLUMNS)
    answers = [max(begun, seconds_of(responded))] if responded else []
    answers += [course.first_settled] if course.first_settled is not None else []
    found: dict[str, Any] = {}
    for clock, seconds, end in (
        ("first_response", promise.response, min(answers, default=None)),
        ("resolution", promise.resolution, course.settled),
    ):
        values = _clock(seconds, course.runs, end, worktime, warn_pct)
        found |= {f"{clock}_{fact}": value for fact, value in zip(FACTS, values, strict=True)}
    return found


def _course(created: int, history: History) -> Course:
    runs: list[Run] = []
    begun = first_settled = settled = None
    at, status = created, ""
    for number, (status, instant) in enumerate(history):
        at = max(at, seconds_of(instant)) if number else created
        if status in RUNNING:
            begun, settled = (at if begun is None else begun), None
            continue
        if begun is not None:
            runs.append((begun, at))
            begun = None
        settled = (at if settled is None else settled) if status in SETTLED else None
        first_settled = settled if first_settled is None else first_settled
    if begun is not None:
        runs.append((begun, None))
    return Course(runs, first_settled, settled, status)


def _clock(
    promised: int | None, runs: list[Run], end: int | None, worktime: Worktime, warn_pct: int
) -> tuple[str | None, str | None, int | None, int | None]:
    """Due, warn, left and met of a clock that ended at `end`, or has not ended yet."""
    if promised is None:
        return None, None, None, None
    if end is not None:
        runs = list(_until(runs, end))
    elif not runs or runs[-1][1] is not None:
        return None, None, promised - sum(worktime.between(*run) for run in _whole(runs)), None
    due = _reached(runs, promised, worktime)
    warn = _reached(runs, promised * warn_pct // WHOLE, worktime)
    return instant_of(due), instant_of(warn), None, None if end is None else int(end <= due)


def _until(runs: Iterable[Run], end: int) -> Iterator[Run]:
    """The runs up to an instant; the last one goes on from there, so that what was due can be told."""
    last: Run = (end, None)
    for begin, stop in runs:
        if begin > end:
            break
        if stop is None or stop >= end:
            last = (begin, None)
            break
        yield begin, stop
    yield last


def _whole(runs: Iterable[Run]) -> Iterator[tuple[int, int]]:
    return ((begin, stop) for begin, stop in runs if stop is not None)


def _reached(runs: list[Run], seconds: int, worktime: Worktime) -> int:
    """The instant at which so much working time has passed in runs, the last of which goes on."""
    for begin, stop in _whole(runs):
        spent = worktime.between(begin, stop)
        if seconds < spent:
            return worktime.after(begin, seconds)
        seconds -= spent
    return worktime.after(runs[-1][0], seconds)


def _facts(draft: Draft, history: History, book: policies.Book) -> dict[str, Any]:
    """The facts of a draft; what was met or missed before this change stays as it was."""
    policy = book.policies[draft.get("sla_policy_id")]
    found = facts(
        draft.get("created_at"),
        history,
        draft.get("first_response_at"),
        Promise(*policy.targets.get(draft.get("priority") or "normal", (None, None))),
        book.calendars.of(policy.calendar_id),
        policy.warn_pct,
    )
    if draft.before is not None and draft.get("status") != "cancelled":
        for clock in CLOCKS:
            if _is_decided(draft, draft.before, clock, found[f"{clock}_met"]):
                found |= {f"{clock}_{fact}": draft.before[f"{clock}_{fact}"] for fact in FACTS}
    return found


def _is_decided(draft: Draft, before: dict[str, Any], clock: str, met: int | None) -> bool:
    """Whether a clock had ended before this change, and nothing that it ended by has changed since."""
    if before[f"{clock}_met"] is None or met is None:
        return False
    ends = ("first_response_at",) if clock == "first_response" else ("resolved_at", "closed_at")
    if clock == "resolution" and before["resolved_at"]:
        ends = ("resolved_at",)
    return all(draft.get(column) == before[column] for column in (*ends, "created_at"))


def _store(change: Change, drafts: Sequence[Draft]) -> None:
    """Write what the rows do not hold yet."""
    columns = ("sla_policy_id", "sla_policy_pinned", *COLUMNS)
    names = ", ".join(f'"{column}"' for column in columns)
    ids = json.dumps([draft.id for draft in drafts])
    question = f'SELECT id, {names} FROM "case" WHERE id IN (SELECT value FROM json_each(?))'
    standing = {row["id"]: tuple(row)[1:] for row in change.rows(question, ids)}
    fresh = [(*map(draft.get, columns), draft.id) for draft in drafts]
    sets = ", ".join(f'"{column}" = ?' for column in columns)
    change.connection.executemany(
        f'UPDATE "case" SET {sets} WHERE id = ?', [row for row in fresh if standing.get(row[-1]) != row[:-1]]
    )


def _moved(draft: Draft) -> bool:
    before = draft.before or {}
    return any(
        draft.get(f"{clock}_{fact}") != before[f"{clock}_{fact}"]
        for clock in CLOCKS
        for fact in ("due", "left")
    )
