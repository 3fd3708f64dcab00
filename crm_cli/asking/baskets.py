"""Which products go together, and what a customer may want next.

A basket is everything that one customer bought. Of two products bought by a and b of n customers, and by both of them
by c: support = c ÷ n, confidence = c ÷ a (of who bought the first, who bought the second too), lift = (c ÷ n) ÷
(a ÷ n × b ÷ n) (Agrawal, Imieliński & Swami 1993; Brin et al. 1997). The variance of ln lift is that of a multinomial
sample, by the delta method: (1 ÷ c' − 1 ÷ a' − 1 ÷ b' + 2 × lift − 1) ÷ n, the dashed ones being shares of n. Where
fewer than five customers of both may be expected by chance, Fisher's exact test says whether there are more or less.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from math import comb, exp, sqrt
from typing import NamedTuple

from crm_cli.asking import purchases
from crm_cli.asking.lift import EXPECTED, SMALL, Z
from crm_cli.reports import Asked

FEWEST = 5
"""Customers that must have bought both products for them to be said to go together."""
SURE = 0.025  # on either side
NEIGHBOURS = 25
"""Customers, the most similar ones, that are asked what they bought."""
Baskets = Mapping[int, frozenset[int]]
_BOUGHT = """
SELECT NULL, NULL, coalesce(chosen.company_id, -chosen.contact_id) AS customer, l.product_id
FROM chosen JOIN {noun}_line AS l ON l.{noun}_id = chosen.id
WHERE l.product_id IS NOT NULL AND customer IS NOT NULL GROUP BY 3, 4"""
_BUYERS = "SELECT NULL, NULL, product_id, count(*) FROM ({bought}) GROUP BY product_id"
_EACH = "SELECT group_concat(product_id) FROM ({bought}) GROUP BY customer"


class Pair(NamedTuple):
    """Two products of which the first leads to the second."""

    first: int
    then: int
    both: int
    """Customers who bought both."""
    bought: int
    """Customers who bought the first."""
    support: float
    confidence: float
    lift: float
    low: float
    """The least that the lift is, 95 times of 100."""
    verdict: str
    """more or less than chance would have it, or too small to tell."""


class Wish(NamedTuple):
    """A product that a customer has not bought, and what speaks for it."""

    product: int
    pair: Pair | None
    """The best pair that leads to it from what the customer bought."""
    similar: int
    """How many of the similar customers bought it."""
    asked: int
    """How many similar customers there are."""


def put(asked: Asked) -> Asked:
    """The question put to invoices or to deals won: to invoices where any has a product in its lines."""
    if not asked.said.get("from"):
        found = "SELECT EXISTS (SELECT 1 FROM invoice_line WHERE product_id IS NOT NULL)"
        if not asked.connection.execute(found).fetchone()[0]:
            if asked.connection.execute("SELECT EXISTS (SELECT 1 FROM deal_line)").fetchone()[0]:
                asked.notes.append("no invoice here names a product: the lines of deals won are counted")
            return purchases.put(replace(asked, said={**asked.said, "from": "deals"}))
    return purchases.put(asked)


def baskets(put_: Asked) -> Baskets:
    """What each customer bought, as products by customer (a contact's number is below 0)."""
    question = f"{purchases.begun(put_)}{_BOUGHT.format(noun=put_.report.NOUN)}"
    found: dict[int, set[int]] = {}
    for _, _, (customer, product) in put_.ask(question):
        found.setdefault(customer, set()).add(product)
    return {customer: frozenset(products) for customer, products in found.items()}


def together(put_: Asked, fewest: int = FEWEST) -> tuple[int, list[Pair]]:
    """How many customers bought products, and the pairs of all of them; one basket after the other is looked at."""
    begun, bought = purchases.begun(put_), _BOUGHT.format(noun=put_.report.NOUN)
    alone = Counter(dict(row for _, _, row in put_.ask(f"{begun}\n{_BUYERS.format(bought=bought)}")))
    told = [put_.today.isoformat(), put_.since, put_.until, put_.into, None, *put_.where[1]]
    many = f"{begun}\nSELECT count(DISTINCT customer) FROM ({bought})"
    customers = put_.connection.execute(many, told).fetchone()[0]
    rows = put_.connection.execute(f"{begun}\n{_EACH.format(bought=bought)}", told)
    both = _both((frozenset(map(int, row[0].split(","))) for row in rows), alone, fewest)
    return customers, _pairs(both, alone, customers, fewest)


def pairs(found: Baskets, fewest: int = FEWEST) -> list[Pair]:
    """The products that go together, both ways, those that are surest first."""
    alone = Counter(product for products in found.values() for product in products)
    return _pairs(_both(found.values(), alone, fewest), alone, len(found), fewest)


def _both(found: Iterable[frozenset[int]], alone: Counter[int], fewest: int) -> Counter[tuple[int, int]]:
    """How many bought both of two products, of those that so many bought as are asked for."""
    often = {product for product, count in alone.items() if count >= fewest}
    both: Counter[tuple[int, int]] = Counter()
    for products in found:
        both.update(combinations(sorted(products & often), 2))
    return both


def _pairs(both: Counter[tuple[int, int]], alone: Counter[int], whole: int, fewest: int) -> list[Pair]:
    made = [
        _pair(first, then, count, alone, whole)
        for (one, other), count in both.items() if count >= fewest
        for first, then in ((one, other), (other, one))
    ]  # fmt: skip
    return sorted(made, key=lambda each: (-each.low, -each.confidence, each.first, each.then))


def wishes(found: Baskets, customer: int) -> list[Wish]:
    """What a customer who bought something may want next: the most of what similar ones bought first."""
    mine = found.get(customer, frozenset())
    rest = {number: products for number, products in found.items() if number != customer}
    near = sorted((number for number in rest if rest[number] & mine),
                  key=lambda number: (-_likeness(rest[number], mine), number))[:NEIGHBOURS]  # fmt: skip
    bought = Counter(product for number in near for product in rest[number] - mine)
    best: dict[int, Pair] = {}
    for pair in pairs(rest):
        if pair.first in mine and pair.then not in mine and pair.lift > 1:
            best.setdefault(pair.then, pair)
    made = [
        Wish(product, best.get(product), bought[product], len(near))
        for product in bought.keys() | best.keys()
    ]
    return sorted(
        made, key=lambda each: (-each.similar, -(each.pair.low if each.pair else 0.0), each.product)
    )


def names(asked: Asked, products: Iterable[int]) -> dict[int, str]:
    """What products are called."""
    import json

    question = "SELECT id, name FROM product WHERE id IN (SELECT value FROM json_each(?))"
    return dict(asked.connection.execute(question, (json.dumps(sorted(products)),)).fetchall())


def _pair(first: int, then: int, both: int, alone: Counter[int], whole: int) -> Pair:
    one, other = alone[first], alone[then]
    lift = both * whole / (one * other)
    spread = (whole / both - whole / one - whole / other + 2 * lift - 1) / whole
    reach = exp(Z * sqrt(max(0.0, spread)))
    if one * other < EXPECTED * whole:
        more, less = _chances(both, max(one, other), min(one, other), whole)
    else:
        more, less = (0.0 if lift / reach > 1 else 1.0), (0.0 if lift * reach < 1 else 1.0)
    verdict = "more" if more < SURE else "less" if less < SURE else SMALL
    return Pair(first, then, both, one, both / whole, both / one, lift, lift / reach, verdict)


def _chances(both: int, one: int, other: int, whole: int) -> tuple[float, float]:
    """How likely so many customers of both, or more, are by chance; and so many or fewer (hypergeometric)."""
    ways = comb(whole, other)
    below = sum(comb(one, count) * comb(whole - one, other - count) / ways for count in range(both))
    here = comb(one, both) * comb(whole - one, other - both) / ways
    return 1 - below, below + here


def _likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of all products of two customers that both bought (Jaccard)."""
    return len(one & other) / len(one | other)
