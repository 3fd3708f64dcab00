"""Cases answered or resolved in time, too late, or overdue."""

from collections import Counter, defaultdict

from crm_cli import clock
from crm_cli.asking.figures import share
from crm_cli.asking.groups import Place, by_customer
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values import show

NOUN = "case"
DAY = "local_day(created_at)"
BY = "priority"
COLUMNS = (
    Field("met", "integer", "Cases whose promise was kept"),
    Field("breached", "integer", "Cases that were answered or resolved too late"),
    Field("paused", "integer", "Open cases whose clock stands still"),
    Field("open_overdue", "integer", "Open cases that are past their deadline"),
    Field("compliance_pct", "percent", "Met of met and breached"),
)
MEASURE = "compliance_pct"
OPTIONS = (Choice("clock", "The promise to resolve a case, or to answer it", ("resolution", "response")),)
GROUPS = {"customer": by_customer()}
FORMULA = """
Cases by the day they came, without the cancelled ones and those that nothing was promised of.
compliance_pct = met ÷ (met + breached). What is open is in neither: past its deadline it is in open_overdue, waiting
for the customer or on hold in paused. What another program says of a settled case counts before our own clock.
--clock response: the promise to answer; resolving without an answer is one.
"""
PRIORITIES = ("urgent", "high", "normal", "low")
# What another program says of a settled case goes before our own clock.
RESOLVED_IN_TIME = """CASE WHEN sla_result IS NOT NULL AND status IN ('resolved', 'closed')
    THEN sla_result = 'met' ELSE resolution_met END"""
# The clock of each promise: when it stopped, whether that was in time, its deadline, what is left while it pauses.
CLOCKS = {
    "resolution": ("coalesce(resolved_at, closed_at)", RESOLVED_IN_TIME, "resolution"),
    "response": (
        "coalesce(first_response_at, resolved_at, closed_at)",
        "first_response_met",
        "first_response",
    ),
}
ASKED = (
    "status", "sla_result", "first_response_at", "resolved_at", "closed_at", "resolution_met", "resolution_due",
    "resolution_left", "first_response_met", "first_response_due", "first_response_left",
)  # fmt: skip
STATES = ("met", "breached", "paused", "open_overdue")
# What is sorted into groups holds a word a case, not all that the word is told from.
COUNTED = """,
told AS MATERIALIZED (
  SELECT "group", CASE
    WHEN met IS NOT NULL AND (stopped IS NULL OR stopped <= '{now}') THEN iif(met, 'met', 'breached')
    WHEN {clock}_due < '{now}' OR {clock}_left < 0 THEN 'open_overdue'
    WHEN {clock}_left IS NOT NULL THEN 'paused' END AS state
  FROM (SELECT *, {stopped} AS stopped, {met} AS met FROM chosen)
  WHERE coalesce(met, {clock}_due, {clock}_left) IS NOT NULL)
SELECT "group", NULL, sum(state IS 'met'), sum(state IS 'breached'), sum(state IS 'paused'),
  sum(state IS 'open_overdue')
FROM told GROUP BY 1
"""


Tally = Counter[str]
"""Cases of one group by what became of the promise."""


def answer(asked: Asked) -> Rows:
    """A row for each group, the worst first, spans of time in order."""
    stopped, met, named = CLOCKS[asked.option("clock")]
    begun = asked.chosen(ASKED, f"status <> 'cancelled' AND {asked.until_then('created_at')}")
    now = clock.now(asked.zone)
    question = COUNTED.format(now=now, clock=named, stopped=stopped, met=met)
    tallies: dict[Place, Tally] = defaultdict(Counter)
    for place, _, counts in asked.ask(begun + question):
        tallies[place].update(dict(zip(STATES, counts, strict=True)))
    ordered = sorted(tallies.items(), key=lambda item: _order(asked, *item))
    asked.explain(
        f"{place.label}: met {tally['met']:,} ÷ decided {_decided(tally):,}" for place, tally in ordered
    )
    whole: Tally = sum(tallies.values(), Counter())
    if len(ordered) > 1 and not asked.group.spread:
        kept = show("percent", share(whole["met"], _decided(whole)))
        asked.notes.append(f"in all {whole['met']:,} met, {whole['breached']:,} breached: {kept or 'no'} %")
    return asked.table([(place, _row(tally)) for place, tally in ordered])


def _order(asked: Asked, place: Place, tally: Tally) -> tuple[object, ...]:
    """The smallest share kept comes first, what is not decided yet last; equal ones by their urgency."""
    if asked.group.period:
        return place.order()
    kept = share(tally["met"], _decided(tally))
    rank = PRIORITIES.index(place.label) if place.label in PRIORITIES else len(PRIORITIES)
    return kept is None, kept, -tally["breached"], -tally["open_overdue"], rank, *place.order()


def _decided(tally: Tally) -> int:
    return tally["met"] + tally["breached"]


def _row(tally: Tally) -> tuple[int | None, ...]:
    return (*(tally[state] for state in STATES), share(tally["met"], _decided(tally)))
