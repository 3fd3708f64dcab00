"""What each month should bring, how firmly, and what it has brought."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_cli.asking import coverage
from crm_cli.asking.figures import money, rounded
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.values import show

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "deal"
DAY = "iif(stage_id IN (SELECT id FROM stage WHERE kind = 'won'), closed_on, expected_close)"
COLUMNS = (
    Field("month", "text", "The month; slipped: expected before today, none: no day given"),
    Field("pipeline", "money", "All open deals and what was won"),
    Field("best_case", "money", "Best case, commit and what was won"),
    Field("commit", "money", "Commit and what was won"),
    Field("closed", "money", "What was won"),
    Field("weighted", "money", "Open amounts times probability"),
    Field("currency", "currency", "Currency of the amounts"),
    Field("goal", "money", "What shall be won, where a goal is for just this month"),
    Field("coverage", "decimal", "Open pipeline ÷ what is left to the goal"),
)
MEASURE = "pipeline"
DEAR = ("weighted",)
TO_COME = "month"
CHART = "bars"
FORMULA = """
Open deals in the month of expected_close, won ones in the month they closed; lost ones are in none.
closed = won. commit = closed + open deals of category commit. best_case = commit + open ones of category
best_case. pipeline = closed + all open ones. A deal's category is its own, else its stage's.
weighted = sum of amount × probability of open deals, rounded once. An empty amount counts as 0.
slipped = open, expected before today, in no month. none = no day. A period chooses by the same days.
goal = what goals for just that month, of won amount, add up to: the one that nobody owns, else those of the owners;
with --by owner those of each; that of another period is told below where just that one is asked about. A month to come
with a goal is there without a deal, too.
coverage = (pipeline − closed) ÷ (goal − closed), empty once the goal is reached.
"""
SLIPPED, UNDATED = "slipped", "none"
CONDITION = "stage_id IN (SELECT id FROM stage WHERE kind IN ('open', 'won'))"
OPEN = f"""
SELECT "group", purse,
  CASE WHEN expected_close < ?1 THEN '{SLIPPED}' ELSE coalesce(substr(expected_close, 1, 7), '{UNDATED}') END AS month,
  coalesce(forecast_category, (SELECT s.forecast_category FROM stage AS s WHERE s.id = stage_id)) AS category,
  count(*), sum(amount), sum(amount / 1000000 * probability), sum(amount % 1000000 * probability)
FROM chosen WHERE stage_id IN (SELECT id FROM stage WHERE kind = 'open') GROUP BY purse, month, category, "group"
"""
WON = f"""
SELECT "group", purse, coalesce(substr(closed_on, 1, 7), '{UNDATED}') AS month, 'closed', count(*), sum(amount), 0, 0
FROM chosen WHERE stage_id IN (SELECT id FROM stage WHERE kind = 'won') GROUP BY purse, month, "group"
"""
RANKS = {"closed": 3, "commit": 2, "best_case": 1}


@dataclass
class Tally:
    """One month, group and currency: amounts and deals by rank; `weighted` in millionths of a ten-thousandth."""

    amounts: dict[int, "int | Fraction"]
    deals: dict[int, int]
    weighted: "int | Fraction" = 0

    def from_rank(self, rank: int) -> "int | Fraction":
        """What is at least so firm."""
        total: int | Fraction = 0
        for each, amount in self.amounts.items():
            total += amount if each >= rank else 0
        return total


Key = tuple[Place, str, str | None]


def answer(asked: Asked) -> Rows:
    """A row for each group, month and currency; slipped and undated deals after the months."""
    tallies: dict[Key, Tally] = defaultdict(lambda: Tally(defaultdict(int), defaultdict(int)))
    columns = ("stage_id", "amount", "probability", "forecast_category", "expected_close", "closed_on")
    begun = asked.chosen(columns, CONDITION)
    for question in (OPEN, WON):
        for place, purse, (month, category, deals, amount, whole, part) in asked.ask(begun + question):
            tally = tallies[place, month, purse.currency]
            rank = RANKS.get(category, 0) if question is OPEN else RANKS["closed"]
            rank = min(rank, RANKS["commit"]) if question is OPEN else rank
            tally.amounts[rank] += (amount or 0) * purse.factor
            tally.deals[rank] += deals
            tally.weighted += ((whole or 0) * 1_000_000 + (part or 0)) * purse.factor
    goals = coverage.of_months(asked)
    _add_empty(asked, tallies, goals)
    _tell_period(asked, tallies)
    ordered = sorted(
        tallies.items(), key=lambda item: (*item[0][0].order(), *_order(item[0][1]), item[0][2] or "")
    )
    asked.explain(_counted(key, tally) for key, tally in ordered)
    return asked.table(
        [(place, _row(month, currency, tally, goals.get((place.id, month, currency))))
         for (place, month, currency), tally in ordered]
    )  # fmt: skip


def _add_empty(asked: Asked, tallies: dict[Key, Tally], goals: dict[coverage.Key, Any]) -> None:
    """A month to come with a goal and without a deal is the one to know of; with groups nobody's row could show it."""
    if asked.group.name or not tallies:
        return
    place = next(iter(tallies))[0]
    first, last = max(asked.since or "", asked.today.isoformat())[:7], (asked.until or "9999-12")[:7]
    for _, month, currency in goals:
        if first <= month <= last:
            _ = tallies[place, month, currency]


def _tell_period(asked: Asked, tallies: dict[Key, Tally]) -> None:
    """What covers the goal of the whole period that is asked about, which no row of a month could say."""
    for currency, goal in coverage.of_period(asked).items():
        mine = [tally for (_, _, own), tally in tallies.items() if own == currency]
        won = sum(tally.from_rank(RANKS["closed"]) for tally in mine)
        left = goal - won
        told = (
            show("decimal", rounded(sum(tally.from_rank(0) for tally in mine) - won, left))
            if left > 0
            else "reached"
        )
        asked.notes.append(
            f"goal of {asked.since} to {asked.until}: {show('money', money(goal, currency), currency)} {currency}, "
            f"won {show('money', money(won, currency), currency)}, coverage {told}"
        )


def _order(month: str) -> tuple[int, str]:
    return (SLIPPED, UNDATED).index(month) + 1 if month in (SLIPPED, UNDATED) else 0, month


def _row(
    month: str, currency: str | None, tally: Tally, goal: "int | Fraction | None"
) -> tuple[int | str | None, ...]:
    whole, closed = tally.from_rank(0), tally.from_rank(RANKS["closed"])
    amounts = [money(tally.from_rank(rank), currency) for rank in (0, 1, 2, 3)]
    covered = rounded(whole - closed, goal - closed) if goal is not None and goal > closed else None
    told = None if goal is None else money(goal, currency)
    return month, *amounts, money(tally.weighted, currency, 1_000_000), currency, told, covered


def _counted(key: Key, tally: Tally) -> str:
    place, month, currency = key
    counts = [f"{tally.deals[rank]:,} {name}" for name, rank in RANKS.items() if tally.deals[rank]]
    counts += [f"{tally.deals[0]:,} others open"] if tally.deals[0] else []
    return " · ".join(
        [*([str(place.label)] if place.label is not None else []), month, currency or "", ", ".join(counts)]
    )
