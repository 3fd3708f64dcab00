"""Response time: how soon leads are reached out to, and which never were."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crm_cli import config
from crm_cli.asking import instants, times
from crm_cli.asking.figures import share
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
SELECT "group", NULL, count(*), sum({touched}) FROM chosen GROUP BY "group"
"""
TOOK = 'SELECT "group", {took} AS value FROM chosen WHERE {touched} AND first_touch_at >= created_at'
PASSED = "strftime('%s', first_touch_at) - strftime('%s', created_at)"
WORKED = "worked(0 + strftime('%s', created_at), 0 + strftime('%s', first_touch_at))"
HOUR = 3600


@dataclass
class Tally:
    """The leads of one group, with the time until the contacted ones were: by the clock, and of work."""

    leads: int = 0
    contacted: int = 0
    passed: times.Times = times.NONE
    worked: times.Times = times.NONE


def answer(asked: Asked) -> Rows:
    """A row for each group, the slowest first, spans of time in order."""
    target = Fraction(config.load().get("lead.target_hours")) * HOUR
    between = Calendars(asked.connection, asked.zone, asked.working_hours).of().between
    touched = f"coalesce({instants.within('first_touch_at', None, asked.today.isoformat(), asked.zone)}, 0)"
    tallies: dict[Place, Tally] = defaultdict(Tally)
    begun = asked.chosen(("created_at", "first_touch_at"), asked.until_then("created_at"))
    for place, _, (leads, contacted) in asked.ask(begun + COUNTED.format(touched=touched)):
        tallies[place].leads += leads
        tallies[place].contacted += contacted
    asked.connection.create_function("worked", 2, between, deterministic=True)
    for name, took in (("passed", PASSED), ("worked", WORKED)):
        question = TOOK.format(took=took, touched=touched)
        for place, found in times.by_place(asked, begun, question, int(target)).items():
            setattr(tallies[place], name, found)
    left = sum(tally.contacted - tally.passed.many for tally in tallies.values())
    if left and not asked.group.spread:
        asked.notes.append(f"{left:,} left out of the hours, since they were contacted before they came")
    ordered = sorted(tallies.items(), key=lambda item: _order(asked, *item))
    business = bool(asked.option("business"))
    asked.explain(_counted(asked, place, tally, target, business) for place, tally in ordered)
    return asked.table([(place, _row(tally, business)) for place, tally in ordered])


def _order(asked: Asked, place: Place, tally: Tally) -> tuple[Any, ...]:
    if asked.group.period:
        return place.order()
    return -(tally.passed.below(times.HALF, HOUR) or 0), -tally.leads, *place.order()


def _in_time(tally: Tally, business: bool) -> int:
    return (tally.worked if business else tally.passed).within


def _row(tally: Tally, business: bool) -> tuple[int | None, ...]:
    return (
        tally.leads,
        tally.contacted,
        tally.leads - tally.contacted,
        tally.passed.below(times.HALF, HOUR),
        tally.passed.mean(HOUR),
        tally.worked.below(times.HALF, HOUR),
        tally.worked.mean(HOUR),
        share(_in_time(tally, business), tally.passed.many),
    )


def _counted(asked: Asked, place: Place, tally: Tally, target: Fraction, business: bool) -> str:
    group = [str(place.label)] if asked.group.name else []
    hours = f"{float(target / HOUR):g} hours{' of work' if business else ''}"
    counts = f"{_in_time(tally, business):,} within {hours} ÷ {tally.passed.many:,} with known hours"
    return " · ".join([*group, counts])
