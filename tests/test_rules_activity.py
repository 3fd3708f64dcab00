"""The rules of activities and tasks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "EUR"\nzone = "Europe/Berlin"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    monkeypatch.setenv("CRM_NOW", "2026-11-05T09:00:00Z")
    with db.change(tmp_path / "crm.db", "test") as opened:
        yield opened


def write(
    change: Change, about: list[tuple[str, int]] | None = None, *, imported: bool = False, **values: Any
) -> int:
    draft = Draft(values=values, entered={"about": about} if about is not None else {}, imported=imported)
    records.write(change, "activity", [draft])
    return draft.id


def row(change: Change, number: int) -> dict[str, Any]:
    found = change.one("SELECT * FROM activities WHERE id = ?", number)
    assert found
    return dict(found)


@pytest.mark.parametrize(
    ("values", "status", "done_at"),
    [
        ({"kind": "task", "subject": "S"}, "not_started", None),
        ({"kind": "task", "subject": "S", "status": "done"}, "completed", "2026-11-05T09:00:00Z"),
        ({"kind": "task", "subject": "S", "status": "planned"}, "not_started", None),
        (
            {"kind": "task", "subject": "S", "done_at": "2026-11-01T08:00:00Z"},
            "completed",
            "2026-11-01T08:00:00Z",
        ),
        ({"kind": "note", "body": "Hello"}, "done", "2026-11-05T09:00:00Z"),
        ({"kind": "call"}, "done", "2026-11-05T09:00:00Z"),
        ({"kind": "call", "status": "completed"}, "done", "2026-11-05T09:00:00Z"),
        ({"kind": "call", "status": "not_started"}, "planned", None),
        ({"kind": "meeting", "start": "2026-11-06T09:00:00Z"}, "planned", None),
        ({"kind": "meeting", "start": "2026-11-04T09:00:00Z"}, "done", "2026-11-04T09:00:00Z"),
        ({"kind": "call", "due": "2026-11-06"}, "planned", None),
        ({"kind": "call", "status": "cancelled"}, "cancelled", None),
    ],
)
def test_what_has_happened_is_done_and_what_lies_ahead_is_planned(
    change: Change, values: dict[str, Any], status: str, done_at: str | None
) -> None:
    found = row(change, write(change, **values))
    assert (found["status"], found["done_at"]) == (status, done_at)


def test_an_import_tells_when_as_well_as_it_can(change: Change) -> None:
    due = write(change, imported=True, kind="task", subject="S", status="completed", due="2026-10-01")
    assert row(change, due)["done_at"] == "2026-10-01T10:00:00Z"
    created = write(change, imported=True, kind="call", subject="S", created_at="2025-01-01T08:00:00Z")
    assert row(change, created)["done_at"] == "2025-01-01T08:00:00Z"


def test_subject_and_direction_have_defaults(change: Change) -> None:
    call = row(change, write(change, kind="call", body="Wants more\nand soon"))
    assert (call["subject"], call["direction"]) == ("Wants more", "out")
    assert row(change, write(change, kind="meeting"))["direction"] is None
    assert row(change, write(change, kind="email", direction="in"))["direction"] == "in"
    assert len(row(change, write(change, kind="note", body="word " * 60))["subject"]) <= 80


def test_opening_a_task_again_forgets_when_it_was_done(change: Change) -> None:
    task = write(change, kind="task", subject="S")
    records.edit(change, "activity", task, status="completed")
    assert row(change, task)["done_at"] == "2026-11-05T09:00:00Z"
    records.edit(change, "activity", task, subject="T")
    assert row(change, task)["status"] == "completed"
    records.edit(change, "activity", task, status="in_progress")
    assert row(change, task)["done_at"] is None


def test_about_is_what_was_entered_last_and_unchanged_rows_stay(change: Change) -> None:
    person = records.add(change, "contact", name="Jane Doe").id
    company = records.add(change, "company", name="Acme").id
    note = write(change, [("contact", person), ("contact", person)], kind="note", subject="N")
    assert row(change, note)["about"] == f"contact:{person}"
    before = change.value("SELECT id FROM activity_about")
    draft = records.load(change, "activity", [note])[0]
    draft.entered["about"] = [("company", company), ("contact", person)]
    records.write(change, "activity", [draft])
    assert draft.changed
    assert row(change, note)["about"] == f"contact:{person} company:{company}"
    assert change.value("SELECT id FROM activity_about WHERE noun = 'contact'") == before
    again = records.load(change, "activity", [note])[0]
    again.entered["about"] = [("company", company), ("contact", person)]
    records.write(change, "activity", [again])
    assert not again.changed


def lead(change: Change, number: int) -> tuple[Any, ...]:
    found = change.one("SELECT status, first_touch_at FROM lead WHERE id = ?", number)
    assert found
    return tuple(found)


def test_only_a_touch_makes_a_lead_contacted(change: Change) -> None:
    new = records.add(change, "lead", name="Sam Hill").id
    write(change, [("lead", new)], kind="call", direction="in")
    write(change, [("lead", new)], kind="note", body="x")
    write(change, [("lead", new)], kind="meeting", start="2026-12-01T09:00:00Z")
    assert lead(change, new) == ("new", None)
    call = write(change, [("lead", new)], kind="call", start="2026-12-01T09:00:00Z")
    records.edit(change, "activity", call, status="done")
    assert lead(change, new) == ("contacted", "2026-11-05T09:00:00Z")
    write(change, [("lead", new)], imported=True, kind="email", subject="E", done_at="2026-10-01T07:00:00Z")
    assert lead(change, new) == ("contacted", "2026-10-01T07:00:00Z")
    records.edit(change, "lead", new, status="nurturing")
    write(change, [("lead", new)], kind="call")
    assert lead(change, new) == ("nurturing", "2026-10-01T07:00:00Z")


@pytest.mark.parametrize(
    ("recurrence", "due", "following"),
    [
        ("daily", "2026-11-05", "2026-11-06"),
        ("Weekly", "2026-10-01", "2026-11-12"),
        ("monthly", "2026-10-31", "2026-11-30"),
        ("every 2 weeks", "2026-11-10", "2026-11-24"),
        ("yearly", "2024-02-29", "2027-02-28"),
        ("3 months", None, "2027-02-05"),
    ],
)
def test_a_repeating_task_makes_the_next_when_it_is_done(
    change: Change, recurrence: str, due: str | None, following: str
) -> None:
    person = records.add(change, "contact", name="Jane Doe").id
    task = write(
        change, [("contact", person)], kind="task", subject="S", due=due, recurrence=recurrence, tags='["a"]'
    )
    records.edit(change, "activity", task, status="completed")
    made = change.one("SELECT * FROM tasks WHERE id <> ?", task)
    assert made
    assert (made["due"], made["status"], made["about"]) == (following, "not_started", f"contact:{person}")
    assert (made["tags"], made["recurrence"], made["done_at"]) == ('["a"]', recurrence, None)
    records.edit(change, "activity", task, outcome="Done")
    assert change.value("SELECT count(*) FROM activity") == 2


def test_a_repeating_meeting_keeps_its_hour_over_the_change_of_the_clock(change: Change) -> None:
    meeting = write(
        change,
        kind="meeting",
        subject="S",
        start="2026-10-20T07:00:00Z",
        recurrence="weekly",
        status="planned",
    )
    records.edit(change, "activity", meeting, status="done")
    assert change.value("SELECT start FROM activity WHERE id <> ?", meeting) == "2026-11-10T08:00:00Z"


def test_a_recurrence_that_is_none_is_refused(change: Change) -> None:
    for word in ("sometimes", "0 days", "every"):
        with pytest.raises(InvalidError, match="write daily"):
            write(change, kind="task", subject="S", recurrence=word)
