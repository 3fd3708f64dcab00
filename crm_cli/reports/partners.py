"""Partners: what they were offered, how soon they answered, what they won."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_cli.asking import asof, times
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "offer"
DAY = "local_day(offered_at)"
BY = "partner"
COLUMNS = (
    Field("offered", "integer", "Leads and deals they were offered"),
    Field("accepted", "integer", "Of these, those they took"),
    Field("declined", "integer", "Those they did not take"),
    Field("expired", "integer", "Those they did not answer in time"),
    Field("median_hours", "decimal", "Hours until they answered, the median"),
    Field("won_amount", "money", "What deals were won for that came of what they took"),
    Field("currency", "currency", "Currency of the amount"),
    Field("first_offers", "integer", "Offers that came to them first and are settled"),
    Field("first_offer_acceptance_pct", "percent", "Of these, those they took"),
)
MEASURE = "accepted"
DEAR = ("won_amount",)
FORMULA = """
Offers by the day they were made; what is neither accepted, declined nor expired waits for an answer.
median_hours = from being offered to being accepted or declined, clock hours; expired ones have no answer.
first_offer_acceptance_pct = accepted ÷ settled (accepted, declined, expired) of the offers that came to them first.
won_amount = deals won of those that they accepted, or that came of leads they accepted, whenever they were won; each
counts once. What was won in further currencies stands in rows of its own, without counts.
"""
HOUR = 3600
STATE = "CASE WHEN {answered} THEN state ELSE 'offered' END"
COUNTED = """
SELECT "group", NULL, count(*), sum(then_state = 'accepted'), sum(then_state = 'declined'), sum(then_state = 'expired'),
  sum(rank = 1 AND then_state <> 'offered'), sum(rank = 1 AND then_state = 'accepted')
FROM (SELECT *, {state} AS then_state FROM chosen WHERE {made}) GROUP BY 1
"""
TOOK = """
SELECT "group", strftime('%s', answered_at) - strftime('%s', offered_at) AS value
FROM (SELECT *, {state} AS then_state FROM chosen WHERE {made})
WHERE then_state IN ('accepted', 'declined') AND answered_at >= offered_at"""
WON = """
SELECT taken."group", taken.purse, sum(d.amount) FROM (
  SELECT DISTINCT "group", purse, coalesce(deal_id, (SELECT deal_id FROM lead WHERE lead.id = lead_id)) AS deal
  FROM chosen WHERE state = 'accepted' AND {answered}) AS taken
JOIN deals AS d ON d.id = taken.deal AND d.status = 'won' GROUP BY 1, 2
"""


@dataclass
class Tally:
    """What became of the offers of one group; `took` is what answers took."""

    offered: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    first: int = 0
    first_accepted: int = 0
    took: times.Times = times.NONE
    won: dict[str | None, "int | Fraction"] = field(default_factory=lambda: defaultdict(int))


def answer(asked: Asked) -> Rows:
    """A row for each group, those who took most first, spans of time in order."""
    tallies = _tallies(asked)
    ordered = sorted(tallies.items(), key=lambda item: _order(asked, *item))
    asked.explain(_counted(asked, place, tally) for place, tally in ordered)
    return asked.table([(place, row) for place, tally in ordered for row in _rows(tally)])


def _tallies(asked: Asked) -> dict[Place, Tally]:
    tallies: dict[Place, Tally] = defaultdict(Tally)
    begun = asked.chosen(("state", "rank", "offered_at", "answered_at", "lead_id", "deal_id", "amount"))
    answered = f"(answered_at IS NULL OR {asked.until_then('answered_at')})"
    told = {"state": STATE.format(answered=answered), "made": asked.until_then("offered_at")}
    for place, _, counts in asked.ask(begun + COUNTED.format(**told)):
        tallies[place] = Tally(*counts)
    for place, took in times.by_place(asked, begun, TOOK.format(**told)).items():
        tallies[place].took = took
    then = asof.deals(asked.connection, asked.today)
    with_deals = f"{begun},\n{then}" if then else begun
    for place, purse, (amount,) in asked.ask(with_deals + WON.format(answered=answered)):
        tallies[place].won[purse.currency] += (amount or 0) * purse.factor
    return tallies


def _order(asked: Asked, place: Place, tally: Tally) -> tuple[Any, ...]:
    if asked.group.period:
        return place.order()
    return -tally.accepted, -tally.offered, *place.order()


def _rows(tally: Tally) -> Iterator[tuple[Any, ...]]:
    """The row of a group, and one more for each further currency in which they won."""
    won = sorted(tally.won.items(), key=lambda item: (-item[1], item[0] or "")) or [(None, 0)]
    counts = (tally.offered, tally.accepted, tally.declined, tally.expired,
              tally.took.below(times.HALF, HOUR))  # fmt: skip
    firsts = tally.first, share(tally.first_accepted, tally.first)
    for place, (currency, amount) in enumerate(won):
        shown = (counts, firsts) if not place else ((None,) * len(counts), (None,) * len(firsts))
        yield (*shown[0], money(amount, currency), currency, *shown[1])


def _counted(asked: Asked, place: Place, tally: Tally) -> str:
    group = f"{place.label}: " if asked.group.name else ""
    answers = tally.accepted + tally.declined
    return (
        f"{group}{tally.first_accepted:,} ÷ {tally.first:,} first offers settled · "
        f"{tally.took.many:,} of {answers:,} answers with both times"
    )
