"""What the system says of its user: name, zone, country, currency, and how dates, weeks and numbers are written there.

Only guesses, to be confirmed: `crm init` offers them, nothing else uses them.
"""

import os
import re
from pathlib import Path

ZONES = "zoneinfo/"
WEEK_STARTS = {5: "saturday", 6: "sunday"}  # by the number that Babel gives the first day; all others Monday


def guesses() -> dict[str, str]:
    """A value for each setting that can be guessed, empty where it cannot."""
    from crm_cli.config import Config

    bare = Config({})
    return {
        "me": user_name(),
        "email": "",
        "currency": bare.currency,
        "zone": zone(),
        "country": bare.country or "",
        "week_start": week_start(),
        "date_order": date_order(),
        "decimal": decimal(),
    }


def user_name() -> str:
    """The full name of the user of the machine, empty where it has none."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip()
    except (ImportError, KeyError):  # not every system keeps such a list, nor everybody in it
        return ""


def zone() -> str:
    """The IANA name of the system's zone, empty where it cannot be told."""
    said = os.environ.get("TZ", "").removeprefix(":")
    if re.fullmatch(r"UTC|[A-Za-z_]+/[\w/+-]+", said):
        return said
    place = str(Path("/etc/localtime").resolve())
    found = place.partition(ZONES)[2]
    return found.removeprefix("posix/").removeprefix("right/") if found else ""


def week_start() -> str:
    """The first day of the week where the locale is."""
    locale = _locale()
    if not locale:
        return "monday"
    from babel import Locale

    return WEEK_STARTS.get(Locale.parse(locale).first_week_day, "monday")


def date_order() -> str:
    """The order of day, month and year in the locale's short dates, empty without a locale."""
    locale = _locale()
    if not locale:
        return ""
    from babel.dates import get_date_format

    letters = re.sub(r"'[^']*'|[^dMy]", "", get_date_format("short", locale=locale).pattern)
    return "".join(dict.fromkeys(letters.lower()))


def decimal() -> str:
    """The mark before the digits of a part, where the locale is; a point where it is neither that nor a comma."""
    locale = _locale()
    if not locale:
        return "."
    from babel.numbers import get_decimal_symbol

    return "," if get_decimal_symbol(locale) == "," else "."


def _locale() -> str:
    """The locale of dates, empty where it says nothing or nobody knows it."""
    from babel import Locale, UnknownLocaleError

    for name in ("LC_ALL", "LC_TIME", "LANG"):
        said = os.environ.get(name, "").partition(".")[0]
        if said:
            try:
                return str(Locale.parse(said)) if "_" in said else ""
            except (UnknownLocaleError, ValueError):
                return ""
    return ""
