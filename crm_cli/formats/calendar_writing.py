"""Calendars out: activities as an iCalendar file (RFC 5545) that other programs and we ourselves read.

A task is a VTODO that is due on a day, all else a VEVENT at its time or on its day. Times are in UTC; those of
a series are in the configured zone, which is defined in the file, since a weekly hour moves with the clocks.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm_cli import clock, values
from crm_cli.formats.calendar import PLACE, compact
from crm_cli.values import repeats

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crm-cli//crm//EN\r\nCALSCALE:GREGORIAN\r\n"
FOOT = "END:VCALENDAR\r\n"
_TODO = {"completed": "COMPLETED", "in_progress": "IN-PROCESS", "cancelled": "CANCELLED"}
_PRIORITY = {"urgent": 1, "high": 3, "normal": 5, "low": 9}
_OPEN = frozenset(("planned", "not_started", "in_progress", "waiting", "deferred"))
# How long before its time an appointment is told of.
_AHEAD = {"normal": timedelta(minutes=15), "high": timedelta(hours=1), "urgent": timedelta(hours=1)}
_OCCURRENCE = re.compile(r"(.+)/(\d{8}(?:T\d{6}Z?)?)")


@dataclass(slots=True)
class Occasion:
    """An activity: its stored fields, and the people in it as (name, address)."""

    fields: dict[str, Any]
    people: list[tuple[str, str]] = field(default_factory=list)
    """Those who take part."""
    others: list[tuple[str, str]] = field(default_factory=list)
    """Those whom it is about; an address may be empty."""

    @property
    def begin(self) -> date | None:
        """The time, else the day that it stands on in a calendar; None where it has no place there."""
        told = self.fields["start"]
        if not told and self.fields["kind"] in ("meeting", "call") and not self.fields["due"]:
            told = self.fields["done_at"]
        if told:
            return datetime.fromisoformat(told)
        return date.fromisoformat(self.fields["due"]) if self.fields["due"] else None

    @property
    def is_task(self) -> bool:
        """Whether it is to be done, and not to be held."""
        return bool(self.fields["kind"] == "task")


def write(occasions: Iterable[Occasion], zone: str, morning: str) -> Iterator[str]:
    """The text of a calendar, entry by entry.

    Args:
        occasions: tasks, and what has a time or a day.
        zone: the IANA name of the own zone, empty for the system's.
        morning: the hour (`HH:MM`) at which a task is told of on its day.
    """
    defined = False
    yield HEAD
    for each in occasions:
        if zone and each.fields["recurrence"] and not defined:
            yield _zone(zone)
            defined = True
        made = _Writing(each, zone, morning)
        yield made.text()
    yield FOOT


def _zone(zone: str) -> str:
    import icalendar

    text: str = icalendar.Timezone.from_tzid(zone).to_ical().decode()
    return text


class _Writing:
    """Writes one activity."""

    def __init__(self, occasion: Occasion, zone: str, morning: str) -> None:
        import icalendar

        self.occasion, self.said = occasion, occasion.fields
        self.morning = time.fromisoformat(morning)
        self.local = clock.zone_of(zone)
        self.part: Any = icalendar.Todo() if occasion.is_task else icalendar.Event()
        # A series keeps its hour in the zone that it was made in; without its name it can only be told in UTC.
        self.zone = ZoneInfo(zone) if zone and self.said["recurrence"] else UTC

    def text(self) -> str:
        """The part as it stands in the file."""
        said, part = self.said, self.part
        self._identity()
        part.add("summary", said["subject"])
        if said["body"]:
            part.add("description", said["body"])
        first = (said["notes"] or "").partition("\n")[0]
        if first.startswith(PLACE):
            part.add("location", first.removeprefix(PLACE))
        if said["tags"]:
            part.add("categories", values.tag_words(said["tags"]))
        part.add("priority", _PRIORITY.get(said["priority"], 5))
        if said["kind"] not in ("meeting", "task"):
            part.add("x-crm-kind", said["kind"])
        if self.occasion.is_task:
            self._todo()
        else:
            self._event()
        self._people()
        self._alarms()
        text: str = part.to_ical().decode()
        return text

    def _identity(self) -> None:
        key = self.said["external_id"] if self.said["external_source"] == "ical" else None
        found = _OCCURRENCE.fullmatch(key or "")
        told = key and not key.startswith("hash:")
        self.part.add("uid", found[1] if found else key if told else self.said["uid"])
        if found:
            self.part.add("recurrence-id", _moment(found[2]))
        for name, column in (
            ("dtstamp", "updated_at"),
            ("created", "created_at"),
            ("last-modified", "updated_at"),
        ):
            self.part.add(name, datetime.fromisoformat(self.said[column]))

    def _todo(self) -> None:
        said, part = self.said, self.part
        due = date.fromisoformat(said["due"]) if said["due"] else None
        start = datetime.fromisoformat(said["start"]) if said["start"] else None
        if due:
            part.add("due", due)
        if start and due:  # both must be days where one is
            part.add("dtstart", min(start.astimezone(self.local).date(), due))
            part.add("x-crm-start", compact(start))
        elif start:
            part.add("dtstart", start.astimezone(self.zone))
        elif due and said["recurrence"]:
            part.add("dtstart", due)
        if said["done_at"]:
            part.add("completed", datetime.fromisoformat(said["done_at"]))
        part.add("status", _TODO.get(said["status"], "NEEDS-ACTION"))
        self._rule(start.astimezone(self.local) if start and not due else due)

    def _event(self) -> None:
        begin, part = self.occasion.begin, self.part
        if isinstance(begin, datetime):
            begin = begin.astimezone(self.zone)
        part.add("dtstart", begin)
        if self.said["minutes"] and begin:
            length = timedelta(minutes=self.said["minutes"])
            if isinstance(begin, datetime):
                part.add("dtend", (begin.astimezone(UTC) + length).astimezone(self.zone))
            else:
                part.add("dtend", begin + max(length, timedelta(days=1)))
        part.add("status", "CANCELLED" if self.said["status"] == "cancelled" else "CONFIRMED")
        self._rule(begin.astimezone(self.local) if isinstance(begin, datetime) else begin)

    def _rule(self, begin: date | None) -> None:
        """The series, and the days that are taken out of it at the hour that it has."""
        import icalendar

        told = self.said["recurrence"]
        if not told or begin is None:
            return
        self.part.add("rrule", icalendar.vRecur.from_ical(repeats.rule(told)))
        for each in filter(None, told.partition(repeats.OUT)[2].split(",")):
            day = datetime.strptime(each, "%Y%m%d").date()  # noqa: DTZ007 - a day
            if isinstance(begin, datetime):
                moment = datetime.combine(day, begin.time(), begin.tzinfo)
                self.part.add("exdate", moment.astimezone(self.zone))
            else:
                self.part.add("exdate", day)

    def _people(self) -> None:
        import icalendar

        for name, address in self.occasion.people:
            person = icalendar.vCalAddress(f"mailto:{address}")
            person.params["CN"] = name.replace('"', "'")
            self.part.add("attendee", person)
        for name, address in self.occasion.others:
            self.part.add("contact", f"{name} <{address}>" if address else name)

    def _alarms(self) -> None:
        """Tell of appointments by how urgent they are, of tasks in the morning, of pressing ones the day before."""
        said, priority = self.said, self.said["priority"] or "normal"
        if said["status"] not in _OPEN or priority == "low":
            return
        if said["start"] and not self.occasion.is_task:
            self._alarm(-_AHEAD[priority])
        elif said["due"] and self.occasion.is_task:
            hour = timedelta(hours=self.morning.hour, minutes=self.morning.minute)
            self._alarm(hour, related="END")
            if priority in ("high", "urgent"):
                self._alarm(hour - timedelta(days=1), related="END")

    def _alarm(self, trigger: timedelta, related: str = "") -> None:
        import icalendar

        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", self.said["subject"])
        alarm.add("trigger", trigger, parameters={"RELATED": related} if related else {})
        self.part.add_component(alarm)


def _moment(text: str) -> date:
    """A day or an instant as iCalendar writes it."""
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day
    moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - it may have no zone
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment
