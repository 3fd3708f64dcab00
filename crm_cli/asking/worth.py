"""What customers will be worth: by a model of how often and for how much they buy, by simple means, or so far.

The model is of `crm_cli.asking.lifetime`. Where a store has too few customers who came back, or not what it takes to
fit one, simple means take its place, which is said.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

from crm_cli.asking import lifetime, loyalty
from crm_cli.asking.loyalty import History
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.values.amounts import SCALE, decimal_text
from crm_cli.values.numbers import parse_decimal

METHODS = ("probabilistic", "simple", "historic")
ENOUGH = 100
"""Customers who came back, from whom on a model is made."""
PARAMETERS = (
    Field("model", "text"),
    Field("currency", "currency"),
    Field("customers", "integer"),
    Field("until", "day"),
    *(Field(name, "json") for name in ("r", "alpha", "a", "b", "p", "q", "gamma", "log_likelihood")),
)


class Worth(NamedTuple):
    """What a customer will be worth: a probability, numbers, and amounts in ten-thousandths; None: not known."""

    history: History
    alive: float | None
    expected: float | None
    value: float | None
    clv: float | None
    historic: Fraction


def of(put: Asked, currency: str | None, bought: Sequence[History], weeks: int) -> list[Worth]:
    """What each customer will be worth in the next weeks, by the method that is asked for or possible.

    Raises:
        InvalidError: a model was asked for that does not fit.
    """
    method = _method(put, currency, bought)
    if method == "probabilistic":
        try:
            return _by_model(put, currency, bought, weeks)
        except InvalidError as error:
            if put.said.get("method"):
                raise
            put.notes.append(f"{currency}: {error}; the simple method is used")
    return _historic(put, bought) if method == "historic" else _simple(put, currency, bought)


def _method(put: Asked, currency: str | None, bought: Sequence[History]) -> str:
    said, again = put.option("method") if put.said.get("method") else "", _again(bought)
    if said in ("simple", "historic"):
        return said
    if not lifetime.available():
        put.notes.append("the simple method is used: the other needs scipy, pip install 'crm-cli[analytics]'")
        return "simple"
    if not said and again < ENOUGH:
        put.notes.append(
            f"{currency}: the simple method is used: {again} customers came back, and a model is made of {ENOUGH}"
        )
        return "simple"
    return "probabilistic"


def _again(bought: Sequence[History]) -> int:
    return sum(each.purchases > 1 for each in bought)


def _historic(put: Asked, bought: Sequence[History]) -> list[Worth]:
    return [
        Worth(each, None, None, None, float(past), past)
        for each, past in zip(bought, _pasts(put, bought), strict=True)
    ]


def _pasts(put: Asked, bought: Sequence[History]) -> list[Fraction]:
    """The margin of what was bought so far."""
    margin = Fraction(loyalty.margin(put), 100 * SCALE)
    return [each.amount * margin for each in bought]


def _simple(put: Asked, currency: str | None, bought: Sequence[History]) -> list[Worth]:
    """Mean purchase × purchases a year × margin × lifespan; nothing where churn is not known or none."""
    stands = loyalty.standing(put, loyalty.spans(bought))
    churn, margin = stands.churn, loyalty.margin(put) / SCALE / 100
    years = 100 * SCALE / churn if churn else None
    if years is None:
        told = "nobody was a customer a year ago" if churn is None else "no customer was lost within the year"
        put.notes.append(f"{currency}: {told}, so that no lifespan follows, and no lifetime value")
    else:
        put.notes.append(
            f"{currency}: simple, over a lifespan of {years:.2f} years: 1 ÷ churn of {decimal_text(churn or 0)} %; "
            f"margin {decimal_text(loyalty.margin(put))} %"
        )
    found = []
    for each, past in zip(bought, _pasts(put, bought), strict=True):
        value = each.amount / each.purchases
        age = (put.today - date.fromisoformat(each.first)).days / 365.25
        expected = each.purchases / max(age, 1.0) * years if years else None
        clv = None if expected is None else expected * value * margin
        found.append(Worth(each, None, expected, value, clv, past))
    return found


def _by_model(put: Asked, currency: str | None, bought: Sequence[History], weeks: int) -> list[Worth]:
    """By BG/NBD and Gamma-Gamma."""
    habits = [habit(each, put.today) for each in bought]
    repeats, means = [each.repeats for each in habits], [_mean(each) for each in bought]
    paying = [(x, mean) for x, mean in zip(repeats, means, strict=True) if x and mean > 0]
    if len({mean for _, mean in paying}) < 2:  # noqa: PLR2004 - what scatters
        raise InvalidError(
            "too few customers came back, or all for the same, so that no model fits what was bought"
        )
    model = lifetime.purchasing(habits)
    spending = lifetime.spending([x for x, _ in paying], [mean for _, mean in paying])
    margin, yearly = (
        parse_decimal(put.setting(f"customer.{key}_pct")) / SCALE / 100 for key in ("margin", "discount")
    )
    alive, expected = model.alive(habits).tolist(), model.expected(habits, weeks).tolist()
    if not all(map(isfinite, (*alive, *expected))):
        raise InvalidError("the model does not fit what was bought; ask for --method simple")
    discounted = model.discounted(habits, weeks, yearly).tolist()
    values = spending.expected(repeats, [max(mean, 0.0) for mean in means]).tolist()
    fitted(put, currency, len(habits), model, spending)
    put.notes.append(
        f"{currency}: BG/NBD × Gamma-Gamma, {weeks} weeks from {put.today}, "
        f"margin {decimal_text(loyalty.margin(put))} %, discounted by {yearly:.2%} a year; "
        f"{_again(bought):,} of {len(bought):,} customers came back"
    )
    if credited := sum(mean < 0 for mean in means):
        put.notes.append(
            f"{currency}: {credited:,} were credited more than they bought again: no value follows"
        )
    return [
        Worth(each, still, many, *_told(value, worth * value * margin, mean), past)
        for each, still, many, value, worth, mean, past in zip(
            bought, alive, expected, values, discounted, means, _pasts(put, bought), strict=True
        )
    ]


def _told(value: float, clv: float, mean: float) -> tuple[float | None, float | None]:
    """Amounts in units as ten-thousandths; none where the model has no mean, its q being 1 or less.

    Nor of who was credited more than bought again, since the model knows amounts above nothing only.
    """
    return (value * SCALE, clv * SCALE) if mean >= 0 and 0 <= value < float("inf") else (None, None)


def habit(each: History, today: date) -> lifetime.Habit:
    """What the model knows of how often a customer buys."""
    first = date.fromisoformat(each.first)
    last = date.fromisoformat(each.last)
    return lifetime.Habit(each.purchases - 1, (last - first).days / 7, (today - first).days / 7)


def _mean(each: History) -> float:
    """What a purchase after the first came to on average, in units."""
    return (each.amount - each.first_amount) / SCALE / (each.purchases - 1) if each.purchases > 1 else 0.0


def fitted(
    put: Asked,
    currency: str | None,
    customers: int,
    model: lifetime.Purchasing,
    spending: lifetime.Spending | None,
) -> None:
    """Keep the parameters for who asks what was fitted."""
    day = put.today.isoformat()
    told = [repr(each) for each in (model.r, model.alpha, model.a, model.b)]
    sets: list[tuple[Any, ...]] = [
        ("BG/NBD", currency, customers, day, *told, None, None, None, repr(model.log_likelihood))
    ]
    sentence = f"BG/NBD, {currency}: r {told[0]}, alpha {told[1]}, a {told[2]}, b {told[3]}, log-likelihood "
    put.explain([f"{sentence}{model.log_likelihood!r}, of {customers:,} customers"])
    if spending:
        told = [repr(each) for each in (spending.p, spending.q, spending.gamma)]
        many, likelihood = spending.customers, repr(spending.log_likelihood)
        sets.append(("Gamma-Gamma", currency, many, day, None, None, None, None, *told, likelihood))
        sentence = f"Gamma-Gamma, {currency}: p {told[0]}, q {told[1]}, gamma {told[2]}, log-likelihood "
        put.explain([f"{sentence}{likelihood}, of {many:,} customers who came back"])
    rows = [*put.parameters[0].rows, *sets] if put.parameters else sets
    put.parameters[:] = [Rows(list(PARAMETERS), rows)]
