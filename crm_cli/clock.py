"""The business clock: what time it is for reports and for the dates that commands write.

`CRM_NOW` (an instant) or `CRM_TODAY` (the noon of a day) stands in for the real time; `CRM_NOW` goes before.
A zone is an IANA name; an empty one is the system's own.
"""

import os
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from crm_cli.errors import InvalidError


def now(zone: str = "") -> str:
    """The business instant as `YYYY-MM-DDTHH:MM:SSZ`; `zone` says where the noon of `CRM_TODAY` is."""
    return instant_text(_now(zone), UTC)


def today(zone: str) -> date:
    """The business day in a zone."""
    return _now(zone).astimezone(zone_of(zone)).date()


def is_told() -> bool:
    """Whether the environment says what time it is, so that the store may know of later events."""
    return bool(os.environ.get("CRM_NOW") or os.environ.get("CRM_TODAY"))


@lru_cache(maxsize=8)
def zone_of(zone: str) -> tzinfo | None:
    """The zone of an IANA name, None for the system's own; raise InvalidError where there is no such zone."""
    if not zone:
        return None
    if zone.upper() == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(zone)
    except (OSError, ValueError, LookupError):
        raise InvalidError(f'"{zone}" is not a time zone; write an IANA name like Europe/Berlin') from None


def instant_text(local: datetime, zone: tzinfo | None) -> str:
    """The instant of a local time in a zone (None: the system's own) as text in UTC, fractions dropped."""
    aware = local.replace(tzinfo=zone).astimezone(UTC)
    return aware.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


@lru_cache(maxsize=10_000)  # the days of a column; an instant costs a tenth where its day is known
def offset_of(day: str, zone: str) -> timedelta | None:
    """The offset from UTC that a zone keeps all through a day (ISO text), None where it changes then."""
    first, place = datetime.fromisoformat(day).replace(tzinfo=zone_of(zone)), zone_of(zone)
    offsets = {each.astimezone(place).utcoffset() for each in (first, first + timedelta(days=1))}
    return offsets.pop() if len(offsets) == 1 else None


def local_text(instant: str, zone: str) -> str:
    """An instant as a person in a zone reads it: `2026-11-05 09:30`."""
    return datetime.fromisoformat(instant).astimezone(zone_of(zone)).strftime("%Y-%m-%d %H:%M")


def _now(zone: str) -> datetime:
    """The instant of the environment, else of the machine."""
    if said := os.environ.get("CRM_NOW"):
        try:
            moment = datetime.fromisoformat(said.strip())
        except ValueError:
            raise InvalidError(
                f'CRM_NOW="{said}" is no instant; write one like 2026-11-05T09:30:00Z'
            ) from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone_of(zone))).astimezone(UTC)
    if said := os.environ.get("CRM_TODAY"):
        try:
            day = date.fromisoformat(said.strip())
        except ValueError:
            raise InvalidError(f'CRM_TODAY="{said}" is no day; write one like 2026-11-05') from None
        return datetime.combine(day, time(12)).replace(tzinfo=zone_of(zone)).astimezone(UTC)
    return datetime.now(UTC)
