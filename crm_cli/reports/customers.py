"""The portfolio of customers: what each brings, costs and may bring."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

from crm_cli.asking import loyalty, purchases
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values.amounts import SCALE
from crm_cli.values.dates import add_months
from crm_cli.values.numbers import parse_decimal

NOUN = "invoice"
NOUNS = purchases.NOUNS
DAY = "issued_on"
COLUMNS = (
    *purchases.CUSTOMER,
    Field("amount", "money", "What was bought; of deals, what was won"),
    Field("potential", "text", "The planned-revenue code"),
    Field("strategy", "text", "grow, keep, nurture, or serve at low cost"),
    Field("profit", "money", "Margin of what was paid, less what the minutes cost"),
    Field("paid", "money", "What was paid; of deals, all"),
    Field("minutes", "integer", "Minutes of activities with the customer, those on cases among them"),
    Field("growth_pct", "percent", "Of the 12 months up to the day, against the 12 before"),
    Field("share_pct", "percent", "Share of what all bought"),
    Field("cumulative_pct", "percent", "Share of this one and all above it"),
    Field("abc", "text", "A: the first 80 %, B: up to 95 %, C: the rest"),
    Field("currency", "currency", "Currency of the amounts"),
    purchases.NOUN,
)
MEASURE = "amount"
OPTIONS = (purchases.FROM, Choice("top", "Only the first N of each currency", metavar="N"))
FORMULA = f"""{purchases.MEANT}
amount = purchases within the period, all time without one; paid = payments for them up to the day, of deals the amount.
growth_pct = purchases of the 12 months up to the day, less those of the 12 before, ÷ those.
profit = paid × `customer.margin_pct` − minutes of activities held with the customer in the period ÷ 60 ×
`customer.hourly_rate`, which is in the own currency; where no rate tells what it is in another, there is no profit.
share_pct = amount ÷ amounts above nothing of all; ABC: A until 80 % of them are reached, B until 95 %, then C.
strategy (Buttle's portfolio, value × potential): A with potential A or B grow, A with C or D keep, B or C with A or B
nurture, with C or D serve at low cost; none without a potential.
"""
FIGURES = """
coalesce(sum({{amount}}), 0),
coalesce(sum({{amount}}) FILTER (WHERE {{day}} > '{year}'), 0),
coalesce(sum({{amount}}) FILTER (WHERE {{day}} <= '{year}' AND {{day}} > '{before}'), 0), {paid}"""
PAYMENTS = "(SELECT sum(p.amount) FROM payment AS p WHERE p.invoice_id = chosen.id AND p.day <= ?1)"
# Activities held with a customer, each once whatever ways lead to it: number of the customer, minutes.
SERVED = """
SELECT customer, sum(minutes) FROM (
  SELECT DISTINCT customer, id, minutes FROM (
    SELECT CASE l.noun
        WHEN 'company' THEN l.record_id
        WHEN 'contact' THEN (SELECT coalesce(company_id, -id) FROM contact WHERE id = l.record_id)
        WHEN 'deal' THEN (SELECT coalesce(company_id, -contact_id) FROM deal WHERE id = l.record_id)
        WHEN 'case' THEN (SELECT coalesce(company_id, -contact_id) FROM "case" WHERE id = l.record_id) END AS customer,
      a.id, a.minutes
    FROM activity AS a JOIN activity_about AS l ON l.activity_id = a.id WHERE {held}
    UNION ALL
    SELECT coalesce(c.company_id, -c.id), a.id, a.minutes
    FROM activity AS a JOIN activity_participant AS x ON x.activity_id = a.id JOIN contact AS c ON c.id = x.contact_id
    WHERE {held})
  WHERE customer IS NOT NULL)
GROUP BY customer"""
HELD = "a.minutes > 0 AND a.status IN ('done', 'completed') AND {during}"
BOUNDS = ((80, "A"), (95, "B"))  # per cent
HIGH = ("a", "b")  # potentials
STRATEGIES = {
    (True, True): "grow",
    (True, False): "keep",
    (False, True): "nurture",
    (False, False): "serve at low cost",
}


@dataclass
class Customer:
    """What one customer brings in a currency, and costs."""

    number: int
    amount: int
    lately: int
    before: int
    paid: int
    minutes: int = 0
    potential: str | None = None


def answer(asked: Asked) -> Rows:
    """A row for each customer, those who bought most first."""
    if asked.by:
        raise InvalidError("customers has a row for each customer; for groups ask `crm report clv --by …`")
    top, put = _top(asked), purchases.put(asked)
    purses = _customers(put)
    called = purchases.names(put, {each.number for found in purses.values() for each in found})
    rows: list[tuple[Any, ...]] = []
    for currency, found in purses.items():
        rows += list(_rows(put, currency, found, called))[:top]
        _concentration(put, currency, found)
    purchases.nameless(put)
    _unknown(put, purses)
    return put.table([(Place(), row) for row in rows])


def ways() -> list[str]:
    """What it can be grouped by: nothing."""
    return []


def _top(asked: Asked) -> int | None:
    text = asked.option("top")
    if text and (not re.fullmatch(r"\d{1,9}", text) or not int(text)):
        raise InvalidError(f"--top: {text!r} is no number from 1 on")
    return int(text) if text else None


def _customers(put: Asked) -> dict[str | None, list[Customer]]:
    """Customers by currency, those who bought most first."""
    year, before = (add_months(put.today, -months).isoformat() for months in (12, 24))
    paid = PAYMENTS if put.report.NOUN == "invoice" else "amount"
    paid = f"coalesce(sum({f'worth({paid}, purse)' if put.into else paid}), 0)"
    served, potentials = _served(put), _potentials(put)
    found: dict[str | None, list[Customer]] = defaultdict(list)
    for each in purchases.of_customers(put, FIGURES.format(year=year, before=before, paid=paid)):
        customer = Customer(each.customer, *each.figures)
        customer.minutes = served.get(each.customer, 0)
        customer.potential = potentials.get(each.customer)
        found[each.currency].append(customer)
    for customers in found.values():
        customers.sort(key=lambda each: (-each.amount, each.number))
    return dict(sorted(found.items(), key=lambda item: item[0] or ""))


def _served(put: Asked) -> dict[int, int]:
    """Minutes of activities held in the period, by customer."""
    question = SERVED.format(held=HELD.format(during=put.during("a.done_at")))
    return dict(put.connection.execute(question).fetchall())


def _potentials(put: Asked) -> dict[int, str]:
    question = "SELECT id, revenue_potential FROM company WHERE revenue_potential IS NOT NULL"
    return dict(put.connection.execute(question).fetchall())


def _rows(
    put: Asked, currency: str | None, found: list[Customer], called: dict[int, str]
) -> Iterator[tuple[Any, ...]]:
    whole = sum(max(each.amount, 0) for each in found)
    sums = list(accumulate(max(each.amount, 0) for each in found))
    for each, so_far in zip(found, sums, strict=True):
        number, noun = purchases.told(each.number)
        above = so_far - max(each.amount, 0)
        letter = next((word for bound, word in BOUNDS if above * 100 < bound * whole), "C")
        growth = share(each.lately - each.before, each.before) if each.before > 0 else None
        yield (
            number, called.get(each.number), money(each.amount, currency), each.potential and each.potential.upper(),
            _strategy(letter, each.potential), _profit(put, currency, each), money(each.paid, currency), each.minutes,
            growth, share(each.amount, whole), share(so_far, whole), letter, currency, noun,
        )  # fmt: skip


def _profit(put: Asked, currency: str | None, each: Customer) -> int | None:
    """Margin of what was paid less the cost of serving; None where no rate tells what that is in the currency."""
    cost = Fraction(each.minutes * parse_decimal(put.setting("customer.hourly_rate")), 60)
    rate = put.rates(currency or "") if cost else "1"
    if not rate:
        return None
    return money(Fraction(each.paid * loyalty.margin(put), 100 * SCALE) - cost / Fraction(rate), currency)


def _strategy(letter: str, potential: str | None) -> str | None:
    return STRATEGIES[letter == "A", potential in HIGH] if potential else None


def _concentration(put: Asked, currency: str | None, found: list[Customer]) -> None:
    """Say how much depends on how few."""
    whole = sum(max(each.amount, 0) for each in found)
    if not whole:
        return
    fifth = -(-len(found) // 5)
    first, best = (sum(max(each.amount, 0) for each in found[:many]) for many in (1, fifth))
    of = f"the best fifth ({fifth:,} of {len(found):,})"
    put.notes.append(
        f"{currency}: the first customer brings {_percent(first, whole)}, {of} {_percent(best, whole)}"
    )
    put.explain([f"{currency}: {len(found):,} customers"])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def _unknown(put: Asked, purses: dict[str | None, list[Customer]]) -> None:
    """Say of how many the potential is not known."""
    customers: Iterable[Customer] = [each for found in purses.values() for each in found]
    missing = len({each.number for each in customers if not each.potential})
    if missing:
        put.notes.append(
            f"{missing:,} have no strategy, their potential being unknown: crm company edit … --revenue-potential B"
        )
