"""Numbers and money as people write them, kept as whole ten-thousandths: never a float, never a guess.

A text is read exactly, then brought to its scale once, rounding half-up (a half goes away from zero, also
below it). The decimal mark is told, not guessed: "512,77" where the mark is "." is an error, never 51,277.
Percentages and plain decimals use the same scale as money.
"""

import re
from functools import lru_cache

from crm_cli.errors import InvalidError
from crm_cli.values.amounts import SCALE, decimal_text, money_human, money_text, percent, round_half_up
from crm_cli.values.currencies import CURRENCIES, DIGITS, DOLLARS, digits, named
from crm_cli.values.folding import ascii_digits

__all__ = [
    "CURRENCIES",
    "DIGITS",
    "SCALE",
    "DecimalSeen",
    "decimal_text",
    "digits",
    "money_human",
    "money_text",
    "parse_decimal",
    "parse_integer",
    "parse_money",
    "percent",
    "ratio",
    "round_half_up",
]

LIMIT = 9 * 10**14
"""The largest number of whole units whose ten-thousandths fit the store's 64 bits."""

_LONGEST = 60
_LONGEST_AMOUNT = 200  # with blanks, signs and the name of a currency
_PLAIN = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,12}))?")
_SPACES = "\xa0\u2007\u2009\u202f"
_BIDI = "\u200e\u200f\u061c\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e"
_TYPED = str.maketrans(
    {
        **dict.fromkeys("−﹣－", "-"),
        "＋": "+",
        "’": "'",
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_BIDI),
    }
)
# Texts, not compiled patterns: a command pays for one when it first needs it.
_WHOLE = (  # plain, in groups of three, or in groups as in India
    r"[0-9]+"
    r"|[1-9][0-9]{0,2}(?P<mark>[%s '])[0-9]{3}(?:(?P=mark)[0-9]{3})*"
    r"|[1-9][0-9]?(?:%s[0-9]{2})+%s[0-9]{3}"
)
_NUMBER = {  # by decimal mark
    mark: rf"(?P<whole>{_WHOLE % (other, other, other)})?(?:{re.escape(mark)}(?P<part>[0-9]*))?"
    for mark, other in ((".", ","), (",", r"\."))
}
_SIGN = r"[^\W\d_]{1,6}\.?\$?|[^\w\s.,'()+-]"
_AMOUNT = (
    rf"([-+(]?)\s*({_SIGN})?\s*([-+]?[0-9.,][0-9.,' ]*?)\s*([KkMmBb](?![^\W\d_]))?\s*({_SIGN})?\s*([-)]?)"
)
_ONE_GROUP = r"-?[1-9][0-9]{0,2}\.[0-9]{3}"
_POWERS = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


def parse_decimal(text: str, *, decimal: str = ".", scale: int = SCALE, factor: str | int = 1) -> int:
    """Read a number and give it in units of 1/`scale`, times `factor`.

    Args:
        text: sign or accounting parentheses, groups of three (or Indian groups), digits of any script.
        decimal: the decimal mark, "." or ","; the other one may only group.
        scale: units in one; what is finer is rounded half-up.
        factor: a multiplier, whole or written as text (`1e6`, `0.01`).

    Raises:
        InvalidError: not a number in this notation, or beyond ±9·10^14.
    """
    whole, places = _exact(text, decimal)
    return _scaled(text, whole, places, scale, factor)


def parse_integer(text: str, *, decimal: str = ".", factor: str | int = 1) -> int:
    """Read a whole number; raise InvalidError where a fraction would be left."""
    whole, places = _exact(text, decimal)
    up, down = ratio(factor)
    if whole * up % (10**places * down):
        raise InvalidError(f'"{text}" is not a whole number; write one like 25')
    return _scaled(text, whole, places, 1, factor)


def parse_money(
    text: str,
    *,
    decimal: str = ".",
    currency: str | None = None,
    allow_suffix: bool = False,
    factor: str | int = 1,
    fine: bool = False,
) -> tuple[int, str | None]:
    """Read an amount: ten-thousandths of the unit, and the currency that the text itself names.

    A symbol that several currencies share (`$`) names none. The amount is rounded half-up to the digits of
    the named currency, else of `currency`, else left as it is, as a `fine` one is. `allow_suffix` admits K, M and B
    (thousand, million, milliard). Raises InvalidError for what is no amount.
    """
    if _PLAIN.fullmatch(text):
        return _to_digits(
            parse_decimal(text, decimal=decimal, factor=factor), None if fine else currency
        ), None
    number, power, seen = _split(text, currency, decimal)
    if power and not allow_suffix:
        raise InvalidError(f'"{text}" is not an amount; write it in full, like 5000')
    whole, places = _exact(number, decimal, text)
    amount = _scaled(text, whole * _POWERS.get(power, 1), places, SCALE, factor)
    return _to_digits(amount, None if fine else seen or currency), seen


def ratio(factor: str | int) -> tuple[int, int]:
    """Give a multiplier (`1000`, `1e6`, `0.01`) as numerator and denominator, else raise InvalidError."""
    return (factor, 1) if isinstance(factor, int) else _ratio(factor)


