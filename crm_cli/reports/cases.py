"""Cases opened and resolved: backlog, first-contact resolution, hours to resolve."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from crm_cli.asking import times
from crm_cli.asking.figures import rounded, share
from crm_cli.asking.groups import Place, by_customer
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.working.calendars import Calendars

NOUN = "case"
DAY = "local_day(created_at)"
COLUMNS = (
    Field("opened", "integer", "Cases that came"),
    Field("resolved", "integer", "Cases that were resolved, or closed with --to closed"),
    Field("backlog", "integer", "Cases open at the end of the period"),
    Field("reopened", "integer", "Of the opened ones, those that were opened again"),
    Field("first_contact_pct", "percent", "Resolved with at most one answer of ours and never reopened"),
    Field("mean_hours", "decimal", "Mean hours from opening to resolving"),
    Field("median_hours", "decimal", "Median of the same"),
    Field("p90_hours", "decimal", "What nine of ten took at most"),
    Field("per_customer_month", "decimal", "Cases a month of a customer that had any"),
)
MEASURE = "opened"
PARTS = ("opened", "resolved", "backlog", "reopened")
OPTIONS = (
    Choice("to", "What a case's time runs to", ("resolved", "closed")),
    Choice("business", "Count hours in the working time of each case's calendar"),
)
GROUPS = {"customer": by_customer()}
FORMULA = """
opened and reopened go by the day a case came, resolved and its hours by the day it was resolved (--to closed: closed).
backlog = came by the end of the period and was not settled by then; by month, at the end of each month.
first_contact_pct = resolved with at most one outgoing call or e-mail about it and never reopened ÷ resolved.
hours = from coming to being resolved: of the calendar or, with --business, of the working time that the case's policy
counts in. Cases that were resolved before they came are left out of them. p90 lies between two cases in proportion.
per_customer_month = opened ÷ customers among them (company, else contact) ÷ months of the period (of 30.4375 days, one
at least; without a period from the first case to today).
"""
OPEN = "status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold')"
# When a case was settled: by its dates, else by its history, which knows of the cancelled ones.
SETTLED = f"""CASE WHEN {OPEN} THEN NULL ELSE coalesce(resolved_at, closed_at, (
    SELECT max(at) FROM case_status AS h WHERE h.case_id = chosen.id AND h.status = chosen.status)) END"""
ASKED = (
    "created_at", "resolved_at", "closed_at", "status", "reopened_count", "company_id", "contact_id", "sla_policy_id",
)  # fmt: skip
OPENED = """
SELECT {group}, NULL, count(*), sum(coalesce(reopened_count, 0) > 0),
  json_group_array(DISTINCT coalesce(company_id, -contact_id)) FILTER (WHERE coalesce(company_id, contact_id)),
  sum(coalesce(company_id, contact_id) IS NOT NULL), local_day(min(created_at))
FROM chosen WHERE {during} GROUP BY 1
"""
RESOLVED = """
SELECT {group}, NULL, count(*), sum(coalesce(reopened_count, 0) = 0 AND id NOT IN answered),
  sum(id NOT IN (SELECT record_id FROM activity_about WHERE noun = 'case'))
