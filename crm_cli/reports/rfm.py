"""Customers by how lately, how often and for how much they bought, in segments."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from crm_cli.asking import purchases
from crm_cli.asking.figures import money, rounded, share
from crm_cli.asking.groups import Place
from crm_cli.asking.purchases import Bought
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

NOUN = "invoice"
NOUNS = purchases.NOUNS
DAY = "issued_on"
COLUMNS = (
    *purchases.CUSTOMER,
    Field("segment", "text", "What follows from the scores"),
    Field("monetary", "money", "What the purchases come to"),
    Field("recency_days", "integer", "Days since the last one"),
    Field("frequency", "integer", "How many; a day's count once"),
    Field("r", "integer", "Score of recency: 5 the latest, 1 the longest ago"),
    Field("f", "integer", "Score of frequency: 5 the most"),
    Field("m", "integer", "Score of the amount: 5 the most"),
    Field("currency", "currency", "Currency of the amount"),
    purchases.NOUN,
)
IN_SEGMENT = (
    Field("segment", "text", "What follows from the scores"),
    Field("customers", "integer", "Customers in it"),
    Field("share_pct", "percent", "Their share of all"),
    Field("recency_days", "decimal", "Mean of the days since the last purchase"),
    Field("frequency", "decimal", "Mean number of purchases"),
    Field("monetary", "money", "What all purchases come to"),
    Field("monetary_pct", "percent", "Its share of all"),
    Field("currency", "currency", "Currency of the amount"),
)
MEASURE = "monetary"
OPTIONS = (purchases.FROM,)
BEST, FEW = 5, 25
# The most days since the last purchase for 5, 4, 3, 2; the fewest purchases; the least amount, in mean amounts.
FIXED = {"recency": (30, 90, 180, 365), "frequency": (10, 5, 3, 2), "monetary": (2, 1, 0.5, 0.25)}
SEGMENTS = {
    "champions": "r 4-5, f + m from 8: bought lately, often, for much",
    "loyal": "r 3-5, f + m from 6: come back",
    "new": "r 4-5, f 1: bought lately, and seldom yet",
    "potential": "r 3-5, the others: may become loyal",
    "cant_lose": "r 1-2, f + m from 9: were among the best, and stay away",
    "at_risk": "r 1-2, f + m from 6: were good, and stay away",
    "hibernating": "r 2, f + m up to 5: long away",
    "lost": "r 1, f + m up to 5: longest away",
}
"""The segments and what they are told by; the first that holds counts."""
FORMULA = f"""{purchases.MEANT}
recency_days = days since the last purchase, frequency = purchases, monetary = their sum: all within the period, as of
its end. Scores are quintiles, 5 the best: of all others whose value differs, the share that a customer is better than,
in fifths, so that equal values share a score, the best has 5 and the worst 1; where all are equal, 3.
Of fewer than {FEW} customers, scores have fixed bounds, for 5, 4, 3, 2: days up to {FIXED["recency"]};
purchases from {FIXED["frequency"]}; amounts from {FIXED["monetary"]} times the mean.
Segments, the first that holds:
{chr(10).join(f"{name}: {meaning}" for name, meaning in SEGMENTS.items())}
--by segment: a row for each. `crm segment add NAME --from rfm:champions` keeps who is in one.
"""
FIGURES = "max({day}), count(DISTINCT {day}), coalesce(sum({amount}), 0)"
Scorer = Callable[[Any], int]


class Scored(NamedTuple):
    """A customer's figures and scores."""

    customer: int
    currency: str | None
    recency: int
    frequency: int
    monetary: int
    r: int
    f: int
    m: int

    @property
    def segment(self) -> str:
        """The first segment that holds."""
        return _segment(self.r, self.f, self.m)


@cache
def _segment(r: int, f: int, m: int) -> str:
    both, late, good, best = f + m, 3, 6, 8
    if r >= late:
        if r > late and both >= best:
            return "champions"
        if both >= good:
            return "loyal"
        return "new" if r > late and f == 1 else "potential"
    if both >= good:
        return "cant_lose" if both > best else "at_risk"
    return "hibernating" if r > 1 else "lost"


