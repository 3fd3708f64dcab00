"""Phone numbers: E.164 where it can be told, and a loose key of digits. What was typed is kept elsewhere.

A number is found by the words of its key: as it is dialled from abroad, at home with and without the digits
that come before it there.
"""

import re
from functools import lru_cache

from crm_cli.values.folding import ascii_digits

_INTERNATIONAL = re.compile(r"(?:\+|00)\s?[1-9](?:[ ().\-/]{0,3}[0-9]){6,14}")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_LONGEST = 16  # a plus and the 15 digits of ITU-T E.164
# Country codes have one, two or three digits; the number begins after them.
_TWO_DIGITS = """
20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86
90 91 92 93 94 95 98
"""
_DIALLED_WITH_0 = """
20 27 31 32 33 40 41 43 44 46 49 51 53 54 55 57 58 60 61 62 63 64 66 81 82 84 86 90 91 92 93 94 95 98
211 212 213 218 231 232 233 234 243 249 250 251 252 254 255 256 260 261 262 263 264 265 291 353 355 358 359 370
373 374 377 380 381 382 383 385 386 387 389 421 423 508 590 591 593 594 595 596 598 686 850 855 856 880 886 961
962 963 964 966 967 970 971 972 976 977 994 995 996
"""
_SIZES = {"1": 1, "7": 1} | dict.fromkeys(_TWO_DIGITS.split(), 2)
# What is dialled before a number at home, by country code; in other countries nothing is.
_BEFORE = dict.fromkeys(_DIALLED_WITH_0.split(), "0") | {
    "1": "1",
    "692": "1",
    "7": "8",
    "375": "8",
    "993": "8",
    "36": "06",
}


@lru_cache(maxsize=1_000)  # a number is asked for by each rule that looks at it
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


def words(key: str) -> list[str]:
    """The digits by which a number in E.164 is found, the international ones first; of any other key its own.

    `words("+989121234567") == ["989121234567", "09121234567", "9121234567"]`
    """
    if not key.startswith("+"):
        bare = key.lstrip("0")
        return list(dict.fromkeys(word for word in (key, bare) if word))
    digits = key[1:]
    size = _SIZES.get(digits[0]) or _SIZES.get(digits[:2], 3)
    own = digits[size:]
    return list(dict.fromkeys((digits, _BEFORE.get(digits[:size], "") + own, own)))


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
    said = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return (
        said if len(said) <= _LONGEST else None
    )  # some plans know longer ones, which nobody abroad can dial
