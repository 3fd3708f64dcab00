"""What follows an activity that repeats: the next one, at the first time after today that its step gives."""

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from crm_cli import clock, dates
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

HANDED_ON = (
    "kind",
    "subject",
    "body",
    "priority",
    "minutes",
    "recurrence",
    "owner_id",
    "tags",
    "notes",
    "custom",
)
_EVERY = re.compile(r"(?:every\s+)?(?:(\d{1,3})\s*)?(day|week|month|year)s?")
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "3 months", "yearly": "year"}


def step(text: str) -> "relativedelta":
    """How far the next one is: `daily`, `weekly`, `monthly`, `quarterly`, `yearly`, `every 2 weeks`.

    Raises:
        InvalidError: no such step.
    """
    from dateutil.relativedelta import relativedelta

    word = text.strip().lower()
    found = _EVERY.fullmatch(_ADVERBS.get(word, word))
    count = int(found[1] or 1) if found else 0
    if not found or not count:
        raise InvalidError(
            f'recurrence: "{text}" is not one; write daily, weekly, monthly, yearly or every 2 weeks'
        )
    return {
        "day": relativedelta(days=count),
        "week": relativedelta(weeks=count),
        "month": relativedelta(months=count),
        "year": relativedelta(years=count),
    }[found[2]]


def repeat(change: Change, done: Draft) -> Draft:
    """Make the one that follows: due and start move on by the same days, its people and records stay."""
    start, due = done.get("start"), done.get("due")
    base = date.fromisoformat(
        due or (dates.local_day(start, change.config.zone) if start else change.today.isoformat())
    )
    day = _next(base, step(done.get("recurrence")), change.today)
    following = Draft(values={column: done.get(column) for column in HANDED_ON})
    following.values["status"] = "not_started" if done.get("kind") == "task" else "planned"
    if start:
        following.values["start"] = _shifted(change, start, day - base)
    if due or not start:
        following.values["due"] = day.isoformat()
    about = change.rows(
        "SELECT noun, record_id FROM activity_about WHERE activity_id = ? ORDER BY id", done.id
    )
    people = change.rows("SELECT contact_id FROM activity_participant WHERE activity_id = ?", done.id)
    following.entered["about"] = [(row["noun"], row["record_id"]) for row in about]
    following.parts["participants"] = [{"contact_id": row["contact_id"]} for row in people]
    records.write(change, "activity", [following])
    change.notes.append(f"the next is {following.get('kind')} {following.id}, on {day}")
    return following


def _next(base: date, every: "relativedelta", today: date) -> date:
    """The first day after today; counted from the first one, so that the 31st comes back after February."""
    count = 1
    while base + every * count <= today:
        count += 1
    return base + every * count


def _shifted(change: Change, instant: str, shift: timedelta) -> str:
    """The same time of day in the configured zone, so many days later."""
    zone = clock.zone_of(change.config.zone)
    local = datetime.fromisoformat(instant).astimezone(zone).replace(tzinfo=None)
    return clock.instant_text(local + shift, zone)