def answer(asked: Asked) -> Rows:
    """A row for each customer and currency, the best first; by segment one for each."""
    if asked.by not in (None, "segment"):
        raise InvalidError(f"rfm is by customer or --by segment, not by {asked.by}")
    put = purchases.put(asked)
    scored = customers(put)
    purchases.nameless(put)
    if asked.by:
        return Rows(list(IN_SEGMENT), list(_by_segment(scored)), put.table([]).notes)
    called = purchases.names(put, {each.customer for each in scored})
    scored.sort(
        key=lambda each: (each.currency or "", -each.r - each.f - each.m, -each.monetary, each.customer)
    )
    nowhere = Place()
    return put.table([(nowhere, _row(each, called)) for each in scored])


def ways() -> list[str]:
    """What it can be grouped by."""
    return ["segment"]


def customers(put: Asked) -> list[Scored]:
    """The scores of all customers, those of each currency among themselves."""
    purses: dict[str | None, list[Bought]] = defaultdict(list)
    for each in purchases.of_customers(put, FIGURES):
        purses[each.currency].append(each)
    scored: list[Scored] = []
    for currency, bought in purses.items():
        few = len(bought) < FEW
        scored += _scored(bought, put.today, few=few)
        put.explain([f"{currency}: {len(bought):,} customers"])
        if few:
            put.notes.append(
                f"{currency}: {len(bought)} customers are too few for quintiles, so that the scores have fixed bounds"
            )
    return scored


def _scored(bought: Sequence[Bought], today: date, *, few: bool) -> Iterable[Scored]:
    days_since = {day: (today - date.fromisoformat(day)).days for day in {each.figures[0] for each in bought}}
    rows = [(each, days_since[each.figures[0]], each.figures[1], each.figures[2]) for each in bought]
    if few:
        mean = sum(row[3] for row in rows) / len(rows)
        recency, frequency, monetary = (
            _fixed(tuple(-bound for bound in FIXED["recency"])),
            _fixed(FIXED["frequency"]),
            _fixed(tuple(bound * mean for bound in FIXED["monetary"]))
            if mean > 0
            else _quintiles([row[3] for row in rows]),
        )
    else:
        recency, frequency, monetary = (_quintiles(values) for values in (
            [-row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows]))  # fmt: skip
    for each, days, many, amount in rows:
        scores = recency(-days), frequency(many), monetary(amount)
        yield Scored(each.customer, each.currency, days, many, amount, *scores)


def _fixed(bounds: Sequence[float]) -> Scorer:
    """The score by bounds for 5, 4, 3, 2."""
    return lambda value: BEST - next((at for at, bound in enumerate(bounds) if value >= bound), BEST - 1)


def _quintiles(values: Sequence[int]) -> Scorer:
    """The score by the share of differing values that are lower."""
    ordered = sorted(values)
    scores: dict[int, int] = {}
    place = 0
    while place < len(ordered):
        value, lower = ordered[place], place
        while place < len(ordered) and ordered[place] == value:
            place += 1
        differing = lower + len(ordered) - place
        scores[value] = min(BEST, 1 + BEST * lower // differing) if differing else 3
    return scores.__getitem__


def _row(each: Scored, called: dict[int, str]) -> tuple[Any, ...]:
    number, noun = purchases.told(each.customer)
    paid = money(each.monetary, each.currency)
    scores = (paid, each.recency, each.frequency, each.r, each.f, each.m)
    return number, called.get(each.customer), each.segment, *scores, each.currency, noun


def _by_segment(scored: Sequence[Scored]) -> Iterable[tuple[Any, ...]]:
    for currency in sorted({each.currency for each in scored}, key=str):
        mine = [each for each in scored if each.currency == currency]
        whole = sum(each.monetary for each in mine)
        for segment in SEGMENTS:
            found = [each for each in mine if each.segment == segment]
            if found:
                amount = sum(each.monetary for each in found)
                yield (
                    segment, len(found), share(len(found), len(mine)),
                    rounded(sum(each.recency for each in found), len(found)),
                    rounded(sum(each.frequency for each in found), len(found)),
                    money(amount, currency), share(amount, whole), currency,
                )  # fmt: skip
