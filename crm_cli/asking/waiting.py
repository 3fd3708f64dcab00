"""What waits in service: cases by their clocks and their customers, contracts whose renewal is due.

Each case waits in one section, the gravest that it belongs to. A row is: what it is, id, name, why, due, amount,
currency, owner's id. A due moment is an instant here; whoever shows it makes a day of it.
"""

OPEN = "status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold')"
AHEAD = 3  # days for which the next deadlines are told
RESTING = 7  # days after which a case that rests is told, unless a task about it is open
LAPSED = 30  # days for which a contract is told that ended without being renewed
# The minutes between now and the next deadline, as people say them.
_SPAN = """CASE WHEN abs(minutes) < 60 THEN abs(minutes) || ' min'
  WHEN abs(minutes) < 2880 THEN (abs(minutes) / 60) || ' h' ELSE (abs(minutes) / 1440) || ' days' END"""
_TIMED = f"""CASE WHEN minutes IS NULL THEN replace(status, '_', ' ')
  WHEN minutes < 0 THEN clock || ' ' || {_SPAN} || ' late' ELSE clock || ' due in ' || {_SPAN} END"""
# A case that rests for long, though no task about it says when it goes on: its clock is paused and warns of nothing.
_RESTS = (
    """(SELECT {} FROM case_status AS h WHERE h.case_id = told.id ORDER BY h.at DESC, h.id DESC LIMIT 1)"""
)
_FORGOTTEN = f"""status IN ('waiting_on_customer', 'on_hold')
      AND {_RESTS.format("h.at")} < strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-{RESTING} days')
      AND NOT EXISTS (SELECT 1 FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id
        WHERE l.noun = 'case' AND l.record_id = told.id
          AND a.status IN ('planned', 'not_started', 'in_progress', 'waiting', 'deferred'))"""
_SINCE = f"""replace(status, '_', ' ') || ' for '
  || CAST(julianday(:now) - julianday({_RESTS.format("h.at")}) AS INTEGER) || ' days'
  || coalesce(': ' || {_RESTS.format("h.reason")}, '')"""
# Open cases with the clock that runs out first.
_CLOCKS = f"""
SELECT *, CASE WHEN due = answer THEN 'answer' ELSE 'resolution' END AS clock,
  CAST(round((julianday(due) - julianday(:now)) * 1440) AS INTEGER) AS minutes,
  CASE WHEN sla_state = 'breached' THEN 1 WHEN sla_state = 'nearing' THEN 2
    WHEN sla_state = 'in_progress' AND due < :soon THEN 3 WHEN first_response_at IS NULL THEN 4
    WHEN type = 'complaint' THEN 5 WHEN {_FORGOTTEN} THEN 6 END AS section
FROM (
  SELECT *, coalesce(min(answer, settled), answer, settled) AS due
  FROM (
    SELECT id, number, subject, type, status, company, contact, owner_id, sla_state, first_response_at, created_at,
      CASE WHEN first_response_met IS NULL THEN first_response_due END AS answer,
      CASE WHEN resolution_met IS NULL THEN resolution_due END AS settled
    FROM cases WHERE {OPEN})) AS told"""


# A contract that has run out, though nobody decided so: its renewal was missed, and is told for a while.
_LAPSED = f"""renewal_deal_id IS NULL AND ends_on < :today AND days_left >= -{LAPSED} AND renewal_reminder_days > 0
  AND id IN (SELECT id FROM main.contract WHERE status = 'active')
  AND NOT EXISTS (SELECT 1 FROM main.contract AS n WHERE n.renewed_from_id = contracts.id)"""


def _cases(section: int, why: str = _TIMED, due: str = "due") -> str:
    """The question for the open cases of a section; complaints are marked."""
    return f"""
        SELECT 'case', id, subject, {why} || CASE WHEN type = 'complaint' THEN ' ! complaint' ELSE '' END
          || ', ' || number || coalesce(' ' || coalesce(company, contact), ''), {due}, NULL, NULL, owner_id
        FROM ({_CLOCKS}) AS told WHERE section = {section} ORDER BY due IS NULL, due, created_at, id"""


_ASKED = """'asked ' || CASE CAST(julianday(:now) - julianday(created_at) AS INTEGER) WHEN 0 THEN 'today'
  WHEN 1 THEN 'a day ago' ELSE CAST(julianday(:now) - julianday(created_at) AS INTEGER) || ' days ago' END"""
# Title → its question: what cannot wait, and what can.
URGENT = {"breached": _cases(1), "nearing": _cases(2)}
LATER = {
    "next deadlines": _cases(3),
    "unanswered": _cases(4, _ASKED, "NULL"),
    "complaints": _cases(5),
    "resting": _cases(6, _SINCE, "NULL"),
    "renewals": f"""
        SELECT 'contract', id, name, CASE days_left WHEN 0 THEN 'ends today' WHEN 1 THEN 'ends tomorrow'
          WHEN -1 THEN 'ended yesterday, not renewed' ELSE
          iif(days_left > 0, 'ends in ' || days_left || ' days', 'ended ' || -days_left || ' days ago, not renewed')
          END || coalesce(', ' || company, ''),
          ends_on, value, currency, owner_id
        FROM contracts WHERE renewal_due AND ends_on >= :today OR ({_LAPSED}) ORDER BY ends_on, id""",
}
