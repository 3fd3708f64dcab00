"""Reports on service: cases, promises to customers, and what customers answered when asked."""

import csv
import sqlite3
from datetime import date
from pathlib import Path
from statistics import mean, median, quantiles
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli.asking import instants, times
from crm_cli.asking.groups import Group, Place
from crm_cli.values.dates import local_day

LOG = Path(__file__).parents[2] / "shared" / "data" / "tickets" / "incident_event_log.csv"
NEEDS_LOG = pytest.mark.skipif(not LOG.exists(), reason=f"the public log of events is not at {LOG}")
HEADER = "Ticket,Subject,Status,Priority,Opened at,Resolved at,Closed at,Reopen count,SLA result,Account"
CASES = (
    "T-1,a,closed,urgent,2026-03-02 09:00,2026-03-02 13:00,2026-03-04 09:00,0,met,Acme",
    "T-2,b,closed,urgent,2026-03-31 23:30,2026-04-03 09:30,2026-04-03 09:30,0,breached,Acme",
    "T-3,c,resolved,low,2026-04-06 09:00,2026-04-07 09:00,,1,,Brick",
    "T-4,d,closed,low,2026-04-10 09:00,,2026-05-04 09:00,0,,",
    "T-5,e,New,high,2026-06-12 09:00,,,0,,Acme",
    "T-6,f,On hold,normal,2026-06-12 10:00,,,0,,Brick",
    "T-7,g,cancelled,normal,2026-05-04 09:00,,,0,,Brick",
)


@furnished
def desk(crm: Crm) -> Crm:
    """A store with seven cases of three months."""
    assert crm("case", "import", "-", input="\n".join((HEADER, *CASES, ""))).code == 0
    return crm


def report(crm: Crm, *words: str, **more: Any) -> list[dict[str, Any]]:
    result = crm("report", *words, "-o", "json", **more)
    assert result.code == 0, result.err
    found: list[dict[str, Any]] = result.json
    return found


def test_what_came_what_was_resolved_and_how_long_it_took(desk: Crm) -> None:
    (row,) = report(desk, "cases")
    assert row == {
        "opened": 7, "resolved": 3, "backlog": 2, "reopened": 1,
        # T-3 was opened again; nobody wrote or called, so that the others were settled at the first contact
        "first_contact_pct": 66.67,
        # 4, 58 and 24 hours: 86 ÷ 3; between 24 and 58 eight tenths of the way
        "mean_hours": 28.667, "median_hours": 24, "p90_hours": 51.2,
        # six cases of two customers from 2 March to 15 June, 106 days of 30.4375
        "per_customer_month": 0.861,
    }  # fmt: skip
    (row,) = report(desk, "cases", "--to", "closed")
    assert (row["resolved"], row["mean_hours"]) == (3, pytest.approx((48 + 58 + 576) / 3, abs=0.001))


def test_months_go_by_the_day_of_each_and_the_backlog_is_that_of_their_end(desk: Crm) -> None:
    rows = report(desk, "cases", "--by", "month")
    assert [[row[name] for name in ("month", "opened", "resolved", "backlog")] for row in rows] == [
        ["2026-03", 2, 1, 1], ["2026-04", 2, 2, 1], ["2026-05", 1, 0, 1], ["2026-06", 2, 0, 2],
    ]  # fmt: skip
    (row,) = report(desk, "cases", "--by", "month", "--period", "2026-04")
    assert [row["opened"], row["resolved"], row["backlog"]] == [2, 2, 1]
    (row,) = report(desk, "cases", "--until", "2026-04-06")
    assert [row["opened"], row["resolved"], row["backlog"]] == [3, 2, 1]


def test_a_day_is_that_of_the_zone(desk: Crm, tmp_path: Path) -> None:
    config = tmp_path / "zone.toml"
    config.write_text('zone = "Asia/Kolkata"\n')
    rows = report(desk, "cases", "--by", "month", env={"CRM_CONFIG": str(config)})
    assert [(row["month"], row["opened"]) for row in rows][:2] == [("2026-03", 1), ("2026-04", 3)]
    (row,) = report(desk, "cases", "--period", "2026-03", env={"CRM_CONFIG": str(config)})
    assert row["opened"] == 1


