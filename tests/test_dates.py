"""Days, instants and periods: read as people write them, never guessed."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import clock
from crm_cli.errors import InvalidError
from crm_cli.values.dates import (
    OrderSeen,
    add_months,
    local_day,
    next_day,
    order_of,
    parse_day,
    parse_instant,
    period,
)

TODAY = date(2026, 11, 5)  # a Thursday
DAYS = st.dates(date(1500, 1, 1), date(9000, 12, 31))  # the years before may be Jalali


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-05", "2026-11-05"),
        ("2026-1-5", "2026-01-05"),
        ("2026/11/5", "2026-11-05"),
        ("2026.11.05", "2026-11-05"),
        ("20261105", "2026-11-05"),
        ("2026-11-05T23:59:59Z", "2026-11-05"),
        ("2026-11-05 23:59", "2026-11-05"),
        ("15 Apr 2021", "2021-04-15"),
        ("15 Apr, 2021 00:03:00", "2021-04-15"),
        ("Apr 15, 2021", "2021-04-15"),
        ("15-Apr-2021", "2021-04-15"),
        ("15. April 2021", "2021-04-15"),
        ("March 3 2021", "2021-03-03"),
        ("3rd Sept 2021", "2021-09-03"),
        ("Thu, 15 Apr 2021 10:00:00 +0000", "2021-04-15"),
        ("31/12/2026", "2026-12-31"),
        ("12/31/2026", "2026-12-31"),
        ("31.12.2026", "2026-12-31"),
        ("7/7/2026", "2026-07-07"),
        ("۳۱/۱۲/۲۰۲۶", "2026-12-31"),
        ("today", "2026-11-05"),
        (" Tomorrow ", "2026-11-06"),
        ("yesterday", "2026-11-04"),
        ("fri", "2026-11-06"),
        ("thursday", "2026-11-12"),
        ("Wed", "2026-11-11"),
        ("+30d", "2026-12-05"),
        ("-2w", "2026-10-22"),
        ("+3m", "2027-02-05"),
        ("in 3 months", "2027-02-05"),
        ("In 1 day", "2026-11-06"),
        ("2 weeks ago", "2026-10-22"),
        ("+1y", "2027-11-05"),
    ],
)
def test_a_day_is_read_as_people_write_it(written: str, day: str) -> None:
    assert parse_day(written, today=TODAY) == day


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026", "mdy", "2026-03-04"),
        ("2026/03/04", "dmy", "2026-03-04"),
    ],
)
def test_the_order_told_decides(written: str, order: str, day: str) -> None:
    assert parse_day(written, today=TODAY, order=order) == day


@pytest.mark.parametrize(
    ("written", "order", "said"),
    [
        (
            "03/04/2026",
            None,
            "03/04/2026 may be 3 April or 4 March; write 2026-04-03, say once `crm config set date_order dmy`, or",
        ),
        ("03/04/2026", "ymd", "may be 3 April or 4 March"),
        ("25/12/2026", "mdy", "no date in the order mdy; write 2026-12-25"),
        ("12/25/2026", "dmy", "no date in the order dmy; write 2026-12-25"),
        ("31/02/2026", None, "no day of the calendar"),
        ("2026-02-30", None, "no day"),
        ("2026-13-01", None, "no day"),
        ("30 Feb 2026", None, "no day of the calendar"),
        ("03/04/26", None, "four digits"),
        ("15 Apr 21", None, "four digits"),
        ("15 Foo 2021", None, "not a date"),
        ("tod", None, "not a date"),
        ("12:30", None, "not a date"),
        ("2026-11-05 25:00", None, "not a date"),
        ("5", None, "not a date"),
        ("", None, "not a date"),
        ("+99999y", None, "outside the calendar"),
        ("-99999m", None, "outside the calendar"),
    ],
)
def test_a_day_that_is_none_or_two_is_refused(written: str, order: str | None, said: str) -> None:
    with pytest.raises(InvalidError, match=said.replace("|", r"\|")):
        parse_day(written, today=TODAY, order=order)


def test_words_can_be_forbidden() -> None:
    with pytest.raises(InvalidError):
        parse_day("today", today=TODAY, words=False)


@given(DAYS)
def test_every_writing_of_a_day_reads_back(day: date) -> None:
    for form, order in (
        ("%Y-%m-%d", None),
        ("%Y/%m/%d", "dmy"),
        ("%Y%m%d", None),
        ("%d %B %Y", None),
        ("%b %d, %Y", None),
        ("%d/%m/%Y", "dmy"),
        ("%m-%d-%Y", "mdy"),
        ("%d.%m.%Y 13:45:10", "dmy"),
    ):
        assert parse_day(day.strftime(form), today=TODAY, order=order) == day.isoformat()


@given(st.text())
def test_no_text_crashes_a_date(text: str) -> None:
    for parse in (
        lambda: parse_day(text, today=TODAY),
        lambda: parse_instant(text, zone="UTC", today=TODAY),
        lambda: period(text, today=TODAY),
    ):
        with suppress(InvalidError):
            parse()


@given(DAYS, st.integers(-500, 500))
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-05T09:30:00Z", "2026-11-05T09:30:00Z"),
        ("2026-11-05T09:30:00+02:00", "2026-11-05T07:30:00Z"),
        ("2021-04-15T00:00:00.000+0000", "2021-04-15T00:00:00Z"),
        ("2026-11-05T09:30", "2026-11-05T08:30:00Z"),
        ("2026-07-05 09:30", "2026-07-05T07:30:00Z"),
        ("2026-11-05", "2026-11-04T23:00:00Z"),
        ("31-12-2026 23:59", "2026-12-31T22:59:00Z"),
        ("15 Apr, 2021 00:03:00", "2021-04-14T22:03:00Z"),
        ("12/31/2026 3:04 PM", "2026-12-31T14:04:00Z"),
        ("12/31/2026 12:00am", "2026-12-30T23:00:00Z"),
        ("tomorrow 15:00", "2026-11-06T14:00:00Z"),
        ("Thu, 15 Apr 2021 10:00:00 GMT", "2021-04-15T10:00:00Z"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00Z"),  # skipped by the clock change
        ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),  # comes twice
    ],
)
def test_an_instant_is_kept_in_utc(written: str, instant: str) -> None:
    assert parse_instant(written, zone="Europe/Berlin", today=TODAY) == instant


@pytest.mark.parametrize(
    "written", ["03/04/2026 10:00", "2026-11-05 24:30", "2026-11-05T99:00:00Z", "10:00", "soon", "0001-01-01"]
)
def test_an_instant_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(InvalidError):
        parse_instant(written, zone="Europe/Berlin", today=TODAY)


@given(
    st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2100-01-01")),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_names_its_instant_in_every_zone(moment: datetime, minutes: int) -> None:
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    expected = aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parse_instant(aware.isoformat(), zone="Asia/Tehran", today=TODAY) == expected


def test_the_day_after_the_last_is_the_first() -> None:
    assert next_day("2024-02-28") == "2024-02-29"
    assert next_day("2026-12-31") == "2027-01-01"


def test_a_day_is_cut_in_the_zone() -> None:
    assert local_day("2026-11-05T22:30:00Z", "Asia/Tehran") == "2026-11-06"
    assert local_day("2026-11-05T02:30:00Z", "America/New_York") == "2026-11-04"


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("2026-11-05", ("2026-11-05", "2026-11-05")),
        ("-2w", ("2026-10-22", "2026-10-22")),
        ("2026-02", ("2026-02-01", "2026-02-28")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2026-12", ("2026-12-01", "2026-12-31")),
        ("2026-Q3", ("2026-07-01", "2026-09-30")),
        ("2026q4", ("2026-10-01", "2026-12-31")),
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026-W01", ("2025-12-29", "2026-01-04")),
        ("last-week", ("2026-10-26", "2026-11-01")),
        ("this week", ("2026-11-02", "2026-11-08")),
        ("last-month", ("2026-10-01", "2026-10-31")),
        ("next-quarter", ("2027-01-01", "2027-03-31")),
        ("this-year", ("2026-01-01", "2026-12-31")),
        ("last-30d", ("2026-10-06", "2026-11-05")),
        ("2026-01..2026-Q2", ("2026-01-01", "2026-06-30")),
        ("2026-01-05..", ("2026-01-05", None)),
        ("..+30d", (None, "2026-12-05")),
        ("-30d..today", ("2026-10-06", "2026-11-05")),
    ],
)
def test_a_period_is_its_first_and_last_day(written: str, span: tuple[str, str]) -> None:
    assert period(written, today=TODAY) == span


def test_a_week_starts_where_it_is_told() -> None:
    assert period("this-week", today=TODAY, week_start=5) == ("2026-10-31", "2026-11-06")
    assert period("this-week", today=TODAY, week_start=6) == ("2026-11-01", "2026-11-07")


@pytest.mark.parametrize(
    "written", ["..", "soon", "2026-13", "2026-W54", "2026-Q5", "today..-1d", "03/04/2026", ""]
)
def test_a_period_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(InvalidError):
        period(written, today=TODAY)


@pytest.mark.parametrize(
    ("values", "orders", "settled"),
    [
        (["03/04/2026", "25/12/2026"], {"dmy"}, "dmy"),
        (["03/04/2026", "12/25/2026"], {"mdy"}, "mdy"),
        (["03/04/2026", "05/06/2026"], {"dmy", "mdy"}, None),
        (["25/12/2026", "12/25/2026"], set(), None),
        (["1-12-2026 10:00", "2026-11-05"], {"dmy", "mdy"}, None),
        (["7/7/2026"], {"dmy", "mdy"}, "dmy"),
        (["2026-11-05", "", "?", "15 Apr 2021", "31/31/2026"], {"dmy", "mdy", "ymd"}, "dmy"),
    ],
)
def test_a_column_settles_its_order_or_does_not(
    values: list[str], orders: set[str], settled: str | None
) -> None:
    seen = OrderSeen()
    for value in values:
        seen.add(value)
    assert (seen.orders, seen.settled) == (orders, settled)
    assert order_of(values) == orders


@given(st.lists(DAYS, min_size=1), st.sampled_from(["dmy", "mdy"]))
def test_an_order_that_is_settled_reads_the_column_rightly(days: list[date], order: str) -> None:
    form = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}[order]
    seen = OrderSeen()
    for day in days:
        seen.add(day.strftime(form))
    assert order in seen.orders
    if seen.settled:
        read = [parse_day(day.strftime(form), today=TODAY, order=seen.settled) for day in days]
        assert read == [day.isoformat() for day in days]


@pytest.mark.parametrize(
    ("said", "zone", "now", "today"),
    [
        ("CRM_NOW=2026-11-05T22:30:00Z", "Asia/Tehran", "2026-11-05T22:30:00Z", date(2026, 11, 6)),
        ("CRM_NOW=2026-11-05T22:30:00+02:00", "UTC", "2026-11-05T20:30:00Z", TODAY),
        ("CRM_TODAY=2026-11-05", "America/New_York", "2026-11-05T17:00:00Z", TODAY),
        ("CRM_TODAY=2026-11-05", "Pacific/Auckland", "2026-11-04T23:00:00Z", TODAY),
    ],
)
def test_the_environment_sets_the_clock(
    monkeypatch: pytest.MonkeyPatch, said: str, zone: str, now: str, today: date
) -> None:
    monkeypatch.delenv("CRM_NOW", raising=False)
    monkeypatch.delenv("CRM_TODAY", raising=False)
    monkeypatch.setenv(*said.split("="))
    assert (clock.now(zone), clock.today(zone)) == (now, today)


@pytest.mark.parametrize(
    ("variable", "said"), [("CRM_NOW", "noon"), ("CRM_TODAY", "2026-02-30"), ("CRM_TODAY", "x")]
)
def test_a_wrong_clock_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, said: str) -> None:
    monkeypatch.delenv("CRM_NOW", raising=False)
    monkeypatch.setenv(variable, said)
    with pytest.raises(InvalidError, match=variable):
        clock.now("UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidError, match="not a time zone"):
        clock.zone_of(zone)
