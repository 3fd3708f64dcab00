"""What a campaign moved: those it was sent to against those left alone, with how sure that is.

The difference of two shares and of two means, each with the interval that holds it 95 times of 100 (the normal one of
unpooled variances; Newcombe 1998, method 1, and Welch 1947 with large numbers).
"""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

Z = 1.959964  # standard deviations on either side of the mean that hold 95 % of a normal distribution
FEWEST = 30
"""People in a group below which an interval tells nothing."""
EXPECTED = 5
"""Answers, and people without one, that must be expected in each group for its interval to be told (Cochran 1954)."""
SMALL = "too small to tell"


@dataclass(frozen=True)
class Sample:
    """People, how many of them answered, what they spent (ten-thousandths) with its squares, and its currency."""

    people: int = 0
    responded: int = 0
    spent: int = 0
    squares: float = 0.0
    currency: str | None = None
    mixed: bool = False
    """Whether what they spent is in several currencies, which are never added."""

    def __add__(self, other: "Sample") -> "Sample":
        """The people of both."""
        named = {each for each in (self.currency, other.currency) if each}
        return Sample(
            self.people + other.people, self.responded + other.responded, self.spent + other.spent,
            self.squares + other.squares, min(named, default=None), self.mixed or other.mixed or len(named) > 1,
        )  # fmt: skip


class Lift(NamedTuple):
    """A difference, the interval that it lies in, and whether that says anything."""

    value: float
    low: float
    high: float
    verdict: str
    """higher, lower, or too small to tell: the interval holds 0, or too few people stand behind it."""


def of_responses(treated: Sample, control: Sample) -> Lift | None:
    """The share that answered, treated less control, in parts of 1; None where one of the groups is empty."""
    if not (treated.people and control.people):
        return None
    one, other = treated.responded / treated.people, control.responded / control.people
    error = sqrt(one * (1 - one) / treated.people + other * (1 - other) / control.people)
    whole = (treated.responded + control.responded) / (treated.people + control.people)
    least = min(treated.people, control.people)
    enough = least >= FEWEST and least * min(whole, 1 - whole) >= EXPECTED
    return _told(one - other, error, enough=enough)


def of_spending(treated: Sample, control: Sample) -> Lift | None:
    """What a person spent on average, treated less control, in ten-thousandths of the one currency that it is in.

    None where a group has fewer than two people, nobody spent anything, or it was in several currencies.
    """
    both = treated + control
    if min(treated.people, control.people) < 2 or both.mixed or not both.currency:  # noqa: PLR2004
        return None
    error = sqrt(_variance(treated) / treated.people + _variance(control) / control.people)
    difference = treated.spent / treated.people - control.spent / control.people
    return _told(difference, error, enough=min(treated.people, control.people) >= FEWEST)


def _variance(sample: Sample) -> float:
    """The variance of what people of a sample spent, as that of all whom they stand for."""
    return max(0.0, sample.squares - sample.spent**2 / sample.people) / (sample.people - 1)


def _told(difference: float, error: float, *, enough: bool) -> Lift:
    low, high = difference - Z * error, difference + Z * error
    verdict = SMALL if not enough or low <= 0 <= high else "higher" if low > 0 else "lower"
    return Lift(difference, low, high, verdict)
