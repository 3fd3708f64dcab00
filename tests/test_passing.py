"""Offers that go on: what remembers who is asked next, and that they are completed like those that are made."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Result

from crm_cli import db
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft

MONDAY, WEDNESDAY, FRIDAY = "2026-06-15T09:00:00Z", "2026-06-17T09:30:00Z", "2026-06-19T09:30:00Z"
At = Callable[..., Result]


@pytest.fixture
def at(crm: Crm) -> At:
    """The command line at an instant; three partners have been found for a lead, and the first was asked on Monday."""

    def run(now: str, *args: str) -> Result:
        return crm(*args, env={"CRM_NOW": now})

    for level in ("Bronze", "Silver", "Gold"):
        run(MONDAY, "partner", "add", level, "--partner-level", level, "--email", f"{level}@partner.example")
    run(MONDAY, "user", "add", "Ann")
    run(MONDAY, "lead", "add", "Sam Field", "--owner", "Ann")
    assert run(MONDAY, "lead", "route", "1").code == 0
    return run


def _rows(store: Path, question: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(store)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(question)]


def test_an_offer_that_goes_on_is_completed_like_one_that_is_made(at: At, store: Path) -> None:
    at(FRIDAY, "partner", "tick")
    gone_on = _rows(store, "SELECT * FROM offer WHERE id > 1 ORDER BY id")
    assert [row["state"] for row in gone_on] == ["expired", "offered"]
    with db.change(store, "test", dry_run=True) as change:
        for row in gone_on:
            columns = (
                "lead_id",
                "partner_id",
                "rank",
                "reason",
                "state",
                "offered_at",
                "owner_id",
                "first_id",
            )
            draft = Draft(values={name: row[name] for name in (*columns, "answered_at", "delivery_id")})
            draft.values |= {"created_at": row["created_at"], "updated_at": row["updated_at"]}
            records.write(change, "offer", [draft])
            made = dict(change.rows("SELECT * FROM offer WHERE id = ?", draft.id)[0])
            own = ("id", "uid")
            assert {k: v for k, v in made.items() if k not in own} == {
                k: v for k, v in row.items() if k not in own
            }
            assert len(row["uid"]) == len(made["uid"])
    found = at(FRIDAY, "search", "no first offer", "--in", "offer", "-o", "json").json
    assert {row["id"] for row in found} >= {row["id"] for row in gone_on}


def test_the_first_offer_alone_remembers_and_all_show_who_is_next(at: At, store: Path) -> None:
    at(WEDNESDAY, "partner", "tick")
    assert {row["offer_id"] for row in _rows(store, "SELECT offer_id FROM offer_candidate")} == {1}
    shown = at(WEDNESDAY, "offer", "show", "2").out.partition("asked next\n")[2].splitlines()
    assert [line.split()[:2] for line in shown[:1]] == [["3.", "Bronze"]]
    (listed,) = at(WEDNESDAY, "offer", "list", "2", "--columns", "first_id,candidates", "-o", "json").json
    assert listed["first_id"] == 1
    assert [each["partner"] for each in listed["candidates"]] == ["Bronze"]


@pytest.mark.parametrize("gone", ["offer", "company"])
def test_whoever_is_asked_next_is_remembered_although_the_first_offer_goes(
    at: At, store: Path, gone: str
) -> None:
    at(WEDNESDAY, "partner", "tick")
    target = "1" if gone == "offer" else "Gold"
    done = at(WEDNESDAY, gone, "delete", target, "--yes", "--with-related")
    assert done.code == 0, done.err
    assert [row["first_id"] for row in _rows(store, "SELECT first_id FROM offer")] == [None]
    at(FRIDAY, "partner", "tick")
    offers = at(
        FRIDAY, "offer", "list", "--columns", "partner,state,first_id", "--sort", "id", "-o", "json"
    ).json
    assert offers == [
        {"partner": "Silver", "state": "expired", "first_id": None},
        {"partner": "Bronze", "state": "offered", "first_id": 2},
    ]
    assert at(FRIDAY, "db", "check").code == 0


def test_many_that_are_over_at_once_each_go_their_own_way(crm: Crm, store: Path) -> None:
    """Beyond what is written row by row: rows, history, index and undo are the same."""
    now = {"CRM_NOW": MONDAY}
    for name in ("One", "Two"):
        crm("partner", "add", name, "--email", f"{name}@partner.example", env=now)
    lines = [json.dumps({"args": ["lead", "add", f"Lead {number}"]}) for number in range(600)]
    assert crm("batch", "-", input="\n".join(lines), env=now).code == 0
    assert crm("lead", "route", "status=new", "--yes", env=now).code == 0
    decided = crm("lead", "disqualify", "1", "2", "--reason", "no need", env=now)
    assert decided.code == 0, decided.err
    done = crm("note", "lead:3", "x", env={"CRM_NOW": WEDNESDAY})
    assert "600 offers expired, 598 went on to the next partner" in done.err
    done = crm("note", "lead:3", "x", env={"CRM_NOW": FRIDAY})
    assert "598 offers expired, 598 went back to their owners" in done.err
    states = _rows(store, "SELECT state, count(*) AS n, count(delivery_id) AS told FROM offer GROUP BY 1")
    assert states == [{"state": "expired", "n": 1198, "told": 1198}]
    waiting = _rows(store, "SELECT status, count(*) AS n FROM delivery GROUP BY 1 ORDER BY 1")
    assert waiting == [{"status": "cancelled", "n": 598}, {"status": "sent", "n": 600}]
    assert crm("task", "list", "subject~'No partner took'", "--count").out == "598\n"
    assert crm("db", "check").code == 0
