"""Logistic regression with an L2 penalty, and how well its predictions tell apart and agree with what came.

The weights maximise the log-likelihood less ½ × penalty × Σ weight² (ridge; le Cessie & van Houwelingen 1992), found by
Newton's method (iteratively reweighted least squares; Hastie, Tibshirani & Friedman 2009, 4.4.1). The intercept is not
penalised. Rows name the features that they have, with a value; alike rows are counted, so that many cost little.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import exp, sqrt
from typing import NamedTuple

Feature = tuple[str, str]
"""What is known of a record: a field, and the word that stands in it."""
Row = frozenset[tuple[Feature, float]]
"""The features of a record that are not 0, with their values."""
_Line = tuple[list[tuple[int, float]], int, int]  # places with values, how many, how many that came
PENALTY = 1.0
ROUNDS, CLOSE = 50, 1e-9
FIFTHS = 5


@dataclass(frozen=True)
class Model:
    """Fitted weights, in log odds."""

    intercept: float
    weights: Mapping[Feature, float]

    def log_odds(self, row: Row) -> float:
        """The logarithm of the odds that a record of these features has the outcome."""
        return self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in row)

    def chance(self, row: Row) -> float:
        """The probability of the outcome, 0 to 1."""
        return _logistic(self.log_odds(row))


class Area(NamedTuple):
    """The area under the ROC curve: how often one that came is placed above one that did not; ½ is chance."""

    value: float
    low: float
    high: float


class Fifth(NamedTuple):
    """A fifth of the records, by their predicted chance."""

    records: int
    predicted: float
    came: float


def fit(rows: Sequence[Row], outcomes: Sequence[bool], penalty: float = PENALTY) -> Model:
    """The weights that fit best; there must be outcomes of both kinds."""
    counted: dict[Row, list[int]] = {}
    for row, came in zip(rows, outcomes, strict=True):
        both = counted.setdefault(row, [0, 0])
        both[0] += 1
        both[1] += came
    names = sorted({name for row in counted for name, _ in row})
    places = {name: place for place, name in enumerate(names, 1)}
    lines: list[_Line] = [
        ([(0, 1.0), *((places[name], value) for name, value in row)], both[0], both[1])
        for row, both in counted.items()
    ]
    weights = [0.0] * (len(names) + 1)
    for _ in range(ROUNDS):
        step = _step(lines, weights, penalty)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < CLOSE:
            break
    return Model(weights[0], dict(zip(names, weights[1:], strict=True)))


def area(parts: Sequence[tuple[Sequence[float], Sequence[bool]]], z: float) -> Area:
    """The area under the ROC curve by ranks, equal ones counting half, ± z standard errors (Hanley & McNeil 1982).

    Each part is the chances that one model gave, with the outcomes: chances are held against each other within it.
    """
    wins, pairs, came, others = 0.0, 0, 0, 0
    for chances, outcomes in parts:
        mine = sum(outcomes)
        wins += _wins(chances, outcomes)
        pairs += mine * (len(outcomes) - mine)
        came, others = came + mine, others + len(outcomes) - mine
    value = wins / pairs
    one, other = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (came - 1) * (one - value**2) + (others - 1) * (other - value**2)
    error = z * sqrt(max(0.0, spread) / (came * others))
    return Area(value, max(0.0, value - error), min(1.0, value + error))


def _wins(chances: Sequence[float], outcomes: Sequence[bool]) -> float:
    """How often one that came is placed above one that did not."""
    counted, mine = (
        Counter(chances),
        Counter(each for each, came in zip(chances, outcomes, strict=True) if came),
    )
    below, wins = 0, 0.0
    for chance in sorted(counted):
        rest = counted[chance] - mine[chance]
        wins += mine[chance] * (below + rest / 2)
        below += rest
    return wins


def calibration(parts: Sequence[tuple[Sequence[float], Sequence[bool]]]) -> list[Fifth]:
    """Predicted and real shares by fifths of the predicted chance, the lowest first."""
    ordered = sorted(chain.from_iterable(zip(*part, strict=True) for part in parts))
    bounds = [len(ordered) * place // FIFTHS for place in range(FIFTHS + 1)]
    made = []
    for first, last in pairwise(bounds):
        some = ordered[first:last]
        if some:
            told = sum(chance for chance, _ in some) / len(some)
            made.append(Fifth(len(some), told, sum(came for _, came in some) / len(some)))
    return made


def _step(lines: list[_Line], weights: list[float], penalty: float) -> list[float]:
    """One step of Newton's method."""
    size = len(weights)
    slope = [0.0] + [-penalty * weight for weight in weights[1:]]
    curve = [[0.0] * size for _ in range(size)]
    for place in range(1, size):
        curve[place][place] = penalty
    for row, count, came in lines:
        chance = _logistic(sum(weights[place] * value for place, value in row))
        rest, bend = came - count * chance, max(count * chance * (1 - chance), 1e-12)
        for place, value in row:
            slope[place] += value * rest
            line, much = curve[place], value * bend
            for other, its in row:
                line[other] += much * its
    return _solved(curve, slope)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a symmetric positive definite system, by Cholesky's decomposition."""
    size = len(right)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        mine = lower[i]
        for j in range(i):
            other = lower[j]
            mine[j] = (matrix[i][j] - sum(map(float.__mul__, mine[:j], other[:j]))) / other[j]
        mine[i] = sqrt(max(matrix[i][i] - sum(each * each for each in mine[:i]), 1e-12))
    found = [0.0] * size
    for i in range(size):
        found[i] = (right[i] - sum(map(float.__mul__, lower[i][:i], found[:i]))) / lower[i][i]
    for i in reversed(range(size)):
        found[i] = (found[i] - sum(lower[k][i] * found[k] for k in range(i + 1, size))) / lower[i][i]
    return found


def _logistic(odds: float) -> float:
    if odds >= 0:
        return 1 / (1 + exp(-odds))
    grown = exp(odds)
    return grown / (1 + grown)
