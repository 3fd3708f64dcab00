"""The settings: a TOML file in the platform's config directory (or `CRM_CONFIG`); missing means defaults.

`SETTINGS` declares every key once: its default, its help and the form its value must have. They are
written by `crm_cli.config.settings`, which also looks at what a value means.
"""

import os
import re
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
    "partner_hours": ("48", "Hours a partner has to answer an offer", r"[1-9]\d{0,3}"),
    "invoice.terms_days": ("30", "Days until an invoice is due, where the customer has no terms", r"\d{1,4}"),
    "invoice.warn_days": (
        "30",
        "Days overdue from which a new deal warns of a customer's invoices",
        r"\d{1,4}",
    ),
    "lead.target_hours": ("24", "Hours within which a lead shall hear from us", r"\d+(\.\d+)?"),
    "small_company_up_to": ("250", "Employees up to which a company is small or medium", r"\d+"),
    "high_value_from": (
        "",
        "Won amount from which a customer is of high value; the best fifth always are",
        r"\d+(\.\d+)?",
    ),
    "customer.months": ("12", "Months after a purchase for which its buyer is a customer", r"[1-9]\d{0,2}"),
    "customer.margin_pct": (
        "100",
        "What is left of a sale after its own cost, in per cent",
        r"\d{1,3}(\.\d+)?",
    ),
    "customer.hourly_rate": (
        "0",
        "What an hour of serving a customer costs, in your own currency",
        r"\d+(\.\d+)?",
    ),
    "customer.discount_pct": ("10", "By how much money a year later is worth less", r"\d{1,3}(\.\d+)?"),
    "company.name": ("", "Your company, as quotes and invoices name it; else me", r".*"),
    "company.address": ("", "Its address, lines separated by ;", r".*"),
    "company.contact": ("", "How it is reached, such as phone and web address, separated by ;", r".*"),
    "company.tax_number": ("", "Its tax or VAT number", r".*"),
    "company.bank": ("", "Where it is paid to, lines separated by ;", r".*"),
    "quote.valid_days": ("30", "Days that a quote holds", r"\d{1,4}"),
    "quote.terms": ("", "Terms below the lines of a quote that has none of its own", r"(?s:.*)"),
    "quote.font": ("", "A TrueType font for PDF; else one of the system's", r".*"),
    "consent.required": ("no", "Write marketing only to who has agreed, or on a legal ground", r"yes|no"),
    "smtp.host": ("", "The mail server that sends; without one, messages are written to the outbox", r"\S*"),
    "smtp.port": ("", "Its port; else 587, with ssl 465, without encryption 25", r"\d{1,5}"),
    "smtp.tls": ("starttls", "How the way to it is encrypted", r"starttls|ssl|none"),
    "smtp.ca": ("", "A file of certificates to trust beside the system's", r".*"),
    "smtp.user": ("", "Who logs in; the password comes from CRM_SMTP_PASSWORD or the keyring", r".*"),
    "smtp.from": ("", "From whom messages are; else me at my first own address", r".*"),
    "smtp.rate": ("", "How many messages a minute at most; else as fast as it goes", r"[1-9]\d*"),
    "wait_seconds": ("60", "Seconds that a change waits for other commands to finish", r"\d{1,4}"),
    "backup.before": (
        "import,bulk",
        "Large changes before which the store is copied: import, bulk, merge, or none",
        r"none|(import|bulk|merge)(,(import|bulk|merge))*",
    ),
    "backup.from": ("100", "Rows from which an import or a bulk change is large", r"\d{1,7}"),
    "backup.keep": ("5", "How many of these copies are kept", r"[1-9]\d{0,3}"),
    "backup.max_mb": ("200", "Size of the store in MiB from which it is not copied so", r"\d{1,7}"),
    "hooks.timeout": ("10", "Seconds that a hook may take", r"[1-9]\d{0,3}"),
    "outbox": ("", "The folder of messages where no mail server is set; else beside the store", r".*"),
}
# Families of keys: `columns.NOUN` are the columns of a list, `rates.CUR` one unit in the own currency,
# `checklist.TYPE` the steps of a case, `score.RULE` points for leads.
FAMILIES: dict[str, tuple[str, str]] = {
    "columns": ("Columns that a list of the noun shows, separated by commas", r"[\w.,]+"),
    "rates": ("One unit of the currency in your own currency", r"\d+(\.\d+)?"),
    "checklist": ("Steps of a new case of the type, separated by semicolons; none for no steps", r"\S.*"),
    "score": (
        "Points for leads and what they are given for; none for a usual rule that shall not count",
        r"\S.*",
    ),
}
# The tables of the file that hold settings declared one by one.
GROUPS = {key.partition(".")[0] for key in SETTINGS if "." in key}
# What is kept in no file, and where it is looked for.
SECRETS = {"smtp.password": "give it in CRM_SMTP_PASSWORD, or put it into the keyring: keyring set crm USER"}
# How values look whose form is not a choice of words.
EXAMPLES = {
    "currency": "EUR", "zone": "Europe/Paris", "locale": "de_DE", "country": "NL", "decimal": ". or ,",
    "working_hours": "09:00-17:00", "partner_hours": "48", "lead.target_hours": "24",
    "small_company_up_to": "250", "high_value_from": "50000",
    "customer.months": "12", "customer.margin_pct": "35", "customer.hourly_rate": "60", "customer.discount_pct": "10",
    "quote.valid_days": "30", "columns": "id,name,amount", "rates": "0.92", "checklist": "Find the cause; Mend it",
    "score": "15 industry=retail responded=1..",
    "invoice.terms_days": "30", "invoice.warn_days": "30",
    "smtp.host": "mail.example.org", "smtp.port": "587", "smtp.rate": "60", "hooks.timeout": "10", "wait_seconds": "60",
    "backup.before": "import,bulk", "backup.from": "100", "backup.keep": "5", "backup.max_mb": "200",
}  # fmt: skip