def test_what_comes_later_than_the_day_that_is_asked_about_does_not_count(desk: Crm) -> None:
    (row,) = report(desk, "cases", env={"CRM_TODAY": "2026-04-06"})
    assert [row["opened"], row["resolved"], row["backlog"]] == [3, 2, 1]


def test_hours_of_work_are_those_of_the_calendar(desk: Crm) -> None:
    (row,) = report(desk, "cases", "--business")
    # Monday 9 to 13; Wednesday to Friday 9:30 after closing time on Tuesday: 8 + 8 + ½; Monday 9 to Tuesday 9: 8
    assert row["mean_hours"] == pytest.approx((4 + 16.5 + 8) / 3, abs=0.001)


def test_an_answer_counts_for_the_first_contact_and_two_do_not(desk: Crm) -> None:
    def share() -> float:
        found: float = report(desk, "cases", "number=T-1")[0]["first_contact_pct"]
        return found

    words = ("--about", "case:T-1", "--status", "done", "--direction", "out")
    for expected in (100, 0):
        assert desk("activity", "add", "Called back", "--kind", "call", *words).code == 0
        assert share() == expected


@pytest.mark.parametrize(
    "by", ["type", "priority", "origin", "product", "owner", "company", "tag", "quarter"]
)
def test_groups_add_up(desk: Crm, by: str) -> None:
    rows = report(desk, "cases", "--by", by)
    assert (sum(row["opened"] for row in rows), sum(row["resolved"] for row in rows)) == (7, 3)


def test_records_of_one_word_make_one_group(desk: Crm) -> None:
    desk("company", "edit", "Acme", "Brick", "--set", "country=DE", "--yes")
    rows = {row["company.country"]: row for row in report(desk, "cases", "--by", "company.country")}
    assert (rows["DE"]["opened"], rows["DE"]["resolved"], rows["DE"]["backlog"]) == (6, 3, 2)
    assert rows["DE"]["per_customer_month"] == 0.861
    rows = {row["company.country"]: row for row in report(desk, "sla", "--by", "company.country")}
    assert (rows["DE"]["met"], rows["DE"]["breached"], rows["DE"]["paused"]) == (2, 1, 1)


def test_the_customer_is_the_company_else_the_person(desk: Crm) -> None:
    desk("contact", "add", "Jane Doe")
    desk("case", "add", "Alone", "--contact", "Jane Doe")
    desk("survey", "add", "9", "--case", "Alone")
    rows = {row["customer"]: row for row in report(desk, "cases", "--by", "customer")}
    assert {name: (row["opened"], row["customer_id"]) for name, row in rows.items()} == {
        "Acme": (3, 1), "Brick": (3, 2), "Jane Doe": (1, 1), None: (1, None)
    }  # fmt: skip
    found = {row["customer"]: row for row in report(desk, "sla", "--by", "customer")}
    assert (found["Acme"]["met"], found["Acme"]["breached"], found["Brick"]["paused"]) == (1, 1, 1)
    assert [row["customer"] for row in report(desk, "nps", "--by", "customer")] == ["Jane Doe"]


def test_a_case_that_was_typed_counts_as_never_reopened(crm: Crm) -> None:
    assert (crm("case", "add", "Leaks").code, crm("case", "resolve", "1", "--resolution", "Sealed").code) == (
        0,
        0,
    )
    found = report(crm, "cases")[0]
    assert (found["opened"], found["reopened"], found["first_contact_pct"]) == (1, 0, 100)


def test_what_was_resolved_before_it_came_is_left_out_of_the_hours(crm: Crm) -> None:
    row = "T-1,a,closed,low,2026-03-02 09:00,2026-03-01 13:00,2026-03-04 09:00,0,,"
    crm("case", "import", "-", "--accept-odd", input=f"{HEADER}\n{row}\n")
    result = crm("report", "cases", "-o", "json")
    assert [result.json[0][name] for name in ("resolved", "mean_hours", "p90_hours")] == [1, None, None]
    assert "1 left out of the hours" in result.err


def test_an_empty_store_has_no_figures(crm: Crm) -> None:
    assert report(crm, "cases") == []
    assert report(crm, "sla") == report(crm, "nps") == report(crm, "cases", "--by", "month") == []