FROM chosen WHERE {during} GROUP BY 1
"""
PASSED = "strftime('%s', {end}) - strftime('%s', created_at)"
# The same in working time, in the calendar that the case's policy counts in.
WORKED = (
    "worked((SELECT calendar_id FROM sla WHERE sla.id = sla_policy_id), "
    "0 + strftime('%s', created_at), 0 + strftime('%s', {end}))"
)
TOOK = 'SELECT {group} AS "group", {took} AS value FROM chosen WHERE {during} AND {end} >= created_at'
ANSWERED = """,
answered AS (
  SELECT l.record_id FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id
  WHERE l.noun = 'case' AND a.kind IN ('email', 'call') AND a.direction = 'out' AND a.done_at IS NOT NULL
  GROUP BY l.record_id HAVING count(*) > 1)"""
LEFT = f"""
SELECT {{group}}, NULL, {{gone}}, count(*) FROM (SELECT *, {SETTLED} AS settled_at FROM chosen WHERE {{came}})
WHERE {{by_period}} OR settled_at IS NULL OR NOT ({{settled}}) GROUP BY 1, 3
"""
MONTH = Fraction(487, 16)  # days: 365.25 ÷ 12
MONTHS = {"week": 7 / MONTH, "month": Fraction(1), "quarter": Fraction(3), "year": Fraction(12)}
HOUR = 3600


@dataclass
class Tally:
    """What became of the cases of one group; `took` is what the resolved ones took."""

    opened: int = 0
    reopened: int = 0
    customers: set[int] = field(default_factory=set)
    known: int = 0
    """Opened by a customer that is known."""
    first_day: str = ""
    """The day that the first one of all came."""
    resolved: int = 0
    first_contact: int = 0
    silent: int = 0
    """Resolved without any call or message on record."""
    backlog: int = 0
    took: times.Times = times.NONE


Tallies = dict[Place, Tally]


def answer(asked: Asked) -> Rows:
    """A row for each group, those with the most cases first, spans of time in order."""
    end = f"{asked.option('to')}_at"
    tallies: Tallies = defaultdict(Tally)
    begun = asked.chosen(ASKED, dated=False)
    _opened(asked, begun, tallies)
    _resolved(asked, begun, tallies, end)
    _took(asked, begun, tallies, end)
    _backlog(asked, begun, tallies)
    left = sum(tally.resolved - tally.took.many for tally in tallies.values())
    if left and not asked.group.spread:
        asked.notes.append(f"{left:,} left out of the hours, since they ended before they came")
    ordered = sorted(tallies.items(), key=lambda item: _order(asked, *item))
    asked.explain(_counted(asked, place, tally) for place, tally in ordered)
    return asked.table([(place, _row(asked, tally)) for place, tally in ordered])


def _opened(asked: Asked, begun: str, tallies: Tallies) -> None:
    question = OPENED.format(group=asked.period_of(DAY), during=asked.during("created_at"))
    for place, _, (opened, reopened, customers, known, first) in asked.ask(begun + question):
        tally = tallies[place]
        tally.opened += opened
        tally.reopened += reopened
        tally.customers |= set(json.loads(customers))
        tally.known += known
        tally.first_day = min(tally.first_day or first, first)


def _resolved(asked: Asked, begun: str, tallies: Tallies, end: str) -> None:
    """Count the resolved cases."""
    group, during = asked.period_of(f"local_day({end})"), asked.during(end)
    question = begun + ANSWERED + RESOLVED.format(group=group, during=during)
    for place, _, (resolved, first_contact, silent) in asked.ask(question):
        tally = tallies[place]
        tally.resolved += resolved
        tally.first_contact += first_contact
        tally.silent += silent


def _took(asked: Asked, begun: str, tallies: Tallies, end: str) -> None:
    """Tell what resolved cases took: by the clock, or of the working time in each case's calendar."""
    took = PASSED
    if asked.option("business"):
        of, took = Calendars(asked.connection, asked.zone, asked.working_hours).of, WORKED
        asked.connection.create_function(
            "worked", 3, lambda calendar, first, last: of(calendar).between(first, last), deterministic=True
        )
    question = TOOK.format(
        group=asked.period_of(f"local_day({end})"),
        took=took.format(end=end),
        during=asked.during(end),
        end=end,
    )
    for place, found in times.by_place(asked, begun, question).items():
        tallies[place].took = found


def _backlog(asked: Asked, begun: str, tallies: Tallies) -> None:
    """Count what was open at the end of the period; of spans of time, at the end of each that has a row."""
    periods, settled = asked.group.period, asked.until_then("settled_at")
    gone = asked.period_of("local_day(settled_at)") if periods else "NULL"
    question = LEFT.format(
        group=asked.period_of(DAY), came=asked.until_then("created_at"), settled=settled,
        gone=f"CASE WHEN {settled} THEN {gone} END", by_period=int(periods),
    )  # fmt: skip
    rows = [(place, then, count) for place, _, (then, count) in asked.ask(begun + question)]
    if periods:
        _carry(rows, tallies)
        return
    for place, _, count in rows:
        tallies[place].backlog += count


def _carry(rows: Sequence[tuple[Place, str | None, int]], tallies: Tallies) -> None:
    """Carry what came in one span of time and was not settled then into those that follow."""
    change: dict[str, int] = defaultdict(int)
    for place, settled, count in rows:
        change[place.label] += count
        if settled is not None:
            change[settled] -= count
    left = 0
    for label in sorted(change.keys() | {place.label for place in tallies}):
        left += change[label]
        if Place(label) in tallies:
            tallies[Place(label)].backlog = left


def _order(asked: Asked, place: Place, tally: Tally) -> tuple[Any, ...]:
    if asked.group.period:
        return place.order()
    return -tally.opened, -tally.resolved, *place.order()


def _months(asked: Asked, tally: Tally) -> Fraction:
    """The months that a group's cases came in, one at least; of a span of time those that it has."""
    if asked.group.period:
        return MONTHS[str(asked.group.name)]
    last = min(asked.until or "9", asked.today.isoformat())
    first = date.fromisoformat(asked.since or tally.first_day)
    return max(Fraction(1), ((date.fromisoformat(last) - first).days + 1) / MONTH)


def _row(asked: Asked, tally: Tally) -> tuple[int | None, ...]:
    months = _months(asked, tally) if tally.customers else Fraction(1)
    return (
        tally.opened,
        tally.resolved,
        tally.backlog,
        tally.reopened,
        share(tally.first_contact, tally.resolved),
        tally.took.mean(HOUR),
        tally.took.below(times.HALF, HOUR),
        tally.took.below(times.MOST, HOUR),
        rounded(tally.known / months, len(tally.customers)),
    )


def _counted(asked: Asked, place: Place, tally: Tally) -> str:
    hours = tally.took.total // HOUR
    return " · ".join(
        (
            *([str(place.label)] if asked.group.name else []),
            f"first contact {tally.first_contact:,} ÷ resolved {tally.resolved:,}",
            f"{tally.silent:,} of these without a call or message on record",
            f"{hours:,} hours ÷ {tally.took.many:,} cases",
            f"{tally.known:,} opened by {len(tally.customers):,} customers",
        )
    )
