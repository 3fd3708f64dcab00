"""Writing the settings: what a value means is checked, and the file stays as the person wrote it around it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crm_cli import config, fields
from crm_cli.errors import InvalidError


def check(key: str, value: str) -> None:
    """Refuse a key that does not exist and a value that it cannot have; an empty one unsets."""
    config.fits(key, value)
    family, _, name = key.partition(".")
    look = _CHECKS.get(family)
    if value and look:
        try:
            look(name, value)
        except InvalidError as error:
            raise InvalidError(f"{key}: {error}") from None


def as_kept(key: str, value: str) -> str:
    """A value as it is kept: trimmed, in the case that its setting has, a country by its code."""
    value = value.strip()
    if key == "currency":
        return value.upper()
    if key == "country" and value:
        from crm_cli.values.countries import code

        return code(value) or value
    return value.lower() if key in _WORDS else value


def save(values: dict[str, str]) -> Path:
    """Set keys, an empty value unsetting its key, and keep the rest of the file; returns the file."""
    import tomlkit

    values = {key: as_kept(key, value) for key, value in values.items()}
    for key, value in values.items():
        check(key, value)
    config.load()  # a file that cannot be read is not written over
    document = tomlkit.parse(config.raw().decode())
    for key, value in values.items():
        family, dot, name = key.partition(".")
        table: Any = document.setdefault(family, tomlkit.table()) if dot else document
        if value:
            table[name if dot else key] = value
        else:
            table.pop(name if dot else key, None)
    write(tomlkit.dumps(document))
    return config.path()


def replace(text: str) -> None:
    """Let a text be the settings.

    Raises:
        InvalidError: it is not TOML, has a key that does not exist or a value that it cannot have.
    """
    for key, value in config.read(text, strict=True).items():
        for name, each in value.items() if isinstance(value, dict) else [("", value)]:
            check(f"{key}.{name}" if name else key, each)
    write(text)


def write(text: str) -> None:
    """Write the file whole or not at all, for its owner only; a link stays a link."""
    file = config.path().resolve()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _own(fresh := file.with_name(f".{file.name}.{os.getpid()}.new"), text)
        fresh.replace(file)
    except OSError as error:
        raise InvalidError(f"cannot write {file}: {error.strerror}") from error


def draft(text: str) -> Path:
    """Keep a text that cannot be the settings beside them; returns where."""
    file = config.path().with_name(config.path().name + ".draft")
    file.parent.mkdir(parents=True, exist_ok=True)
    _own(file, text)
    return file


def _own(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def template() -> str:
    """A file to begin with: every setting with its meaning, none of them set yet."""
    lines = ["# The settings of crm. Take away the # before what you set."]
    for key, (default, meaning, _) in config.SETTINGS.items():
        lines += ["", f"# {meaning}", f'#{key} = "{default}"']
    for family, (meaning, _) in config.FAMILIES.items():
        lines += ["", f"# {meaning}", f"#[{family}]", f"#{_LINES[family]}"]
    return "\n".join(lines) + "\n"


def _currency(_: str, code: str) -> None:
    from crm_cli.values.currencies import CURRENCIES

    if code not in CURRENCIES:
        raise InvalidError(f"{code} is no currency of ISO 4217; write one such as EUR")


def _rate(code: str, rate: str) -> None:
    _currency("", code)
    if not rate.strip("0."):
        raise InvalidError("a rate is more than nothing; write one such as 0.92")


def _country(_: str, code: str) -> None:
    from crm_cli.values.countries import name

    if not name(code):
        raise InvalidError(f"{code} is no country of ISO 3166; write one such as NL")


def _zone(_: str, zone: str) -> None:
    from crm_cli.clock import zone_of

    zone_of(zone)


def _addresses(_: str, addresses: str) -> None:
    from crm_cli.values import emails

    for each in addresses.split(","):
        emails.check(each)


def _columns(noun: str, columns: str) -> None:
    """Names of fields of the user's own are let pass: which there are depends on the store."""
    if noun not in fields.names():
        raise fields.nearest(noun, fields.names(), "noun")
    known = fields.noun(noun).columns
    for name in columns.split(","):
        if name not in known and _like(name, list(known)):
            raise fields.nearest(name, list(known), f"column of {noun}")


def _like(name: str, known: list[str]) -> bool:
    from difflib import get_close_matches

    return bool(get_close_matches(name, known, n=1, cutoff=0.8))


def _hours(_: str, hours: str) -> None:
    first, _, last = hours.partition("-")
    if not "00:00" <= first < last <= "24:00" or max(first[3:], last[3:]) > "59":
        raise InvalidError(f"{hours} are no hours of a day; write them like 09:00-17:00")


def _smtp(name: str, value: str) -> None:
    from crm_cli.values import emails

    if name == "from":
        emails.check(value)
    if name == "port" and not 0 < int(value) < 65_536:  # noqa: PLR2004 - what a port can be
        raise InvalidError(f"{value} is no port; write one such as 587")


def _score(name: str, text: str) -> None:
    """Names of fields of the user's own are let pass: which there are depends on the store."""
    from crm_cli.asking.signals import SIGNALS
    from crm_cli.rules import scoring

    if text == scoring.NONE:
        return
    lead = fields.noun("lead")
    known = [*SIGNALS, *lead.columns, *lead.fields, *fields.groups("lead")]
    for each, _, _ in scoring.read(name, text).terms:
        head = each.partition(".")[0]
        if head not in known and _like(head, known):
            raise fields.nearest(head, known, "field of leads or signal")


_CHECKS: dict[str, Callable[[str, str], None]] = {
    "currency": _currency,
    "country": _country,
    "zone": _zone,
    "email": _addresses,
    "working_hours": _hours,
    "columns": _columns,
    "rates": _rate,
    "smtp": _smtp,
    "score": _score,
}
# Settings that are one of a few words, written in any case.
_WORDS = ("date_order", "week_start", "calendar", "smtp.tls", "consent.required")
_LINES = {
    "columns": 'deal = "id,name,stage,amount"',
    "rates": 'USD = "0.92"',
    "score": 'retail = "15 industry=retail responded=1.."',
    "checklist": 'problem = "Reproduce it; Find the cause; Mend it"',
}
