"""One reading and one writing of every kind of value, for options, `--set`, filters and imported cells alike.

What is stored is what is printed: a day `2026-11-05`, an instant in UTC `2026-11-05T09:30:00Z`; money,
percentages and decimals as whole ten-thousandths; booleans 0 and 1; a choice as its lower_snake word; tags,
lists and JSON as JSON text. An error is a clause that a caller puts the field's name before.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_cli.errors import InvalidError
from crm_cli.values import amounts
from crm_cli.values.folding import fold

Value = str | int | None
Choices = Mapping[str, str]

_TRUE = frozenset(("yes", "true", "1", "y", "t", "on", "x"))
_FALSE = frozenset(("no", "false", "0", "n", "f", "off"))
# Texts, not compiled patterns, and imports where they are used: a read that only shows pays for neither.
_BETWEEN_WORDS = r"[\s_/-]+"
_RANK = r"[0-9]+\s*[-–:.)]\s*(?=\D)"  # other programs rank their words: "3 - Moderate"
_SEPARATORS = r"[,;،؛\n]"
_URL = r"(?:(?:https?|ftp)://[^\s/?#]+|[^\s/?#:@]+\.[^\s/?#:@.]{2,}(?::[0-9]{1,5})?)(?:[/?#]\S*)?"


@dataclass(slots=True, repr=False, eq=False)
class Reading:
    """What the reading of a text depends on: the settings, or what an import has been told of its file."""

    today: date
    """The day that words such as `today` and `+30d` count from."""
    zone: str = ""
    """The IANA zone of times without an offset; empty for the system's own."""
    date_order: str | None = None
    """`dmy`, `mdy` or `ymd` where numbers alone do not settle it."""
    decimal: str = "."
    """The decimal mark, `.` or `,`."""
    currency: str = ""
    """The ISO 4217 code of amounts; decides their digits. Empty while unknown."""
    country: str | None = None
    """The ISO 3166 code of phone numbers that name no country."""
    calendar: str | None = None
    """`gregorian` or `jalali` where all days are known to be; else the year tells."""
    scale: str | int = 1
    """A multiplier of numbers, whole or as text (`1e6`, `0.01`)."""
    lenient: bool = False
    """Whether an e-mail address that can be none is kept as it came."""


def read(kind: str, text: str, how: Reading, choices: Choices | None = None) -> Value:
    """Give the stored form of a text of a kind; a blank text is None.

    Args:
        kind: one of `KINDS`.
        text: as typed or as it stands in a cell.
        how: what the reading depends on.
        choices: for `choice` and `open`: each accepted word, as `word_key` writes it, to the stored one.

    Raises:
        InvalidError: the text is no value of this kind; says what to write.
    """
    text = text.strip()
    if not text:
        return None
    if not text.isascii() and not is_encodable(text):
        raise InvalidError(f"{text!a} is not valid Unicode; write it in UTF-8")
    if kind == "choice":
        return _choice(text, choices or {})
    if kind == "open":
        return (choices or {}).get(word_key(text), text)
    return _READERS[kind](text, how)


def stored(kind: str, value: Any, how: Reading | None = None, choices: Choices | None = None) -> Value:
    """Give the stored form of a value: a text is read, all else is taken to be in stored form.

    Lists become JSON text. Without `how`, words for days count from the business day in the system's zone.
    """
    if isinstance(value, (list, tuple, set, dict)):
        value = json.dumps(value if isinstance(value, dict) else list(value))
    if isinstance(value, str):
        if how is None:
            from crm_cli import clock

            how = Reading(clock.today(""))
        return read(kind, value, how, choices)
    if value is None or isinstance(value, int):
        return int(value) if isinstance(value, bool) else value
    raise InvalidError(f"{value!r} is not a {kind}; give its text")


def show(kind: str, value: Value, currency: str | None = None) -> str:
    """Write a stored value for machines: money with its currency's exact digits, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind in amounts.MONEY:
        fine = kind == "price"
        return amounts.money_text(value, currency, fine=fine) if currency else amounts.decimal_text(value)
    if kind in ("decimal", "percent"):
        return amounts.decimal_text(value)
    if kind == "boolean":
        return "true" if value else "false"
    return str(value)


def show_json(kind: str, value: Value, currency: str | None = None) -> str:
    """Write a stored value as JSON text: numbers with exact digits (`12.50`), lists raw, None as `null`."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return value if kind in ("tags", "list", "json") else json.dumps(value, ensure_ascii=False)
    return show(kind, value, currency)


def word_key(word: str) -> str:
    """The form in which words of a vocabulary are compared: folded, with `_` for spaces, `-` and `/`."""
    return re.sub(_BETWEEN_WORDS, "_", fold(word)).strip("_")


def tags(words: Iterable[str]) -> str:
    """Write words as stored tags: a JSON array, sorted, each once, without case."""
    return _json(sorted({" ".join(word.casefold().split()) for word in words} - {""}))


def tag_words(value: str | None) -> list[str]:
    """The words of stored tags or of a stored list."""
    words: list[str] = json.loads(value) if value else []
    return words


def _choice(text: str, choices: Choices) -> str:
    key = word_key(text)
    known = choices.get(key) or choices.get(word_key(re.sub(rf"\A{_RANK}", "", text)))
    if known is not None:
        return known
    words = list(dict.fromkeys(choices.values()))
    if key in words:
        return key
    raise InvalidError(_unknown(text, key, words))


