"""Exact figures of reports: shares, means, medians and sums, rounded half-up once, at the end.

An amount is a whole number of ten-thousandths, or a fraction of them once it was converted; never a float.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from crm_cli.values.amounts import SCALE, round_half_up
from crm_cli.values.currencies import digits

if TYPE_CHECKING:
    from fractions import Fraction


def money(total: "int | Fraction", currency: str | None, parts: "int | Fraction" = 1) -> int | None:
    """`total` ÷ `parts`, rounded at the currency's own digits, in ten-thousandths; None for no parts."""
    if not parts:
        return None
    unit: int = 10 ** (4 - digits(currency)) if currency else 1
    if parts == 1 and isinstance(total, int) and not total % unit:  # as sums mostly are
        return total
    return _divided(total, parts, unit) * unit


def share(part: "int | Fraction", whole: "int | Fraction") -> int | None:
    """`part` ÷ `whole` as a stored percentage of two decimals; None where the whole is zero."""
    return _divided(part * 100 * 100, whole, 1) * 100 if whole else None


def mean(total: int, count: int) -> int | None:
    """`total` ÷ `count` as a stored decimal of two decimals; None for none."""
    return _divided(total * 100, count, 1) * 100 if count else None


def median(counts: Mapping[int, int]) -> int | None:
    """The middle of values counted by value, as a stored decimal; between two middle ones their mean."""
    total = sum(counts.values())
    if not total:
        return None
    middle = [_nth(sorted(counts.items()), place) for place in ((total - 1) // 2, total // 2)]
    return sum(middle) * SCALE // 2


def rounded(total: "int | Fraction", parts: "int | Fraction") -> int | None:
    """`total` ÷ `parts` as a stored decimal of three decimals; None for no parts."""
    return _divided(total * 1000, parts, 1) * 10 if parts else None


def split(amount: int | None, part: int | None, whole: int | None, equal: int) -> int | None:
    """What falls to a part of an amount: by its weight in the whole, or equally where nothing has weight."""
    if amount is None:
        return None
    return round_half_up(amount * (part or 0), whole) if whole else round_half_up(amount, equal)


def _divided(total: "int | Fraction", parts: "int | Fraction", unit: int) -> int:
    return round_half_up(total.numerator * parts.denominator, total.denominator * parts.numerator * unit)


def _nth(counted: Iterable[tuple[int, int]], place: int) -> int:
    for value, count in counted:
        if place < count:
            return value
        place -= count
    raise IndexError(place)
