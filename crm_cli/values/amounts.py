"""Stored numbers written as text: money with its currency's digits, decimals and shares in plain notation.

Money, percentages and decimals are stored as whole ten-thousandths; all arithmetic here is on whole numbers.
"""

from crm_cli.values.currencies import digits

CENTS = 2  # digits of most currencies
MONEY = frozenset(("money", "price"))
"""The kinds of amounts: those that are paid, in coins, and the price of one, which may be less than a coin."""
SCALE = 10_000
"""Stored units in one unit of a currency, in one per cent, in one of a plain decimal."""


def decimal_text(scaled: int) -> str:
    """Write ten-thousandths in the shortest plain form: 12345 → `1.2345`, 10000 → `1`."""
    sign, whole, part = "-" if scaled < 0 else "", abs(scaled) // SCALE, abs(scaled) % SCALE
    return f"{sign}{whole}.{part:04d}".rstrip("0") if part else f"{sign}{whole}"


def money_text(value: int, currency: str, *, fine: bool = False) -> str:
    """Write a stored amount with exactly its currency's digits: `1234.50`, for yen `1234`.

    A `fine` one, the price of one, is written with what it has below them too: `0.0025`.
    """
    if fine and value % 10 ** (4 - digits(currency)):
        return decimal_text(value)
    places = digits(currency)
    if places == CENTS and value >= 0:  # most amounts, in half the time
        units = (value + 50) // 100
        return f"{units // 100}.{units % 100:02d}"
    units = round_half_up(value, 10 ** (4 - places))
    sign, units = "-" if units < 0 else "", abs(units)
    if not places:
        return f"{sign}{units}"
    return f"{sign}{units // 10**places}.{units % 10**places:0{places}d}"


def money_human(
    value: int, currency: str | None, group: str = ",", decimal: str = ".", *, fine: bool = False
) -> str:
    """Write a stored amount for reading, in groups of three: `1,234.50`; in no currency as a number: `1,234.5`."""
    text = money_text(value, currency, fine=fine) if currency else decimal_text(value)
    whole, dot, part = text.removeprefix("-").partition(".")
    sign = "-" if text[0] == "-" else ""
    return sign + f"{int(whole):,}".replace(",", group) + (decimal + part if dot else "")


def percent(numerator: int, denominator: int) -> str | None:
    """Write numerator ÷ denominator in per cent, two decimals half-up; None where the denominator is zero."""
    if not denominator:
        return None
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    hundredths = round_half_up(numerator * 10_000, denominator)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"


def line_net(quantity: int, unit_price: int, discount_pct: int | None, currency: str) -> int:
    """Quantity × unit price × (1 − discount), rounded half-up at the currency's digits; all in ten-thousandths."""
    unit: int = 10 ** (4 - digits(currency))
    exact = quantity * unit_price * (100 * SCALE - (discount_pct or 0))
    return round_half_up(exact, SCALE * 100 * SCALE * unit) * unit


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide exactly and round a half away from zero; the denominator is positive."""
    half_up = (2 * abs(numerator) + denominator) // (2 * denominator)
    return half_up if numerator >= 0 else -half_up
