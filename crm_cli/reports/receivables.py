"""What customers owe on a day, by how long it is overdue."""

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from crm_cli.asking.figures import money
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "invoice"
DAY = "issued_on"
COLUMNS = (
    Field("bucket", "text", "Days since it was due; current: not yet"),
    Field("invoices", "integer", "Invoices that are not paid in full"),
    Field("amount", "money", "What is open of them"),
    Field("currency", "currency", "Currency of the amounts"),
)
MEASURE = "amount"
OPTIONS = (Choice("as-of", "As it stood at the end of this day; else today", metavar="DATE"),)
FORMULA = """
Invoices issued by the day and not settled by then, nor void by then; what is settled on the day is settled.
amount = amount of the invoice − payments up to the day; later payments do not count. A credit counts below nothing.
bucket = days from the due day to the day: current up to 0, then 1-30, 31-60, 61-90, 90+ (91 and more).
A period chooses by the day of issue.
"""
BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")
STANDING = (
    """(settled_on IS NULL OR settled_on > ?1) AND (void_on IS NULL OR void_on > ?1) AND issued_on <= ?1"""
)
# What is open of an invoice, added up once for each; an overpaid one apart: that is nothing owed.
OPEN = """,
owed AS MATERIALIZED (
  SELECT "group", purse,
    CASE WHEN due_on >= ?1 THEN 0 WHEN due_on >= date(?1, '-30 days') THEN 1 WHEN due_on >= date(?1, '-60 days') THEN 2
      WHEN due_on >= date(?1, '-90 days') THEN 3 ELSE 4 END AS bucket,
    amount, amount - coalesce((
      SELECT sum(p.amount) FROM payment AS p WHERE p.invoice_id = chosen.id AND p.day <= ?1), 0) AS open
  FROM chosen)
SELECT "group", purse, bucket, count(*), sum(open) FROM owed
WHERE (amount > 0 AND open > 0) OR (amount < 0 AND open < 0) GROUP BY "group", purse, bucket
"""


def answer(asked: Asked) -> Rows:
    """A row for each group, currency and bucket; without groups every bucket has one."""
    then = replace(asked, today=asked.day("as-of"))
    if (asked.since or asked.until) and not asked.said.get("as-of"):
        asked.notes.append(
            f"a period chooses by the day of issue; what is open is told as of {then.today}: see --as-of"
        )
    found: dict[tuple[Place, str | None], dict[int, tuple[int, int | Fraction]]] = defaultdict(dict)
    begun = then.chosen(("due_on", "amount"), STANDING)
    for place, purse, (bucket, invoices, amount) in then.ask(begun + OPEN):
        buckets = found[place, purse.currency]
        before = buckets.get(bucket, (0, 0))
        buckets[bucket] = (before[0] + invoices, before[1] + amount * purse.factor)
    rows = []
    for (place, currency), buckets in sorted(found.items(), key=lambda item: _order(then, *item)):
        for bucket, label in enumerate(BUCKETS):
            if bucket in buckets or not then.group.name:
                invoices, amount = buckets.get(bucket, (0, 0))
                rows.append((place, (label, invoices, money(amount, currency), currency)))
        number = sum(invoices for invoices, _ in buckets.values())
        then.explain([f"{place.label or 'all'} {currency}: {number:,} invoices open on {then.today}"])
    return then.table(rows)


def _order(
    asked: Asked, key: tuple[Place, str | None], buckets: "dict[int, tuple[int, int | Fraction]]"
) -> tuple[object, ...]:
    """By currency, then who owes most; spans of time in order."""
    place, currency = key
    if asked.group.period:
        return (currency or "", *place.order())
    return currency or "", -sum(amount for _, amount in buckets.values()), *place.order()
