"""Least squares with errors that follow each other in time, in plain Python: for tens of rows, not for thousands.

The covariance of the weights is that of Newey & West (1987), with their lag of 4 (T ÷ 100)^(2/9), and for few rows the
correction T ÷ (T − p); where the ordinary standard error is larger, it counts, since the other is too small then.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

SAME = (
    1e-9  # the share of a column's variance, not told by the others, below which it is taken for one of them
)
Matrix = list[list[float]]


class Fit(NamedTuple):
    """The weights of the columns with their standard errors; `left` is the sum of squares that is not explained."""

    weights: list[float]
    errors: list[float]
    left: float
    freedom: int
    explained: float
    """The share of the variance that the columns explain."""


def fit(rows: Sequence[Sequence[float]], values: Sequence[float]) -> Fit | None:
    """The weights that fit values best to rows; None where columns repeat each other or rows are too few.

    A column of ones is the caller's to give.
    """
    many, wide = len(rows), len(rows[0])
    if many <= wide:
        return None
    scales = [sqrt(sum(row[place] ** 2 for row in rows) / many) for place in range(wide)]
    if not all(scales):
        return None
    scaled = [[value / scale for value, scale in zip(row, scales, strict=True)] for row in rows]
    inverse = _inverse([[sum(row[i] * row[j] for row in scaled) for j in range(wide)] for i in range(wide)])
    if inverse is None:
        return None
    moments = [sum(row[i] * value for row, value in zip(scaled, values, strict=True)) for i in range(wide)]
    weights = [sum(map(float.__mul__, line, moments)) for line in inverse]
    rest = [value - sum(map(float.__mul__, weights, row)) for row, value in zip(scaled, values, strict=True)]
    left, mean = sum(each**2 for each in rest), sum(values) / many
    whole = sum((value - mean) ** 2 for value in values)
    errors = [
        max(sqrt(left / (many - wide) * inverse[i][i]), sqrt(max(0.0, spread))) / scales[i]
        for i, spread in enumerate(_newey_west(scaled, rest, inverse))
    ]
    weights = [weight / scale for weight, scale in zip(weights, scales, strict=True)]
    return Fit(weights, errors, left, many - wide, 1 - left / whole if whole else 0.0)


def _newey_west(rows: Matrix, rest: Sequence[float], inverse: Matrix) -> list[float]:
    """The variances of the weights where what is left of a month resembles the next's."""
    many, wide = len(rows), len(rows[0])
    lag = int(4 * (many / 100) ** (2 / 9))
    told = [[value * each for value in row] for row, each in zip(rows, rest, strict=True)]
    variances = []
    for line in inverse:
        shares = [sum(map(float.__mul__, line, row)) for row in told]
        spread = sum(each**2 for each in shares)
        for apart in range(1, lag + 1):
            together = sum(shares[t] * shares[t - apart] for t in range(apart, many))
            spread += 2 * (1 - apart / (lag + 1)) * together
        variances.append(spread * many / (many - wide))
    return variances


def _inverse(matrix: Matrix) -> Matrix | None:
    """The inverse of a symmetric positive definite matrix by Gauss and Jordan; None of one that has none."""
    size = len(matrix)
    work = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for place in range(size):
        pivot = work[place][place]
        if pivot < SAME * matrix[place][place]:
            return None
        work[place] = [value / pivot for value in work[place]]
        for other in range(size):
            if other != place and (factor := work[other][place]):
                work[other] = [
                    value - factor * its for value, its in zip(work[other], work[place], strict=True)
                ]
    return [row[size:] for row in work]