def test_promises_the_worst_first(desk: Crm) -> None:
    rows = report(desk, "sla")
    names = ("priority", "met", "breached", "paused", "open_overdue", "compliance_pct")
    assert [tuple(row[name] for name in names) for row in rows] == [
        # met and breached as the other program says, though our own clock has both within or beyond eight hours
        ("urgent", 1, 1, 0, 0, 50),
        # 8 working hours of 80, and 128 working hours: the second is beyond
        ("low", 1, 1, 0, 0, 50),
        ("high", 0, 0, 0, 0, None),
        ("normal", 0, 0, 1, 0, None),
    ]
    result = desk("report", "sla", "--explain").out
    assert "low: met 1 ÷ decided 2" in result


def test_time_makes_an_open_case_overdue_without_a_change(desk: Crm) -> None:
    later = {"CRM_TODAY": "2026-06-30"}
    rows = {row["priority"]: row for row in report(desk, "sla", env=later)}
    assert (rows["high"]["open_overdue"], rows["high"]["compliance_pct"]) == (1, None)
    assert rows["normal"]["paused"] == 1


def test_the_promise_to_answer_is_a_clock_of_its_own(desk: Crm) -> None:
    rows = {row["policy"]: row for row in report(desk, "sla", "--clock", "response", "--by", "policy")}
    # Resolving answers: T-2 30 minutes after opening time and T-3 and T-4 too late, T-1 after 4 hours of 1.
    assert (rows["Standard"]["met"] + rows["Standard"]["breached"], rows["Standard"]["open_overdue"]) == (
        4,
        1,
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [("cases --to close", "closed"), ("sla --clock resolve", "resolution"), ("nps --kind np", "nps"),
     ("winloss --to closed", "--to"), ("cases --by subjcet", "subject")],
)  # fmt: skip
def test_a_word_that_no_option_knows_is_one_line(desk: Crm, typed: str, said: str) -> None:
    result = desk("report", *typed.split())
    assert (result.code, result.out, said in result.err, "Traceback" in result.err) == (2, "", True, False)


def test_a_report_tells_its_own_options(crm: Crm) -> None:
    assert "resolved|closed" in crm("report", "cases", "--help").out
    assert "--business" not in crm("report", "winloss", "--help").out


@furnished
def asked(crm: Crm) -> Crm:
    """A store with answers of two months: Ada changes her mind."""
    rows = (
        ("nps", 2, "Ada", "2026-04-03 09:00", "delivery", "Late"),
        ("nps", 9, "Ada", "2026-05-03 09:00", "support", ""),
        ("nps", 10, "Bob", "2026-05-04 09:00", "support", "Quick"),
        ("nps", 7, "Cleo", "2026-05-05 09:00", "delivery", ""),
        ("nps", 0, "", "2026-05-06 09:00", "delivery", "Never again"),
        ("csat", 5, "Ada", "2026-05-06 09:00", "", ""),
        ("csat", 3, "Bob", "2026-05-06 09:00", "", ""),
        ("csat", 4, "Cleo", "2026-05-06 09:00", "", ""),
        ("ces", 7, "Ada", "2026-05-06 09:00", "", ""),
        ("ces", 4, "Bob", "2026-05-06 09:00", "", ""),
    )
    lines = [",".join(map(str, row)) for row in rows]
    text = "\n".join(("Kind,Score,Contact,At,Touchpoint,Comment", *lines, ""))
    result = crm("survey", "import", "-", "--map", "At=at", "--map", "Comment=comment", input=text)
    assert result.code == 0, result.err
    return crm


def test_the_net_promoter_score_takes_each_person_at_the_latest_word(asked: Crm) -> None:
    (row,) = report(asked, "nps")
    # Ada 9 and Bob 10 promote, Cleo 7 is passive, somebody 0: (2 − 1) ÷ 4; √((¾ − 1/16) ÷ 4) × 1.96
    assert row == {
        "score": 25,
        "responses": 4,
        "promoters": 2,
        "passives": 1,
        "detractors": 1,
        "margin": 81.26,
    }
    (row,) = report(asked, "nps", "--until", "2026-04-30")
    assert (row["score"], row["responses"], row["margin"]) == (-100, 1, None)
    rows = report(asked, "nps", "--by", "month")
    assert [(row["month"], row["score"], row["responses"]) for row in rows] == [
        ("2026-04", -100, 1), ("2026-05", 25, 4),
    ]  # fmt: skip
    rows = report(asked, "nps", "--by", "touchpoint")
    assert [(row["touchpoint"], row["score"]) for row in rows] == [("support", 100), ("delivery", -66.67)]


