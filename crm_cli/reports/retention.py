"""Who keeps buying: customers by when they first bought, churn, repeat rate."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from crm_cli.asking import loyalty, purchases, spans
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import PERIODS
from crm_cli.asking.purchases import Bought
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values.amounts import SCALE, decimal_text

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
MEASURES = ("end_customers",)
PARTS = ("start_customers", "new_customers", "lost_customers", "end_customers")
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


def answer(asked: Asked) -> Rows:
    """A row for each cohort; or one for each currency."""
    by = asked.by or "month"
    if by not in PERIODS:
        raise InvalidError(f"retention is --by {', '.join(PERIODS)}, not by {by}")
    put = purchases.put(asked)
    if asked.option("totals"):
        return _totals(put)
    put = replace(put, into=None)
    label = PERIODS[by].format(day="{day}")
    bought = purchases.of_customers(put, FIGURES.format(spans=label, start=loyalty.start(put)), dated=False)
    stands = loyalty.standing(put, [loyalty.Span(*each.figures[1:]) for each in bought])
    if bought:
        put.notes.append(_said(put, stands))
    rows = _cohorts(put, by, bought, share_of=bool(asked.option("share")))
    purchases.nameless(put)
    put.explain([f"{len(bought):,} customers; {stands}"])
    return rows


def ways() -> list[str]:
    """What it can be grouped by."""
    return list(PERIODS)


def _said(put: Asked, stands: loyalty.Standing) -> str:
    first = loyalty.start(put) + timedelta(1)
    if stands.churn is None or stands.retention is None:
        kept = f"nobody was a customer before {first}, so that there is no retention to tell"
    else:
        kept = (
            f"retention {_percent(stands.retention)}, churn {_percent(stands.churn)} "
            f"from {first} to {put.today} ({stands.stayed:,} of {stands.start:,} customers stayed)"
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


def _totals(put: Asked) -> Rows:
    """Retention, churn and what came back, a row for each currency."""
    told = purchases.columns(put, TOTALS)
    first = loyalty.start(told) + timedelta(1)
    rows = []
    for currency, bought in loyalty.histories(told).items():
        stands = loyalty.standing(told, loyalty.spans(bought))
        later = sum(each.amount - each.first_amount for each in bought) * loyalty.margin(told)
        rows.append((
            first.isoformat(), told.today.isoformat(), stands.start, stands.end - stands.stayed,
            stands.start - stands.stayed, stands.end, stands.retention, stands.churn, stands.buyers, stands.repeat,
            share(stands.repeat, stands.buyers), money(later, currency, 100 * SCALE), currency,
        ))  # fmt: skip
    purchases.nameless(told)
    return Rows(list(TOTALS), rows, told.table([]).notes, dear=("retention_pct", "churn_pct"))
