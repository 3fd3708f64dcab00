"""What was sold: products, quantities, amounts, margins where costs are known."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.values import show

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "deal"
DAY = "closed_on"
BY = "product"
COLUMNS = (
    Field("deals", "integer", "Deals won"),
    Field("quantity", "decimal", "How many were sold"),
    Field("won_amount", "money", "What was won by them"),
    Field("cost", "money", "What they cost us, where that is known of all"),
    Field("margin", "money", "What was won less what they cost"),
    Field("margin_pct", "percent", "That of what was won"),
    Field("currency", "currency", "Currency of the amounts; the row counts its deals only"),
)
MEASURE = "won_amount"
DEAR = ("margin", "margin_pct")
FORMULA = """
Deals won by the day they closed. A deal counts once in each of its products, its amount by their shares of its lines'
net (equally where no line has a price). quantity = of its lines. cost = quantity × the product's cost as it is now,
converted by the configured rate where the deal is in another currency; empty where a line's cost, or the rate, is not
known or a deal has no line. margin = won_amount − cost; margin_pct = margin ÷ won_amount. An empty amount counts as 0.
"""
WON = "stage_id IN (SELECT id FROM stage WHERE kind = 'won')"
COUNTED = 'SELECT "group", purse, count(*), sum(amount) FROM chosen GROUP BY "group", purse'
SOLD = """
SELECT "group", purse, p.currency, sum(l.quantity), sum(l.quantity * p.cost), count(*) - count(p.cost)
FROM chosen CROSS JOIN deal_line AS l ON l.deal_id = chosen.id{same} JOIN product AS p ON p.id = l.product_id
GROUP BY "group", purse, p.currency
"""
BARE = """
SELECT "group", purse, count(*) FROM chosen WHERE id NOT IN (SELECT deal_id FROM deal_line) GROUP BY "group", purse
"""
UNIT = 10_000  # what a quantity of one is stored as


@dataclass
class Tally:
    """What was sold in one group and currency; `unknown` are lines and deals of which the cost is not known."""

    deals: int = 0
    amount: "int | Fraction" = 0
    quantity: int = 0
    cost: "int | Fraction" = 0
    unknown: int = 0


Tallies = dict[tuple[Place, str | None], Tally]


def answer(asked: Asked) -> Rows:
    """A row for each group and currency, the largest first, spans of time in order."""
    tallies: Tallies = defaultdict(Tally)
    begun = asked.chosen(("stage_id", "amount", "closed_on"), WON)
    for place, purse, (deals, amount) in asked.ask(f"{begun}\n{COUNTED}"):
        tally = tallies[place, purse.currency]
        tally.deals += deals
        tally.amount += (amount or 0) * purse.factor
    # The plus keeps it from all lines of the product for each deal.
    same = ' AND +l.product_id = chosen."group"' if asked.group.spread and asked.group.label else ""
    for place, purse, row in asked.ask(begun + SOLD.format(same=same)):
        _sold(asked, tallies[place, purse.currency], purse.currency, *row)
    for place, purse, (bare,) in asked.ask(begun + BARE):
        tallies[place, purse.currency].unknown += bare
    ordered = sorted(tallies.items(), key=lambda item: (item[0][1] or "", *_order(asked, *item)))
    rows = [(place, _row(tally, currency)) for (place, currency), tally in ordered]
    asked.explain(
        _counted(asked, place, row, tally) for (place, row), (_, tally) in zip(rows, ordered, strict=True)
    )
    return asked.table(rows)


def _sold(
    asked: Asked,
    tally: Tally,
    currency: str | None,
    costed: str | None,
    quantity: int,
    cost: int | None,
    unknown: int,
) -> None:
    """Count lines of products whose costs are in one currency."""
    tally.quantity += quantity
    tally.unknown += unknown
    if not cost:
        return
    if costed == currency:
        tally.cost += cost
        return
    own, other = (asked.rates(each) if each else None for each in (currency, costed))
    if not own or not other:
        tally.unknown += 1
        return
    from fractions import Fraction

    tally.cost += cost * Fraction(other) / Fraction(own)


def _order(asked: Asked, key: tuple[Place, str | None], tally: Tally) -> tuple[object, ...]:
    return key[0].order() if asked.group.period else (-tally.amount, *key[0].order())


def _row(tally: Tally, currency: str | None) -> tuple[Any, ...]:
    amount, cost = money(tally.amount, currency), money(tally.cost, currency, UNIT)
    if tally.unknown or amount is None or cost is None:
        return tally.deals, tally.quantity, amount, None, None, None, currency
    return tally.deals, tally.quantity, amount, cost, amount - cost, share(amount - cost, amount), currency


def _counted(asked: Asked, place: Place, row: tuple[Any, ...], tally: Tally) -> str:
    group = [str(place.label)] if asked.group.name else []
    counts = f"{row[0]:,} deals, {show('decimal', row[1])} sold, {tally.unknown:,} without a known cost"
    return " · ".join([*group, row[-1] or "no currency", counts])
