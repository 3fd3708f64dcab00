"""What marketing brings beyond what would have come anyway: a regression of what was won on what was spent.

Of each month, what was won = a level + a trend + a wave of the year + Σ over channels β × ln(1 + s ÷ m). There s is the
spending of the month with what is left of earlier months, s = spent + λ × s of the month before (carry-over, adstock:
Broadbent 1979), m its mean, and the logarithm the diminishing return (Hanssens, Parsons & Schultz 2001, ch. 3). The λ
of each channel is the one of 0, 0.1 … 0.8 that fits best. Intervals of 95 % are those of Student's t, and reach over
every λ that the months do not rule out (likelihood ratio, χ² of one degree), since λ is estimated too.

It is what moved together, not what caused it: who spends more when business is good anyway finds an effect here.
"""

from collections.abc import Mapping, Sequence
from math import cos, log, log1p, pi, sin
from typing import NamedTuple

from crm_cli.asking import regression
from crm_cli.asking.curve import student
from crm_cli.asking.regression import Fit

FEWEST = 24
"""Months below which there is no model."""
SPENT = 6
"""Months in which a channel must have been spent on to be told from the others; the rest is taken together."""
FREEDOM = 10
"""Months that must be left over beyond what is estimated."""
OTHER = "other"
CARRIES = tuple(tenth / 10 for tenth in range(9))
RULED_OUT = 3.841  # χ² of one degree of freedom at 95 %
ROUNDS = 4


class Effect(NamedTuple):
    """What a channel brought over all months, with its interval; amounts are units of the currency."""

    channel: str
    spent: float
    carry: float
    """λ: what is left of the spending in the next month."""
    brought: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether the interval says that it brought anything."""
        return "brings" if self.low > 0 else "costs" if self.high < 0 else "too small to tell"


class Found(NamedTuple):
    """A model: its effects, and how much of what was won it explains."""

    effects: list[Effect]
    months: int
    explained: float


def find(won: Sequence[float], spent: Mapping[str, Sequence[float]]) -> Found | str:
    """The effects of channels from amounts by month; else the sentence that says why there are none."""
    months = len(won)
    if months < FEWEST:
        return f"a model of carry-over and diminishing returns takes {FEWEST} months, and there are {months}"
    series = _gathered(spent)
    if not series:
        return f"no channel was spent on in {SPENT} months or more, so that there is nothing to tell apart"
    if months - len(series) - 4 < FREEDOM:
        return f"{months} months are too few to tell {len(series)} channels apart; filter by type, or ask --by channel"
    alike = _fit(won, series, dict.fromkeys(series, 0.0)) is None
    carries = _carries(won, series)
    best = _fit(won, series, carries)
    if alike or best is None:
        return "spending on channels moved so much alike that they cannot be told apart"
    made = [_effect(name, won, series, carries, best) for name in series]
    return Found(sorted(made, key=lambda each: -each.spent), months, best.explained)


def _gathered(spent: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """The spending by channel, those that were seldom spent on taken together."""
    made: dict[str, list[float]] = {}
    for name, amounts in sorted(spent.items()):
        told = name if sum(each > 0 for each in amounts) >= SPENT else OTHER
        made[told] = [a + b for a, b in zip(made.get(told, [0.0] * len(amounts)), amounts, strict=True)]
    return {name: amounts for name, amounts in made.items() if sum(each > 0 for each in amounts) >= SPENT}


def _carries(won: Sequence[float], series: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The carry-over of each channel that fits best, found one after the other."""
    carries = dict.fromkeys(series, 0.0)
    for _ in range(ROUNDS):
        before = dict(carries)
        for name in series:
            tried = {carry: _fit(won, series, carries | {name: carry}) for carry in CARRIES}
            carries[name] = min(
                CARRIES, key=lambda carry: found.left if (found := tried[carry]) else float("inf")
            )
        if carries == before:
            break
    return carries


def _effect(
    name: str,
    won: Sequence[float],
    series: Mapping[str, Sequence[float]],
    carries: dict[str, float],
    best: Fit,
) -> Effect:
    """The effect of a channel, its interval over every carry-over that is not ruled out."""
    place = list(series).index(name)
    lows, highs = [], []
    for carry in CARRIES:
        found = _fit(won, series, carries | {name: carry})
        if found and len(won) * log(max(found.left, 1e-300) / max(best.left, 1e-300)) <= RULED_OUT:
            total = sum(_felt(series[name], carry))
            half = student(found.freedom) * found.errors[place]
            lows.append((found.weights[place] - half) * total)
            highs.append((found.weights[place] + half) * total)
    brought = best.weights[place] * sum(_felt(series[name], carries[name]))
    return Effect(name, sum(series[name]), carries[name], brought, min(lows), max(highs))


def _fit(
    won: Sequence[float], series: Mapping[str, Sequence[float]], carries: Mapping[str, float]
) -> Fit | None:
    felt = [_felt(amounts, carries[name]) for name, amounts in series.items()]
    middle = (len(won) - 1) / 2
    rows = [
        [
            *(each[month] for each in felt),
            1.0,
            month - middle,
            sin(2 * pi * month / 12),
            cos(2 * pi * month / 12),
        ]
        for month in range(len(won))
    ]
    return regression.fit(rows, won)


def _felt(amounts: Sequence[float], carry: float) -> list[float]:
    """What is felt of spending in each month: carried over, and diminishing."""
    held, left = [], 0.0
    for amount in amounts:
        left = amount + carry * left
        held.append(left)
    mean = sum(held) / len(held)
    return [log1p(each / mean) for each in held]
