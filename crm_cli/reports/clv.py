"""What customers will be worth: who still buys, how often, for how much."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from crm_cli.asking import buyers, groups, lifetime, loyalty, purchases, worth
from crm_cli.asking.figures import money
from crm_cli.asking.groups import Place
from crm_cli.asking.loyalty import History
from crm_cli.asking.worth import Worth
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values.amounts import SCALE

NOUN = "invoice"
NOUNS = purchases.NOUNS
DAY = "issued_on"
COLUMNS = (
    *purchases.CUSTOMER,
    Field("purchases", "integer", "Purchases so far; a day's count once"),
    Field("p_alive", "decimal", "Probability that the customer still buys"),
    Field("expected_purchases", "decimal", "Purchases to be expected within the horizon"),
    Field("expected_value", "money", "What one of them may be expected to come to"),
    Field("clv", "money", "The margin of them, worth less the later it comes"),
    Field("currency", "currency", "Currency of the amounts"),
    purchases.NOUN,
    Field("historic", "money", "The margin of what was bought so far"),
    Field("recency_weeks", "decimal", "Weeks from the first purchase to the last"),
    Field("age_weeks", "decimal", "Weeks since the first purchase"),
)
GROUPED = (
    Field("customers", "integer", "Customers in the group"),
    Field("purchases", "integer", "Their purchases so far"),
    Field("p_alive", "decimal", "Mean probability that one still buys"),
    Field("expected_purchases", "decimal", "Purchases to be expected of all"),
    Field("expected_value", "money", "Mean of what a purchase may be expected to come to"),
    Field("clv", "money", "What all will be worth"),
    Field("clv_each", "money", "What one will be worth on average"),
    Field("historic", "money", "The margin of what all bought so far"),
    Field("currency", "currency", "Currency of the amounts"),
)
HELD_OUT = (
    Field("earlier", "text", "Purchases after the first, up to the day"),
    Field("told", "text", "Expected by the model, or what came"),
    Field("purchases", "decimal", "Purchases of a customer afterwards, on average"),
    Field("customers", "integer", "Customers with so many"),
    Field("currency", "currency", "Currency of their purchases"),
)
MEASURE = "clv"
DEAR = ("clv",)
MEASURES = ("historic", "purchases")
OPTIONS = (
    purchases.FROM,
    Choice("method", "How it is worked out; else as the store allows", worth.METHODS),
    Choice("weeks", "How far ahead; else 52", metavar="N"),
    Choice("holdout", "With --until: what the model expected afterwards, beside what came"),
)
WEEKS, MOST_WEEKS, LAST = 52, 2_600, 7
FORMULA = f"""{purchases.MEANT}
historic: margin of what was bought. simple: mean purchase × purchases a year × margin × lifespan, which is 1 ÷ churn in
years, of the 12 months up to the day; purchases a year over the time since the first, a year at least.
probabilistic: BG/NBD for how often (Fader, Hardie & Lee 2005) and Gamma-Gamma for how much (Fader & Hardie 2013), both
by maximum likelihood, from purchases after the first, when the last was and how long ago the first, in weeks.
p_alive is 1 of who bought once: the model lets customers leave after a later purchase only. expected_purchases and clv
are those of the next weeks (--weeks); clv = purchases × expected_value × `customer.margin_pct`, each week's divided by
(1 + `customer.discount_pct`) a year. It is the default from {worth.ENOUGH} customers who came back, with the extra
analytics.
--by segment, source, campaign or a column of companies: a row for each. --until D --holdout: a model of what was bought
up to D, and what came in the weeks after it. --since D: customers who first bought from then on.
"""


def answer(asked: Asked) -> Rows:
    """A row for each customer, the dearest first; or for each group; or for each number of earlier purchases."""
    put, weeks = replace(purchases.put(asked), since=None), _weeks(asked)
    told = {
        currency: [each for each in bought if each.first >= (asked.since or "")]
        for currency, bought in loyalty.histories(put).items()
    }
    purchases.nameless(put)
    if asked.option("holdout"):
        return _held_out(asked, put, told, weeks)
    rows: list[tuple[Any, ...]] = []
    for currency, bought in told.items():
        found = worth.of(put, currency, bought, weeks)
        rows += _grouped(put, asked.by, currency, found) if asked.by else _each(put, currency, found)
    if asked.by:
        head = Field(asked.by, "text", "What is grouped by")
        return Rows([head, *GROUPED], rows, put.table([]).notes, dear=DEAR)
    return put.table([(Place(), row) for row in rows])


def ways() -> list[str]:
    """What it can be grouped by."""
    return [name for name in groups.names("company", "") if name not in ("tag", "tags", *buyers.OWN)] + [
        *buyers.OWN
    ]


def _weeks(asked: Asked) -> int:
    text = asked.option("weeks") or str(WEEKS)
    if not re.fullmatch(r"\d{1,9}", text) or not 0 < int(text) <= MOST_WEEKS:
        raise InvalidError(f"--weeks: {text!r} is no number of weeks from 1 to {MOST_WEEKS:,}")
    return int(text)


def _each(put: Asked, currency: str | None, found: list[Worth]) -> Iterable[tuple[Any, ...]]:
    called = purchases.names(put, (each.history.customer for each in found))
    found.sort(key=lambda each: (-(each.clv or 0), -each.historic, each.history.customer))
    for each in found:
        history = each.history
        number, noun = purchases.told(history.customer)
        habit = worth.habit(history, put.today)
        yield (
            number, called.get(history.customer), history.purchases, _decimal(each.alive), _decimal(each.expected),
            _amount(each.value, currency), _amount(each.clv, currency), currency, noun,
            money(each.historic, currency), _decimal(habit.last), _decimal(habit.age),
        )  # fmt: skip


def _grouped(put: Asked, by: str, currency: str | None, found: list[Worth]) -> Iterable[tuple[Any, ...]]:
    labels = buyers.of(put, by, {each.history.customer for each in found})
    parted: dict[str | None, list[Worth]] = defaultdict(list)
    for each in found:
        for label in labels.get(each.history.customer, [None]):
            parted[label].append(each)
    rows = [(label, *_together(mine, currency)) for label, mine in parted.items()]
    return sorted(rows, key=lambda row: (row[0] is None, -(row[6] or 0), row[0] or ""))


def _together(found: list[Worth], currency: str | None) -> tuple[Any, ...]:
    alive, expected, value, clv = (
        [told for told in column if told is not None]
        for column in zip(*((each.alive, each.expected, each.value, each.clv) for each in found), strict=True)
    )
    return (
        len(found), sum(each.history.purchases for each in found), _decimal(_middle(alive)),
        _decimal(sum(expected)) if expected else None, _amount(_middle(value), currency),
        _amount(sum(clv), currency) if clv else None, _amount(_middle(clv), currency),
        money(sum(each.historic for each in found), currency), currency,
    )  # fmt: skip


def _middle(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _held_out(asked: Asked, put: Asked, told: dict[str | None, list[History]], weeks: int) -> Rows:
    """What was expected after the day, and what came, by how many purchases there were before."""
    end = min(put.today + timedelta(7 * weeks), asked.today)
    span = (end - put.today).days / 7
    if not span:
        raise InvalidError(
            "--holdout compares with what came later; say up to when the model looks: --until 2026-03-31"
        )
    if not lifetime.available():
        raise InvalidError("--holdout needs scipy; install the extra: pip install 'crm-cli[analytics]'")
    later = replace(put, today=end, since=(put.today + timedelta(1)).isoformat(), until=end.isoformat())
    came = {
        (each.customer, each.currency): each.figures[0]
        for each in purchases.of_customers(later, "count(*)", daily=True)
    }
    rows: list[tuple[Any, ...]] = []
    for currency, bought in told.items():
        habits = [worth.habit(each, put.today) for each in bought]
        model = lifetime.purchasing(habits)
        worth.fitted(put, currency, len(habits), model, None)
        counted: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for each, expected in zip(bought, model.expected(habits, span).tolist(), strict=True):
            counted[min(each.purchases - 1, LAST)].append((expected, came.get((each.customer, currency), 0)))
        rows += _compared(counted, currency)
        total = [sum(each[at] for found in counted.values() for each in found) for at in (0, 1)]
        put.notes.append(
            f"{currency}: {total[0]:,.1f} purchases expected from {later.since} to {later.until}, {total[1]:,} came"
        )
    return Rows(list(HELD_OUT), rows, put.table([]).notes)


def _compared(counted: dict[int, list[tuple[float, int]]], currency: str | None) -> Iterable[tuple[Any, ...]]:
    """Two rows for each number of earlier purchases: what was expected, and what came."""
    for earlier, found in sorted(counted.items()):
        label = f"{LAST}+" if earlier == LAST else str(earlier)
        for at, word in enumerate(("expected", "actual")):
            yield label, word, _decimal(sum(each[at] for each in found) / len(found)), len(found), currency


def _decimal(value: float | None) -> int | None:
    return None if value is None else round(value * SCALE)


def _amount(value: float | None, currency: str | None) -> int | None:
    return None if value is None else money(round(value), currency)
