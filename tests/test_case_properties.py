"""Whatever is done to a case, in whatever order: its history, its dates and its clock tell one story."""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.errors import CrmError
from crm_cli.rules import deletion, handling, messages, numbering, records, statuses, undo
from crm_cli.rules.drafts import Draft

VERBS = (*handling.VERBS, "answer", "hear", "undo", "redo")


@pytest.fixture(autouse=True)
def alone(store: Path) -> None:
    """The environment of a fresh store, with a fixed day and no settings."""


def do(path: Path, verb: str, moment: str) -> None:
    """Do one thing to case 1; what cannot be done is refused and leaves nothing."""
    try:
        with db.change(path, verb, kind=verb if verb in ("undo", "redo") else "change") as change:
            change.now = moment
            if verb == "undo":
                undo.undo(change)
            elif verb == "redo":
                undo.redo(change)
            elif verb == "answer":
                messages.reply(change, 1, "Hello", by_phone=True)
            elif verb == "hear":
                messages.receive(change, 1, "Hello")
            else:
                handling.put(change, verb, [1], resolution="So" if verb in ("resolve", "close") else None)
    except CrmError:
        return


def told(path: Path) -> tuple[sqlite3.Row | None, list[sqlite3.Row]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    case = connection.execute('SELECT * FROM "case"').fetchone()
    history = connection.execute("SELECT * FROM case_status ORDER BY at, id").fetchall()
    connection.close()
    return case, history


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(VERBS), max_size=12))
def test_a_case_tells_one_story(verbs: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crm.db"
        with db.change(path, "case add") as change:
            records.add(change, "case", subject="Grinder jams")
        for hour, verb in enumerate(verbs):
            do(path, verb, f"2026-06-16T{hour:02}:00:00Z")
            case, history = told(path)
            if case is None:  # its making was undone, and nothing can be done to it but to bring it back
                continue
            stations = [row["status"] for row in history]
            assert [row["from_status"] for row in history] == [None, *stations[:-1]]
            assert all(one != other for one, other in pairwise(stations))
            assert stations[-1] == case["status"]
            settled = case["status"] in statuses.SETTLED
            assert settled == (case["resolved_at"] is not None) == (case["resolution_met"] is not None)
            assert (case["closed_at"] is not None) == (case["status"] == "closed")
            assert not settled or case["resolution"]
            paused = case["status"] in ("waiting_on_customer", "on_hold")
            assert paused == (case["resolution_left"] is not None)
            reopened = sum(
                was in statuses.SETTLED and now in statuses.OPEN for was, now in pairwise(stations)
            )
            assert (case["reopened_count"] or 0) == reopened


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(("add", "delete", "undo", "batch")), max_size=10))
def test_a_number_that_stood_is_given_once(steps: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        path, known = Path(folder) / "crm.db", dict[str, int]()
        for step in ("add", *steps):
            try:
                with db.change(path, step, kind="undo" if step == "undo" else "change") as change:
                    last = change.value('SELECT max(id) FROM "case"')
                    if step == "undo":
                        gone = {row[0] for row in change.rows('SELECT number FROM "case"')}
                        undo.undo(change)
                        gone -= {row[0] for row in change.rows('SELECT number FROM "case"')}
                        known = {number: each for number, each in known.items() if number not in gone}
                    elif step == "delete" and last:
                        deletion.delete(change, "case", [last])
                    else:
                        many = 3 if step == "batch" else 1
                        records.write(change, "case", [Draft(values={"subject": "x"}) for _ in range(many)])
            except CrmError:
                continue
            with db.change(path, "look", dry_run=True) as change:
                for row in change.rows('SELECT id, number FROM "case" ORDER BY id'):
                    assert known.setdefault(row["number"], row["id"]) == row["id"]
                following = numbering.next_number(change, "case")
                assert following not in known
