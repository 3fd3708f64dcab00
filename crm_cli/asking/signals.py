"""What the store has seen of leads beside their own fields: answers to campaigns, what was said, their company's size.

Each signal is a whole number; a lead of which nothing was seen has 0, or none where 0 would say something.
"""

import json
import sqlite3
from collections.abc import Iterable

SIGNALS = {
    "employees": "people of the company that has the name the lead gave",
    "opened": "campaigns whose message was opened or clicked",
    "clicked": "campaigns whose message was clicked",
    "responded": "campaigns answered",
    "bounced": "campaigns that did not reach them",
    "opted_out": "campaigns they wanted no more of",
    "calls": "calls made",
    "meetings": "meetings held",
    "replies": "calls and e-mails that came from them",
    "quiet_days": "days since anything was said, held or answered; else since the lead is known",
}
"""The signals by name, and what each counts."""
COUNTED = tuple(name for name in SIGNALS if name not in ("employees", "quiet_days"))
Signals = dict[str, int | None]

_UNTIL = "min(:now, coalesce(lead.converted_at, :now))"


def _ever(statuses: str) -> str:
    """Whether a member had one of these statuses by then; one whose day is not known counts."""
    dated = f"SELECT max(at <= {_UNTIL}) FROM member_status WHERE member_id = m.id AND status IN ({statuses})"
    return f"sum(coalesce(({dated}), m.status IN ({statuses})))"


_CAMPAIGNS = f"""
SELECT lead.id, {_ever("'opened', 'clicked'")} AS opened, {_ever("'clicked'")} AS clicked,
  sum(coalesce(m.first_responded_at <= {_UNTIL}, m.status = 'responded')) AS responded,
  {_ever("'bounced'")} AS bounced, {_ever("'opted_out'")} AS opted_out,
  max(iif(m.first_responded_at <= {_UNTIL}, m.first_responded_at, NULL)) AS latest
FROM lead JOIN member AS m ON m.lead_id = lead.id
WHERE lead.id IN (SELECT value FROM json_each(:ids)) AND m.status <> 'excluded' AND NOT coalesce(m.control, 0)
GROUP BY lead.id"""
_SAID = f"""
SELECT lead.id,
  sum(a.kind = 'call' AND coalesce(a.direction, 'out') = 'out') AS calls,
  sum(a.kind = 'meeting') AS meetings,
  sum(a.kind IN ('call', 'email') AND coalesce(a.direction, 'out') = 'in') AS replies,
  max(a.done_at) AS latest
FROM lead JOIN activity_about AS l ON l.noun = 'lead' AND l.record_id = lead.id
  JOIN activity AS a ON a.id = l.activity_id
WHERE lead.id IN (SELECT value FROM json_each(:ids)) AND a.done_at <= {_UNTIL}
  AND a.status IN ('done', 'completed') AND a.kind IN ('call', 'email', 'meeting')
GROUP BY lead.id"""
_KNOWN = """
SELECT lead.id, lead.created_at AS latest, lead.company_name FROM lead
WHERE lead.id IN (SELECT value FROM json_each(:ids))"""
_SIZES = """
SELECT name_key, max(employees) FROM company
WHERE name_key IN (SELECT value FROM json_each(?)) GROUP BY name_key HAVING count(*) = 1"""


def of(connection: sqlite3.Connection, ids: Iterable[int], now: str) -> dict[int, Signals]:
    """The signals of leads until `now` (an instant); of a converted lead, until it was converted."""
    from crm_cli.values.folding import fold

    bound = {"ids": json.dumps(list(ids)), "now": now}
    found: dict[int, Signals] = {}
    heard: dict[int, str] = {}
    named: dict[int, str] = {}
    for number, created, company in connection.execute(_KNOWN, bound):
        found[number] = dict.fromkeys(COUNTED, 0)
        heard[number], named[number] = created, fold(company or "")
    for question in (_CAMPAIGNS, _SAID):
        cursor = connection.execute(question, bound)
        names = [each[0] for each in cursor.description][1:-1]
        for number, *counts, latest in cursor:
            found[number] |= dict(zip(names, counts, strict=True))
            heard[number] = max(heard[number], latest or "")
    sizes = dict(connection.execute(_SIZES, (json.dumps(sorted({*named.values()} - {""})),)).fetchall())
    for number, signals in found.items():
        signals["employees"] = sizes.get(named[number])
        signals["quiet_days"] = _days(heard[number], now)
    return found


def _days(since: str, until: str) -> int:
    """Whole days between two instants, 0 where the first is the later one."""
    from datetime import datetime

    return max(0, (datetime.fromisoformat(until) - datetime.fromisoformat(since)).days)
