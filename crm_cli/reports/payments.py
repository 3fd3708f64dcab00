"""How customers pay: how many late, by how many days, and how long it takes them."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crm_cli.asking.figures import money, rounded, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "invoice"
DAY = "issued_on"
COLUMNS = (
    Field("invoices", "integer", "Invoices that were paid in full"),
    Field("late", "integer", "Of these, paid after their due day"),
    Field("late_pct", "percent", "Their share"),
    Field("mean_days_late", "decimal", "Mean days late of all paid ones, those in time as 0"),
    Field("mean_days_of_late", "decimal", "Mean days late of the late ones alone"),
    Field("mean_days_to_pay", "decimal", "Mean days from issue to payment"),
    Field("amount", "money", "What was paid"),
    Field("currency", "currency", "Currency of the amounts; the row counts its invoices only"),
)
MEASURE = "mean_days_late"
PARTS = ("invoices", "late")
OPTIONS = (Choice("as-of", "As it stood at the end of this day; else today", metavar="DATE"),)
FORMULA = """
Invoices that were paid in full by the day, by the day they were issued; credits and void ones apart.
late = settled after the due day. mean_days_late = days late of all of them, 0 for those in time, ÷ invoices.
mean_days_of_late = the same days ÷ late. mean_days_to_pay = days from issue to settling ÷ invoices.
"""
SETTLED = "settled_on <= ?1 AND void_on IS NULL AND amount >= 0"
PAID = """
SELECT "group", purse, count(*), sum(settled_on > due_on),
  sum(CASE WHEN settled_on > due_on THEN julianday(settled_on) - julianday(due_on) ELSE 0 END),
  sum(julianday(settled_on) - julianday(issued_on)), sum(amount)
FROM chosen GROUP BY "group", purse
"""


@dataclass
class Tally:
    """What was paid in one group and currency."""

    invoices: int = 0
    late: int = 0
    days_late: int = 0
    days: int = 0
    amount: "int | Fraction" = 0


def answer(asked: Asked) -> Rows:
    """A row for each group and currency, the latest payers first, spans of time in order."""
    then = replace(asked, today=asked.day("as-of"))
    tallies: dict[tuple[Place, str | None], Tally] = defaultdict(Tally)
    begun = then.chosen(("issued_on", "due_on", "settled_on", "amount"), SETTLED)
    for place, purse, (invoices, late, days_late, days, amount) in then.ask(begun + PAID):
        tally = tallies[place, purse.currency]
        tally.invoices += invoices
        tally.late += late
        tally.days_late += int(days_late)  # whole days, which sums of halves are exact in
        tally.days += int(days)
        tally.amount += amount * purse.factor
    ordered = sorted(tallies.items(), key=lambda item: _order(then, *item))
    then.explain(
        f"{place.label or 'all'} {currency}: {tally.days_late:,} days late ÷ {tally.invoices:,} paid, "
        f"÷ {tally.late:,} late"
        for (place, currency), tally in ordered
    )
    return then.table([(place, _row(tally, currency)) for (place, currency), tally in ordered])


def _order(asked: Asked, key: tuple[Place, str | None], tally: Tally) -> tuple[object, ...]:
    place, currency = key
    if asked.group.period:
        return (*place.order(), currency or "")
    return currency or "", -(rounded(tally.days_late, tally.invoices) or 0), *place.order()


def _row(tally: Tally, currency: str | None) -> tuple[int | str | None, ...]:
    return (
        tally.invoices,
        tally.late,
        share(tally.late, tally.invoices),
        rounded(tally.days_late, tally.invoices),
        rounded(tally.days_late, tally.late),
        rounded(tally.days, tally.invoices),
        money(tally.amount, currency),
        currency,
    )
