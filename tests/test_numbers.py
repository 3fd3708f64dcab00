"""Numbers and money: read exactly or refused, written with exactly their digits."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.values.currencies import CURRENCIES, DIGITS
from crm_cli.values.numbers import (
    LIMIT,
    SCALE,
    DecimalSeen,
    decimal_text,
    digits,
    money_human,
    money_text,
    parse_decimal,
    parse_integer,
    parse_money,
    percent,
    ratio,
    round_half_up,
)

STORED = st.integers(-LIMIT * SCALE, LIMIT * SCALE)


@pytest.mark.parametrize(
    ("written", "mark", "value"),
    [
        ("5000", ".", 50_000_000),
        ("5000.50", ".", 50_005_000),
        ("-0.0001", ".", -1),
        (".5", ".", 5_000),
        ("5.", ".", 50_000),
        ("+7", ".", 70_000),
        ("7-", ".", -70_000),
        ("(1,234.5)", ".", -12_345_000),
        ("1,234,567", ".", 12_345_670_000),
        ("12,34,567.5", ".", 12_345_675_000),
        ("1 234,5", ",", 12_345_000),
        ("1\u00a0234,5", ",", 12_345_000),
        ("1\u202f234\u202f567", ".", 12_345_670_000),
        ("1'234.5", ".", 12_345_000),
        ("1’234", ".", 12_340_000),
        ("1.234,56", ",", 12_345_600),
        ("512,77", ",", 5_127_700),
        ("۱۲۳۴٫۵", ".", 12_345_000),
        ("١٬٢٣٤٫٥", ",", 12_345_000),
        ("−5", ".", -50_000),
        ("0.00005", ".", 1),
        ("-0.00005", ".", -1),
        ("0.00004", ".", 0),
        ("900000000000000", ".", LIMIT * SCALE),
    ],
)
def test_a_number_is_read_exactly(written: str, mark: str, value: int) -> None:
    assert parse_decimal(written, decimal=mark) == value


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("512,77", "."),
        ("1.234.567", "."),
        ("1,23", "."),
        ("1,2345", "."),
        ("12,34,56", "."),
        ("0,123", "."),
        ("1,234 567", "."),
        ("1234,567", "."),
        ("1234.5", ","),
        ("1e6", "."),
        ("nan", "."),
        ("inf", "."),
        ("--5", "."),
        ("+-5", "."),
        ("-5-", "."),
        ("(-5)", "."),
        ("(5", "."),
        ("-", "."),
        (".", "."),
        ("", "."),
        ("5%", "."),
        ("0x10", "."),
        ("1_000", "."),
        ("²", "."),
        ("900000000000000.1", "."),
        ("9" * 5000, "."),
    ],
)
def test_what_is_no_number_in_the_notation_is_refused(written: str, mark: str) -> None:
    with pytest.raises(InvalidError):
        parse_decimal(written, decimal=mark)


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(
        InvalidError,
        match=r'^"512,77" is not a number where "\." is the decimal mark; .*`crm config set decimal ,`.* --decimal ,',
    ):
        parse_decimal("512,77")
    with pytest.raises(InvalidError, match=r'^"abc" is not a number; write 5000 or 5000\.50$'):
        parse_decimal("abc")


@given(STORED)
def test_a_decimal_reads_back_as_written(value: int) -> None:
    assert parse_decimal(decimal_text(value)) == value


@given(STORED, st.sampled_from([(",", "."), (".", ","), (" ", "."), ("\u202f", ",")]))
def test_money_written_for_people_reads_back(value: int, marks: tuple[str, str]) -> None:
    group, mark = marks
    written = money_human(value, "CLF", group, mark)
    assert parse_decimal(written, decimal=mark) == value


@given(st.text())
def test_no_text_crashes_a_number(text: str) -> None:
    for mark in ".,":
        with suppress(InvalidError):
            parse_money(text, decimal=mark, allow_suffix=True)


@pytest.mark.parametrize(
    ("written", "scale", "value"),
    [("2,500", 1, 2_500), ("7.0", 1, 7), ("1.5", "1e6", 1_500_000), ("250", "0.01", None), ("5.5", 1, None)],
)
def test_an_integer_leaves_no_fraction(written: str, scale: str | int, value: int | None) -> None:
    if value is None:
        with pytest.raises(InvalidError, match="whole number"):
            parse_integer(written, factor=scale)
    else:
        assert parse_integer(written, factor=scale) == value


@pytest.mark.parametrize(
    ("factor", "numerator", "denominator"),
    [(1000, 1000, 1), ("1e6", 10**6, 1), ("0.01", 1, 100), ("2.5e3", 25_000, 10), ("1e-2", 1, 100)],
)
def test_a_scale_is_an_exact_ratio(factor: str | int, numerator: int, denominator: int) -> None:
    up, down = ratio(factor)
    assert up * denominator == numerator * down
    assert parse_decimal("3", factor=factor) == 3 * SCALE * numerator // denominator


@pytest.mark.parametrize("factor", ["0", "-1", "x", "1e99", "", "nan"])
def test_a_scale_that_is_none_is_refused(factor: str) -> None:
    with pytest.raises(InvalidError, match="is not a scale"):
        ratio(factor)


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("$22,700.00", "22700", None),
        ("-$5", "-5", None),
        ("$-5", "-5", None),
        ("($5.50)", "-5.5", None),
        ("€5", "5", "EUR"),
        ("5 €", "5", "EUR"),
        ("£1,000", "1000", "GBP"),
        ("¥500", "500", "JPY"),
        ("R$ 12.34", "12.34", "BRL"),
        ("US$ 5", "5", "USD"),
        ("USD 5", "5", "USD"),
        ("5 usd", "5", "USD"),
        ("$5 USD", "5", "USD"),
        ("CHF 1'000.50", "1000.5", "CHF"),
        ("۵۰۰۰ ﷼", "5000", "IRR"),
        ("JPY 12.5", "13", "JPY"),
        ("KWD 1.2345", "1.235", "KWD"),
    ],
)
def test_an_amount_brings_its_currency(written: str, amount: str, currency: str | None) -> None:
    assert parse_money(written) == (parse_decimal(amount), currency)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("$342.09K", "342090"),
        ("$1,117.10K", "1117100"),
        ("1.5m", "1500000"),
        ("€2B", "2000000000"),
        ("-3k", "-3000"),
    ],
)
def test_a_suffix_multiplies_where_it_is_allowed(written: str, amount: str) -> None:
    assert parse_money(written, allow_suffix=True)[0] == parse_decimal(amount)
    with pytest.raises(InvalidError):
        parse_money(written)


@pytest.mark.parametrize(
    "written", ["5000 تومان", "$5 €", "EUR 5 USD", "5 FOO", "abc", "", "$", "5%", "1e6", "5 5 €€"]
)
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(InvalidError):
        parse_money(written, allow_suffix=True)


def test_yen_and_yuan_share_a_sign() -> None:
    assert parse_money("¥5", currency="CNY")[1] == "CNY"
    assert parse_money("¥5", currency="EUR")[1] == "JPY"


def test_an_amount_is_rounded_to_its_currency_half_up() -> None:
    assert parse_money("2.345", currency="EUR") == (23_500, None)
    assert parse_money("-2.345", currency="EUR") == (-23_500, None)
    assert parse_money("0.5", currency="JPY") == (10_000, None)
    assert parse_money("2.345") == (23_450, None)


@pytest.mark.parametrize(
    ("value", "currency", "written", "human"),
    [
        (12_345_000, "EUR", "1234.50", "1,234.50"),
        (12_345_000, "JPY", "1235", "1,235"),
        (12_344_999, "JPY", "1234", "1,234"),
        (12_345_678, "KWD", "1234.568", "1,234.568"),
        (-5_000, "USD", "-0.50", "-0.50"),
        (-49, "USD", "0.00", "0.00"),
        (36_353_001 * SCALE, "USD", "36353001.00", "36,353,001.00"),
        (0, "USD", "0.00", "0.00"),
    ],
)
def test_money_has_exactly_its_digits(value: int, currency: str, written: str, human: str) -> None:
    assert money_text(value, currency) == written
    assert money_human(value, currency) == human


@given(STORED, st.sampled_from(sorted(CURRENCIES)))
def test_written_money_is_within_half_a_unit(value: int, currency: str) -> None:
    unit = 10 ** (4 - digits(currency))
    back = parse_decimal(money_text(value, currency))
    assert abs(back - value) * 2 <= unit
    assert parse_money(money_text(value, currency), currency=currency)[0] == back


def test_digits_are_those_of_iso_4217() -> None:
    assert set(DIGITS) <= CURRENCIES
    assert [digits(code) for code in ("USD", "EUR", "JPY", "KWD", "CLF", "IRR")] == [2, 2, 0, 3, 4, 2]


@pytest.mark.parametrize(
    ("numerator", "denominator", "written"),
    [(4238, 6711, "63.15"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 80_000, "0.00"), (1, 20_000, "0.01"),
     (1, 1, "100.00"), (-1, 3, "-33.33"), (1, -3, "-33.33"), (0, 5, "0.00"), (5, 0, None)],
)  # fmt: skip
def test_a_share_has_two_decimals_half_up(numerator: int, denominator: int, written: str | None) -> None:
    assert percent(numerator, denominator) == written


@given(st.integers(), st.integers(min_value=1))
def test_rounding_is_to_the_nearest_and_even_handed(numerator: int, denominator: int) -> None:
    rounded = round_half_up(numerator, denominator)
    assert abs(2 * (rounded * denominator - numerator)) <= denominator
    assert round_half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("values", "marks", "settled"),
    [
        (["1234", "", "n/a"], {".", ","}, "."),
        (["1,234"], {".", ","}, None),
        (["1.234"], {".", ","}, None),
        (["1.234", "12.5"], {"."}, "."),
        (["1,234", "512,77"], {","}, ","),
        (["1,234.50"], {"."}, "."),
        (["1.234,50"], {","}, ","),
        (["0,123"], {","}, ","),
        (["0.123"], {"."}, "."),
        (["1234.567"], {"."}, "."),
        (["12.5", "12,5"], set(), None),
        (["$1,117.10K", "$342.09K"], {"."}, "."),
        (["1 000", "5'000"], {".", ","}, "."),
    ],
)
def test_a_column_settles_its_decimal_mark_or_does_not(
    values: list[str], marks: set[str], settled: str | None
) -> None:
    seen = DecimalSeen()
    for value in values:
        seen.add(value)
    assert (seen.marks, seen.settled) == (marks, settled)


@given(st.lists(STORED, min_size=1), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("", ",")]))
def test_a_mark_that_is_settled_reads_the_column_rightly(values: list[int], marks: tuple[str, str]) -> None:
    written = [money_human(value, "KWD", *marks) for value in values]
    seen = DecimalSeen()
    for text in written:
        seen.add(text)
    assert marks[1] in seen.marks
    if seen.settled:
        expected = [round_half_up(value, 10) * 10 for value in values]
        assert [parse_decimal(text, decimal=seen.settled) for text in written] == expected


def test_blanks_may_be_any_number_but_part_no_digits() -> None:
    assert parse_money("  €    1 234.50  ", allow_suffix=True) == (12_345_000, "EUR")
    for text in ("1  234", "3," + " " * 90 + "é", "3" + " " * 5_000 + "x", "$" * 5_000):
        with pytest.raises(InvalidError):
            parse_money(text, allow_suffix=True)
