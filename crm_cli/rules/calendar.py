"""A calendar's own rules: hours, zone, holidays and days that can be, and exactly one default calendar.

Days unlike their weekday are stated as `2026-12-24 09:00-12:00 Christmas Eve; 2026-12-28..2026-12-31 closed`.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.clock import zone_of
from crm_cli.errors import InvalidError
from crm_cli.rules import clocks, records, standard
from crm_cli.rules.drafts import Draft
from crm_cli.working.calendars import usual
from crm_cli.working.hours import day_text, parse_day, parse_exceptions, parse_week, span_of_days, week_text

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Check and complete a batch of calendars.

    Raises:
        InvalidError: hours, a zone, a country or a day that cannot be, or no working hours at all.
        ConflictError: the name is taken.
    """
    standard.hold(change, "calendar", drafts)
    for draft in drafts:
        told = draft.values
        if draft.before is None or "hours" in told:
            told["hours"] = _said(
                "hours", lambda text: week_text(parse_week(text)), told.get("hours") or _usual(change)
            )
        if told.get("zone"):
            _said("zone", zone_of, told["zone"])
        if told.get("holidays"):
            told["holidays"] = _said("holidays", _codes, told["holidays"])
        if draft.entered.get("exceptions") is not None and "days" not in draft.parts:
            draft.parts["days"] = _said(
                "exceptions", lambda text: stated(change, text), draft.entered["exceptions"]
            )
        if "days" in draft.parts:
            draft.parts["days"] = _said("days", _checked, draft.parts["days"])
        if draft.before is None and not draft.imported and not told.get("is_default"):
            change.notes.append(
                f"{told['name']} serves where a policy names it; give --is-default yes to let it serve everywhere"
            )


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let there be one default, and open cases follow what changed."""
    standard.only_one(change, "calendar", drafts)
    if any(draft.changed for draft in drafts):
        clocks.rewind(change)


def deleted(change: Change) -> None:
    """Let open cases follow that a calendar is gone."""
    clocks.rewind(change)


def stated(change: Change, text: str) -> list[Row]:
    """The days that a text states, see above; an empty text states none.

    Raises:
        InvalidError: a day or hours that cannot be.
    """
    return [row for told in parse_exceptions(text) for row in _rows(change, *told)]


def put(change: Change, calendar_id: int, rows: Sequence[Row]) -> Draft:
    """Let days of a calendar be as `rows` say; one without hours is like its weekday again."""
    draft = records.load(change, "calendar", [calendar_id])[0]
    question = "SELECT id, day, hours, name FROM calendar_day WHERE calendar_id = ? ORDER BY day"
    days = {row["day"]: dict(row) for row in change.rows(question, calendar_id)}
    for row in rows:
        days[row["day"]] = days.get(row["day"], {}) | row
    draft.parts["days"] = [days[day] for day in sorted(days) if days[day]["hours"]]
    records.write(change, "calendar", [draft])
    return draft


def _usual(change: Change) -> str:
    return usual(change.config.get("working_hours"))


def _rows(change: Change, first: str, last: str | None, hours: str, name: str | None) -> Iterator[Row]:
    begin, end = (str(values.read("day", day, change.reading)) if day else None for day in (first, last))
    for day in span_of_days(str(begin), end):
        yield {"day": day, "hours": hours, "name": name}


def _checked(rows: Sequence[Row]) -> list[Row]:
    """Rows of days with their hours as they are stored."""
    seen: set[str] = set()
    for row in rows:
        day = row.get("day")
        if not day or day in seen:
            raise InvalidError(
                f"{day or 'an entry'} {'stands there twice' if day else 'names no day'}; give it once"
            )
        seen.add(day)
    return [row | {"hours": day_text(parse_day(row.get("hours") or "closed"))} for row in rows]


def _codes(told: str) -> str:
    from crm_cli.working.holiday import code_of

    return json.dumps(list(dict.fromkeys(code_of(each) for each in json.loads(told))))


def _said(name: str, read: Any, value: Any) -> Any:
    """What a field says, an error naming the field."""
    try:
        return read(value)
    except InvalidError as error:
        raise InvalidError(f"{name}: {error}") from None
