"""Reports on leads and on what people did: conversion, response time, activity."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from furnishing import furnished

LEADS = Path(__file__).parents[2] / "shared" / "data" / "crm_zoho" / "Leads.csv"
HEADER = "name,source,status,owner,est_amount,currency,created_at,first_touch_at,converted_at"
# Friday 5 June is followed by Monday 8 June.
ROWS = (
    "A One,web,new,Ann,100,USD,2026-05-04T09:00:00Z,,",
    "B Two,web,contacted,Ann,200,USD,2026-06-05T15:00:00Z,2026-06-05T16:00:00Z,",
    "C Three,web,qualified,Bob,300,USD,2026-06-05T16:00:00Z,2026-06-08T11:00:00Z,",
    "D Four,event,junk,Bob,,USD,2026-06-01T09:00:00Z,2026-06-03T09:00:00Z,2026-06-09T09:00:00Z",
    "E Five,event,nurturing,Bob,50,EUR,2026-06-02T09:00:00Z,2026-06-01T09:00:00Z,",
)


@furnished
def desk(crm: Crm) -> Crm:
    """Five leads: one never contacted, one contacted before it came."""
    assert crm("lead", "import", "-", "--from", "none", input="\n".join((HEADER, *ROWS, ""))).code == 0
    return crm


def report(crm: Crm, *words: str, **more: Any) -> list[dict[str, Any]]:
    result = crm("report", *words, "-o", "json", **more)
    assert result.code == 0, result.err
    found: list[dict[str, Any]] = result.json
    return found


def test_what_became_of_the_leads_that_came(desk: Crm) -> None:
    euro, dollar = report(desk, "leads")
    assert dollar == {
        # contacted: B, C and D; qualified: C and D, which was converted whatever its status says
        "created": 4, "contacted": 3, "qualified": 2, "converted": 1, "conversion_pct": 25,
        "value": 600, "converted_value": 0, "currency": "USD",
    }  # fmt: skip
    assert (euro["created"], euro["contacted"], euro["value"]) == (1, 1, 50)


@pytest.mark.parametrize("by", ["source", "owner", "campaign", "month", "rating", "tag"])
def test_groups_of_leads_add_up(desk: Crm, by: str) -> None:
    rows = report(desk, "leads", "--by", by)
    assert (sum(row["created"] for row in rows), sum(row["converted"] for row in rows)) == (5, 1)
    rows = report(desk, "response-time", "--by", by)
    assert (sum(row["leads"] for row in rows), sum(row["never"] for row in rows)) == (5, 1)


def test_a_period_chooses_those_who_came_in_it_and_what_became_of_them_later(desk: Crm) -> None:
    (row,) = report(desk, "leads", "--until", "2026-06-01", "--since", "2026-06-01")
    assert (row["created"], row["converted"]) == (1, 1)
    (row,) = report(
        desk, "leads", "--until", "2026-06-01", "--since", "2026-06-01", env={"CRM_TODAY": "2026-06-08"}
    )
    assert (row["created"], row["converted"]) == (1, 0)
    assert report(desk, "leads", env={"CRM_TODAY": "2026-05-01"}) == []


def test_unlike_currencies_are_converted_or_left_out(desk: Crm, tmp_path: Path) -> None:
    config = tmp_path / "rates.toml"
    config.write_text('currency = "USD"\n[rates]\nEUR = "1.2"\n')
    (row,) = report(desk, "leads", "--in", "USD", env={"CRM_CONFIG": str(config)})
    assert (row["created"], row["value"]) == (5, 660)
    config.write_text('currency = "USD"\n')
    result = desk("report", "leads", "--in", "USD", "-o", "json", env={"CRM_CONFIG": str(config)})
    assert [row["created"] for row in result.json] == [4]
    assert "1 leads in EUR" in result.err


def test_hours_until_somebody_is_reached_by_the_clock_and_of_work(desk: Crm) -> None:
    result = desk("report", "response-time", "-o", "json")
    assert result.json == [
        {
            # B 1 hour; C 67 hours, of work 16 to 17 on Friday and 9 to 11 on Monday; D 48, of work two days of 8
            "leads": 5, "contacted": 4, "never": 1, "median_hours": 48, "mean_hours": 38.667,
            "median_business_hours": 3, "mean_business_hours": 6.667, "within_target_pct": 33.33,
        }
    ]  # fmt: skip
    assert "1 left out of the hours" in result.err
    (row,) = report(desk, "response-time", "--business")
    assert row["within_target_pct"] == 100
    rows = {row["owner"]: row for row in report(desk, "response-time", "--by", "owner")}
    assert (rows["Ann"]["median_hours"], rows["Ann"]["never"]) == (1, 1)
    assert "1 within 24 hours ÷ 3 with known hours" in desk("report", "response-time", "--explain").out


def test_the_target_is_a_setting(desk: Crm, tmp_path: Path) -> None:
    config = {"CRM_CONFIG": str(tmp_path / "made.toml")}
    assert desk("config", "set", "lead.target_hours", "0.5", env=config).code == 0
    (row,) = report(desk, "response-time", env=config)
    assert row["within_target_pct"] == 0
    assert desk("config", "set", "lead.target_hours", "soon", env=config).code == 2


def test_a_touch_that_is_logged_is_the_response(crm: Crm) -> None:
    crm("lead", "add", "Zoe Vance", env={"CRM_NOW": "2026-06-15T09:00:00Z"})
    assert report(crm, "response-time")[0]["never"] == 1
    crm("call", "lead:1", "hello", env={"CRM_NOW": "2026-06-15T10:30:00Z"})
    (row,) = report(crm, "response-time")
    assert (row["never"], row["median_hours"]) == (0, 1.5)


def test_what_everybody_did(crm: Crm) -> None:
    crm("company", "add", "Acme")
    rows = (
        "call,done,out,2026-06-01T09:00:00Z,Ann,30",
        "call,done,in,2026-06-01T10:00:00Z,Ann,",
        "email,done,out,2026-06-02T10:00:00Z,Ann,",
        "email,done,in,2026-06-02T11:00:00Z,Ann,",
        "meeting,done,,2026-05-31T23:30:00Z,Bob,60",
        "meeting,planned,,,Bob,60",
        "task,completed,,2026-06-03T10:00:00Z,Bob,",
        "note,done,,2026-06-04T10:00:00Z,Bob,",
        "call,cancelled,out,2026-06-04T10:00:00Z,Bob,",
    )
    header = "kind,status,direction,done_at,owner,minutes,subject,about"
    text = "\n".join([header, *(f"{row},{number},company:Acme" for number, row in enumerate(rows)), ""])
    result = crm("activity", "import", "-", "--from", "none", input=text)
    assert result.code == 0, result.err
    names = ("owner", "calls", "meetings", "emails", "tasks", "notes", "received", "done", "hours")
    assert [[row[name] for name in names] for row in report(crm, "activity")] == [
        ["Ann", 2, 0, 1, 0, 0, 1, 3, 0.5],
        ["Bob", 0, 1, 0, 1, 1, 0, 3, 1],
    ]
    months = report(crm, "activity", "--by", "month")
    assert [(row["month"], row["done"]) for row in months] == [("2026-05", 1), ("2026-06", 5)]
    (row,) = report(crm, "activity", "owner=Bob", "--since", "2026-06-01")
    assert (row["done"], row["meetings"]) == (2, 0)
    assert report(crm, "activity", env={"CRM_TODAY": "2026-05-30"}) == []


@pytest.mark.skipif(not LEADS.exists(), reason=f"the published leads are not at {LEADS}")
def test_published_conversion(crm: Crm) -> None:
    assert crm("lead", "import", str(LEADS)).code == 0
    (row,) = report(crm, "leads", env={"CRM_TODAY": "2030-01-01"})
    assert (row["created"], row["converted"], row["conversion_pct"]) == (3900, 3632, 93.13)
    rows = {
        row["source"]: row for row in report(crm, "leads", "--by", "source", env={"CRM_TODAY": "2030-01-01"})
    }
    assert {name: (rows[name]["created"], rows[name]["converted"]) for name in ("Cold Call", "Trade Show")} == {
        "Cold Call": (408, 386), "Trade Show": (371, 344),
    }  # fmt: skip
