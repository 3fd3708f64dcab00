"""The Jalali calendar: its days, how they are read and shown."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import Crm
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.values import dates, jalali

TODAY = date(2026, 6, 15)
CENTER = Path(__file__).parents[2] / "shared" / "data" / "persian" / "calendar" / "CalendarCenterData.txt"


@pytest.mark.parametrize(
    ("said", "day"),
    [((1403, 8, 30), "2024-11-20"), ((1210, 1, 1), "1831-03-21"), ((1399, 12, 30), "2021-03-20"),
     ((1400, 1, 1), "2021-03-21"), ((1498, 12, 29), "2120-03-19")],
)  # fmt: skip
def test_days(said: tuple[int, int, int], day: str) -> None:
    assert jalali.gregorian(*said).isoformat() == day
    assert jalali.jalali(date.fromisoformat(day)) == said


@pytest.mark.skipif(not CENTER.exists(), reason="the Calendar Center's data are not here")
def test_the_calendar_center_agrees() -> None:
    lines = [line for line in CENTER.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert len(lines) == 1161
    for line in lines:
        day, month, year, *_, gregorian_day, gregorian_month, gregorian_year = map(int, line.split(","))
        assert jalali.gregorian(year, month, day) == date(gregorian_year, gregorian_month, gregorian_day), (
            line
        )


def test_every_day_has_its_own_name() -> None:
    day, before = jalali.gregorian(jalali.FIRST, 1, 1), (jalali.FIRST - 1, 12, 30)
    last = jalali.gregorian(jalali.LAST, 12, 29)
    while day <= last:
        here = jalali.jalali(day)
        assert here > before
        before, day = here, day + timedelta(1)
    assert before == (jalali.LAST, 12, 29)


@given(st.dates(jalali.gregorian(jalali.FIRST, 1, 1), jalali.gregorian(jalali.LAST, 12, 29)))
def test_there_and_back(day: date) -> None:
    assert jalali.gregorian(*jalali.jalali(day)) == day
    year = jalali.jalali(day)[0]
    assert dates.parse_day(jalali.shown(f"{day}", "jalali"), today=TODAY, calendar="jalali") == f"{day}", year


@pytest.mark.parametrize("said", [(1403, 12, 31), (1404, 12, 30), (1403, 7, 31), (1403, 13, 1), (1403, 1, 0),
                                  (1209, 1, 1), (1635, 1, 1)])  # fmt: skip
def test_days_that_do_not_exist(said: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="1"):
        jalali.gregorian(*said)


@pytest.mark.parametrize(
    ("text", "calendar", "day"),
    [
        ("1403/08/30", None, "2024-11-20"),
        ("۱۴۰۳/۰۸/۳۰", None, "2024-11-20"),
        ("١٤٠٣/٠٨/٣٠", None, "2024-11-20"),
        ("1403-08-30", None, "2024-11-20"),
        ("30/08/1403", None, "2024-11-20"),
        ("31/02/1403", None, "2024-05-20"),
        ("14030830", None, "2024-11-20"),
        ("1403/08/30 14:05", None, "2024-11-20"),
        ("۳۰ آبان ۱۴۰۳", None, "2024-11-20"),
        ("1290/01/01", "jalali", "1911-03-22"),
        ("1290/01/01", None, "1290-01-01"),
        ("1403-08-30", "gregorian", "1403-08-30"),
        ("2024-11-20", "jalali", "2024-11-20"),
        ("20 Nov 1403", None, "1403-11-20"),
    ],
)
def test_a_day_is_read(text: str, calendar: str | None, day: str) -> None:
    assert dates.parse_day(text, today=TODAY, calendar=calendar) == day


def test_a_moment_is_read() -> None:
    assert dates.parse_instant("1403/08/30 09:30", zone="Asia/Tehran") == "2024-11-20T06:00:00Z"


@pytest.mark.parametrize("text", ["1403/12/31", "1403-07-31", "30/13/1403"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="no day of the calendar"):
        dates.parse_day(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "span"),
    [("1403", ("2024-03-20", "2025-03-20")), ("1403-08", ("2024-10-22", "2024-11-20")),
     ("1403-01..1403-02", ("2024-03-20", "2024-05-20"))],
)  # fmt: skip
def test_a_period(text: str, span: tuple[str, str]) -> None:
    assert dates.period(text, today=TODAY) == span
    with pytest.raises(InvalidError, match="span of the calendar"):
        dates.period("1403-Q1", today=TODAY)


def test_typed_and_shown(crm: Crm) -> None:
    crm("task", "add", "Call", "--due", "1405/04/01")
    assert crm("task", "list", "--columns", "due").lines == ["2026-06-22"]
    crm("config", "set", "calendar", "jalali")
    assert (
        crm("task", "list", "due=1405-04", "--columns", "due", "-o", "csv").lines[1].startswith("2026-06-22")
    )
    assert "1405/04/01" in crm("task", "list", "--columns", "due", "-o", "table").out
    assert "1405/04/01" in crm("task", "show", "Call").out
