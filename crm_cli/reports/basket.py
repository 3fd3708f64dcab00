"""Products that the same customers buy, and how sure it is that they go together."""

import re

from crm_cli.asking import baskets, purchases
from crm_cli.asking.groups import Place
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values.amounts import SCALE

NOUN = "invoice"
NOUNS = purchases.NOUNS
DAY = "issued_on"
COLUMNS = (
    Field("product", "text", "Who bought this one"),
    Field("then", "text", "bought this one too"),
    Field("customers", "integer", "Customers who bought both"),
    Field("bought", "integer", "Customers who bought the first"),
    Field("support_pct", "percent", "Customers who bought both, of all"),
    Field("confidence_pct", "percent", "Who bought the second, of those who bought the first"),
    Field("lift", "decimal", "How many times as often as by chance"),
    Field("lift_low", "decimal", "The least that it is, 95 times of 100"),
    Field("verdict", "text", "more, less, or too small to tell"),
)
MEASURE = "confidence_pct"
DEAR = ("lift", "verdict")
OPTIONS = (
    purchases.FROM,
    Choice("fewest", f"Customers who must have bought both; else {baskets.FEWEST}", metavar="N"),
)
FORMULA = f"""{purchases.MEANT}
A basket is everything that a customer bought in the period; each line with a product counts once.
support = customers of both ÷ all customers with a product; confidence = customers of both ÷ customers of the first;
lift = confidence ÷ the share of all who bought the second. lift_low is the lower end of its interval of 95 %, by the
delta method; a pair goes together more than chance would have it where that is above 1, and where fewer than five of
both may be expected by chance, where Fisher's exact test is surer than 97.5 %. Among many pairs, one of
forty looks so by chance alone.
"""


def answer(asked: Asked) -> Rows:
    """A row for each pair of products, both ways, those that are surest to go together first."""
    if asked.by:
        raise InvalidError("basket is by pairs of products; leave out --by")
    put = baskets.put(asked)
    fewest = _fewest(asked)
    customers, pairs = baskets.together(put, fewest)
    put.explain([f"{customers:,} customers bought products"])
    if customers and not pairs:
        put.notes.append(
            f"no two products were bought by {fewest} customers, of {customers:,} who bought products"
        )
    called = baskets.names(put, {each.first for each in pairs})
    return put.table(
        [(Place(), (
            called[each.first], called[each.then], each.both, each.bought, _percent(each.support),
            _percent(each.confidence), _decimal(each.lift), _decimal(each.low), each.verdict,
        )) for each in pairs]
    )  # fmt: skip


def _fewest(asked: Asked) -> int:
    text = asked.option("fewest")
    if text and (not re.fullmatch(r"\d{1,9}", text) or not int(text)):
        raise InvalidError(f"--fewest: {text!r} is no number of customers; write one such as 5")
    return int(text) if text else baskets.FEWEST


def _decimal(value: float) -> int:
    """A figure as stored, to two decimals."""
    return round(value * 100) * SCALE // 100


def _percent(share: float) -> int:
    """A share as a stored percentage, to two decimals."""
    return round(share * 10_000) * 100
