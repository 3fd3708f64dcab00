"""The settings: a TOML file in the platform's config directory (or `CRM_CONFIG`); missing means defaults.

`SETTINGS` declares every key once: its default, its help and the form its value must have.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from crm_cli.errors import InvalidError

# key: (default, help, pattern that the value must match)
SETTINGS: dict[str, tuple[str, str, str]] = {
    "me": ("", "Your name, as the owner of what you add", r".*"),
    "email": ("", "Your own addresses, separated by commas", r".*"),
    "currency": ("", "Currency of money that names none; else the locale's", r"[A-Z]{3}"),
    "zone": ("", "Time zone, such as Europe/Paris; else the system's", r"[\w/+-]*"),
    "locale": ("", "Language and country for what people read, such as de_DE", r"[A-Za-z_]*"),
    "country": ("", "Country of phone numbers that name none, as ISO code", r"[A-Z]{2}"),
    "date_order": ("", "Order of 03/04/2026: dmy, mdy or ymd; unset, it is refused", r"dmy|mdy|ymd"),
    "decimal": (".", "Decimal mark of typed numbers", r"[.,]"),
    "week_start": ("monday", "First day of the week", r"monday|saturday|sunday"),
    "calendar": ("gregorian", "Calendar that people see", r"gregorian|jalali"),
    "working_hours": ("09:00-17:00", "Working hours", r"\d\d:\d\d-\d\d:\d\d"),
    "partner_hours": ("48", "Hours a partner has to answer an offer", r"\d+"),
    "small_company_up_to": ("250", "Employees up to which a company is small or medium", r"\d+"),
}
# Families of keys: `columns.NOUN` are the columns of a list, `rates.CUR` one unit in the own currency.
FAMILIES: dict[str, tuple[str, str]] = {
    "columns": ("Columns that a list of the noun shows, separated by commas", r"[\w.,]+"),
    "rates": ("One unit of the currency in your own currency", r"\d+(\.\d+)?"),
}


def path() -> Path:
    """Where the settings are kept."""
    if given := os.environ.get("CRM_CONFIG"):
        return Path(given).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir("crm", appauthor=False)) / "config.toml"


def check(key: str, value: str) -> None:
    """Refuse a key that does not exist or a value that it cannot have."""
    family, dot, _ = key.partition(".")
    if dot and family in FAMILIES:
        pattern = FAMILIES[family][1]
    elif key in SETTINGS:
        pattern = SETTINGS[key][2]
    else:
        from crm_cli.fields import nearest

        raise nearest(key, [*SETTINGS, *(f"{name}.…" for name in FAMILIES)], "setting")
    if value and not re.fullmatch(pattern, value):
        raise InvalidError(f"{value!r} is not a value for {key}: {_help(key)}")
    if key == "zone":
        from crm_cli.clock import zone_of

        zone_of(value)


def _help(key: str) -> str:
    family, dot, _ = key.partition(".")
    return FAMILIES[family][0] if dot else SETTINGS[key][1]


@dataclass
class Config:
    """The settings as text, each falling back to its default."""

    values: dict[str, Any]

    def get(self, key: str) -> str:
        """The value of a key such as `zone` or `columns.deal`, `""` when unset."""
        family, dot, name = key.partition(".")
        if dot:
            return str(self.values.get(family, {}).get(name, ""))
        return str(self.values.get(key, SETTINGS[key][0]))

    @property
    def zone(self) -> str:
        """The time zone, empty for the system's."""
        return self.get("zone")

    @cached_property
    def currency(self) -> str:
        """The own currency: configured, else the locale's, else USD."""
        return self.get("currency") or _locale_currency() or "USD"

    @cached_property
    def country(self) -> str | None:
        """The own country: configured, else the locale's."""
        return self.get("country") or _locale_country()

    def rate(self, currency: str) -> str | None:
        """One unit of `currency` in the own currency as decimal text, None when not known."""
        return "1" if currency == self.currency else self.get(f"rates.{currency}") or None


def load() -> Config:
    """The settings as they stand."""
    file = path()
    if not file.exists():
        return Config({})
    import tomllib

    try:
        return Config(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"{file} is not valid TOML ({error}); mend it with `crm config edit`") from error
    except OSError as error:
        raise InvalidError(f"cannot read {file}: {error.strerror}") from error


def save(key: str, value: str) -> None:
    """Set a key, or unset it with an empty value, keeping the rest of the file as it is."""
    import tomlkit

    check(key, value)
    file = path()
    document = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
    family, dot, name = key.partition(".")
    table: Any = document.setdefault(family, tomlkit.table()) if dot else document
    if value:
        table[name if dot else key] = value
    else:
        table.pop(name if dot else key, None)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(tomlkit.dumps(document), encoding="utf-8")
    fresh.replace(file)


def _locale_country() -> str | None:
    for name in ("LC_ALL", "LC_MONETARY", "LANG"):
        if said := os.environ.get(name):
            found = re.match(r"[a-z]{2,3}_([A-Z]{2})", said)
            return found[1] if found else None
    return None


def _locale_currency() -> str | None:
    country = _locale_country()
    if not country:
        return None
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(country)
    return str(found[0]) if found else None
