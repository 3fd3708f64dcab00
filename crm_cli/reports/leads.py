"""Leads: how many came, were contacted, qualified and converted."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_cli.asking import instants
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "lead"
DAY = "local_day(created_at)"
COLUMNS = (
    Field("created", "integer", "Leads that came"),
    Field("contacted", "integer", "Of these, those we have reached out to"),
    Field("qualified", "integer", "Of these, those found to be worth pursuing"),
    Field("converted", "integer", "Of these, those that became a customer record"),
    Field("conversion_pct", "percent", "Converted of those that came"),
    Field("value", "money", "What those that came were estimated to be worth"),
    Field("converted_value", "money", "The same of the converted ones"),
    Field("currency", "currency", "Currency of the amounts; the row counts its leads only"),
)
MEASURE = "created"
STEPS = ("created", "contacted", "qualified", "converted")
FORMULA = """
Leads by the day they came, and what became of just these until today, whenever that was (a cohort).
contacted = has a first touch, or was contacted, nurtured, qualified or converted by its status. qualified = by its
status, or converted. converted = has a time of conversion, whatever the status says. conversion_pct = converted ÷
created. value = their estimated amounts, an empty one counts as 0. One row per currency of these amounts.
"""
COUNTED = """
SELECT "group", NULL, currency, count(*),
  sum(first_touch_at IS NOT NULL AND {touched} OR {became} OR status IN ('contacted', 'nurturing', 'qualified')),
  sum({became} OR status = 'qualified'), sum({became}), sum(est_amount), sum(est_amount) FILTER (WHERE {became})
FROM chosen GROUP BY "group", currency
"""
ASKED = ("created_at", "first_touch_at", "converted_at", "status", "est_amount", "currency")


@dataclass
class Tally:
    """What became of the leads of one group and currency."""

    created: int = 0
    contacted: int = 0
    qualified: int = 0
    converted: int = 0
    value: "int | Fraction" = 0
    converted_value: "int | Fraction" = 0


def answer(asked: Asked) -> Rows:
    """A row for each group and currency, those with the most leads first, spans of time in order."""
    now = asked.today.isoformat()
    touched, became = (
        f"coalesce({instants.within(at, None, now, asked.zone)}, 0)"
        for at in ("first_touch_at", "converted_at")
    )
    begun = asked.chosen(ASKED, asked.until_then("created_at"))
    tallies: dict[tuple[Place, str | None], Tally] = defaultdict(Tally)
    for place, _, (currency, *counts) in asked.ask(begun + COUNTED.format(touched=touched, became=became)):
        _count(asked, tallies, place, currency, counts)
    ordered = sorted(tallies.items(), key=lambda item: (item[0][1] or "", *_order(asked, *item)))
    asked.explain(_counted(asked, *key, tally) for key, tally in ordered)
    return asked.table([(place, _row(tally, currency)) for (place, currency), tally in ordered])


def _count(
    asked: Asked,
    tallies: dict[tuple[Place, str | None], Tally],
    place: Place,
    currency: str | None,
    counts: list[Any],
) -> None:
    purse = asked.purse(currency) if currency else None
    if currency and not purse:
        asked.notes.append(f"left out, having no rate to convert with: {counts[0]:,} leads in {currency}")
        return
    tally = tallies[place, purse.currency if purse else asked.into]
    tally.created += counts[0]
    tally.contacted += counts[1]
    tally.qualified += counts[2]
    tally.converted += counts[3]
    factor = purse.factor if purse else 1
    tally.value += (counts[4] or 0) * factor
    tally.converted_value += (counts[5] or 0) * factor


def _order(asked: Asked, key: tuple[Place, str | None], tally: Tally) -> tuple[object, ...]:
    return key[0].order() if asked.group.period else (-tally.created, *key[0].order())


def _row(tally: Tally, currency: str | None) -> tuple[Any, ...]:
    return (
        tally.created,
        tally.contacted,
        tally.qualified,
        tally.converted,
        share(tally.converted, tally.created),
        money(tally.value, currency),
        money(tally.converted_value, currency),
        currency,
    )


def _counted(asked: Asked, place: Place, currency: str | None, tally: Tally) -> str:
    group = [str(place.label)] if asked.group.name else []
    counts = f"converted {tally.converted:,} ÷ created {tally.created:,}"
    return " · ".join([*group, currency or "no currency", counts])
