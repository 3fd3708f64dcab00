"""What follows an activity that repeats: the next one, at the first time after today that its step gives."""

from datetime import date, datetime, timedelta

from crm_cli import clock
from crm_cli.changing import Change
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates, repeats

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


def repeat(change: Change, done: Draft) -> Draft | None:
    """Make the one that follows: due and start move on by the same days, its people and records stay.

    None where the series has ended.
    """
    start, due = done.get("start"), done.get("due")
    base = date.fromisoformat(
        due or (dates.local_day(start, change.config.zone) if start else change.today.isoformat())
    )
    series = done.get("recurrence")
    day = repeats.following(series, base, change.today)
    if day is None:
        return None
    following = Draft(values={column: done.get(column) for column in HANDED_ON})
    following.values["recurrence"] = repeats.rest(series, base, day)
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


def _shifted(change: Change, instant: str, shift: timedelta) -> str:
    """The same time of day in the configured zone, so many days later."""
    zone = clock.zone_of(change.config.zone)
    local = datetime.fromisoformat(instant).astimezone(zone).replace(tzinfo=None)
    return clock.instant_text(local + shift, zone)
