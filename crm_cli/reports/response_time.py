"""Response time: how soon leads are reached out to, and which never were."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from crm_cli import config
from crm_cli.asking import instants
from crm_cli.asking.figures import quantile, rounded, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.working.calendars import Calendars

NOUN = "lead"
DAY = "local_day(created_at)"
COLUMNS = (
    Field("leads", "integer", "Leads that came"),
    Field("contacted", "integer", "Of these, those we have reached out to"),
    Field("never", "integer", "Those we have not"),
    Field("median_hours", "decimal", "Median hours until we did"),
    Field("mean_hours", "decimal", "Mean of the same"),
    Field("median_business_hours", "decimal", "Median hours of work until we did"),
    Field("mean_business_hours", "decimal", "Mean of the same"),
    Field("within_target_pct", "percent", "Contacted in time, of the contacted"),
)
MEASURE = "median_hours"
DEAR = ("within_target_pct",)
PARTS = ("contacted", "never")
OPTIONS = (Choice("business", "Hold the target against hours of work"),)
FORMULA = """
Leads by the day they came. Response = first outgoing call or e-mail, or meeting held − when the lead came: by the clock
and in the working time of the default calendar. Who was never contacted until today is in no other figure.
within_target_pct = reached within the setting lead.target_hours, by the clock or with --business in hours of work ÷
contacted with known hours. Who was contacted before coming in here counts as contacted, and is left out of the hours.
"""
COUNTED = """
SELECT "group", NULL, count(*), sum({touched}),
  json_group_array(json_array(0 + strftime('%s', created_at), 0 + strftime('%s', first_touch_at)))
    FILTER (WHERE {touched} AND first_touch_at >= created_at)
FROM chosen GROUP BY "group"
"""
HOUR = 3600


@dataclass
class Tally:
    """The leads of one group, with the seconds until the contacted ones were: by the clock, and of work."""

    leads: int = 0
    contacted: int = 0
    seconds: list[int] = field(default_factory=list)
    worked: list[int] = field(default_factory=list)


def answer(asked: Asked) -> Rows:
    """A row for each group, the slowest first, spans of time in order."""
    target = Fraction(config.load().get("lead.target_hours")) * HOUR
    between = Calendars(asked.connection, asked.zone, asked.working_hours).of().between
    touched = f"coalesce({instants.within('first_touch_at', None, asked.today.isoformat(), asked.zone)}, 0)"
    tallies: dict[Place, Tally] = defaultdict(Tally)
    begun = asked.chosen(("created_at", "first_touch_at"), asked.until_then("created_at"))
    for place, _, (leads, contacted, spans) in asked.ask(begun + COUNTED.format(touched=touched)):
        tally, found = tallies[place], json.loads(spans)
        tally.leads += leads
        tally.contacted += contacted
        tally.seconds = sorted([*tally.seconds, *(last - first for first, last in found)])
        tally.worked = sorted([*tally.worked, *(between(first, last) for first, last in found)])
    left = sum(tally.contacted - len(tally.seconds) for tally in tallies.values())
    if left and not asked.group.spread:
        asked.notes.append(f"{left:,} left out of the hours, since they were contacted before they came")
    ordered = sorted(tallies.items(), key=lambda item: _order(asked, *item))
    business = bool(asked.option("business"))
    asked.explain(_counted(asked, place, tally, target, business) for place, tally in ordered)
    return asked.table([(place, _row(tally, target, business)) for place, tally in ordered])


def _order(asked: Asked, place: Place, tally: Tally) -> tuple[Any, ...]:
    if asked.group.period:
        return place.order()
    return -(quantile(tally.seconds, Fraction(1, 2), HOUR) or 0), -tally.leads, *place.order()


def _in_time(tally: Tally, target: Fraction, business: bool) -> int:
    return sum(each <= target for each in (tally.worked if business else tally.seconds))


def _row(tally: Tally, target: Fraction, business: bool) -> tuple[int | None, ...]:
    half = Fraction(1, 2)
    return (
        tally.leads,
        tally.contacted,
        tally.leads - tally.contacted,
        quantile(tally.seconds, half, HOUR),
        rounded(sum(tally.seconds), len(tally.seconds) * HOUR),
        quantile(tally.worked, half, HOUR),
        rounded(sum(tally.worked), len(tally.worked) * HOUR),
        share(_in_time(tally, target, business), len(tally.seconds)),
    )


def _counted(asked: Asked, place: Place, tally: Tally, target: Fraction, business: bool) -> str:
    group = [str(place.label)] if asked.group.name else []
    hours = f"{float(target / HOUR):g} hours{' of work' if business else ''}"
    counts = f"{_in_time(tally, target, business):,} within {hours} ÷ {len(tally.seconds):,} with known hours"
    return " · ".join([*group, counts])
