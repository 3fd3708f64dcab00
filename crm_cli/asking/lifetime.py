"""How often customers will buy, and for how much: BG/NBD for purchases, Gamma-Gamma for what one comes to.

BG/NBD (Fader, Hardie & Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24): while alive, a customer
buys at a rate that is gamma distributed among customers (r, α), and after each purchase leaves with a probability that
is beta distributed (a, b). It knows of each customer x, the purchases after the first, t_x, when the last of them was,
and T, how long ago the first was; times are in weeks from the first purchase.

Gamma-Gamma (Fader & Hardie 2013): the mean of x purchases scatters around the customer's own, which is gamma
distributed among customers (p, q, γ), and does not depend on how often the customer buys.

Both are fitted by maximum likelihood, over parameters' logarithms. Gaussian hypergeometric functions are taken after
Euler's transformation, 2F1(A, B; C; z) = (1 − z)^(C−A−B) 2F1(C−A, C−B; C; z): what is left of their parameters does not
grow with x, so that a customer of 10,000 purchases overflows nothing. Arrays are numpy's; it and scipy are the extra
`analytics`, and loaded when a model is fitted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from crm_cli.errors import InvalidError

Array = Any
WEEKS_A_YEAR = 365.25 / 7
REACH = 8.0
"""How far the logarithm of a parameter may go from where it began: of customers who are all alike, without an end."""


class Habit(NamedTuple):
    """What BG/NBD knows of a customer; times in weeks."""

    repeats: int
    """x: purchases after the first."""
    last: float
    """t_x: from the first purchase to the last."""
    age: float
    """T: from the first purchase to the day asked about."""


def available() -> bool:
    """Whether the extra `analytics` is installed."""
    return find_spec("scipy") is not None


@dataclass(frozen=True)
class Purchasing:
    """A fitted BG/NBD model."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, habits: Sequence[Habit]) -> Array:
        """The probability that each customer still buys; 1 of who bought once, as the model has it."""
        special = _special()
        x, last, age = _columns(habits)
        left = (
            _numpy().log(self.a)
            - _numpy().log(self.b + _numpy().maximum(x, 1) - 1)
            + (self.r + x) * _numpy().log((self.alpha + age) / (self.alpha + last))
        )
        return _numpy().where(x > 0, special.expit(-left), 1.0)

    def expected(self, habits: Sequence[Habit], weeks: float) -> Array:
        """How many purchases each customer may be expected to make in the next weeks; equation 10."""
        x, _, age = _columns(habits)
        return self._ahead(x, age, weeks) * self.alive(habits)

    def discounted(self, habits: Sequence[Habit], weeks: int, yearly: float) -> Array:
        """The same, each week's purchases worth less the later they come: by `yearly` (0.1) a year."""
        n = _numpy()
        x, _, age = _columns(habits)
        pairs, places = n.unique(n.column_stack((x, age)), axis=0, return_inverse=True)
        total, before = n.zeros(len(pairs)), n.zeros(len(pairs))
        for week in range(1, weeks + 1):
            by_then = self._ahead(pairs[:, 0], pairs[:, 1], float(week))
            total += (by_then - before) / (1 + yearly) ** (week / WEEKS_A_YEAR)
            before = by_then
        return total[places.reshape(-1)] * self.alive(habits)

    def of_new(self, weeks: float) -> float:
        """How many purchases after the first a new customer may be expected to make by then; equation 9."""
        zero = _numpy().zeros(1)
        return float(self._ahead(zero, zero, weeks)[0])

    def chance(self, repeats: int, weeks: float) -> float:
        """The probability that a new customer makes so many purchases after the first by then; equation 8."""
        special, n = _special(), _numpy()
        share = weeks / (self.alpha + weeks)
        counts = n.arange(repeats + 1)
        buying = n.exp(
            special.gammaln(self.r + counts) - special.gammaln(self.r) - special.gammaln(counts + 1)
            + self.r * n.log1p(-share) + special.xlogy(counts, share)
        )  # fmt: skip
        whole = special.betaln(self.a, self.b)
        stays = n.exp(special.betaln(self.a, self.b + repeats) - whole) * buying[repeats]
        if not repeats:
            return float(stays)
        leaves = n.exp(special.betaln(self.a + 1, self.b + repeats - 1) - whole)
        return float(stays + leaves * (1 - buying[:repeats].sum()))

    def _ahead(self, x: Array, age: Array, weeks: float) -> Array:
        """The purchases of the next weeks of customers who are alive."""
        special, n = _special(), _numpy()
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # noqa: PLR2004 - the limit at 1 is smooth, the formula is not
        rest = (self.alpha + age) / (self.alpha + age + weeks)
        power = n.power(rest, a - 1) * special.hyp2f1(
            a + self.b - 1 - self.r, a - 1, a + self.b + x - 1, 1 - rest
        )
        return (a + self.b + x - 1) / (a - 1) * (1 - power)