def path() -> Path:
    """Where the settings are kept."""
    if given := os.environ.get("CRM_CONFIG"):
        return Path(given).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir("crm", appauthor=False)) / "config.toml"


def meaning(key: str) -> str:
    """What a setting means.

    Raises:
        InvalidError: there is no such setting; names the nearest.
    """
    if key in SETTINGS:
        return SETTINGS[key][1]
    family, _, name = key.partition(".")
    if name and family in FAMILIES:
        return FAMILIES[family][0]
    if key in SECRETS:
        raise InvalidError(f"{key} is kept in no file; {SECRETS[key]}")
    from crm_cli.fields import nearest

    raise nearest(key, [*SETTINGS, *(f"{name}.…" for name in FAMILIES)], "setting")


def fits(key: str, value: str) -> None:
    """Refuse a value that has not the form of the setting."""
    meaning(key)
    family = key if key in SETTINGS else key.partition(".")[0]
    pattern = SETTINGS[key][2] if key in SETTINGS else FAMILIES[family][1]
    if value and not re.fullmatch(pattern, value):
        like = f"it like {EXAMPLES[family]}" if family in EXAMPLES else f"one of {pattern.replace('|', ', ')}"
        raise InvalidError(f"{key}: {value!r} does not go here; write {like}")


class Config:
    """The settings as text, each falling back to its default."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def get(self, key: str) -> str:
        """The value of a key such as `zone` or `columns.deal`, `""` when unset."""
        family, dot, name = key.partition(".")
        held = self.values.get(family, {}).get(name) if dot else self.values.get(key)
        return str(held or (SETTINGS[key][0] if key in SETTINGS or not dot else ""))

    def effective(self, key: str) -> str:
        """The value that a key has in the end, the locale's where nothing is configured."""
        computed = {"currency": self.currency, "country": self.country or ""}
        return computed[key] if key in computed else self.get(key)

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


_WORLD: dict[str, str] = {}


def play(world: dict[str, str]) -> None:
    """Let the settings of a made-up world go before the user's own while this command line runs; {} lets them be."""
    _WORLD.clear()
    _WORLD.update(world)


def load() -> Config:
    """The settings as they stand; what other versions of this program may know is passed over."""
    held = raw()
    try:
        return Config((read(held.decode()) if held else {}) | _WORLD)
    except UnicodeDecodeError as error:
        raise InvalidError(f"{path()} is not in UTF-8; mend it with `crm config edit`") from error
    except InvalidError as error:
        raise InvalidError(f"{path()}: {error}; mend it with `crm config edit`") from error


def raw() -> bytes:
    """What stands in the file, nothing where there is none."""
    file = path()
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise InvalidError(f"cannot read {file}: {error.strerror}") from error


def read(text: str, *, strict: bool = False) -> dict[str, Any]:
    """The settings in a TOML text, by key and by family; `strict` refuses unknown keys.

    Raises:
        InvalidError: the text is not TOML, or a value has not the form of its setting.
    """
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidError(f"this is not TOML: {error}") from error
    values: dict[str, Any] = {}
    for key, value in document.items():
        if key in (FAMILIES.keys() | GROUPS) and isinstance(value, dict):
            known = {name: each for name, each in value.items() if strict or _is_known(key, name)}
            values[key] = {name: _said(f"{key}.{name}", each) for name, each in known.items()}
        elif key in SETTINGS:
            values[key] = _said(key, value)
        elif strict or key in FAMILIES:
            meaning(key)
    return values


def _is_known(family: str, name: str) -> bool:
    """Whether a key of a table of the file is ours; what a newer version knows is passed over."""
    return family in FAMILIES or f"{family}.{name}" in SETTINGS


def _said(key: str, value: Any) -> str:
    text = ",".join(str(each) for each in value) if isinstance(value, list) else str(value)
    fits(key, text)
    return text


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
