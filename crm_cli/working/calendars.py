"""The calendars of a store as working time."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from crm_cli.clock import zone_of
from crm_cli.working.hours import parse_day, parse_week
from crm_cli.working.worktime import Plan, Worktime

_QUESTION = """
    SELECT id, zone, hours, holidays,
      (SELECT json_group_array(json_array(day, hours)) FROM calendar_day WHERE calendar_id = calendar.id) AS days
    FROM calendar"""
Told = tuple[str | None, str | None, str | None, str]


class Calendars:
    """Working time by calendar, each unrolled when it is first asked.

    `zone` is the configured one, for calendars that name none; `day` the configured hours of a day, which are
    those of Monday to Friday where nothing else is said.
    """

    def __init__(self, connection: sqlite3.Connection, zone: str, day: str) -> None:
        self._zone, self._day = zone, day
        rows = connection.execute(_QUESTION).fetchall()
        self._told: dict[int, Told] = {row[0]: tuple(row[1:]) for row in rows}
        default = connection.execute(
            "SELECT id FROM calendar ORDER BY is_default DESC, id LIMIT 1"
        ).fetchone()
        self.default: int | None = default[0] if default else None

    def of(self, calendar_id: int | None = None) -> Worktime:
        """The working time of a calendar, None for the default one; Monday to Friday where there is none."""
        wanted = self.default if calendar_id is None else calendar_id
        zone, hours, holidays, days = (None, None, None, "[]") if wanted is None else self._told[wanted]
        return worktime(zone or self._zone, hours or usual(self._day), holidays or "[]", days)


def usual(day: str) -> str:
    """The hours of a week where nothing is said but the hours of a working day."""
    return f"mon-fri {day}"


@lru_cache(maxsize=64)  # what has been unrolled serves the next batch too
def worktime(zone: str, hours: str, holidays: str, days: str) -> Worktime:
    """The working time of a calendar as it is told: its zone, its week, JSON lists of codes and of days."""
    told = {date.fromisoformat(day): parse_day(text) for day, text in json.loads(days)}
    codes = json.loads(holidays)
    return Worktime(Plan(zone_of(zone), parse_week(hours), told, _Free(codes) if codes else None))


class _Free:
    """The days of a year that are free in any of several countries, with their names."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes, self._years = list(codes), dict[int, dict[date, str]]()

    def __call__(self, year: int) -> dict[date, str]:
        if year not in self._years:
            from crm_cli.working.holiday import named

            years = [named(code, year) for code in reversed(self._codes)]
            self._years[year] = {day: name for found in years for day, name in found.items()}
        return self._years[year]
