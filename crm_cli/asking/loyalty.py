"""Who is a customer when, and who comes back: what retention, churn and lifetimes are counted from.

A customer at the end of a day is who bought within the months before it that `customer.months` says, 12 by default.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from crm_cli.asking import purchases
from crm_cli.asking.figures import share
from crm_cli.reports import Asked
from crm_cli.values.dates import add_months
from crm_cli.values.numbers import parse_decimal

_FIGURES = """
count(*), min(day), max(day), max(day) FILTER (WHERE day <= '{start}'), coalesce(sum(amount), 0),
min(day || ' ' || coalesce(amount, 0))"""  # the last: the first day, and what was bought on it
_DAY = len("2026-06-15 ")


class History(NamedTuple):
    """What one customer bought in one currency, all time up to the day asked about."""

    customer: int
    purchases: int
    first: str
    last: str
    before: str | None
    """The last purchase up to the start of the period."""
    amount: int
    first_amount: int
    """What the first purchase came to."""


class Span(NamedTuple):
    """The days of one customer that say when it is a customer."""

    first: str
    last: str
    before: str | None


class Standing(NamedTuple):
    """How many are customers at the start of a period, at its end, at both, and how many ever bought, and again."""

    start: int
    end: int
    stayed: int
    buyers: int
    repeat: int

    @property
    def retention(self) -> int | None:
        """The share of the customers at the start that stayed, as a stored percentage; None of none."""
        return share(self.stayed, self.start)

    @property
    def churn(self) -> int | None:
        """The share of them that is lost."""
        return share(self.start - self.stayed, self.start)


def start(put: Asked) -> date:
    """The day at whose end customers are counted before the period; without one it is 12 months ago."""
    return date.fromisoformat(put.since) - timedelta(1) if put.since else add_months(put.today, -12)


def standing(put: Asked, spans: Sequence[Span]) -> Standing:
    """Who is a customer before the period and at its end."""
    months = int(put.setting("customer.months"))
    since_start, since_end = (add_months(day, -months).isoformat() for day in (start(put), put.today))
    at_start = [bool(each.before and each.before > since_start) for each in spans]
    at_end = [each.last > since_end for each in spans]
    return Standing(
        sum(at_start),
        sum(at_end),
        sum(before and after for before, after in zip(at_start, at_end, strict=True)),
        len(spans),
        sum(each.first < each.last for each in spans),
    )


def histories(put: Asked) -> dict[str | None, list[History]]:
    """What every customer ever bought, by currency, these in order."""
    found: dict[str | None, list[History]] = defaultdict(list)
    figures = _FIGURES.format(start=start(put))
    for each in purchases.of_customers(put, figures, dated=False, daily=True):
        many, first, last, before, amount, began = each.figures
        history = History(each.customer, many, first, last, before, amount, int(began[_DAY:]))
        found[each.currency].append(history)
    return dict(sorted(found.items(), key=lambda item: item[0] or ""))


def spans(bought: Sequence[History]) -> list[Span]:
    """The days of customers."""
    return [Span(each.first, each.last, each.before) for each in bought]


def margin(asked: Asked) -> int:
    """What is left of a sale, in ten-thousandths of one per cent."""
    return parse_decimal(asked.setting("customer.margin_pct"))
