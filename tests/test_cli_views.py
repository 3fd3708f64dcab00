"""What is looked at: the picture of a record, today, search, the history, and what was said in one line."""

from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished


@furnished
def day(crm: Crm, tmp_path: Path) -> Crm:
    """A small business on 2026-06-15 that belongs to Mara."""
    settings = tmp_path / "missing.toml"  # where the fixture says the settings are
    settings.write_text('me = "Mara Quist"\ncurrency = "EUR"\nzone = "Europe/Berlin"\n')
    for args in (
        ("company", "add", "Acme, Inc.", "--industry", "Retail"),
        ("contact", "add", "Jane Doe", "--company", "1", "--email", "jane@acme.example", "--phone", "+44 20 7946 0958"),
        ("deal", "add", "Machines", "--company", "1", "--contact", "1", "--amount", "11500", "--stage", "proposal",
         "--expected-close", "2026-06-10", "--owner", "me"),
        ("deal", "add", "Later", "--company", "1", "--amount", "900.5", "--expected-close", "2026-09-30"),
        ("lead", "add", "Sam Field", "--company-name", "Field & Sons", "--source", "web", "--rating", "hot"),
        ("task", "add", "Old task", "--due", "2026-06-12", "--about", "deal:1"),
        ("task", "add", "Task of today", "--due", "today"),
        ("task", "add", "Far task", "--due", "+30d"),
        ("call", "Jane Doe", "Wants the larger plan", "--next", "Send quote", "--due", "fri", "--minutes", "12"),
    ):  # fmt: skip
        done = crm(*args)
        assert done.code == 0, done.err
    return crm


def test_the_picture_of_a_company(day: Crm) -> None:
    lines = day("show", "acme").lines
    assert lines[0] == "company 1  Acme, Inc."
    assert [line for line in lines if line and not line.startswith(" ")][1:] == [
        "people", "deals", "next", "activities", "history"
    ]  # fmt: skip
    assert "  1  Machines  Proposal     11,500.00  EUR  2026-06-10" in lines
    assert "  2  Later     Prospecting     900.50  EUR  2026-09-30" in lines
    assert any("Jane Doe" in line and "jane@acme.example" in line for line in lines)
    assert any("Old task" in line and "2026-06-12" in line for line in lines)
    assert any("call out" in line and "Wants the larger plan" in line for line in lines)


def test_a_picture_fits_the_window_and_is_whole_in_a_pipe(crm: Crm, terminal: Terminal) -> None:
    crm("company", "add", "Acme", "--notes", "One line\nand another")
    mail = f"{'a' * 40}@example.org"
    crm("contact", "add", "Maximiliane Delvaune-Peeterborn", "--title", "Director", "--company", "Acme",
        "--email", mail, "--phone", "+32 2 000 01 13")  # fmt: skip
    (whole,) = (line for line in crm("show", "Acme").lines if mail in line)
    assert len(whole) > 80
    shown = terminal("show", "Acme", columns=80).out.splitlines()
    assert max(map(len, shown)) <= 80
    at = next(place for place, line in enumerate(shown) if "Maximiliane" in line)
    assert shown[at + 1].startswith(f"      {mail}  +32 2")
    assert shown[at].split() + shown[at + 1].split() == whole.split()


def test_the_picture_of_a_person_a_deal_a_lead_a_task(day: Crm) -> None:
    day("contact", "edit", "1", "--title", "Buyer", "--set", "do_not_phone=yes")
    person = day("contact", "show", "jane").out
    assert person.startswith("contact 1  Jane Doe\n")
    assert "  do_not_phone       yes\n" in person
    assert "title: (empty) → Buyer" in person
    deal = day("deal", "show", "1").out
    assert "11,500.00 EUR" in deal
    assert "  2026-06-15  Proposal" in deal
    assert day("lead", "show", "1").out.startswith("lead 1  Sam Field\n")
    assert "deal:1 Machines" in day("task", "show", "1").out


