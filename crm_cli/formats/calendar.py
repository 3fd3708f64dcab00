"""Calendars in: the meetings and tasks of an iCalendar file (RFC 5545), each as our fields, one at a time.

The file is parted at its BEGIN and END lines and each part read on its own, so that a broken one is refused
alone, by its line, and memory holds one. What other programs write against the rules is mended where it can
only mean one thing. Times without a zone, and those of a zone that nobody defines, are in the configured zone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from crm_cli import clock, values
from crm_cli.errors import InvalidError
from crm_cli.formats import charset
from crm_cli.formats.source import Source
from crm_cli.values import repeats

ENTRIES = {"VEVENT": "meeting", "VTODO": "task"}
TOP = frozenset((*ENTRIES, "VJOURNAL", "VFREEBUSY", "VTIMEZONE"))  # parts that stand in no other
PLACE = "Location: "
REASON = "X-CRM-ERROR"
"""The property that says in a file of rejected entries what is wrong."""
KINDS = ("meeting", "call", "email", "note")
_EDGE = re.compile(r"(BEGIN|END):([\w-]+)\s*$", re.IGNORECASE)
_METHOD = re.compile(r"METHOD:\s*CANCEL", re.IGNORECASE)
_BLANK = re.compile(
    r"(?im)^((?:DT|DUE|COMPLETED|CREATED|LAST-MOD|RECUR|RRULE|EXDATE|STATUS|UID)[^:\n]*:)[ \t]+"
)
_RULE = re.compile(r"(?im)^RRULE[^\n]*(?:\n[ \t][^\n]*)*")
_MAILED = re.compile(r"(?<![^\s@<>,;:\"])[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_STAMP = re.compile(r"(?m)^DTSTAMP[^\n]*\n")
_WRONG = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What the library raises for a part that is not what it should be."""
_TASK = {"COMPLETED": "completed", "IN-PROCESS": "in_progress", "CANCELLED": "cancelled"}
_NORMAL = 5


@dataclass(slots=True)
class Entry:
    """A meeting or a task; `problem` says why it is none."""

    file: str
    line: int
    raw: str
    key: str = ""
    """Its UID, with the time of the occurrence behind it where it is one of a series that differs."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Stored values by field; what the file does not say is not there."""
    people: list[str] = field(default_factory=list)
    """The addresses of those who take part."""
    others: list[str] = field(default_factory=list)
    """The addresses of those whom it is about."""
    unknown_zone: str = ""
    problem: str = ""


def read(source: Source, encoding: str | None, zone: str) -> Iterator[Entry]:
    """Every meeting and task of a file; `zone` is the one of times that name none.

    Raises:
        InvalidError: bytes that are no text.
    """
    encoding = encoding or charset.encoding_of(source.telling(), whole=source.whole)[0]
    _define_zones(source, encoding)
    with source.text(encoding, newline=None) as lines:
        for name, line, raw, cancelled in _parts(lines):
            if name != "VTIMEZONE":
                entry = Entry(source.name, line, raw)
                _fill(entry, name, zone, cancelled=cancelled)
                yield entry


def rejected(entries: Iterable[Entry], sources: Iterable[Source], encoding: str | None) -> Iterator[str]:
    """The text of a calendar of wrong entries, each with the reason, and of the zones that their files define."""
    yield "BEGIN:VCALENDAR\nVERSION:2.0\n"
    for source in sources:
        codec = encoding or charset.encoding_of(source.telling(), whole=source.whole)[0]
        with source.text(codec, newline=None) as lines:
            yield from (raw for name, _, raw, _ in _parts(lines) if name == "VTIMEZONE")
    for each in entries:
        first, end, rest = each.raw.partition("\n")
        yield f"{first}{end}{REASON}:{each.problem}\n{rest}"
    yield "END:VCALENDAR\n"


def _define_zones(source: Source, encoding: str) -> None:
    """Let the library know the zones that the file defines, wherever they stand in it."""
    import icalendar

    with source.text(encoding, newline=None) as lines:
        for name, _, raw, _ in _parts(lines):
            if name == "VTIMEZONE":
                try:
                    icalendar.Component.from_ical(raw)
                except (*_WRONG, OSError):
                    continue  # its times count as those of a zone that nobody defines


