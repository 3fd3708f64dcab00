"""What money brings in campaigns: a curve of diminishing returns through those that were, with how sure it is.

brought = a × cost^b, fitted by least squares to the logarithms (a response model of constant elasticity, as in Lilien,
Kotler & Moorthy 1992, ch. 11). What a further campaign brings lies, 95 times of 100, in the prediction interval of
that regression. No campaign brings ever more for the next coin: where b would be above 1, it is held at 1.
"""

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import NamedTuple

FEWEST = 5
"""Campaigns below which no curve is drawn."""
SPREAD = 2
"""How often the smallest cost must go into the largest."""
Z = 1.959964


class Curve(NamedTuple):
    """A fitted curve; logarithms are natural."""

    level: float
    """ln a."""
    exponent: float
    error: float
    """The standard deviation of what is left unexplained, of logarithms."""
    freedom: int
    middle: float
    """The mean of ln cost."""
    around: float
    """The sum of squares of ln cost around that mean; 0 where the exponent was held."""
    campaigns: int
    explained: float | None
    """The share of the variance of logarithms that the curve explains."""

    def at(self, cost: float) -> tuple[float, float, float]:
        """What a campaign of a cost brings: the middle of what may be expected, and the interval's two ends."""
        place = log(cost)
        away = (place - self.middle) ** 2 / self.around if self.around else 0.0
        half = student(self.freedom) * self.error * sqrt(1 + 1 / self.campaigns + away)
        middle = self.level + self.exponent * place
        return exp(middle), exp(middle - half), exp(middle + half)


def fit(points: Sequence[tuple[float, float]]) -> Curve | str:
    """The curve through campaigns as cost and what they brought, both above 0; else why there is none."""
    if len(points) < FEWEST:
        return (
            f"a curve takes {FEWEST} campaigns that cost and brought something, and there are {len(points)}"
        )
    costs = [cost for cost, _ in points]
    if max(costs) < SPREAD * min(costs):
        return "they all cost about the same, which tells nothing of what more or less money brings"
    xs, ys = [log(cost) for cost in costs], [log(brought) for _, brought in points]
    many = len(points)
    x_mean, y_mean = sum(xs) / many, sum(ys) / many
    around = sum((x - x_mean) ** 2 for x in xs)
    exponent = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True)) / around
    if exponent <= 0:
        return "those that cost more brought no more, so that no budget follows from them"
    held = exponent > 1
    exponent = min(exponent, 1.0)
    level = y_mean - exponent * x_mean
    left = sum((y - level - exponent * x) ** 2 for x, y in zip(xs, ys, strict=True))
    freedom = many - (1 if held else 2)
    whole = sum((y - y_mean) ** 2 for y in ys)
    explained = 1 - left / whole if whole else None
    return Curve(
        level, exponent, sqrt(left / freedom), freedom, x_mean, 0.0 if held else around, many, explained
    )


def student(freedom: int) -> float:
    """What a Student's t of some degrees of freedom, three at least, stays within 95 times of 100.

    The expansion of Abramowitz & Stegun 26.7.5: off by less than 0.004 at three degrees, by less than 0.001 beyond.
    """
    terms: tuple[float, ...] = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + sum((term / freedom**place for place, term in enumerate(terms, 1)), 0.0)