def test_a_picture_in_a_format_is_the_record(day: Crm) -> None:
    found = day("show", "deal:1", "-o", "json").json
    assert [(each["id"], each["amount"], each["currency"]) for each in found] == [(1, 11500.00, "EUR")]
    assert day("contact", "show", "1", "-o", "csv").lines[0].startswith("id,name,")


def test_today_gathers_what_waits(day: Crm) -> None:
    rows = day("today", "-o", "json").json
    assert [(row["what"], row["noun"], row["name"], row["why"]) for row in rows] == [
        ("overdue", "task", "Old task", "Machines"),
        ("today", "task", "Task of today", None),
        ("slipped", "deal", "Machines", "5 days late, Proposal"),
        ("new leads", "lead", "Sam Field", "hot, web, Field & Sons"),
        ("no next step", "deal", "Later", "Prospecting"),
    ]
    assert rows[2]["amount"] == 11500.00
    assert {row["owner"] for row in rows} == {"Mara Quist"}


def test_today_knows_what_rots_and_what_is_done(day: Crm) -> None:
    later = {"CRM_TODAY": "2026-08-01"}
    rows = day("today", "-o", "json", env=later).json
    assert ("rotten", "Later", "47 days quiet, Prospecting") in [
        (r["what"], r["name"], r["why"]) for r in rows
    ]
    day("task", "done", "1", "2")
    day("deal", "win", "1", "--amount", "11500")
    day("lead", "contacted", "1")
    names = [row["name"] for row in day("today", "-o", "json").json]
    assert names == ["Later"]


def test_today_of_one_person(day: Crm) -> None:
    day("user", "add", "Ivo Brandt")
    assert day("today", "--owner", "Ivo Brandt", "-o", "json").json == []
    assert len(day("today", "--owner", "me", "-o", "json").json) == 5
    assert day("today", "--owner", "Nobody").code == 3


def test_today_in_a_terminal_has_parts_and_ends(day: Crm, terminal: Terminal) -> None:
    for number in range(7):
        day("task", "add", f"Task {number}", "--due", "today")
    done = terminal("today", columns=80)
    lines = done.out.splitlines()
    assert [line for line in lines if line in ("overdue", "today: 5 of 8", "slipped", "new leads", "no next step")] == [
        "overdue", "today: 5 of 8", "slipped", "new leads", "no next step"
    ]  # fmt: skip
    assert max(map(len, lines)) <= 80
    assert "Task 6" not in done.out
    assert "--all shows everything" in done.out
    assert "Task 6" in terminal("today", "--all", columns=80).out
    assert len(day("today").lines) == 12


def test_search_finds_words_however_they_are_written(day: Crm) -> None:
    day("contact", "add", "José Ñandú", "--email", "jose@x.example", "--notes", "likes strong Kaffee")
    day("contact", "add", "علي كريم")
    for words, expected in (
        (("jose",), [("contact", 2)]),
        (("JOSÉ", "nan"), [("contact", 2)]),
        (("kaff",), [("contact", 2)]),
        (("علی",), [("contact", 3)]),
        (("jane@acme.example",), [("contact", 1)]),
        (("+442079460958",), [("contact", 1)]),
        (("field",), [("lead", 1)]),
        (("larger", "plan"), [("activity", 4)]),
        (("xyzzy",), []),
    ):
        found = day("search", *words, "-o", "json").json
        assert (words, [(row["noun"], row["id"]) for row in found]) == (words, expected)


def test_search_keeps_to_nouns_and_ranks_names_first(day: Crm) -> None:
    day("contact", "edit", "1", "--set", "notes=machines machines machines")
    found = day("search", "machines", "-o", "json").json
    assert (found[0]["noun"], found[0]["id"]) == ("deal", 1)
    assert [row["noun"] for row in day("search", "machines", "--in", "contact", "-o", "json").json] == [
        "contact"
    ]
    assert len(day("search", "machines", "--limit", "1").lines) == 1


