"""Phone numbers: E.164 where it can be told, and a loose key of digits. What was typed is kept elsewhere."""

import re
from functools import lru_cache

from crm_cli.folding import ascii_digits

_INTERNATIONAL = re.compile(r"(?:\+|00)\s?[1-9](?:[ ().\-/]{0,3}[0-9]){6,14}")
_NOT_DIGIT = re.compile(r"[^0-9]+")


def e164(text: str, country: str | None = None) -> str | None:
    """Give a number as `+` and 7 to 15 digits, or None where that cannot be told.

    A number with `+` or `00` says its country itself; for others `country` (ISO alpha-2) is needed.
    """
    number = ascii_digits(text).strip().replace("＋", "+").removeprefix("tel:")
    if number.startswith(("+", "00")) and _INTERNATIONAL.fullmatch(number) and "(0" not in number:
        return "+" + _NOT_DIGIT.sub("", number).removeprefix("00")
    return _by_library(number, country)


def dial_key(text: str) -> str:
    """The digits alone, of any script, for loose comparison."""
    return _NOT_DIGIT.sub("", ascii_digits(text))


@lru_cache(maxsize=100_000)
def _by_library(number: str, country: str | None) -> str | None:
    import phonenumbers

    if country is None and not number.startswith("+"):
        if not number.startswith("00"):
            return None
        number = "+" + number[2:]
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    found.extension = None
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
