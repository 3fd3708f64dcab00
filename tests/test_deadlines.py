"""Deadlines against hand calculations, and against a reference that walks a calendar minute by minute."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.rules.clocks import Promise, facts
from crm_cli.working import hours
from crm_cli.working.calendars import worktime
from crm_cli.working.worktime import Plan, Worktime, instant_of, seconds_of

OFFICE, NIGHT = "mon-fri 09:00-17:00", "mon-sun 22:00-06:00"
# name: zone, hours, holidays, days unlike their weekday
CALENDARS: dict[str, tuple[str, str, list[str], list[tuple[str, str]]]] = {
    "office": ("UTC", OFFICE, [], []),
    "lunch": ("UTC", "mon-fri 09:00-12:30,13:30-17:00", [], []),
    "short": ("UTC", "mon-thu,sat 09:00-13:00", [], []),
    "always": ("UTC", "24x7", [], []),
    "berlin": (
        "Europe/Berlin",
        OFFICE,
        ["DE-BE"],
        [("2026-12-24", "09:00-12:00"), ("2026-05-01", "10:00-14:00")],
    ),
    "closed": (
        "Europe/Berlin",
        OFFICE,
        ["DE-BE"],
        [(f"2026-12-{day}", "closed") for day in (24, 28, 29, 30, 31)],
    ),
    "berlin nights": ("Europe/Berlin", NIGHT, [], []),
    "berlin always": ("Europe/Berlin", "24x7", [], []),
    "night off": ("Europe/Berlin", NIGHT, [], [("2026-06-16", "closed")]),
    "new year": ("UTC", "thu 22:00-06:00", [], []),
    "new york": ("America/New_York", OFFICE, [], []),
    "new york nights": ("America/New_York", NIGHT, [], []),
    "half past two": ("America/New_York", "mon-sun 02:30-10:00", [], []),
    "half past one": ("America/New_York", "mon-sun 01:30-10:00", [], []),
    "kolkata": ("Asia/Kolkata", "mon-sat 09:30-18:30", [], []),
    "kathmandu": ("Asia/Kathmandu", "sun-fri 10:00-17:00", [], []),
    "tehran": ("Asia/Tehran", "sat-wed 08:00-16:00; thu 08:00-12:00", [], []),
    "nowruz": ("Asia/Tehran", "sat-wed 08:00-16:00; thu 08:00-12:00", ["IR"], []),
    "tehran nights": ("Asia/Tehran", NIGHT, [], []),
    "lord howe": ("Australia/Lord_Howe", OFFICE, [], []),
    "lord howe nights": ("Australia/Lord_Howe", NIGHT, [], []),
    "apia": ("Pacific/Apia", OFFICE, [], []),
}

# 2026-06-12 is a Friday. Times are local to the calendar, but those that end in Z.
DEADLINES = [
    # One working day from its beginning ends with that day: 09 + 8 h = 17, not 09 of the next.
    ("office", "2026-06-15 09:00", "8h", "2026-06-15 17:00"),
    # Mon 10-17 is 7 h, 1 h is left for Tue.
    ("office", "2026-06-15 10:00", "8h", "2026-06-16 10:00"),
    # Fri 16-17 is 1 h, 7 h are left for Mon.
    ("office", "2026-06-12 16:00", "8h", "2026-06-15 16:00"),
    # Saturday counts nothing; Mon 09 + 1 h.
    ("office", "2026-06-13 11:00", "1h", "2026-06-15 10:00"),
    # After hours on Friday counts nothing; Mon 09 + 4 h.
    ("office", "2026-06-12 20:00", "4h", "2026-06-15 13:00"),
    # Before hours counts nothing; 09 + 1 h.
    ("office", "2026-06-15 07:00", "1h", "2026-06-15 10:00"),
    # 5 days of 8 h are a week.
    ("office", "2026-06-15 09:00", "40h", "2026-06-19 17:00"),
    # Wed 5 + Thu 8 + Fri 8 = 21; week 40 = 61; Mon 8 + Tue 8 = 77; Wed 3 = 80.
    ("office", "2026-06-17 12:00", "80h", "2026-07-01 12:00"),
    # 15 min on Mon, 15 on Tue.
    ("office", "2026-06-15 16:45", "30m", "2026-06-16 09:15"),
    # Thu 31 Dec 1 h, Fri 1 Jan 1 h: without holidays the year's end is a night like others.
    ("office", "2026-12-31 16:00", "2h", "2027-01-01 10:00"),
    # The last second of work still takes the whole of the next minute's work.
    ("office", "2026-06-15 16:59", "2m", "2026-06-16 09:01"),
    # 30 min to 12:30, 30 min from 13:30.
    ("lunch", "2026-06-15 12:00", "1h", "2026-06-15 14:00"),
    # It came in during the break: 13:30 + 1 h.
    ("lunch", "2026-06-15 12:45", "1h", "2026-06-15 14:30"),
    # 3.5 h + 3.5 h is the whole day.
    ("lunch", "2026-06-15 09:00", "7h", "2026-06-15 17:00"),
    # Exactly the morning ends at 12:30.
    ("lunch", "2026-06-15 09:00", "210m", "2026-06-15 12:30"),
    # Friday has no hours: Thu 12-13 is 1 h, Sat 09-10 the other.
    ("short", "2026-06-18 12:00", "2h", "2026-06-20 10:00"),
    # Sunday has none either: Sat 1 h, Mon 1 h.
    ("short", "2026-06-20 12:00", "2h", "2026-06-22 10:00"),
    # All time counts.
    ("always", "2026-06-13 11:00", "8h", "2026-06-13 19:00"),
    # Good Friday and Easter Monday are free: Thu 1 h, Tue 1 h.
    ("berlin", "2026-04-02 16:00", "2h", "2026-04-07 10:00"),
    # 3 October is a Saturday, free anyway: Fri 1 h, Mon 1 h.
    ("berlin", "2026-10-02 16:00", "2h", "2026-10-05 10:00"),
    # Wed 1 + Christmas Eve 3 = 4; Fri 25 free, weekend; Mon 28 4 h.
    ("berlin", "2026-12-23 16:00", "8h", "2026-12-28 13:00"),
    # 1 May is a holiday on which 10-14 is worked: Thu 1 h, Fri 10-12.
    ("berlin", "2026-04-30 16:00", "3h", "2026-05-01 12:00"),
    # Wed 1 h; 24 to 31 closed, 1 Jan free, weekend; Mon 4 Jan 7 h.
    ("closed", "2026-12-23 16:00", "8h", "2027-01-04 16:00"),
    # The clocks go forward at 02 on Sun 29 March: that night has 7 h.
    ("berlin nights", "2026-03-28 22:00", "7h", "2026-03-29 06:00"),
    # 7 h in that night, the eighth on the next evening.
    ("berlin nights", "2026-03-28 22:00", "8h", "2026-03-29 23:00"),
    # They go back at 03 on Sun 25 October: that night has 9 h.
    ("berlin nights", "2026-10-24 22:00", "9h", "2026-10-25 06:00"),
    # 22-03 is 5 h, 02-05 3 h more.
    ("berlin nights", "2026-10-24 22:00", "8h", "2026-10-25 05:00"),
    # Offices do not see it but by the offset: Mon 10 in summer is 08 UTC.
    ("berlin", "2026-03-27 16:00", "2h", "2026-03-30T08:00:00Z"),
    # 24 real hours over a day of 23.
    ("berlin always", "2026-03-28 22:00", "24h", "2026-03-29 23:00"),
    # The shift of Mon 15 goes on to 06 of the free Tue 16 (4 h from 02); the one of Tue is off; Wed 22 + 1 h.
    ("night off", "2026-06-16 02:00", "5h", "2026-06-17 23:00"),
    # The shift of Thu 31 December goes on in the new year.
    ("new year", "2027-01-01 02:00", "2h", "2027-01-01 04:00"),
    # The clocks go forward at 02 on Sun 8 March.
    ("new york nights", "2026-03-07 22:00", "7h", "2026-03-08 06:00"),
    # They go back at 02 on Sun 1 November.
    ("new york nights", "2026-10-31 22:00", "9h", "2026-11-01 06:00"),
    # Fri 1 h, Mon 10 in summer is 14 UTC.
    ("new york", "2026-03-06 16:00", "2h", "2026-03-09T14:00:00Z"),
    # 02:30 is left out on 8 March: the shift begins at 03 = 07 UTC, so + 1 h is 08 UTC.
    ("half past two", "2026-03-08 00:00", "1h", "2026-03-08T08:00:00Z"),
    # 01:30 comes twice on 1 November: the shift begins at the first, 05:30 UTC.
    ("half past one", "2026-11-01 00:00", "1h", "2026-11-01T06:30:00Z"),
    # 5:30 ahead: Sat 18-18:30 is 30 min, Mon 09:30-10:00 the rest = 04:30 UTC.
    ("kolkata", "2026-06-13 18:00", "1h", "2026-06-15T04:30:00Z"),
    # A whole day of 9 h to 18:30 = 13:00 UTC.
    ("kolkata", "2026-06-15 09:30", "9h", "2026-06-15T13:00:00Z"),
    # 5:45 ahead, Saturday free: Fri 1 h, Sun 11:00 = 05:15 UTC.
    ("kathmandu", "2026-06-12 16:00", "2h", "2026-06-14T05:15:00Z"),
    # Wed 15-16 is 1 h, Thu 08-09 the other.
    ("tehran", "2026-06-17 15:00", "2h", "2026-06-18 09:00"),
    # Thu 11-12 is 1 h, Friday free, Sat 08-10.
    ("tehran", "2026-06-18 11:00", "3h", "2026-06-20 10:00"),
    # A week of 5 x 8 + 4 = 44 h: from Sat 20 to the end of Thu 25.
    ("tehran", "2026-06-18 13:00", "44h", "2026-06-25 12:00"),
    # Thu 1 h; Fri, Nowruz Sat 21 to Tue 24 free; Wed 25 08-09.
    ("nowruz", "2026-03-19 11:00", "2h", "2026-03-25 09:00"),
    # Iran's last summer time began at midnight of 22 March 2022: that night has 7 h.
    ("tehran nights", "2022-03-21 22:00", "7h", "2022-03-22 06:00"),
    # Lord Howe's clocks go forward half an hour, 02:00 to 02:30 on 4 October: 7.5 h.
    ("lord howe nights", "2026-10-03 22:00", "450m", "2026-10-04 06:00"),
    # And back half an hour on 5 April: 8.5 h.
    ("lord howe nights", "2026-04-04 22:00", "510m", "2026-04-05 06:00"),
    # Fri 1 h; Mon 10 is 10:30 ahead by then: 23:30 UTC of Sunday.
    ("lord howe", "2026-04-03 16:00", "2h", "2026-04-05T23:30:00Z"),
    # Samoa had no Friday 30 December 2011: Thu 1 h, Mon 1 h.
    ("apia", "2011-12-29 16:00", "2h", "2012-01-02 10:00"),
]


def minutes(text: str) -> int:
    return int(text[:-1]) * (60 if text.endswith("h") else 1)


def working(name: str) -> Worktime:
    zone, week, holidays, days = CALENDARS[name]
    return worktime(zone, week, json.dumps(holidays), json.dumps(days))


def instant(name: str, text: str) -> str:
    """A local time in the zone of a calendar as an instant, which what ends in Z is already."""
    if text.endswith("Z"):
        return text
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(CALENDARS[name][0]))
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(("calendar", "begin", "time", "due"), DEADLINES)
def test_a_deadline_is_the_one_counted_by_hand(calendar: str, begin: str, time: str, due: str) -> None:
    start, seconds = seconds_of(instant(calendar, begin)), minutes(time) * 60
    found = working(calendar).after(start, seconds)
    assert instant_of(found) == instant(calendar, due)
    assert working(calendar).between(start, found) == seconds


class Story(NamedTuple):
    """A case in office hours: its statuses with their times, what is promised, what is to come of it."""

    history: str
    response: str
    resolution: str
    responded: str | None
    wanted: dict[str, Any]


H = 3600
# Days are of June 2026: 12 is a Friday, 15 a Monday. Statuses: n(ew), p(rogress), w(aiting), h(old), r(esolved),
# c(losed), x (cancelled). A promise is of 8 h to resolve and 4 h to answer where nothing else is said.
STORIES = {
    "pause over a weekend": Story(  # 6 h by Fri 15, so that 2 h are left on Mon 11
        "n 12 09:00, w 12 15:00, p 15 11:00", "4h", "8h", None, {"resolution_due": "15 13:00"}
    ),
    "paused": Story(  # 8 - 6 h
        "n 12 09:00, w 12 15:00", "4h", "8h", None,
        {"resolution_left": 2 * H, "resolution_due": None, "resolution_warn": None, "resolution_met": None},
    ),
    "two pauses": Story(  # 2 h by 11, 1 h by 15, so that 5 h are left on Tue 10
        "n 15 09:00, w 15 11:00, p 15 14:00, h 15 15:00, p 16 10:00", "4h", "8h", None, {"resolution_due": "16 15:00"}
    ),
    "resume after hours": Story(  # 3 h by 12; resumed at 20, 5 h from Tue 09
        "n 15 09:00, w 15 12:00, p 15 20:00", "4h", "8h", None, {"resolution_due": "16 14:00"}
    ),
    "pause after hours": Story(  # all 8 h are used, none is missed
        "n 15 09:00, w 15 18:00", "4h", "8h", None, {"resolution_left": 0, "resolution_due": None}
    ),
    "nothing left, resumed": Story(  # 8 h are used when it pauses; with 0 left it is due as it goes on
        "n 15 09:00, w 15 18:00, p 16 10:00",
        "4h",
        "8h",
        None,
        {"resolution_due": "16 10:00"},
    ),
    "pause in the night": Story(  # 1 h on Fri; the weekend is no time, paused or not
        "n 12 16:00, w 13 10:00, p 14 10:00", "4h", "8h", None, {"resolution_due": "15 16:00"}
    ),
    "late before the pause": Story(  # 6 of 4 h
        "n 15 09:00, w 15 15:00", "8h", "4h", None, {"resolution_left": -2 * H, "resolution_due": None}
    ),
    "late before the pause, resumed": Story(  # it was due on Mon 13, and that stays missed
        "n 15 09:00, w 15 15:00, p 16 09:00", "8h", "4h", None, {"resolution_due": "15 13:00", "resolution_left": None}
    ),
    "from waiting to hold": Story(  # one pause, 10 to 14; 7 h left: 3 on Mon, 4 on Tue
        "n 15 09:00, w 15 10:00, h 15 12:00, p 15 14:00", "4h", "8h", None, {"resolution_due": "16 13:00"}
    ),
    "never begun": Story(  # it came in waiting
        "w 15 09:00", "4h", "8h", None, {"resolution_left": 8 * H, "first_response_left": 4 * H}
    ),
    "resolved in time": Story(
        "n 15 09:00, r 15 16:00", "4h", "8h", None, {"resolution_due": "15 17:00", "resolution_met": 1}
    ),
    "resolved late": Story(
        "n 15 09:00, r 16 09:30", "4h", "8h", None, {"resolution_due": "15 17:00", "resolution_met": 0}
    ),
    "resolved at the last second": Story(
        "n 15 09:00, r 15 17:00", "4h", "8h", None, {"resolution_due": "15 17:00", "resolution_met": 1}
    ),
    "resolved after hours": Story(  # due at 17, resolved at 20: no working time between, and late all the same
        "n 15 09:00, r 15 20:00", "4h", "8h", None, {"resolution_due": "15 17:00", "resolution_met": 0}
    ),
    "reopened": Story(  # 6 h by Mon 15; 2 h left from Wed 10
        "n 15 09:00, r 15 15:00, p 17 10:00", "4h", "8h", None, {"resolution_due": "17 12:00", "resolution_met": None}
    ),
    "closed and reopened": Story(  # 3 h by Mon 12; 5 h left from Thu 09
        "n 15 09:00, r 15 12:00, c 16 12:00, p 18 09:00", "4h", "8h", None, {"resolution_due": "18 14:00"}
    ),
    "reopened and resolved": Story(
        "n 15 09:00, r 15 15:00, p 17 10:00, r 17 11:00", "4h", "8h", None,
        {"resolution_due": "17 12:00", "resolution_met": 1},
    ),
    "reopened and resolved late": Story(
        "n 15 09:00, r 15 15:00, p 17 10:00, r 17 12:01", "4h", "8h", None,
        {"resolution_due": "17 12:00", "resolution_met": 0},
    ),
    "closing what is resolved": Story(  # it ended when it was resolved
        "n 15 09:00, r 15 16:00, c 19 16:00", "4h", "8h", None, {"resolution_due": "15 17:00", "resolution_met": 1}
    ),
    "resolved while waiting": Story(  # 6 h left on Thu 15: 2 on Thu, 4 on Fri
        "n 15 09:00, w 15 11:00, r 18 15:00", "4h", "8h", None,
        {"resolution_due": "19 13:00", "resolution_met": 1, "resolution_left": None},
    ),
    "reopened to wait": Story(
        "n 15 09:00, r 15 15:00, w 17 10:00", "4h", "8h", None, {"resolution_left": 2 * H, "resolution_met": None}
    ),
    "cancelled": Story(
        "n 15 09:00, x 15 10:00", "4h", "8h", "15 09:30", {"resolution_due": None, "first_response_met": None}
    ),
    "taken up again": Story(  # 1 h by 10; 7 h from Tue 09
        "n 15 09:00, x 15 10:00, n 16 09:00", "4h", "8h", None, {"resolution_due": "16 16:00"}
    ),
    "answered in time": Story(
        "n 15 09:00", "4h", "8h", "15 12:00", {"first_response_due": "15 13:00", "first_response_met": 1}
    ),
    "answered late": Story(
        "n 15 09:00", "4h", "8h", "15 14:00", {"first_response_due": "15 13:00", "first_response_met": 0}
    ),
    "not answered yet": Story(
        "n 15 09:00", "4h", "8h", None, {"first_response_due": "15 13:00", "first_response_met": None}
    ),
    "resolving answers": Story(
        "n 15 09:00, r 15 12:00", "4h", "8h", None, {"first_response_due": "15 13:00", "first_response_met": 1}
    ),
    "resolving answers late": Story("n 15 09:00, r 15 14:00", "4h", "8h", None, {"first_response_met": 0}),
    "answered while waiting": Story(  # 3 h left on Tue 20, which is Wed 09 to 12
        "n 15 09:00, w 15 10:00", "4h", "8h", "16 20:00",
        {"first_response_due": "17 12:00", "first_response_met": 1, "first_response_left": None,
         "resolution_left": 7 * H},
    ),
    "an answer is paused too": Story("n 15 09:00, w 15 11:00", "4h", "8h", None, {"first_response_left": 2 * H}),
    "reopening keeps the answer": Story(
        "n 15 09:00, r 15 12:00, p 17 10:00", "4h", "8h", None,
        {"first_response_due": "15 13:00", "first_response_met": 1},
    ),
    "another priority counts from creation": Story(  # 2 h from Mon 09, though it is Mon 15 by now
        "n 15 09:00, p 15 15:00", "1h", "2h", None, {"resolution_due": "15 11:00", "first_response_due": "15 10:00"}
    ),
    "near": Story(  # 80 % of 8 h are 6 h 24 min
        "n 15 09:00", "4h", "8h", None, {"resolution_warn": "15 15:24", "first_response_warn": "15 12:12"}
    ),
    "near after a pause": Story(  # 6 h by 15; 24 min more from Tue 09
        "n 15 09:00, w 15 15:00, p 16 09:00", "4h", "8h", None,
        {"resolution_warn": "16 09:24", "resolution_due": "16 11:00"},
    ),
    "near before a pause": Story(  # 7 h by 16: it was near at 15:24; 1 h left
        "n 15 09:00, w 15 16:00, p 16 09:00", "4h", "8h", None,
        {"resolution_warn": "15 15:24", "resolution_due": "16 10:00"},
    ),
    "nothing is promised": Story(
        "n 15 09:00", "4h", "0h", None,
        {"resolution_due": None, "resolution_left": None, "first_response_due": "15 13:00"},
    ),
}  # fmt: skip
STATUSES = {"n": "new", "p": "in_progress", "w": "waiting_on_customer", "h": "on_hold", "r": "resolved", "c": "closed",
            "x": "cancelled"}  # fmt: skip


def june(text: str) -> str:
    day, clock = text.split()
    return f"2026-06-{day}T{clock}:00Z"


@pytest.mark.parametrize("name", STORIES)
def test_a_clock_is_the_one_counted_by_hand(name: str) -> None:
    story = STORIES[name]
    history = [(STATUSES[each[0]], june(each[2:])) for each in story.history.split(", ")]
    promise = Promise(*(minutes(each) * 60 or None for each in (story.response, story.resolution)))
    found = facts(
        history[0][1], history, story.responded and june(story.responded), promise, working("office")
    )
    wanted = {key: june(value) if isinstance(value, str) else value for key, value in story.wanted.items()}
    assert {key: found[key] for key in wanted} == wanted


def test_no_time_at_all_has_passed_at_once() -> None:
    sunday = seconds_of("2026-06-14T12:00:00Z")
    assert working("office").after(sunday, 0) == sunday
    assert working("office").between(sunday, sunday - H) == 0


def test_a_target_that_is_never_reached_is_refused() -> None:
    bare = ((), (), (), (), (), (), ())
    once = Worktime(Plan(UTC, bare, {date(2026, 6, 15): ((540, 600),)}))
    assert once.after(seconds_of("2026-06-12T09:00:00Z"), H) == seconds_of("2026-06-15T10:00:00Z")
    with pytest.raises(InvalidError, match="within 10 years"):
        once.after(seconds_of("2026-06-12T09:00:00Z"), H + 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Mon - Fri 9:00-12:30, 13:30-17:00; saturday 10:00-14:00",
            "mon-fri 09:00-12:30,13:30-17:00; sat 10:00-14:00",
        ),
        ("sat-wed 08:00-16:00; thu 08:00-12:00", "sat-wed 08:00-16:00; thu 08:00-12:00"),
        ("mon-sun 00:00-24:00", "24x7"),
        ("24 x 7", "24x7"),
        ("mon,wed fri 22:00-06:00", "mon,wed,fri 22:00-06:00"),
        ("mon 08:00-12:00; mon 11:00-13:00", "mon 08:00-13:00"),
        ("sun-thu 09:00-17:00; fri closed", "sun-thu 09:00-17:00"),
        ("tue 20:00-00:00", "tue 20:00-24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, kept: str) -> None:
    assert hours.week_text(hours.parse_week(text)) == kept
    assert hours.parse_week(kept) == hours.parse_week(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("daily 09:00-17:00", "no day of the week"),
        ("09:00-17:00", "names no days"),
        ("mon-fri", "names no days and hours"),
        ("mon 25:00-26:00", "no hours"),
        ("mon 09:60-10:00", "no hours"),
        ("mon 09:00-09:00", "00:00-24:00"),
        ("mon 9-5", "midnight or noon"),
        ("mon-fri closed", "meets no deadline"),
        ("", "meets no deadline"),
        ("mon 00:00-24:00,22:00-06:00", "past midnight"),
    ],
)
def test_hours_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        hours.parse_week(text)


# The reference: a window of minutes, each worked or not, found by looking at what the clocks show.
WINDOW = 6 * 24 * 60
BEGINS = [
    ("Europe/Berlin", "2026-03-27"), ("Europe/Berlin", "2026-10-23"), ("America/New_York", "2026-03-06"),
    ("America/New_York", "2026-10-30"), ("Asia/Kolkata", "2026-06-12"), ("Asia/Tehran", "2022-03-20"),
    ("Asia/Tehran", "2022-09-20"), ("Australia/Lord_Howe", "2026-04-03"), ("Australia/Lord_Howe", "2026-10-02"),
    ("Pacific/Apia", "2011-12-28"), ("America/Sao_Paulo", "2018-11-02"), ("UTC", "2026-12-30"),
]  # fmt: skip
QUARTERS = st.integers(0, 95).map(lambda number: number * 15)
SPANS = st.tuples(QUARTERS, st.integers(1, 48)).map(lambda told: (told[0], told[0] + told[1] * 15))
DAY_HOURS = st.lists(SPANS, max_size=2).map(tuple)
WEEKS = st.tuples(*[DAY_HOURS] * 7).filter(any)


def worked(plan: Plan, begin: int) -> list[bool]:
    """Whether each minute of the window is worked."""
    around = 3 * 24 * 60
    first = begin - around * 60
    walls = [
        datetime.fromtimestamp(first + number * 60, UTC).astimezone(plan.zone).replace(tzinfo=None)
        for number in range(WINDOW + 2 * around)
    ]
    latest = list(accumulate(walls, max))
    found = [False] * len(walls)
    for number in range(-1, (WINDOW + 2 * around) // (24 * 60) + 1):
        day = walls[0].date() + timedelta(days=number)
        for span in plan.hours(day):
            edges = [datetime.combine(day, datetime.min.time()) + timedelta(minutes=each) for each in span]
            low, high = (bisect_left(latest, edge) for edge in edges)
            found[low:high] = [True] * (high - low)
    return found[around : around + WINDOW]


class Walk(NamedTuple):
    """What the reference finds: the minute that it was due, the working minutes left in a pause."""

    due: int | None
    left: int | None


def walked(minutes_: Sequence[bool], events: Sequence[tuple[int, bool]], target: int) -> Walk:
    """Run a clock minute by minute; `events` say from which minutes on it runs or rests."""
    used, due, runs, told = 0, None, False, dict(events)
    for minute, is_worked in enumerate(minutes_):
        if minute in told:
            if told[minute] and not runs and used == target:
                due = minute  # nothing was left: due as it goes on
            if not told[minute] and due == minute:
                due = None  # reached as it stops: nothing is left, nothing missed
            runs = told[minute]
        if runs and is_worked:
            used += 1
            due = minute + 1 if used == target else due
    return Walk(due if runs else None, None if runs else target - used)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_clocks_run_as_a_walk_by_the_minute_does(data: st.DataObject) -> None:
    zone, day = data.draw(st.sampled_from(BEGINS))
    free = data.draw(st.dictionaries(st.integers(0, 5), DAY_HOURS, max_size=2))
    first = date.fromisoformat(day)
    plan = Plan(
        ZoneInfo(zone),
        data.draw(WEEKS),
        {first + timedelta(days=number): spans for number, spans in free.items()},
    )
    begin = int(datetime.combine(first, datetime.min.time(), UTC).timestamp())
    turns = sorted(data.draw(st.sets(st.integers(1, WINDOW - 1), max_size=5)))
    events = [(0, True), *((minute, number % 2 == 1) for number, minute in enumerate(turns))]
    target = data.draw(st.integers(1, 40 * 60))
    history = [
        ("in_progress" if runs else "on_hold", instant_of(begin + minute * 60)) for minute, runs in events
    ]
    try:
        found = facts(history[0][1], history, None, Promise(None, target * 60), Worktime(plan))
    except InvalidError:
        assert sum(worked(plan, begin)) < target
        return
    wanted = walked(worked(plan, begin), events, target)
    if wanted.left is not None:
        assert (found["resolution_left"], found["resolution_due"]) == (wanted.left * 60, None)
    elif wanted.due is not None:
        assert found["resolution_due"] == instant_of(begin + wanted.due * 60)
    else:
        assert found["resolution_due"] > instant_of(begin + WINDOW * 60 - 60)


@settings(max_examples=100, deadline=None)
@given(
    week=WEEKS, place=st.sampled_from(BEGINS), steps=st.lists(st.integers(0, 10**6), min_size=2, max_size=4)
)
def test_working_time_adds_up(week: hours.Week, place: tuple[str, str], steps: list[int]) -> None:
    clock = Worktime(Plan(ZoneInfo(place[0]), week))
    begin = seconds_of(f"{place[1]}T00:00:00Z")
    points = list(accumulate(steps, initial=begin))
    parts = [clock.between(one, two) for one, two in pairwise(points)]
    assert sum(parts) == clock.between(begin, points[-1])
    assert clock.between(begin, clock.after(begin, steps[0])) == steps[0]
