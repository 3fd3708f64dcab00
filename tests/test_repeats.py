"""What repeats: words, rules of iCalendar, and the days that follow from them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.values import repeats

FIRST = date(2026, 6, 15)  # a Monday


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("daily", "FREQ=DAILY"),
        ("Weekly", "FREQ=WEEKLY"),
        ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
        ("every 2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("FREQ=WEEKLY;BYDAY=MO,WE EXDATE:20260622", "FREQ=WEEKLY;BYDAY=MO,WE"),
    ],
)
def test_words_have_a_rule(text: str, rule: str) -> None:
    assert repeats.rule(text) == rule


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "daily"),
        ("FREQ=WEEKLY;INTERVAL=1;WKST=SU", "weekly"),
        ("FREQ=WEEKLY;BYDAY=MO", "weekly"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "monthly"),
        ("FREQ=MONTHLY;INTERVAL=3", "quarterly"),
        ("FREQ=YEARLY", "yearly"),
        ("FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU"),
        ("FREQ=WEEKLY;COUNT=5", "FREQ=WEEKLY;COUNT=5"),
        ("FREQ=DAILY;UNTIL=20261231", "FREQ=DAILY;UNTIL=20261231"),
    ],
)
def test_a_rule_is_said_in_words_where_they_say_the_same(rule: str, words: str) -> None:
    assert repeats.words(rule, FIRST) == words


@pytest.mark.parametrize(
    ("text", "after", "day"),
    [
        ("weekly", "2026-06-15", "2026-06-22"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "2026-06-15", "2026-06-17"),
        ("FREQ=WEEKLY;BYDAY=MO,WE EXDATE:20260617,20260622", "2026-06-15", "2026-06-24"),
        ("FREQ=DAILY;UNTIL=20260616T200000Z", "2026-06-15", "2026-06-16"),
        ("FREQ=DAILY;UNTIL=20260616T200000Z", "2026-06-16", None),
        ("FREQ=DAILY;COUNT=3", "2026-06-17", None),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-06-01", "2026-06-26"),
    ],
)
def test_the_day_that_follows(text: str, after: str, day: str | None) -> None:
    assert repeats.following(text, FIRST, date.fromisoformat(after)) == (day and date.fromisoformat(day))


def test_a_counted_series_gets_shorter() -> None:
    assert repeats.rest("FREQ=DAILY;COUNT=5", FIRST, FIRST + timedelta(2)) == "FREQ=DAILY;COUNT=3"
    assert repeats.rest("weekly", FIRST, FIRST + timedelta(7)) == "weekly"


@pytest.mark.parametrize("text", ["sometimes", "every", "0 days", "FREQ=SECONDLY", "FREQ=", "FREQ=DAILY;X=Y"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match=r"recurrence: "):
        repeats.check(text)


@given(st.integers(1, 999), st.sampled_from(["day", "week", "month", "year"]))
def test_words_and_rules_say_the_same(count: int, unit: str) -> None:
    text = f"every {count} {unit}s"
    said = repeats.words(repeats.rule(text), FIRST)
    assert repeats.rule(said) == repeats.rule(text)
    assert repeats.following(said, FIRST, FIRST) == repeats.following(text, FIRST, FIRST)
