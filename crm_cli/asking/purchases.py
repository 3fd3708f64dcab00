"""Purchases and who made them: what all reports on customers rest on.

A purchase is an invoice that is not void, on the day it was issued; in a store without invoices, or where it is asked
for, a deal won, on the day it closed. What a customer bought on one day is one purchase, and one for nothing counts.
The customer is the company, else the contact; here a number, that of a contact below 0.

Sums are made in SQL, company by company along the index that begins with it, so that a million invoices never come
here one by one. Unlike currencies are never added: a customer has figures in each, unless they are converted.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from crm_cli import fields, filters
from crm_cli.asking.bought import CONDITIONS, DAYS
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import SAME, UNKNOWN, Asked, Choice, Purse, Report
from crm_cli.values.amounts import round_half_up

if TYPE_CHECKING:
    from fractions import Fraction

NOUNS = ("invoice", "deal")
FROM = Choice(
    "from", "What is counted; else invoices, and deals in a store without any", ("invoices", "deals")
)
MEANT = """
A purchase is an invoice that is not void, on the day it was issued; in a store without invoices, or with --from deals,
a deal won, on the day it closed. A day's purchases of a customer count once, and those for nothing count.
A customer is the company, else the contact. Each currency is told by itself; --in converts by the rates on the records.
"""
"""The part of a report's formula that all of them share."""

CUSTOMER = (Field("id", "id", "The customer's number"), Field("customer", "text", "The customer"))
NOUN = Field("noun", "choice", "What the customer is: company or contact")
_COMPANIES = ("company_id", "company_id IS NOT NULL")
_PERSONS = ("-contact_id", "company_id IS NULL AND contact_id IS NOT NULL")
# Where no company ever buys: the condition that it is none would take a look at every row.
_ONLY_PERSONS = ("-contact_id", "contact_id IS NOT NULL")
_KINDS = """
SELECT EXISTS (SELECT 1 FROM {table} WHERE company_id IS NOT NULL),
  EXISTS (SELECT 1 FROM {table} WHERE company_id IS NULL)
"""
_SUMMED = "SELECT NULL, {purse}, {customer}, {figures} FROM chosen WHERE {whose} GROUP BY {customer}, {purse}"
# The same of what is all in one currency, which takes half the time; what is in another is counted last.
_IN_ONE = """
SELECT NULL, purse, {customer}, {figures}, count(*) FILTER (WHERE purse IS NOT ?5)
FROM chosen WHERE {whose} GROUP BY {customer}"""
# The same by day first, where figures are about days: `day`, and `amount`, what was bought on it.
_DAILY = """
SELECT NULL, purse, customer, {figures} FROM (
  SELECT {customer} AS customer, {purse} AS purse, {day} AS day, sum({amount}) AS amount
  FROM chosen WHERE {whose} GROUP BY {customer}, {day}, {purse})
GROUP BY customer, purse"""
# The plus keeps it from the index of either, where most of the table may be of neither.
_NAMELESS = "SELECT NULL, NULL, count(*) FROM chosen WHERE +company_id IS NULL AND +contact_id IS NULL"
_FIRST_CURRENCIES = """
SELECT count(DISTINCT coalesce(currency, '')), max(currency) FROM (SELECT currency FROM {table} LIMIT 1000)"""


class Bought(NamedTuple):
    """What one customer bought in one currency: the figures that were asked for."""

    customer: int
    currency: str | None
    figures: tuple[Any, ...]


@dataclass(frozen=True)
class _Put:
    """A report's question, put to another noun."""

    report: Report
    NOUN: str
    DAY: str
    COLUMNS: tuple[Field, ...]
    MEASURE: str
    FORMULA: str
    OPTIONS: tuple[Choice, ...]
    DEAR: tuple[str, ...]

    def answer(self, asked: Asked) -> Rows:
        """Ask the store."""
        return self.report.answer(asked)


def put(asked: Asked) -> Asked:
    """The question put to invoices or to deals, as of the end of the period, without groups.

    Says in a note where deals stand in for invoices. `asked.by` is for the report itself to mind.
    """
    said = asked.said.get("from")
    has = asked.connection.execute("SELECT EXISTS (SELECT 1 FROM invoice)").fetchone()[0]
    noun = (
        "invoice"
        if (asked.option("from") if said else "invoices" if has else "deals") == "invoices"
        else "deal"
    )
    own = asked.report
    options, dear = getattr(own, "OPTIONS", ()), getattr(own, "DEAR", ())
    report = _Put(own, noun, DAYS[noun], own.COLUMNS, own.MEASURE, own.FORMULA, options, dear)
    day = min(asked.today, _day(asked.until)) if asked.until else asked.today
    made = replace(asked, report=cast("Report", report), by=None, today=day)
    if asked.asking:
        made.where = filters.where(fields.noun(noun), asked.texts, asked.asking)
    if noun == "deal" and not said and _looked(made, "SELECT EXISTS (SELECT 1 FROM {table})")[0]:
        made.notes.append("no invoices here: deals won are counted, by the day they closed")
    return made


