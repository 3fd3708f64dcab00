"""Instants of what is only known by its day, in the configured zone, for the facts that rules write."""

from datetime import date, datetime, time

from crm_cli import clock
from crm_cli.changing import Change
from crm_cli.errors import InvalidError


def noon(change: Change, day: str) -> str:
    """The noon of a day: when something was whose hour is not known."""
    moment = datetime.combine(date.fromisoformat(day), time(12))
    try:
        return clock.instant_text(moment, clock.zone_of(change.config.zone))
    except (ValueError, OverflowError):  # the first and the last day have no noon in every zone
        raise InvalidError(f'"{day}" lies outside the calendar; write one like 2026-11-05') from None


def on(change: Change, day: str) -> str:
    """The instant of something done on a day: now for today, else that day's noon."""
    return change.now if day == change.today.isoformat() else noon(change, day)