@dataclass(frozen=True)
class Spending:
    """A fitted Gamma-Gamma model; amounts in units of the currency."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    customers: int
    """Customers that it rests on: those who came back, for more than nothing."""

    def expected(self, repeats: Sequence[int], means: Sequence[float]) -> Array:
        """What a purchase of each customer may be expected to come to; equation 5.

        Of who never came back it is the mean of all: p γ ÷ (q − 1).
        """
        x, mean = _numpy().array(repeats, dtype=float), _numpy().array(means, dtype=float)
        return self.p * (self.gamma + x * mean) / (self.p * x + self.q - 1)


def purchasing(habits: Iterable[Habit]) -> Purchasing:
    """Fit BG/NBD, customers of one habit taken together.

    Raises:
        InvalidError: no parameters fit; says what to do.
    """
    special, n = _special(), _numpy()
    counted = Counter(habits)
    x, last, age = _columns(list(counted))
    many = n.array(list(counted.values()), dtype=float)
    some, kinds = x > 0, _Kinds(x)

    def loss(told: Array) -> float:
        r, alpha, a, b = n.exp(told)
        gammas = kinds.of(
            lambda k: special.gammaln(r + k) + special.gammaln(b + k) - special.gammaln(a + b + k)
        )
        fixed = -special.gammaln(r) + r * n.log(alpha) + special.gammaln(a + b) - special.gammaln(b)
        stays = -(r + x) * n.log(alpha + age)
        leaves = n.log(a) - n.log(b + n.maximum(x, 1) - 1) - (r + x) * n.log(alpha + last)
        both = n.where(some, n.logaddexp(stays, leaves), stays)
        return -float((many * (gammas + fixed + both)).sum())

    start = [0.0, n.log(max(float((many * age).sum() / many.sum()), 1.0) / 2), 0.0, 0.5]
    found, value = _least(loss, start, float(many.sum()))
    r, alpha, a, b = found
    return Purchasing(r, alpha, a, b, -value)


def spending(repeats: Sequence[int], means: Sequence[float]) -> Spending:
    """Fit Gamma-Gamma to customers who came back: how often, and what a purchase after the first came to on average.

    Raises:
        InvalidError: no parameters fit; says what to do.
    """
    special, n = _special(), _numpy()
    x, mean = n.array(repeats, dtype=float), n.array(means, dtype=float)
    kinds, unit = (
        _Kinds(x),
        float(mean.mean()),
    )  # amounts are measured in their mean, whatever the currency's size
    mean = mean / unit
    logs = n.log(mean), n.log(x)

    def loss(told: Array) -> float:
        p, q, gamma = n.exp(told)
        gammas = kinds.of(lambda k: special.gammaln(p * k + q) - special.gammaln(p * k))
        fixed = q * n.log(gamma) - special.gammaln(q)
        rest = (p * x - 1) * logs[0] + p * x * logs[1] - (p * x + q) * n.log(gamma + x * mean)
        return -float((gammas + fixed + rest).sum())

    (p, q, gamma), value = _least(loss, [1.0, 1.0, 0.0], float(len(x)))
    return Spending(p, q, gamma * unit, -value - len(x) * float(n.log(unit)), len(x))


class _Kinds:
    """Values of which few differ, so that what is costly is worked out once for each."""

    def __init__(self, values: Array) -> None:
        self._values, self._places = _numpy().unique(values, return_inverse=True)

    def of(self, function: Callable[[Array], Array]) -> Array:
        """The function of every value."""
        return function(self._values)[self._places]


def _least(loss: Callable[[Array], float], start: list[float], many: float) -> tuple[list[float], float]:
    """The parameters for which a loss is least, from their logarithms; and the loss."""
    n, optimize = _numpy(), import_module("scipy.optimize")
    bounds = [(each - REACH, each + REACH) for each in start]
    first = optimize.minimize(lambda told: loss(told) / many, start, method="L-BFGS-B", bounds=bounds,
                              options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500})  # fmt: skip
    if not n.isfinite(first.fun):
        raise InvalidError("no parameters fit what was bought; ask for --method simple")
    return [float(each) for each in n.exp(first.x)], float(first.fun) * many


def _columns(habits: Sequence[Habit]) -> tuple[Array, Array, Array]:
    found = _numpy().array(habits, dtype=float).reshape(len(habits), 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _numpy() -> Any:
    return import_module("numpy")


def _special() -> Any:
    return import_module("scipy.special")