def _parts(lines: Iterable[str]) -> Iterator[tuple[str, int, str, bool]]:
    """The parts of a calendar: name, first line, text, and whether the calendar calls them off.

    One that is not closed ends where the next one begins, or the calendar ends.
    """
    name, first, depth, held, cancelled = "", 0, 0, "", False
    for number, text in enumerate(lines, 1):
        edge = _EDGE.match(text.lstrip("\ufeff"))
        said, begins = (edge[2].upper(), edge[1].upper() == "BEGIN") if edge else ("", False)
        if depth and (said == "VCALENDAR" or (begins and said in TOP)):
            yield name, first, held, cancelled
            depth = 0
        if said == "VCALENDAR":
            cancelled = False
        elif not said and not depth:
            cancelled = cancelled or bool(_METHOD.match(text))
        elif begins and not depth:
            name, first, depth, held = said, number, 1, text
        elif depth:
            held += text
            depth += begins - bool(said and not begins)
            if not depth:
                yield name, first, held, cancelled
    if depth:
        yield name, first, held, cancelled


def _fill(entry: Entry, name: str, zone: str, *, cancelled: bool) -> None:
    """Read a part into an entry, or say what is wrong with it."""
    import icalendar

    if name not in ENTRIES:
        entry.problem = f"{name} is neither a meeting nor a task"
        return
    if not entry.raw.rstrip().upper().endswith(f"END:{name}"):
        entry.problem = f"{name} has no end; get the file whole"
        return
    try:
        part: Any = icalendar.Component.from_ical(_mended(entry.raw))
        entry.key = _key(part, entry.raw)
        _Reading(part, entry, zone).fill(cancelled=cancelled)
    except InvalidError as error:
        entry.problem = str(error)
    except OSError:  # a zone is looked for as a file of its name
        entry.problem = f"{name} names a time zone that can be none"
    except _WRONG as error:
        said = " ".join(str(error).split())[:120] or type(error).__name__
        entry.problem = f"{name} cannot be read: {said}"


def _mended(raw: str) -> str:
    """Without the blanks and backslashes that some programs put where none belong."""
    raw = _BLANK.sub(r"\1", raw)
    return _RULE.sub(lambda found: found[0].replace("\\;", ";").replace("\\,", ","), raw)


def _key(part: Any, raw: str) -> str:
    uid = str(part.get("UID") or "").strip()
    if not uid:
        return "hash:" + sha256(_STAMP.sub("", raw).encode()).hexdigest()[:32]
    occurrence = _moment(part, "RECURRENCE-ID")
    return uid if occurrence is None else f"{uid}/{compact(occurrence)}"


def compact(moment: date) -> str:
    """A day or an instant as iCalendar writes it; what has no zone keeps none."""
    if not isinstance(moment, datetime):
        return moment.strftime("%Y%m%d")
    if moment.tzinfo is None:
        return moment.strftime("%Y%m%dT%H%M%S")
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _moment(part: Any, name: str) -> date | None:
    """The day or the time of a property, None where there is none."""
    found = _first(part, name)
    moment: date | None = getattr(found, "dt", None)
    if found is not None and not isinstance(moment, date):
        raise InvalidError(f'{name} "{found}" is neither a day nor a time; write it like 20261105T090000Z')
    return moment


def _first(part: Any, name: str) -> Any:
    found = part.get(name)
    return found[0] if isinstance(found, list) else found


def _all(part: Any, name: str) -> list[Any]:
    found = part.get(name, [])
    return found if isinstance(found, list) else [found]


