"""Activity: calls, meetings, e-mails and tasks that were done, and by whom."""

from collections import Counter, defaultdict
from typing import Any

from crm_cli.asking.figures import rounded
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

NOUN = "activity"
DAY = "local_day(done_at)"
BY = "owner"
COLUMNS = (
    Field("calls", "integer", "Calls, in and out"),
    Field("meetings", "integer", "Meetings held"),
    Field("emails", "integer", "E-mails that went out"),
    Field("tasks", "integer", "Tasks completed"),
    Field("notes", "integer", "Notes taken"),
    Field("received", "integer", "E-mails that came in"),
    Field("done", "integer", "All but what came in by e-mail"),
    Field("records", "integer", "Records that these were about"),
    Field("hours", "decimal", "The minutes that were noted with them, in hours"),
)
MEASURE = "done"
FORMULA = """
Activities that are done, by the day they were, in the zone of the settings. emails = those that are not incoming;
received = incoming ones, which nobody here did: they are in no other figure but records and hours. done = calls +
meetings + emails + tasks + notes. hours = minutes noted ÷ 60. What has no day of its own counts nowhere.
"""
KINDS = {
    "calls": "kind = 'call'",
    "meetings": "kind = 'meeting'",
    "emails": "kind = 'email' AND direction IS NOT 'in'",
    "tasks": "kind = 'task'",
    "notes": "kind = 'note'",
    "received": "kind = 'email' AND direction IS 'in'",
}
DONE = "status IN ('done', 'completed') AND done_at IS NOT NULL"
COUNTED = f"""
SELECT "group", NULL, {", ".join(f"sum({each})" for each in KINDS.values())}, sum(minutes)
FROM chosen GROUP BY "group"
"""
ABOUT = """
SELECT "group", NULL, count(DISTINCT l.noun || l.record_id)
FROM chosen CROSS JOIN activity_about AS l ON l.activity_id = chosen.id GROUP BY "group"
"""


def answer(asked: Asked) -> Rows:
    """A row for each group, the busiest first, spans of time in order."""
    begun = asked.chosen(
        ("kind", "direction", "minutes", "done_at"), f"{DONE} AND {asked.until_then('done_at')}"
    )
    tallies: dict[Place, Counter[str]] = defaultdict(Counter)
    for place, _, counts in asked.ask(begun + COUNTED):
        tallies[place].update(dict(zip((*KINDS, "minutes"), (each or 0 for each in counts), strict=True)))
    for place, _, (records,) in asked.ask(begun + ABOUT):
        tallies[place]["records"] += records
    ordered = sorted(tallies.items(), key=lambda item: _order(asked, *item))
    asked.explain(
        f"{place.label}: {_done(tally):,} done, {tally['minutes']:,} minutes" for place, tally in ordered
    )
    return asked.table([(place, _row(tally)) for place, tally in ordered])


def _done(tally: Counter[str]) -> int:
    return sum(tally[name] for name in KINDS if name != "received")


def _order(asked: Asked, place: Place, tally: Counter[str]) -> tuple[Any, ...]:
    return place.order() if asked.group.period else (-_done(tally), *place.order())


def _row(tally: Counter[str]) -> tuple[int | None, ...]:
    return (*(tally[name] for name in KINDS), _done(tally), tally["records"], rounded(tally["minutes"], 60))