def columns(asked: Asked, told: tuple[Field, ...]) -> Asked:
    """The question for an answer in other columns, whose amounts are told apart by currency if one of them is it."""
    report = cast("_Put", asked.report)
    return replace(asked, report=cast("Report", replace(report, COLUMNS=told)))


def of_customers(asked: Asked, figures: str, *, dated: bool = True, daily: bool = False) -> list[Bought]:
    """The figures of each customer and currency, whatever their order.

    Args:
        asked: the question, as `put` made it.
        figures: SQL over `{day}` and `{amount}`, and `{paid}` of invoices; with `daily` over `day` and `amount`.
        dated: whether only purchases of the period count.
        daily: whether a day's purchases are added up first.
    """
    return [Bought(row[0], purse.currency, row[1:]) for purse, row in _rows(asked, figures, dated, daily)]


def _rows(asked: Asked, figures: str, dated: bool, daily: bool) -> Iterator[tuple[Purse, tuple[Any, ...]]]:
    words = _words(asked)
    told = words | {"figures": figures if daily else figures.format(**words)}
    start = begun(asked, dated=dated)
    for customer, whose in _whose(asked):
        alone, apart = (
            f"{start}\n{form.format(customer=customer, whose=whose, **told)}"
            for form in (_IN_ONE, _DAILY if daily else _SUMMED)
        )
        found = None if daily or asked.into else _in_one(asked, alone)
        yield from (each[1:] for each in asked.ask(apart)) if found is None else found


def _in_one(asked: Asked, question: str) -> "Iterable[tuple[Purse, tuple[Any, ...]]] | None":
    """The answer where all is in one currency, or told in none; else None, mostly before it is asked."""
    apart = "currency" in (each.name for each in asked.report.COLUMNS)
    many, currency = _looked(asked, _FIRST_CURRENCIES) if apart else (1, None)
    if many > 1:
        return None
    rows = [(purse, row) for _, purse, row in asked.ask(question, currency)]
    return None if any(row[-1] for _, row in rows) else ((purse, row[:-1]) for purse, row in rows)


def _whose(asked: Asked) -> list[tuple[str, str]]:
    """Whose purchases there are to ask about: how SQL numbers such customers, and what holds of their purchases."""
    companies, others = _looked(asked, _KINDS)
    if not others:
        return [_COMPANIES]
    return [_COMPANIES, _PERSONS] if companies else [_ONLY_PERSONS]


def _looked(asked: Asked, question: str) -> tuple[Any, ...]:
    """The first row of a question to the table."""
    table = fields.noun(asked.report.NOUN).table
    found: tuple[Any, ...] = asked.connection.execute(question.format(table=table)).fetchone()
    return found


def begun(asked: Asked, *, dated: bool = True) -> str:
    """The beginning of a question about purchases: `chosen`, with company_id, contact_id, the day and the amount."""
    noun = asked.report.NOUN
    return asked.chosen(
        ("company_id", "contact_id", asked.report.DAY, "amount"), CONDITIONS[noun], dated=dated
    )


def nameless(asked: Asked) -> None:
    """Say how many purchases name no customer, and so are in no figure."""
    if not _looked(asked, _KINDS)[1]:
        return
    for _, _, (number,) in asked.ask(f"{begun(asked)}\n{_NAMELESS}"):
        if number:
            asked.notes.append(
                f"{number:,} {fields.plural(asked.report.NOUN)} name no customer and are left out"
            )


def _words(asked: Asked) -> dict[str, str]:
    """How SQL names the day, the amount in what is asked for, and the purse."""
    if not asked.into:
        return {"day": asked.report.DAY, "amount": "amount", "purse": "purse"}
    asked.connection.create_function("worth", 2, _worth(asked), deterministic=True)
    purse = f"iif(purse = '{UNKNOWN}', '{UNKNOWN}', '{SAME}')"
    return {"day": asked.report.DAY, "amount": "worth(amount, purse)", "purse": purse}


def _worth(asked: Asked) -> Any:
    """The function from an amount and the rate of its record to ten-thousandths of what is converted to."""
    from fractions import Fraction

    @cache
    def factor(rate: str) -> "Fraction":
        return Fraction(rate) / Fraction(asked.rate or "1")

    def worth(amount: int | None, purse: str) -> int | None:
        if amount is None or purse in (SAME, UNKNOWN):
            return amount
        each = factor(purse)
        return round_half_up(amount * each.numerator, each.denominator)

    return worth


def names(asked: Asked, customers: Iterable[int]) -> dict[int, str]:
    """What customers are called."""
    found: dict[int, str] = {}
    listed = list(customers)
    for noun, sign in (("company", 1), ("contact", -1)):
        ids = json.dumps([sign * each for each in listed if sign * each > 0])
        question = f"SELECT id, name FROM {noun} WHERE id IN (SELECT value FROM json_each(?))"
        found |= {sign * row[0]: row[1] for row in asked.connection.execute(question, (ids,))}
    return found


def told(customer: int) -> tuple[int, str]:
    """The id of a customer, and whether it is a company or a contact."""
    return abs(customer), "company" if customer > 0 else "contact"


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)