class _Reading:
    """Reads one part into an entry."""

    def __init__(self, part: Any, entry: Entry, zone: str) -> None:
        self.part, self.entry, self.said = part, entry, entry.fields
        self.zone = clock.zone_of(zone)

    def fill(self, *, cancelled: bool) -> None:
        """Put into the entry what the part says."""
        said, part = self.said, self.part
        kind = str(part.get("X-CRM-KIND", "")).lower()
        said["kind"] = "task" if part.name == "VTODO" else kind if kind in KINDS else "meeting"
        for name, column in (("SUMMARY", "subject"), ("DESCRIPTION", "body")):
            if text := _clean(_first(part, name)):
                said[column] = text if column == "body" else " ".join(text.split())
        if place := " ".join(_clean(_first(part, "LOCATION")).split()):
            said["notes"] = PLACE + place
        if tags := [str(word) for each in _all(part, "CATEGORIES") for word in getattr(each, "cats", ())]:
            said["tags"] = values.tags(tags)
        self._times()
        self._status(cancelled=cancelled)
        self._recurrence()
        self.entry.people = [*map(_address, _all(part, "ATTENDEE")), *map(_address, _all(part, "ORGANIZER"))]
        self.entry.people = list(dict.fromkeys(filter(None, self.entry.people)))
        self.entry.others = [each for text in _all(part, "CONTACT") for each in _MAILED.findall(str(text))]

    def _times(self) -> None:
        begin, end = _moment(self.part, "DTSTART"), self._end()
        for name, column in (("CREATED", "created_at"), ("LAST-MODIFIED", "updated_at")):
            if isinstance(moment := self._optional(name), datetime):
                self.said[column] = self._instant(moment)
        if self.said["kind"] == "task":
            self._task_times(begin, end)
        elif begin is None:
            raise InvalidError("it has no DTSTART; say when it begins")
        elif isinstance(begin, datetime):
            self.said["start"] = self._instant(begin)
        else:
            self.said["due"] = begin.isoformat()
        length = self._length(begin, end)
        whole_day = not isinstance(begin, datetime) and length == timedelta(days=1)
        if length and self.said["kind"] != "task" and not whole_day:
            self.said["minutes"] = int(length.total_seconds() // 60)

    def _task_times(self, begin: date | None, end: date | None) -> None:
        if end is not None:
            self.said["due"] = self._day(end)
        told = str(self.part.get("X-CRM-START", ""))
        if isinstance(begin, datetime):
            self.said["start"] = self._instant(begin)
        elif told and (moment := datetime.strptime(told, "%Y%m%dT%H%M%S%z")):
            self.said["start"] = self._instant(moment)
        done = self._optional("COMPLETED")
        if done is not None:
            midday = done if isinstance(done, datetime) else datetime.combine(done, datetime.min.time())
            self.said["done_at"] = self._instant(midday)

    def _end(self) -> date | None:
        """The end that is told, for a task the day that it is due."""
        return self._optional("DUE" if self.part.name == "VTODO" else "DTEND")

    def _optional(self, name: str) -> date | None:
        """A time that the entry can do without, None where it is broken."""
        moment = getattr(_first(self.part, name), "dt", None)
        return moment if isinstance(moment, date) else None

    def _length(self, begin: date | None, end: date | None) -> timedelta | None:
        told = getattr(_first(self.part, "DURATION"), "dt", None)
        if begin is not None and end is not None and isinstance(begin, datetime) == isinstance(end, datetime):
            if isinstance(begin, datetime) and isinstance(end, datetime):
                begin, end = self._aware(begin), self._aware(end)
            told = end - begin
        return told if isinstance(told, timedelta) and told > timedelta() else None

    def _aware(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            return datetime.fromisoformat(clock.instant_text(moment, self.zone))
        return moment.astimezone(UTC)

    def _instant(self, moment: datetime) -> str:
        if moment.tzinfo is None:
            self.entry.unknown_zone = self.entry.unknown_zone or self._named_zone()
        return clock.instant_text(moment.replace(tzinfo=None), moment.tzinfo or self.zone)

    def _named_zone(self) -> str:
        """The zone that a time names and that nobody knows."""
        params = getattr(_first(self.part, "DTSTART"), "params", {})
        return str(params.get("TZID", ""))

    def _day(self, moment: date) -> str:
        """The day as it is written; of a time in UTC the day that it is in the configured zone."""
        if isinstance(moment, datetime) and moment.utcoffset() == timedelta():
            moment = moment.astimezone(self.zone)
        return moment.strftime("%Y-%m-%d")

    def _local(self, moment: date) -> str:
        """The day in the configured zone, as iCalendar writes it."""
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            moment = moment.astimezone(self.zone)
        return moment.strftime("%Y%m%d")

    def _status(self, *, cancelled: bool) -> None:
        told = str(_first(self.part, "STATUS") or "").strip().upper()
        if cancelled or told == "CANCELLED":
            self.said["status"] = "cancelled"
        elif self.said["kind"] == "task" and (told in _TASK or "done_at" in self.said):
            self.said["status"] = _TASK.get(told, "completed")
        number = str(_first(self.part, "PRIORITY") or "")
        if number.isdecimal() and int(number):
            self.said["priority"] = _priority(int(number))

    def _recurrence(self) -> None:
        rule = _first(self.part, "RRULE")
        if rule is None or "RECURRENCE-ID" in self.part:
            return
        begin = _moment(self.part, "DTSTART")
        said = repeats.words(rule.to_ical().decode(), begin or None)
        out = {self._local(day.dt) for each in _all(self.part, "EXDATE") for day in getattr(each, "dts", ())}
        if out:
            said = repeats.rule(said) + repeats.OUT + ",".join(sorted(out))
        repeats.check(said)
        self.said["recurrence"] = said


def _priority(number: int) -> str:
    if number == 1:
        return "urgent"
    return "high" if number < _NORMAL else "normal" if number == _NORMAL else "low"


def _address(person: Any) -> str:
    """The address of an attendee, empty where there is none."""
    told = str(getattr(person, "params", {}).get("EMAIL", "")) or str(person)
    found = _MAILED.search(re.sub(r"(?i)^mailto:", "", told))
    return found[0] if found else ""


def _clean(text: Any) -> str:
    return "" if text is None else str(text).replace("\0", "").replace("\r\n", "\n").strip()
