"""Deals won and lost: win rate, amounts, days to win."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crm_cli.asking.figures import mean, median, money, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "deal"
DAY = "closed_on"
COLUMNS = (
    Field("won", "integer", "Deals won"),
    Field("lost", "integer", "Deals lost"),
    Field("win_rate_pct", "percent", "Won of won and lost, by number"),
    Field("win_rate_value_pct", "percent", "Won of won and lost, by amount"),
    Field("won_amount", "money", "What was won"),
    Field("currency", "currency", "Currency of the amounts; the row counts its deals only"),
    Field("avg_won", "money", "Won amount of a won deal"),
    Field("cycle_days", "decimal", "Mean days from opening to winning"),
    Field("cycle_days_median", "decimal", "Median of the same"),
)
MEASURE = "won_amount"
PARTS = ("won", "lost")
FORMULA = """
Decided deals by the day they closed. One row per currency: each counts the deals in that currency only.
win_rate_pct = won ÷ (won + lost). win_rate_value_pct = amount won ÷ (amount won + amount lost).
avg_won = amount won ÷ won, lost deals apart. An empty amount counts as 0.
cycle_days = closed_on − opened_on of won deals that have both days: mean and median.
By product, a deal counts once in each of its products, its amount by their shares of its lines' net.
"""
DECIDED = "stage_id IN (SELECT id FROM stage WHERE kind IN ('won', 'lost'))"
DAYS = "julianday(closed_on) - julianday(opened_on)"
WON = "stage_id IN (SELECT id FROM stage WHERE kind = 'won')"
# Each gives stage, days, deals, their amount, those without one, those with days. Without groups an index
# counts in passing and only won deals are sorted by their days; with groups one sorting does both.
COUNTED = """
SELECT "group", purse, stage_id, NULL, count(*), sum(amount), count(*) - count(amount), 0
FROM chosen GROUP BY stage_id, purse
"""
TIMED = f"""
SELECT "group", purse, stage_id, {DAYS} AS days, 0, 0, 0, count(*)
FROM chosen WHERE {WON} AND closed_on IS NOT NULL AND opened_on IS NOT NULL GROUP BY stage_id, purse, days
"""
TOGETHER = f"""
SELECT "group", purse, stage_id, CASE WHEN {WON} THEN {DAYS} END AS days,
  count(*), sum(amount), count(*) - count(amount), count(*)
FROM chosen GROUP BY stage_id, purse, "group", days
"""


@dataclass
class Tally:
    """What was decided in one group and currency; `days` counts won deals by the days they took."""

    won: int = 0
    lost: int = 0
    won_amount: "int | Fraction" = 0
    lost_amount: "int | Fraction" = 0
    empty: int = 0
    days: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total_days(self) -> int:
        """The days that won deals took together."""
        return sum(days * count for days, count in self.days.items())

    @property
    def dated(self) -> int:
        """Won deals of which both days are known."""
        return sum(self.days.values())


Tallies = dict[tuple[Place, str | None], Tally]


def answer(asked: Asked) -> Rows:
    """Won and lost deals, a row for each group and currency, the largest first, spans of time in order."""
    tallies = decided(asked)
    empty = sum(tally.empty for tally in tallies.values())
    if empty and not asked.group.spread:
        asked.notes.append(f"{empty:,} won without an amount, which counts as 0")
    rows = [(place, _row(tally, currency)) for (place, currency), tally in ordered(asked, tallies)]
    return asked.table(rows)


def decided(asked: Asked) -> Tallies:
    """What was won and lost, by group and currency."""
    tallies: Tallies = defaultdict(Tally)
    begun = asked.chosen(("stage_id", "amount", "closed_on", "opened_on"), DECIDED)
    for question in (TOGETHER,) if asked.group.name else (COUNTED, TIMED):
        for place, purse, (stage, days, count, amount, empty, dated) in asked.ask(begun + question):
            tally = tallies[place, purse.currency]
            worth = (amount or 0) * purse.factor
            if asked.stages[stage].kind == "lost":
                tally.lost += count
                tally.lost_amount += worth
                continue
            tally.won += count
            tally.won_amount += worth
            tally.empty += empty
            if days is not None:
                tally.days[int(days)] += dated
    asked.explain(_counted(place, currency, tally) for (place, currency), tally in ordered(asked, tallies))
    return tallies


def ordered(asked: Asked, tallies: Tallies) -> list[tuple[tuple[Place, str | None], Tally]]:
    """The tallies in the order of their rows."""
    if asked.group.period:
        return sorted(tallies.items(), key=lambda item: (*item[0][0].order(), item[0][1] or ""))
    return sorted(
        tallies.items(),
        key=lambda item: (item[0][1] or "", -item[1].won_amount, -item[1].won, *item[0][0].order()),
    )


def _row(tally: Tally, currency: str | None) -> tuple[int | str | None, ...]:
    return (
        tally.won,
        tally.lost,
        share(tally.won, tally.won + tally.lost),
        share(tally.won_amount, tally.won_amount + tally.lost_amount),
        money(tally.won_amount, currency),
        currency,
        money(tally.won_amount, currency, tally.won),
        mean(tally.total_days, tally.dated),
        median(tally.days),
    )


def _counted(place: Place, currency: str | None, tally: Tally) -> str:
    return " · ".join(
        str(each)
        for each in (
            *([place.label] if place.label is not None else []),
            currency or "no currency",
            f"won {tally.won:,} ÷ decided {tally.won + tally.lost:,}",
            f"cycle {tally.total_days:,} days ÷ {tally.dated:,} won with both days",
        )
    )
