"""All about one case: its service level, its checklist, all that was written and said, and how it came to where it is.

Times are shown in the user's zone. A clock that runs shows until when; one that is paused, how much working time is
left.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm_cli import clock, output
from crm_cli.asking import blocks
from crm_cli.asking.listing import listing
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

CLOCKS = (("first response", "first_response", "answered"), ("resolution", "resolution", "resolved"))
PAUSED = ("waiting_on_customer", "on_hold")
MESSAGES = """
SELECT a.id, coalesce(a.done_at, a.start, a.created_at) AS at, a.kind, a.direction, a.subject, a.body,
  (SELECT group_concat(c.name, ', ') FROM activity_participant AS p JOIN contact AS c ON c.id = p.contact_id
   WHERE p.activity_id = a.id) AS person,
  (SELECT name FROM user WHERE user.id = a.owner_id) AS owner,
  (SELECT d.status FROM delivery AS d WHERE d.activity_id = a.id ORDER BY d.id DESC LIMIT 1) AS delivery
FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id
WHERE l.noun = 'case' AND l.record_id = ? AND a.kind <> 'task' AND a.status IN ('done', 'completed')
ORDER BY 2, a.id
"""
Sections = Iterator[tuple[str, list[str]]]


def sections(desk: "Desk", case_id: int, held: dict[str, Any]) -> Sections:
    """What the picture of a case has beside its fields, each under its heading; empty ones have no lines."""
    yield "service level", _level(desk, case_id, held)
    yield "checklist", _marked(desk, case_id)
    yield "parts", _parts(desk, case_id)
    yield "messages", lines(desk, case_id)
    yield "status", _statuses(desk, case_id)
    yield "surveys", _surveys(desk, case_id)


def lines(desk: "Desk", case_id: int) -> list[str]:
    """The thread: every message and note in the order of time, in full."""
    found: list[str] = []
    for row in desk.connection.execute(MESSAGES, (case_id,)):
        _, at, kind, way, subject, body, person, owner, delivery = row
        us, them = owner or "we", person or "the customer"
        who = {"in": f"{them} → {us}", "out": f"{us} → {them}"}.get(way or "", us)
        what = "internal note" if kind == "note" else kind
        state = f"  ({delivery})" if delivery and delivery != "sent" else ""
        found += ["", f"{_time(desk, at)}  {output.visible(who)}  {what}{state}"]
        said = body if body and (kind != "note" or body.startswith(subject)) else _both(subject, body)
        found += [f"  {line}".rstrip() for line in output.visible(said).splitlines()]
    return found[1:]


def records(desk: "Desk", ids: list[int]) -> Rows:
    """Cases with all their columns, and the thread, the parts and the surveys of each, for machines."""
    rows = listing(desk, "case", ids=ids, columns=["all"])
    place = [each.name for each in rows.columns].index("id")
    more = [
        ("messages", MESSAGES),
        ("parts", 'SELECT id, number, subject, status FROM "case" WHERE parent_id = ? ORDER BY id'),
        ("surveys", "SELECT id, kind, score, comment, at FROM survey WHERE case_id = ? ORDER BY at, id"),
    ]
    made = [(*row, *(_objects(desk, question, row[place]) for _, question in more)) for row in rows.rows]
    return Rows([*rows.columns, *(Field(name, "json") for name, _ in more)], made)


def steps(desk: "Desk", case_id: int) -> Rows:
    """The checklist of a case, numbered."""
    columns = [Field("step", "integer"), Field("text", "text"), Field("done_at", "instant")]
    return Rows(columns, [(number, *row) for number, row in enumerate(_checklist(desk, case_id), 1)])


def _both(subject: str | None, body: str | None) -> str:
    return "\n".join(filter(None, (subject, body)))


def _time(desk: "Desk", instant: str) -> str:
    return shown(clock.local_text(instant, desk.config.zone), desk.config.get("calendar"))


def _objects(desk: "Desk", question: str, case_id: int) -> str:
    """The rows of a question as JSON objects without what is empty."""
    cursor = desk.connection.execute(question, (case_id,))
    names = [each[0] for each in cursor.description]
    rows = [{name: cell for name, cell in zip(names, row, strict=True) if cell is not None} for row in cursor]
    return json.dumps(rows, ensure_ascii=False)


def _level(desk: "Desk", case_id: int, held: dict[str, Any]) -> list[str]:
    """Where the clock stands: state, policy, what it falls under, deadlines or what is left."""
    state = [(held.get("sla_state") or "").replace("_", " "), _paused(desk, case_id, held)]
    rows = [["state", "; ".join(filter(None, state))]]
    rows += [["policy", held.get("sla_policy") or ""], ["contract", _contract(desk, held.get("contract_id"))]]
    rows += [[name, _clock(desk, held, column, done)] for name, column, done in CLOCKS]
    if held.get("sla_result"):
        rows.append(["as told", held["sla_result"]])
    return blocks.aligned([row for row in rows if row[1]])


def _paused(desk: "Desk", case_id: int, held: dict[str, Any]) -> str:
    """Why a clock is paused, and since when."""
    if held["status"] not in PAUSED:
        return ""
    row = desk.connection.execute(
        "SELECT at, reason FROM case_status WHERE case_id = ? ORDER BY at DESC, id DESC LIMIT 1", (case_id,)
    ).fetchone()
    since = f" since {_time(desk, row[0])}" if row else ""
    reason = f": {output.visible(row[1])}" if row and row[1] else ""
    return f"{held['status'].replace('_', ' ')}{since}{reason}"


def _contract(desk: "Desk", contract_id: int | None) -> str:
    row = desk.connection.execute(
        "SELECT number, name, ends_on FROM contract WHERE id = ?", (contract_id,)
    ).fetchone()
    if row is None:
        return ""
    until = f", until {shown(row[2], desk.config.get('calendar'))}" if row[2] else ""
    return output.visible(f"{row[0]} {row[1]}{until}")


def _clock(desk: "Desk", held: dict[str, Any], column: str, done: str) -> str:
    """One clock in words."""
    due, left, met = (held.get(f"{column}_{name}") for name in ("due", "left", "met"))
    at = held.get("first_response_at" if column == "first_response" else "resolved_at")
    until = f"due {_time(desk, due)}" if due else ""
    if met is not None:
        when = f"{done} {_time(desk, at)}" if at else done
        return f"{when}, {'in time' if met else 'late'}" + (f" ({until})" if until else "")
    if left is not None:
        return f"paused, {_span(abs(left))} of working time {'left' if left >= 0 else 'late'}"
    if not due:
        return ""
    now = datetime.fromisoformat(clock.now(desk.config.zone))
    seconds = int((datetime.fromisoformat(due) - now).total_seconds())
    return f"{until}, " + (f"in {_span(seconds)}" if seconds >= 0 else f"late by {_span(-seconds)}")


def _span(seconds: int) -> str:
    """A time as people say it, in the two largest units that it fills."""
    parts = [(seconds // 86_400, "d"), (seconds % 86_400 // 3_600, "h"), (seconds % 3_600 // 60, "min")]
    told = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(told) or "less than 1 min"


def _checklist(desk: "Desk", case_id: int) -> list[Any]:
    question = "SELECT text, done_at FROM case_step WHERE case_id = ? ORDER BY position, id"
    return desk.connection.execute(question, (case_id,)).fetchall()


def _marked(desk: "Desk", case_id: int) -> list[str]:
    return [
        f"{number}. [{'x' if done else ' '}] {output.visible(text)}"
        for number, (text, done) in enumerate(_checklist(desk, case_id), 1)
    ]


def _parts(desk: "Desk", case_id: int) -> list[str]:
    question = "SELECT number, subject, status FROM cases WHERE parent_id = ? ORDER BY id"
    return blocks.table(desk, question, (case_id,), ["text", "text", "choice"])


def _statuses(desk: "Desk", case_id: int) -> list[str]:
    question = "SELECT at, from_status, status, reason FROM case_status WHERE case_id = ? ORDER BY at, id"
    return [
        f"{_time(desk, at)}  {f'{was} → ' if was else ''}{now}".replace("_", " ")
        + (f"  {output.visible(reason)}" if reason else "")
        for at, was, now, reason in desk.connection.execute(question, (case_id,))
    ]


def _surveys(desk: "Desk", case_id: int) -> list[str]:
    question = "SELECT at, kind, score, comment FROM survey WHERE case_id = ? ORDER BY at, id"
    return [
        f"{_time(desk, at)}  {kind} {score}" + (f"  {output.visible(comment)}" if comment else "")
        for at, kind, score, comment in desk.connection.execute(question, (case_id,))
    ]
