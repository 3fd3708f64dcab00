"""Today: what a person should do now — whom to call, cases and their deadlines, tasks, invoices, deals, leads."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from crm_cli import clock
from crm_cli.asking import experience, rhythm, waiting
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.dates import local_day, next_day, parse_instant

if TYPE_CHECKING:
    from crm_cli.desk import Desk

COLUMNS = [
    Field("what", "text"),
    Field("noun", "choice"),
    Field("id", "id"),
    Field("name", "text"),
    Field("why", "text"),
    Field("due", "day"),
    Field("amount", "money"),
    Field("currency", "currency"),
    Field("owner", "text"),
]
OPEN = "status IN ('planned', 'not_started', 'in_progress', 'waiting', 'deferred')"
OPEN_DEAL = "stage_id IN (SELECT id FROM stage WHERE kind = 'open')"
# What an activity is about, by name.
TOLD = """(SELECT group_concat(called, ', ') FROM (
  SELECT (SELECT name FROM called WHERE called.noun = l.noun AND called.id = l.record_id) AS called
  FROM activity_about AS l WHERE l.activity_id = activity.id ORDER BY l.id))"""
# Title → the question that finds what waits: what it is, id, name, why, due, amount, currency, owner.
SECTIONS = {
    **waiting.URGENT,
    "overdue": f"""
        SELECT kind, id, subject, {TOLD}, due, NULL, NULL, owner_id FROM activity
        WHERE due < :today AND {OPEN} ORDER BY due, id""",
    "today": f"""
        SELECT kind, id, subject, {TOLD}, coalesce(due, :today), NULL, NULL, owner_id FROM activity
        WHERE (due = :today OR (start >= :start AND start < :end)) AND {OPEN} ORDER BY start, id""",
    **waiting.LATER,
    "unpaid": """
        SELECT 'invoice', id, coalesce((SELECT name FROM company WHERE company.id = company_id),
            (SELECT name FROM contact WHERE contact.id = contact_id), number),
          CAST(julianday(:today) - julianday(due_on) AS INTEGER) || ' days overdue' || coalesce(', ' || number, ''),
          due_on, amount - paid, currency, owner_id
        FROM invoice
        WHERE settled_on IS NULL AND void_on IS NULL AND due_on < :today AND issued_on <= :today AND amount > paid
        ORDER BY due_on, id""",
    "slipped": f"""
        SELECT 'deal', id, name,
          CAST(julianday(:today) - julianday(expected_close) AS INTEGER) || ' days late, ' || stage,
          expected_close, amount, currency, owner_id
        FROM deals WHERE {OPEN_DEAL} AND expected_close < :today ORDER BY amount DESC""",
    "rotten": f"""
        SELECT 'deal', id, name, idle || ' days quiet, ' || stage, expected_close,
          amount, currency, owner_id
        FROM (
          SELECT *, CAST(julianday(:today) - julianday(max(since, touched)) AS INTEGER) AS idle
          FROM (
            SELECT *, coalesce(in_stage_since, substr(created_at, 1, 10)) AS since,
              coalesce(substr(last_touch, 1, 10), '') AS touched,
              (SELECT rotten_days FROM stage WHERE stage.id = stage_id) AS bound
            FROM deals WHERE {OPEN_DEAL} AND (expected_close IS NULL OR expected_close >= :today)))
        WHERE idle > bound ORDER BY amount DESC""",
    "partners": """
        SELECT iif(lead_id IS NULL, 'deal', 'lead'), coalesce(lead_id, deal_id),
          coalesce((SELECT name FROM lead WHERE lead.id = lead_id), (SELECT name FROM deal WHERE deal.id = deal_id)),
          CASE WHEN hours_left < 0 THEN partner || ' did not answer in time: `crm partner tick` passes it on'
            ELSE iif(hours_left = 0, 'under 1', hours_left) || ' h left for ' || partner || ' to answer'
              || iif((SELECT status FROM delivery WHERE delivery.id = delivery_id) = 'queued',
                '; not written to yet: `crm partner tick` does', '') END,
          respond_by, NULL, NULL, owner_id
        FROM offers WHERE state = 'offered' ORDER BY respond_by, id""",
    "new leads": """
        SELECT 'lead', id, name,
          coalesce(rating || ', ', '') || coalesce(source || ', ', '') || coalesce(company_name, ''),
          NULL, est_amount, currency, owner_id
        FROM lead WHERE status = 'new' AND first_touch_at IS NULL AND converted_at IS NULL
        ORDER BY CASE rating WHEN 'hot' THEN 0 WHEN 'warm' THEN 1 ELSE 2 END, created_at""",
    "no next step": f"""
        SELECT 'deal', id, name, stage, expected_close, amount, currency, owner_id FROM deals
        WHERE {OPEN_DEAL} AND next_step IS NULL AND amount IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id
          WHERE l.noun = 'deal' AND l.record_id = deals.id AND a.{OPEN})
        ORDER BY amount DESC""",
}


def agenda(desk: "Desk", owner: int | None, most: int | None) -> Rows:
    """Everything that waits, section by section; at most `most` of each."""
    bound = _bound(desk, owner, most)
    if most is None and desk.style.chosen != "table":  # one after the other, however many they are
        every = (_told(desk, title, waits) for title, waits, _ in _questions(desk, bound))
        return Rows(COLUMNS, chain.from_iterable(every))
    rows: list[tuple[Any, ...]] = []
    sections = {}
    for title, found, number in _sections(desk, bound):
        rows += _told(desk, title, found)
        sections[title] = title if number == len(found) else f"{title}: {len(found)} of {number:,}"
    cut = any(heading != title for title, heading in sections.items())
    notes = ["--all shows everything"] if cut else []
    kept = _filled(rows) if desk.style.chosen == "table" else range(len(COLUMNS))
    return Rows(
        [COLUMNS[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        notes,
        sections=sections,
    )


def counts(desk: "Desk", owner: int | None = None) -> dict[str, int]:
    """How much waits in each section."""
    return {title: number for title, _, number in _sections(desk, _bound(desk, owner, 0))}


def _filled(rows: list[tuple[Any, ...]]) -> list[int]:
    """The places of the columns that say something in some row; a currency says nothing without an amount."""
    empty = {each.name for place, each in enumerate(COLUMNS) if all(row[place] is None for row in rows)}
    if "amount" in empty:
        empty.add("currency")
    return [place for place, each in enumerate(COLUMNS) if each.name not in empty or not rows]


def _bound(desk: "Desk", owner: int | None, most: int | None) -> dict[str, Any]:
    """The moments and bounds of the questions."""
    today, zone = desk.reading.today, desk.reading.zone
    day = today.isoformat()
    soon = (today + timedelta(waiting.AHEAD + 1)).isoformat()
    return {
        "now": clock.now(zone),
        "today": day,
        "start": parse_instant(day, zone=zone, today=today),
        "end": parse_instant(next_day(day), zone=zone, today=today),
        "soon": parse_instant(soon, zone=zone, today=today),
        "owner": owner,
        "most": -1 if most is None else most,
    }


def _told(desk: "Desk", title: str, found: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a section as they are shown."""
    for row in found:
        name = desk.connection.execute("SELECT name FROM user WHERE id = ?", (row[7],)).fetchone()
        due = local_day(row[4], desk.reading.zone) if row[4] and "T" in row[4] else row[4]
        yield title, *row[:4], due, *row[5:7], name[0] if name else None


def _questions(desk: "Desk", bound: dict[str, Any]) -> Iterator[tuple[str, Iterable[Any], str]]:
    """Each section with its rows as they come, and the question for all of them; whom to call comes first."""
    yield "call", experience.unhappy(desk, bound["owner"]), ""
    for title, question in SECTIONS.items():
        whose = f"SELECT * FROM ({question}) WHERE :owner IS NULL OR owner_id = :owner"
        yield title, desk.connection.execute(f"{whose} LIMIT :most", bound), whose
    yield "at risk", rhythm.quiet(desk, bound["owner"]), ""


def _sections(desk: "Desk", bound: dict[str, Any]) -> Iterator[tuple[str, list[Any], int]]:
    """Each section with its first rows and how many there are."""
    most = bound["most"]
    for title, rows, whose in _questions(desk, bound):
        found = list(rows)
        number = len(found)
        if whose and number == most:
            number = desk.connection.execute(f"SELECT count(*) FROM ({whose})", bound).fetchone()[0]
        yield title, found if most < 0 else found[:most], number