class DecimalSeen:
    """What the numbers of a column say about its decimal mark, one value at a time.

    Blank texts and such as are no number in either notation say nothing: they are wrong by themselves.
    """

    def __init__(self) -> None:
        self.marks = {".", ","}
        """The decimal marks that fit every value so far; none when values contradict each other."""
        self._differs = False

    def add(self, text: str) -> None:
        """Take one value into account."""
        plain = _PLAIN.fullmatch(text)
        if plain and plain[3] is None:
            return
        if plain and not re.fullmatch(_ONE_GROUP, text):
            self.marks.discard(",")
            return
        read = {mark: value for mark in ".," if (value := _try(text, mark)) is not None}
        if len(read) == 1:
            self.marks &= read.keys()
        elif read:
            self._differs |= read["."] != read[","]

    @property
    def settled(self) -> str | None:
        """The one mark to read the column with; None when the values leave it open or contradict."""
        if len(self.marks) == 1:
            return next(iter(self.marks))
        return "." if self.marks and not self._differs else None


def _try(text: str, mark: str) -> int | None:
    try:
        return parse_money(text, decimal=mark, allow_suffix=True)[0]
    except InvalidError:
        return None


def _exact(text: str, decimal: str, said: str | None = None) -> tuple[int, int]:
    """Read all digits as one integer, and how many stand after the mark; errors quote `said`."""
    if decimal == "." and (plain := _PLAIN.fullmatch(text)):
        sign, whole, part = plain.groups("")
        return int(sign + whole + part), len(part)
    negative, body = _unsigned(_typed(text, decimal))
    found = re.fullmatch(_NUMBER[decimal], body) if len(body) <= _LONGEST else None
    whole, part = (found["whole"] or "", found["part"] or "") if found else ("", "")
    if not whole and not part:
        raise InvalidError(_refusal(text if said is None else said, body, decimal))
    value = int("".join(filter(str.isdigit, whole)) + part)
    return (-value if negative else value), len(part)


def _unsigned(number: str) -> tuple[bool, str]:
    """Whether a number is negative (`-5`, `5-`, `(5)`), and the number without its one sign."""
    if number[:1] == "(" and number[-1:] == ")":
        return True, number[1:-1].strip()
    if number[:1] in ("+", "-"):
        return number[0] == "-", number[1:].strip()
    if number[-1:] == "-":
        return True, number[:-1].strip()
    return False, number


def _typed(text: str, decimal: str) -> str:
    """The text as a Latin keyboard types it: ASCII digits and signs, the Arabic marks as the ones told."""
    text = text.strip()
    if text.isascii():
        return text
    other = "," if decimal == "." else "."
    return ascii_digits(text).translate(_TYPED).replace("٫", decimal).replace("٬", other).strip()


def _refusal(text: str, body: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if re.fullmatch(_NUMBER[other], body) and any(map(str.isdigit, body)):
        said = f"say once `crm config set decimal {other}`, or give --decimal {other} to an import"
        return (
            f'"{text}" is not a number where "{decimal}" is the decimal mark; write 1234{decimal}50, {said}'
        )
    return f'"{text}" is not a number; write 5000 or 5000{decimal}50'


def _scaled(text: str, whole: int, places: int, scale: int, factor: str | int) -> int:
    up, down = ratio(factor)
    value = round_half_up(whole * up * scale, 10**places * down)
    if abs(value) > LIMIT * scale:
        raise InvalidError(f'"{text}" is too large; the most is {LIMIT}')
    return value


def _split(text: str, currency: str | None, decimal: str) -> tuple[str, str, str | None]:
    """Part an amount into its bare number, its power (k, m, b or nothing) and the currency it names."""
    said = _typed(text, decimal)
    apart = len(said) > _LONGEST_AMOUNT or re.search(r"[0-9]\s\s+[0-9]", said)
    # Blanks stand alone by now: where any number of them may be, a run of them would be tried in every way.
    found = None if apart else re.fullmatch(_AMOUNT, " ".join(said.split()))
    if not found:
        raise InvalidError(f'"{text}" is not an amount; write 5000 or 5000{decimal}50')
    opened, before, number, power, after, closed = found.groups("")
    seen = {code for sign in (before, after) if sign and (code := named(sign, currency))}
    if len(seen) > 1 or ("$" in (before, after) and seen - DOLLARS):
        raise InvalidError(f'"{text}" names two currencies; write one, like 5000 EUR')
    return opened + number + closed, power.lower(), next(iter(seen), None)


def _to_digits(amount: int, currency: str | None) -> int:
    if currency is None:
        return amount
    unit: int = 10 ** (4 - digits(currency))
    return round_half_up(amount, unit) * unit


@lru_cache(maxsize=16)
def _ratio(factor: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:[eE]([+-]?[0-9]))?", factor.strip())
    whole, part, power = found.groups("") if found else ("", "", "")
    up = int(whole + part or 0)
    down: int = 10 ** len(part)
    if not up:
        raise InvalidError(f'"{factor}" is not a scale; write a multiplier like 1000, 1e6 or 0.01')
    shift: int = 10 ** abs(int(power or 0))
    return (up, down * shift) if power.startswith("-") else (up * shift, down)