def test_contentment_and_effort_have_their_own_scales(asked: Crm) -> None:
    (row,) = report(asked, "nps", "--kind", "csat")
    assert (row["score"], row["promoters"], row["passives"], row["margin"]) == (66.67, 2, 1, 53.34)
    (row,) = report(asked, "nps", "--kind", "ces")
    assert (row["score"], row["responses"], row["margin"]) == (5.5, 2, 2.94)


def test_comments_stand_in_the_customers_own_words(asked: Crm) -> None:
    rows = report(asked, "nps", "--comments")
    assert [(row["score"], row["comment"], row["contact"]) for row in rows] == [
        (0, "Never again", None), (10, "Quick", "Bob"),
    ]  # fmt: skip


@NEEDS_LOG
def test_the_figures_of_a_service_desk(crm: Crm) -> None:
    assert crm("case", "import", str(LOG)).code == 0
    (closed,) = report(crm, "cases", "--to", "closed")
    assert (closed["opened"], closed["resolved"], closed["backlog"], closed["reopened"]) == (890, 890, 0, 10)
    assert (closed["mean_hours"], closed["median_hours"]) == (485.826, 173.925)
    (resolved,) = report(crm, "cases")
    assert (resolved["resolved"], resolved["mean_hours"], resolved["median_hours"]) == (861, 315.867, 54.467)
    rows = {row["priority"]: row for row in report(crm, "sla")}
    assert {name: (row["breached"], row["met"] + row["breached"]) for name, row in rows.items()} == {
        "urgent": (14, 15), "high": (33, 33), "normal": (301, 757), "low": (47, 85),
    }  # fmt: skip
    assert list(rows) == ["high", "urgent", "low", "normal"]
    (whole,) = report(crm, "sla", "--by", "policy")
    assert (whole["met"], whole["breached"], whole["compliance_pct"]) == (495, 395, 55.62)


@NEEDS_LOG
def test_the_first_contacts_of_a_service_desk_are_those_never_reopened(crm: Crm) -> None:
    with LOG.open(encoding="utf-8") as file:
        last = {row["number"]: row for row in csv.DictReader(file)}
    resolved = [row for row in last.values() if row["resolved_at"] != "?"]
    once = sum(row["reopen_count"] == "0" for row in resolved)
    assert crm("case", "import", str(LOG)).code == 0
    assert report(crm, "cases")[0]["first_contact_pct"] == round(100 * once / len(resolved), 2)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60))
def test_times_are_what_a_sorted_list_says(values: list[int]) -> None:
    asked: Any = SimpleNamespace(
        connection=sqlite3.connect(":memory:"), group=Group(), today=date(2026, 6, 15), since=None, until=None,
        into=None, where=("1", []),
    )  # fmt: skip
    begun = f"WITH asked AS (SELECT ?1, ?2, ?3, ?4, ?5), chosen AS (SELECT value FROM json_each('{values}'))"
    bound = values[0]
    took = times.by_place(asked, begun, "SELECT NULL, value FROM chosen", bound)[Place()]
    asked.connection.close()
    nine = quantiles(values, n=10, method="inclusive")[8] if len(values) > 1 else values[0]
    assert (took.many, took.total) == (len(values), sum(values))
    assert took.within == sum(each <= bound for each in values)
    assert took.mean(1) == pytest.approx(mean(values) * 10_000, abs=5)
    assert took.below(times.HALF, 1) == pytest.approx(median(values) * 10_000)
    assert took.below(times.MOST, 1) == pytest.approx(nine * 10_000, abs=5)


ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia")


@settings(max_examples=60)
@given(st.datetimes(), st.sampled_from(ZONES))
def test_the_day_of_an_instant_is_that_of_the_zone(moment: Any, zone: str) -> None:
    text = (
        moment.replace(microsecond=0, year=1990 + moment.year % 45, day=min(moment.day, 28)).isoformat() + "Z"
    )
    assert instants.days(zone)(text) == local_day(text, zone)
