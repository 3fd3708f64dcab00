"""Questions about working time: the days of a calendar, and until when a policy would have a case answered."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from crm_cli import output
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.jalali import shown
from crm_cli.working.calendars import Calendars
from crm_cli.working.hours import CLOSED, DAYS, day_text
from crm_cli.working.worktime import Worktime, instant_of, seconds_of

if TYPE_CHECKING:
    from crm_cli.desk import Desk

Day = tuple[str, str, str, str | None]
NEXT = 7  # working days that a picture shows
FREE = 5  # holidays that it shows
LONGEST = 366  # days of a list
OPEN = "('new', 'in_progress', 'waiting_on_customer', 'on_hold')"


def calendars(desk: "Desk") -> Calendars:
    """The calendars of the store."""
    return Calendars(desk.connection, desk.config.zone, desk.config.get("working_hours"))


def days(desk: "Desk", calendar_id: int | None, first: date, last: date) -> Rows:
    """The days of a calendar (None: the default one) with their hours, and why they are unlike their weekday.

    Raises:
        InvalidError: there are more than those of a year.
    """
    if (last - first).days >= LONGEST:
        raise InvalidError(f"{first} to {last} are more days than a year has; ask for fewer")
    kinds = {"day": "day", "weekday": "text", "hours": "text", "name": "text"}
    found = list(islice(_days(desk, calendar_id, first), (last - first).days + 1))
    return Rows([Field(name, kind) for name, kind in kinds.items()], found)


def default_policy(desk: "Desk") -> int:
    """The default policy.

    Raises:
        NotFoundError: there is none yet.
    """
    row = desk.connection.execute("SELECT id FROM sla WHERE is_default").fetchone()
    if row is None:
        raise NotFoundError(
            "there is no default policy yet: the first case makes one; `crm sla list` shows others"
        )
    return int(row[0])


def due(desk: "Desk", sla_id: int, at: str) -> Rows:
    """Until when a policy has cases answered and resolved that come in at an instant."""
    kinds = {"priority": "text", "first_response_due": "instant", "resolution_due": "instant"}
    row = desk.connection.execute("SELECT calendar_id FROM sla WHERE id = ?", (sla_id,)).fetchone()
    worktime = calendars(desk).of(row[0])
    rows = [
        (priority, _after(worktime, at, response), _after(worktime, at, resolution))
        for priority, response, resolution in _targets(desk, sla_id)
    ]
    return Rows([Field(name, kind) for name, kind in kinds.items()], rows)


def sections(desk: "Desk", noun: str, record_id: int) -> Iterator[tuple[str, list[str]]]:
    """What the picture of a calendar or a policy shows beside its fields."""
    yield from _calendar(desk, record_id) if noun == "calendar" else _sla(desk, record_id)


def _calendar(desk: "Desk", record_id: int) -> Iterator[tuple[str, list[str]]]:
    today = desk.reading.today
    coming = list(islice(_days(desk, record_id, today), LONGEST))
    yield "next working days", [_line(desk, day) for day in coming if day[2] != CLOSED][:NEXT]
    yield "holidays and other days", [_line(desk, day) for day in coming if day[3] is not None][:FREE]
    question = "SELECT name FROM sla WHERE calendar_id = ? OR (calendar_id IS NULL AND ?) ORDER BY id"
    default = calendars(desk).default == record_id
    rows = desk.connection.execute(question, (record_id, default)).fetchall()
    yield "policies that count in it", [output.visible(row[0]) for row in rows]


def _sla(desk: "Desk", record_id: int) -> Iterator[tuple[str, list[str]]]:
    targets = [(priority, _time(one), _time(two)) for priority, one, two in _targets(desk, record_id)]
    yield (
        "promise, in working time",
        [
            f"{priority:<8}  answered within {one:>6}   resolved within {two:>6}"
            for priority, one, two in targets
        ],
    )
    question = f"""
        SELECT sla_state, count(*) FROM cases WHERE sla_policy_id = ? AND status IN {OPEN}
        GROUP BY 1 ORDER BY sla_state = 'breached' DESC, sla_state = 'nearing' DESC, sla_state"""
    rows = desk.connection.execute(question, (record_id,)).fetchall()
    yield "open cases", [f"{number:>6,}  {state or 'without a deadline'}" for state, number in rows]


def _targets(desk: "Desk", sla_id: int) -> list[tuple[str, int | None, int | None]]:
    """By priority the minutes to answer and to resolve, the most urgent first."""
    question = """
        SELECT priority, response_minutes, resolution_minutes FROM sla_target WHERE sla_id = ?
        ORDER BY CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END"""
    return list(desk.connection.execute(question, (sla_id,)))


def _after(worktime: Worktime, at: str, minutes: int | None) -> str | None:
    return None if minutes is None else instant_of(worktime.after(seconds_of(at), minutes * 60))


def _time(minutes: int | None) -> str:
    if minutes is None:
        return "-"
    hours, rest = divmod(minutes, 60)
    return f"{hours}h" * bool(hours) + f"{rest}m" * bool(rest)


def _days(desk: "Desk", calendar_id: int | None, first: date) -> Iterator[Day]:
    """The days of a calendar from one on."""
    plan = calendars(desk).of(calendar_id).plan
    names = _names(desk, calendar_id)
    day = first
    while day < date.max:
        named = names.get(day.isoformat()) or plan.holiday(day) or ("" if day in plan.days else None)
        yield day.isoformat(), DAYS[day.weekday()], day_text(plan.hours(day)), named
        day += timedelta(days=1)


def _names(desk: "Desk", calendar_id: int | None) -> dict[str, str]:
    wanted = calendars(desk).default if calendar_id is None else calendar_id
    question = "SELECT day, name FROM calendar_day WHERE calendar_id = ? AND name <> ''"
    return dict(desk.connection.execute(question, (wanted,)).fetchall())


def _line(desk: "Desk", day: Day) -> str:
    said = shown(day[0], desk.config.get("calendar"))
    return f"{said}  {day[1][:3]}  {day[2]}  {output.visible(day[3] or '')}".rstrip()
