"""The demo store: a whole one, made once a day, in a place of its own, and never over somebody's own."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import TODAY, Crm

from crm_cli import fields
from crm_cli.demo import business, store


@pytest.fixture
def demo(crm: Crm) -> Crm:
    """The demo store, looked at once."""
    assert crm("--demo", "db", "check").code == 0
    return crm


def test_every_row_of_the_story_is_in_it(demo: Crm) -> None:
    told = {noun: len(rows) for noun, rows in business.generate(date.fromisoformat(TODAY), store.SEED)}
    told["activity"] += told["task"]  # a task is an activity too
    for noun, number in told.items():
        assert demo("--demo", noun, "list", "--count").out == f"{number}\n"


def test_what_refers_is_linked(demo: Crm) -> None:
    def count(question: str) -> int:
        return int(demo("--demo", "sql", f"SELECT count(*) FROM {question}").out)

    assert count("deals WHERE company IS NULL OR contact IS NULL OR owner IS NULL") == 0
    assert count("contacts WHERE company IS NULL") == 0
    assert count("activity WHERE id NOT IN (SELECT activity_id FROM activity_about)") == 0
    assert count("deals WHERE id NOT IN (SELECT deal_id FROM deal_stages)") == 0


@pytest.mark.parametrize(
    "today", [TODAY, "2026-06-20", "2026-12-31"]
)  # a Monday, a Saturday, the end of a year
def test_service_has_something_to_show_on_any_day(crm: Crm, today: str) -> None:
    rows = crm("--demo", "today", "-o", "json", env={"CRM_TODAY": today}).json
    told = {row["what"]: row for row in reversed(rows)}
    assert rows[0]["what"] == "call"
    assert {"breached", "nearing", "next deadlines", "renewals"} <= told.keys()
    assert any(
        row["why"].startswith("call: complaint C-") and " breached" in row["why"] and "nps 3" in row["why"]
        for row in rows
        if row["what"] == "call"
    )
    states = crm(
        "--demo", "case", "list", "open=yes", "--columns", "status,sla_state", env={"CRM_TODAY": today}
    ).lines
    assert {"waiting_on_customer\tpaused", "on_hold\tpaused", "in_progress\tbreached"} <= set(states)
    assert crm("--demo", "case", "list", "sla_state=", "--count", env={"CRM_TODAY": today}).out == "0\n"


def test_the_users_own_store_is_never_touched(demo: Crm, store: Path) -> None:
    place = Path(demo("--demo", "db", "path").out.strip())
    assert demo("--demo", "contact", "add", "Jane Doe").code == 0
    assert demo("demo").code == 0
    assert not store.exists()
    assert place != store
    assert place.stat().st_mode & 0o777 == 0o600


def test_it_is_made_once_a_day_and_the_old_one_goes(demo: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path(demo("--demo", "db", "path").out.strip())
    first = place.stat().st_ino
    assert demo("--demo", "deal", "list", "--count").code == 0
    assert place.stat().st_ino == first
    monkeypatch.setenv("CRM_TODAY", "2026-06-16")
    tomorrow = Path(demo("--demo", "db", "path").out.strip())
    assert tomorrow != place
    assert tomorrow.exists()
    assert not place.exists()


def test_making_it_is_nothing_to_undo(demo: Crm) -> None:
    assert demo("--demo", "undo").code == 0
    assert demo("--demo", "deal", "list", "--count").out != "0\n"
    assert demo("--demo", "company", "add", "Acme").code == 0
    assert demo("--demo", "undo").code == 0
    assert demo("--demo", "company", "list", "name=Acme", "--count").out == "0\n"


def test_demo_shows_the_day_and_the_pipeline(demo: Crm) -> None:
    shown = demo("demo")
    assert shown.code == 0
    assert "overdue" in shown.out
    assert "Negotiation" in shown.out
    assert "crm --demo" in shown.err


def test_into_a_place_of_ones_choice(crm: Crm, tmp_path: Path) -> None:
    place = tmp_path / "play" / "shop.db"
    assert crm("demo", "--into", str(place)).code == 0
    assert crm("--db", str(place), "db", "check").code == 0
    crm("--db", str(place), "company", "add", "Acme")
    assert crm("demo", "--into", str(place)).code == 0  # told anew
    assert crm("--db", str(place), "company", "list", "name=Acme", "--count").out == "0\n"


def test_no_other_file_is_written_over(crm: Crm, store: Path, tmp_path: Path) -> None:
    crm("company", "add", "Acme")
    (tmp_path / "notes.txt").write_text("mine")
    for path in (store, tmp_path / "notes.txt"):
        before = path.read_bytes()
        refused = crm("demo", "--into", str(path))
        assert (refused.code, refused.out) == (4, "")
        assert path.read_bytes() == before


def test_once_there_it_is_opened_as_any_store_is(crm_process: Crm, demo: Crm) -> None:
    """No part of the making is loaded for a read."""
    assert demo
    script = (
        "import sys; from crm_cli.cli import run; run(['--demo', 'contact', 'list', '--limit', '1']);"
        "sys.exit(any(name in sys.modules for name in ('sqlmodel', 'crm_cli.demo.business', 'crm_cli.rules')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0
    assert crm_process("--demo", "db", "info").out.count("\n") > len(fields.names())


def test_it_is_looked_at_as_its_owner_whoever_the_visitor_is(demo: Crm) -> None:
    visitor = {"LANG": "en_US.UTF-8"}
    in_euros = demo("--demo", "report", "revenue", "--in", "EUR", env=visitor)
    assert (in_euros.code, in_euros.err) == (0, "")
    assert demo("--demo", "today", "--owner", "me", "-o", "json", env=visitor).json
    assert demo("--demo", "config", "get", "currency", env=visitor).out == "EUR\n"
    assert demo("config", "get", "currency", env=visitor).out == "USD\n"
