"""How people of a language and country write: money, numbers, days, and the words of a paper.

Amounts have exactly their currency's digits, whatever is usual where the reader is; digits are those of the language.
"""

import copy
import json
import os
import re
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from crm_cli.config import Config
from crm_cli.errors import InvalidError
from crm_cli.values.amounts import SCALE
from crm_cli.values.currencies import digits
from crm_cli.values.jalali import shown

WORDS = Path(__file__).with_name("words.json")
_OWN_DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}

# As Babel calls them; a minus has marks of direction with it where lines run from the right.
_CODE = re.compile(r"([^\W\d_])(?=\d)")  # a code or word that stands before a figure without a blank
_SIGNS = {"-": "minusSign", "%": "percentSign"}


class Manner:
    """The way of writing of a locale such as `de_DE`; `calendar` is `gregorian` or `jalali`."""

    def __init__(self, locale: str, calendar: str = "gregorian") -> None:
        self._locale = _parsed(locale)
        self._calendar = calendar
        own = _OWN_DIGITS.get(self._locale.default_numbering_system or "")
        self._digits = str.maketrans("0123456789", own) if own else {}

    @property
    def language(self) -> str:
        """The language, as HTML names it: `de` or `de-AT`."""
        return str(self._locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """`rtl` where lines run from the right, else `ltr`."""
        return str(self._locale.text_direction)

    @property
    def country(self) -> str:
        """The country of the locale, `""` where it names none."""
        return self._locale.territory or ""

    @cached_property
    def words(self) -> dict[str, str]:
        """The words of a paper; English ones where the language is not known."""
        known = _words()
        return known["en"] | known.get(self._locale.language, {})

    def money(self, value: int, currency: str) -> str:
        """A stored amount with its currency: `12.345,60 €`."""
        pattern = _with_digits(self._locale.currency_formats["standard"], digits(currency))
        said = pattern.apply(
            Decimal(value) / SCALE,
            self._locale,
            currency=currency,
            currency_digits=False,
            numbering_system="default",
        )
        return self._own(_CODE.sub("\\1\u00a0", said), "-" if value < 0 else "")

    def amount(self, value: int, currency: str, *, fine: bool = False) -> str:
        """A stored amount alone: `12.345,60`; a `fine` one with what it has below the currency's digits: `0,0025`."""
        pattern = _with_digits(self._locale.decimal_formats[None], digits(currency), 4 if fine else 0)
        said = pattern.apply(Decimal(value) / SCALE, self._locale, numbering_system="default")
        return self._own(said, "-" if value < 0 else "")

    def number(self, value: int) -> str:
        """Stored ten-thousandths in their shortest form: `1,5`."""
        pattern = copy.copy(self._locale.decimal_formats[None])
        pattern.frac_prec = (0, 4)
        return self._own(pattern.apply(Decimal(value) / SCALE, self._locale, numbering_system="default"))

    def percent(self, value: int) -> str:
        """A stored percentage: `19 %`."""
        pattern = copy.copy(self._locale.percent_formats[None])
        pattern.frac_prec = (0, 4)
        share = Decimal(value) / SCALE / 100
        return self._own(pattern.apply(share, self._locale, numbering_system="default"), "%")

    def day(self, said: str | None) -> str:
        """A day in words, such as `15. Juni 2026`; in figures where the calendar is Jalali."""
        if not said:
            return ""
        if self._calendar == "jalali":
            return self._own(shown(said, "jalali"))
        from babel.dates import format_date

        return self._own(format_date(date.fromisoformat(said), "long", self._locale))

    def land(self, code: str | None) -> str:
        """The name of a country; what is no code of one stays as it is."""
        return str(self._locale.territories.get(code or "", code or ""))

    def _own(self, text: str, sign: str = "") -> str:
        """A text with the digits of the language and its own form of a sign in it."""
        if sign:
            symbols = self._locale.number_symbols
            known = symbols.get(self._locale.default_numbering_system) or symbols["latn"]
            text = text.replace(sign, known.get(_SIGNS[sign], sign))
        return text.translate(self._digits)


def chosen(config: Config, said: str | None = None) -> Manner:
    """The manner that is asked for, else the configured one, else the system's, else plain English.

    Raises:
        InvalidError: nobody knows the locale that is asked for or configured.
    """
    named = said or config.get("locale")
    if named:
        return Manner(named, config.get("calendar"))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        found = os.environ.get(name, "").partition(".")[0]
        if found:
            try:
                return Manner(found if found not in ("C", "POSIX") else "en_US", config.get("calendar"))
            except InvalidError:
                break
    return Manner("en_US", config.get("calendar"))


def _parsed(locale: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise InvalidError(f"{locale!r} is no locale; write a language and country such as de_DE") from None


def _with_digits(pattern: Any, places: int, most: int = 0) -> Any:
    made = copy.copy(pattern)
    made.frac_prec = (places, max(places, most))
    return made


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found