def _unknown(text: str, key: str, words: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, words, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f'"{text}" is not one of its values; {hint}write one of {", ".join(words)}'


def _text(text: str, _: Reading) -> str:
    return text


def _long(text: str, _: Reading) -> str:
    return text.replace("\r\n", "\n")


def _integer(text: str, how: Reading) -> int:
    from crm_cli.values import numbers

    return numbers.parse_integer(text, decimal=how.decimal, factor=how.scale)


def _decimal(text: str, how: Reading) -> int:
    from crm_cli.values import numbers

    return numbers.parse_decimal(text, decimal=how.decimal, factor=how.scale)


def _percent(text: str, how: Reading) -> int:
    from crm_cli.values import numbers

    return numbers.parse_decimal(text.rstrip("%٪ "), decimal=how.decimal, factor=how.scale)


def _price(text: str, how: Reading) -> int:
    return _money(text, how, fine=True)


def _money(text: str, how: Reading, *, fine: bool = False) -> int:
    from crm_cli.values import currencies, numbers

    currency = how.currency or None
    amount, seen = numbers.parse_money(
        text, decimal=how.decimal, currency=currency, allow_suffix=True, factor=how.scale, fine=fine
    )
    if currency and seen not in (None, currency):
        raise InvalidError(f'"{text}" is in {seen}, not in {currency}; set currency={seen} beside it')
    if currency and seen is None and "$" in text and currency not in currencies.DOLLARS:
        raise InvalidError(f'"{text}" is in dollars, not in {currency}; set currency=USD beside it')
    return amount


def _day(text: str, how: Reading) -> str:
    from crm_cli.values import dates

    return dates.parse_day(text, today=how.today, order=how.date_order, calendar=how.calendar)


def _instant(text: str, how: Reading) -> str:
    from crm_cli.values import dates

    return dates.parse_instant(
        text, zone=how.zone, order=how.date_order, today=how.today, calendar=how.calendar
    )


def _time(text: str, _: Reading) -> str:
    from crm_cli.values.date_text import plain, split_time

    day, moment, offset = split_time(" " + plain(text))
    if moment is None or day or offset:
        raise InvalidError(f'"{text}" is not a time of day; write one like 09:30')
    return moment.isoformat("minutes")


def _boolean(text: str, _: Reading) -> int:
    word = fold(text)
    if word in _TRUE or word in _FALSE:
        return int(word in _TRUE)
    raise InvalidError(f'"{text}" is neither yes nor no; write yes or no')


def _email(text: str, how: Reading) -> str:
    from crm_cli.values.emails import check

    try:
        return check(text)
    except InvalidError:
        if how.lenient:
            return text
        raise


def _phone(text: str, how: Reading) -> str:
    if not any(map(str.isdigit, text)):
        raise InvalidError(f'"{text}" is not a phone number; write one like +44 20 7946 0958')
    return _text(text, how)


def _url(text: str, _: Reading) -> str:
    if not re.fullmatch(_URL, text, re.IGNORECASE):
        raise InvalidError(f'"{text}" is not a web address; write one like https://example.org')
    return text


def _country(text: str, how: Reading) -> str:
    from crm_cli.values import countries

    return countries.code(text) or _text(text, how)


def _currency(text: str, how: Reading) -> str:
    from crm_cli.values.currencies import CURRENCIES, named

    code = text.upper() if text.upper() in CURRENCIES else named(text, how.currency or None)
    if code is None:
        raise InvalidError(f'"{text}" is the sign of several currencies; write an ISO 4217 code like USD')
    return code


def _tags(text: str, _: Reading) -> str:
    return tags(_words(text))


def _list(text: str, _: Reading) -> str:
    words = (" ".join(word.split()) for word in _words(text))
    return _json(list(dict.fromkeys(filter(None, words))))


def _words(text: str) -> list[str]:
    """The words of a JSON array of texts, else of a list parted by commas or semicolons."""
    if text.startswith("["):
        try:
            words = json.loads(text)
            _json(words)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return words
        raise InvalidError(f'\'{text}\' is not a list of texts; write a, b or ["a", "b"]')
    return re.split(_SEPARATORS, text)


def _json_text(text: str, _: Reading) -> str:
    try:
        return _json(json.loads(text))
    except (ValueError, RecursionError):
        raise InvalidError(f'\'{text}\' is not JSON; write it like {{"key": "value"}}') from None


def _json(value: Any) -> str:
    """Write JSON as SQLite reads it; raise ValueError for NaN and for half a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode().decode()


def is_encodable(text: str) -> bool:
    """Whether a text can be stored: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_READERS: dict[str, Callable[[str, Reading], Value]] = {
    "text": _text,
    "long": _long,
    "integer": _integer,
    "decimal": _decimal,
    "percent": _percent,
    "money": _money,
    "price": _price,
    "day": _day,
    "instant": _instant,
    "time": _time,
    "boolean": _boolean,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "country": _country,
    "currency": _currency,
    "tags": _tags,
    "list": _list,
    "json": _json_text,
}
KINDS = frozenset(_READERS) | {"choice", "open"}
"""Every kind of value."""