@pytest.mark.parametrize(
    "words", ['"', "'", "a OR b", "NEAR(a b)", "name:x", "*", "a*b", "^a", "-a", "(", "AND", "{a}"]
)
def test_search_takes_no_word_for_its_own_language(day: Crm, words: str) -> None:
    done = day("search", "--", words)
    assert done.code in (0, 2)
    assert "Traceback" not in done.err


def test_search_follows_what_changes(day: Crm) -> None:
    day("deal", "edit", "1", "--name", "Grinders")
    assert day("search", "grinders").out.startswith("deal\t1\t")
    assert "deal\t1" not in day("search", "machines").out
    day("undo")
    assert day("search", "machines").out.startswith("deal\t1\t")
    day("task", "delete", "3", "--yes")
    assert day("search", "far task").out == ""


def test_the_history_names_commands_and_what_they_changed(day: Crm) -> None:
    day("deal", "edit", "1", "--set", "amount=12000", "--next-step", "Call")
    rows = day("history", "-o", "json").json
    assert [row["verb"] for row in rows[:3]] == ["deal edit", "call", "task add"]
    assert rows[0]["summary"] == "deal 1: amount, next_step"
    changes = [(row["field"], row["from"], row["to"]) for row in day("history", "deal:1", "-o", "json").json]
    assert changes[0][2] == "added"
    assert {("amount", "11500", "12000"), ("next_step", "", "Call")} <= set(changes)
    assert len(day("history", "--limit", "2").lines) == 2


def test_the_history_says_what_is_undone(day: Crm) -> None:
    day("undo")
    states = [(row["verb"], row["state"]) for row in day("history", "--limit", "2", "-o", "json").json]
    assert states == [("undo", ""), ("call", "undone")]
    day("redo")
    assert day("history", "--limit", "3", "-o", "json").json[1]["state"] == "redone"


def test_a_line_logs_what_was_said_and_what_is_next(day: Crm) -> None:
    call = day("activity", "list", "kind=call", "-o", "json").json[0]
    assert (call["subject"], call["status"], call["about"]) == ("Wants the larger plan", "done", "contact:1")
    assert call["done_at"] == "2026-06-15T10:00:00Z"
    task = day("task", "list", "subject=Send quote", "-o", "json").json[0]
    assert (task["due"], task["about"], task["owner"]) == ("2026-06-19", "contact:1", "Mara Quist")
    assert day("contact", "list", "1", "--columns", "last_touch").out == "2026-06-15T10:00:00Z\n"
    day("undo")
    assert day("activity", "list", "kind=call", "--count").out == "0\n"
    assert day("task", "list", "subject=Send quote", "--count").out == "0\n"


def test_a_line_prints_what_it_made(day: Crm) -> None:
    assert day("note", "deal:1", "Prefers", "blue").out == "6\n"
    done = day("meet", "Acme", "Showed it", "--next", "Second demo", "--also", "deal:1")
    assert done.out == "activity:7 task:8\n"
    assert done.err == "logged meeting about company:1, deal:1; next: Second demo\n"
    note = day("activity", "list", "6", "-o", "json").json[0]
    assert (note["subject"], note["status"], note["about"]) == ("Prefers blue", "done", "deal:1")
    assert day("mail", "jane@acme.example", "Hi", "--in").code == 0
    assert day("activity", "list", "kind=email", "--columns", "direction").out == "in\n"
    done = day("call", "Jane Doe", "Hello", "--due", "fri")
    assert (done.code, "--next" in done.err) == (2, True)


def test_times_are_shown_in_the_zone_and_told_in_utc(day: Crm, terminal: Terminal) -> None:
    assert "2026-06-15 12:00" in terminal("activity", "list", "kind=call", "--columns", "done_at").out
    assert day("activity", "list", "kind=call", "--columns", "done_at").out == "2026-06-15T10:00:00Z\n"
    made = day("activity", "add", "Demo", "--kind", "meeting", "--start", "2026-07-01 09:30")
    assert day("activity", "list", made.out.strip(), "--columns", "start").out == "2026-07-01T07:30:00Z\n"
