"""Commission: what was won, by whom, and what they earn by it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.values import show

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "deal"
DAY = "closed_on"
BY = "owner"
COLUMNS = (
    Field("won_amount", "money", "What was won"),
    Field("rate_pct", "percent", "The owner's rate; of several owners what they earn of what was won"),
    Field("commission", "money", "What they earn by it"),
    Field("currency", "currency", "Currency of the amounts; the row counts its deals only"),
    Field("won", "integer", "Deals won"),
)
MEASURE = "commission"
FORMULA = """
commission = won amount of an owner × the owner's commission_pct as it is now, rounded once an owner and row. Deals by
the day they closed; an empty amount counts as 0. Who has no rate earns nothing that is known: the cell is empty, and in
a group of several owners they are left out of commission, not of won_amount.
"""
WON = "stage_id IN (SELECT id FROM stage WHERE kind = 'won')"
COUNTED = """
SELECT "group", purse, owner_id, count(*), sum(amount) FROM chosen GROUP BY "group", purse, owner_id
"""
WHOLE = 1_000_000  # 100 per cent as it is stored


@dataclass
class Tally:
    """What was won in one group and currency: deals and amounts, these by owner."""

    won: int = 0
    amounts: "dict[int | None, int | Fraction]" = field(default_factory=lambda: defaultdict(int))

    @property
    def amount(self) -> "int | Fraction":
        """What was won in all."""
        return sum(self.amounts.values())


def answer(asked: Asked) -> Rows:
    """A row for each group and currency, the largest first, spans of time in order."""
    rates = dict(asked.connection.execute("SELECT id, commission_pct FROM user").fetchall())
    tallies: dict[tuple[Place, str | None], Tally] = defaultdict(Tally)
    begun = asked.chosen(("stage_id", "owner_id", "amount", "closed_on"), WON)
    for place, purse, (owner, won, amount) in asked.ask(begun + COUNTED):
        tally = tallies[place, purse.currency]
        tally.won += won
        tally.amounts[owner] += (amount or 0) * purse.factor
    owners = {owner for tally in tallies.values() for owner in tally.amounts}
    without = sum(rates.get(owner) is None for owner in owners - {None})
    if without:
        asked.notes.append(
            f"owners without a rate: {without:,}; crm user edit NAME --commission-pct 4 gives one"
        )
    rows = [(key[0], _row(tally, key[1], rates)) for key, tally in sorted(
        tallies.items(), key=lambda item: (item[0][1] or "", *_order(asked, *item)))]  # fmt: skip
    asked.explain(_counted(asked, place, row) for place, row in rows)
    return asked.table(rows)


def _order(asked: Asked, key: tuple[Place, str | None], tally: Tally) -> tuple[object, ...]:
    return key[0].order() if asked.group.period else (-tally.amount, *key[0].order())


def _row(tally: Tally, currency: str | None, rates: dict[int | None, int | None]) -> tuple[Any, ...]:
    known = {owner: pct for owner in tally.amounts if (pct := rates.get(owner)) is not None}
    earned = [money(tally.amounts[owner] * pct, currency, WHOLE) or 0 for owner, pct in known.items()]
    commission = sum(earned) if known else None
    rate = (
        next(iter(known.values())) if len(tally.amounts) == len(known) == 1 else _effective(commission, tally)
    )
    return money(tally.amount, currency), rate, commission, currency, tally.won


def _effective(commission: int | None, tally: Tally) -> int | None:
    return None if commission is None else share(commission, tally.amount)


def _counted(asked: Asked, place: Place, row: tuple[Any, ...]) -> str:
    group = [str(place.label)] if asked.group.name else []
    amount, rate, _, currency, won = row
    counts = f"{won:,} deals, {show('money', amount, currency)} × {show('percent', rate) or 'no'} %"
    return " · ".join([*group, currency or "no currency", counts])
