"""Who keeps buying: customers by when they first bought, churn, repeat rate."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from crm_cli.asking import purchases, spans
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import PERIODS
from crm_cli.asking.purchases import Bought
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values.amounts import SCALE, decimal_text
from crm_cli.values.dates import add_months
from crm_cli.values.numbers import parse_decimal

NOUN = "invoice"
NOUNS = purchases.NOUNS
DAY = "issued_on"
COLUMNS = (
    Field("cohort", "text", "The month, quarter, week or year of the first purchase"),
    Field("size", "integer", "Customers who first bought then"),
)
TOTALS = (
    Field("since", "day", "The first day"),
    Field("until", "day", "The last day"),
    Field("start_customers", "integer", "Customers before the first day"),
    Field("new_customers", "integer", "Customers at the end who were none at the start"),
    Field("lost_customers", "integer", "Customers at the start who are none at the end"),
    Field("end_customers", "integer", "Customers at the end of the last day"),
    Field("retention_pct", "percent", "End less new, by start"),
    Field("churn_pct", "percent", "What is missing to 100 %"),
    Field("buyers", "integer", "Who ever bought by then"),
    Field("repeat_buyers", "integer", "Who bought on two days at least"),
    Field("repeat_rate_pct", "percent", "Their share"),
    Field("repeat_profit", "money", "Margin of what was bought after the first purchases"),
    Field("currency", "currency", "Currency of the amount"),
)
MEASURE = "size"
OPTIONS = (
    purchases.FROM,
    Choice("share", "Shares of the cohort in place of numbers of customers"),
    Choice("totals", "Retention, churn, repeat rate and repeat-purchase profit in place of the cohorts"),
)
FORMULA = f"""{purchases.MEANT}
A cohort are the customers whose first purchase, of all time, was in that span; size is how many. m0, m1, m2 … are those
of them who bought in that month, the next, the one after; with --share in per cent of size. --by quarter, week or year
has q0, w0, y0. What lies after the day asked about is empty; its own span is not over. A period chooses cohorts.
A customer at the end of a day bought within the months before that `customer.months` says.
retention = (customers at the end − new ones) ÷ customers at the start; new are who were none at the start; churn = 1 −
retention; over the period, else over the 12 months up to the day.
repeat rate = buyers with two purchases at least ÷ buyers. repeat profit = purchases after the first × margin, which is
`customer.margin_pct`.
"""
FIGURES = """
group_concat(DISTINCT {spans}), min({{day}}), max({{day}}), max({{day}}) FILTER (WHERE {{day}} <= '{start}')"""
# The last figure is the first day and what was bought on it.
DAILY = """
0, min(day), max(day), max(day) FILTER (WHERE day <= '{start}'), sum(amount), min(day || ' ' || coalesce(amount, 0))"""


class Standing(NamedTuple):
    """How many are customers at the start and the end of a period, and how many ever bought, once and again."""

    start: int = 0
    end: int = 0
    both: int = 0
    buyers: int = 0
    repeat: int = 0

    @property
    def churn(self) -> int | None:
        """The share of the customers at the start that is lost, as a stored percentage; None of none."""
        return share(self.start - self.both, self.start)


def answer(asked: Asked) -> Rows:
    """A row for each cohort; or one for each currency."""
    by = asked.by or "month"
    if by not in PERIODS:
        raise InvalidError(f"retention is --by {', '.join(PERIODS)}, not by {by}")
    put = purchases.put(asked)
    first, start = period(put)
    if asked.option("totals"):
        return _totals(put, first, start)
    put = replace(put, into=None)
    label = PERIODS[by].format(day="{day}")
    bought = purchases.of_customers(put, FIGURES.format(spans=label, start=start), dated=False)
    stands = standing(put, bought, start)
    put.notes.append(_said(put, first, stands))
    rows = _cohorts(put, by, bought, share_of=bool(asked.option("share")))
    purchases.nameless(put)
    put.explain([f"{len(bought):,} customers; {stands}"])
    return rows


def period(put: Asked) -> tuple[date, date]:
    """The first day that retention is over, and the day before, at whose end customers are counted."""
    first = date.fromisoformat(put.since) if put.since else add_months(put.today, -12) + timedelta(1)
    return first, first - timedelta(1)


def standing(put: Asked, bought: list[Bought], start: date) -> Standing:
    """Who is a customer when; the figures are something, the first day, the last, the last up to the start."""
    months = int(put.setting("customer.months"))
    since_end, since_start = (add_months(day, -months).isoformat() for day in (put.today, start))
    at_start = [bool(each.figures[3] and each.figures[3] > since_start) for each in bought]
    at_end = [each.figures[2] > since_end for each in bought]
    return Standing(
        sum(at_start),
        sum(at_end),
        sum(before and after for before, after in zip(at_start, at_end, strict=True)),
        len(bought),
        sum(each.figures[1] < each.figures[2] for each in bought),
    )


def margin(asked: Asked) -> int:
    """What is left of a sale, in ten-thousandths of one per cent."""
    return parse_decimal(asked.setting("customer.margin_pct"))


def _said(put: Asked, first: date, stands: Standing) -> str:
    if stands.churn is None:
        kept = f"nobody was a customer before {first}, so that there is no retention to tell"
    else:
        kept = (
            f"retention {_percent(100 * SCALE - stands.churn)}, churn {_percent(stands.churn)} "
            f"from {first} to {put.today} ({stands.both:,} of {stands.start:,} customers stayed)"
        )
    repeat = share(stands.repeat, stands.buyers)
    again = (
        ""
        if repeat is None
        else f"; repeat rate {_percent(repeat)} ({stands.repeat:,} of {stands.buyers:,} buyers)"
    )
    return kept + again


def _percent(scaled: int) -> str:
    return f"{decimal_text(scaled)} %"


def _cohorts(put: Asked, by: str, bought: list[Bought], *, share_of: bool) -> Rows:
    """The triangle, a row for each cohort that has customers."""
    active: dict[str, Counter[str]] = defaultdict(Counter)
    for each in bought:
        labels = each.figures[0].split(",")
        active[min(labels)].update(labels)
    labels = _labels(by, min(active), put.today) if active else []
    chosen = [label for label in labels if label in active and _begins(put, label)]
    width = len(labels) - labels.index(chosen[0]) if chosen else 0
    rows: list[tuple[Any, ...]] = []
    for label in chosen:
        size, at = active[label][label], labels.index(label)
        found = [active[label][later] for later in labels[at:]]
        cells = [share(each, size) for each in found] if share_of else found
        rows.append((label, size, *cells, *[None] * (width - len(cells))))
    ending, kind = ("_pct", "percent") if share_of else ("", "integer")
    columns = [
        Field(f"{by[0]}{number}{ending}", kind, f"Who bought {number} {by}s later") for number in range(width)
    ]
    return Rows([*COLUMNS, *columns], rows, put.notes)


def _labels(by: str, first: str, today: date) -> list[str]:
    """The spans from one to that of the day."""
    found, last = [first], spans.label(by, today)
    while found[-1] < last:
        found.append(spans.label(by, date.fromisoformat(spans.days(found[-1])[1]) + timedelta(1)))
    return found


def _begins(put: Asked, label: str) -> bool:
    return not put.since or spans.days(label)[1] >= put.since


def _totals(put: Asked, first: date, start: date) -> Rows:
    """Retention, churn and what came back, a row for each currency."""
    told = purchases.columns(put, TOTALS)
    purses: dict[str | None, list[Bought]] = defaultdict(list)
    for each in purchases.of_customers(told, DAILY.format(start=start), dated=False, daily=True):
        purses[each.currency].append(each)
    rows = []
    for currency, bought in sorted(purses.items(), key=lambda item: item[0] or ""):
        stands = standing(told, bought, start)
        later = sum((each.figures[4] or 0) - int(each.figures[5][11:]) for each in bought)
        rows.append((
            first.isoformat(), told.today.isoformat(), stands.start, stands.end - stands.both,
            stands.start - stands.both, stands.end, share(stands.both, stands.start), stands.churn, stands.buyers,
            stands.repeat, share(stands.repeat, stands.buyers),
            money(later * margin(told), currency, 100 * SCALE), currency,
        ))  # fmt: skip
    purchases.nameless(told)
    return Rows(list(TOTALS), rows, told.table([]).notes)
