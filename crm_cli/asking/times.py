"""How long things took, by the groups of a report: how many, in all, and what a share of them lay below.

A median needs every value in order: SQL sorts them on disk, so that a million of them never come here.
"""

from fractions import Fraction
from typing import NamedTuple

from crm_cli.asking.figures import rounded
from crm_cli.asking.groups import Place
from crm_cli.reports import Asked

HALF = Fraction(1, 2)
MOST = Fraction(9, 10)
_VALUED = """,
valued AS ({values})
"""
_RANKED = """,
placed AS (SELECT value, {place} AS place FROM valued),
ranked AS (
  SELECT value, place, row_number() OVER (PARTITION BY place ORDER BY value) - 1 AS at,
    count(*) OVER (PARTITION BY place) - 1 AS last
  FROM placed)
SELECT place, count(*), sum(value), sum(value <= {bound}), {around} FROM ranked GROUP BY place"""
_AT = "max(value) FILTER (WHERE at = {low}), max(value) FILTER (WHERE at = min({low} + 1, last))"


class Times(NamedTuple):
    """What the things of one group took, in seconds."""

    many: int = 0
    total: int = 0
    within: int = 0
    """How many took at most what was asked about."""
    around: tuple[int, ...] = ()
    """Of the half and of nine tenths the two values that they lie between."""

    def mean(self, unit: int) -> int | None:
        """The mean in `unit`s, as a stored decimal of three decimals; None of none."""
        return rounded(self.total, self.many * unit)

    def below(self, share: Fraction, unit: int) -> int | None:
        """What the half, or nine tenths, lie below, in the same way.

        Between two values it is in proportion (Hyndman & Fan 1996, type 7, as spreadsheets and pandas have it).
        """
        if not self.many:
            return None
        at = 0 if share == HALF else 2
        low, high = self.around[at : at + 2]
        place = (self.many - 1) * share
        return rounded(low + (high - low) * (place - int(place)), unit)


NONE = Times()


def by_place(asked: Asked, begun: str, values: str, bound: int = 0) -> dict[Place, Times]:
    """The times of each group.

    Args:
        asked: the question.
        begun: its beginning, as `Asked.chosen` makes it.
        values: SQL that selects `"group"` and `value` of what was chosen.
        bound: seconds; it is counted how many took no longer.
    """
    told = [asked.today.isoformat(), asked.since, asked.until, asked.into, None, *asked.where[1]]
    valued, known, place = begun + _VALUED.format(values=values), [Place()], "0"
    if asked.group.name:
        keys = {
            row[0] for row in asked.connection.execute(f'{valued}SELECT DISTINCT "group" FROM valued', told)
        }
        places = asked.group.places(asked.connection, keys)
        order = {each: number for number, each in enumerate(dict.fromkeys(places.values()))}
        known, place = list(order), 'numbered("group")'
        numbers = {key: order[each] for key, each in places.items()}
        asked.connection.create_function("numbered", 1, numbers.__getitem__, deterministic=True)
    around = ", ".join(
        _AT.format(low=f"last * {share.numerator} / {share.denominator}") for share in (HALF, MOST)
    )
    rows = asked.connection.execute(
        valued + _RANKED.format(place=place, bound=int(bound), around=around), told
    )
    return {known[row[0]]: Times(row[1], row[2], row[3], row[4:]) for row in rows}
