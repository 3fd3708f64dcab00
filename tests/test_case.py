"""Cases: their numbers, their customer, their steps, and every way from new to closed and back."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal

TUESDAY = {"CRM_TODAY": "2026-06-16"}


@pytest.fixture
def jane(crm: Crm) -> Crm:
    assert crm("company", "add", "Acme").code == 0
    assert crm("contact", "add", "Jane Doe", "--email", "jane@acme.example", "--company", "Acme").code == 0
    return crm


@pytest.fixture
def case(jane: Crm) -> Crm:
    assert jane("case", "add", "Grinder jams", "--contact", "Jane Doe", "--type", "problem").out == "1\n"
    return jane


def held(crm: Crm, ref: str = "1") -> dict[str, Any]:
    found: dict[str, Any] = crm("case", "show", ref, "-o", "json").json[0]
    return found


def way(crm: Crm, ref: str = "1") -> list[str]:
    return [each["status"] for each in held(crm, ref)["statuses"]]


def everything(store: Path) -> str:
    """All that the store holds of cases and activities, but the history."""
    connection = sqlite3.connect(store)
    tables = ('"case"', "case_step", "case_status", "activity", "activity_about", "merged_key", "delivery")
    rows = [(table, connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()) for table in tables]
    connection.close()
    return json.dumps(rows)


def test_a_case_is_numbered_by_the_year_it_came(jane: Crm) -> None:
    for day, number in (
        ("2026-06-15", "C-2026-0001"),
        ("2026-06-16", "C-2026-0002"),
        ("2027-01-02", "C-2027-0001"),
    ):
        added = jane("case", "add", "Question", env={"CRM_TODAY": day}).out.strip()
        assert held(jane, added)["number"] == number
    assert jane("case", "list", "c-2026-0002", "-o", "ids").out == "2\n"


def test_the_year_of_a_number_is_the_year_where_we_are(jane: Crm, store: Path) -> None:
    config = store.with_name("config.toml")
    config.write_text('zone = "Pacific/Auckland"\n')
    jane("case", "add", "Early", env={"CRM_CONFIG": str(config), "CRM_NOW": "2026-12-31T12:00:00Z"})
    assert held(jane)["number"] == "C-2027-0001"


def test_a_number_is_never_given_to_another_but_after_an_undo(case: Crm) -> None:
    case("case", "add", "Second")
    case("case", "delete", "2", "--yes")
    case("case", "add", "Third")
    assert held(case, "3")["number"] == "C-2026-0003"
    case("undo", "--yes")
    case("case", "add", "Third again")
    assert [row["number"] for row in case("case", "list", "-o", "json").json] == [
        "C-2026-0001",
        "C-2026-0003",
    ]


def test_numbers_go_on_after_one_that_was_given_by_hand(case: Crm) -> None:
    case("case", "add", "By hand", "--number", "C-2026-0041")
    case("case", "add", "Next")
    assert held(case, "3")["number"] == "C-2026-0042"
    taken = case("case", "add", "Twice", "--number", "C-2026-0041")
    assert taken.code == 4
    assert "C-2026-0041" in taken.err


def test_ten_thousand_and_more_are_counted_as_numbers(case: Crm) -> None:
    case("case", "add", "Many", "--number", "C-2026-10000")
    case("case", "add", "Next")
    assert held(case, "3")["number"] == "C-2026-10001"


def test_a_case_is_its_contacts_companys(case: Crm) -> None:
    assert (held(case)["company"], held(case)["contact"]) == ("Acme", "Jane Doe")


def test_a_case_about_a_deal_is_its_customers(jane: Crm) -> None:
    jane("deal", "add", "Machines", "--contact", "Jane Doe", "--amount", "100")
    jane("case", "add", "Where is it?", "--deal", "Machines")
    assert (held(jane)["company"], held(jane)["contact"]) == ("Acme", "Jane Doe")


def test_a_case_falls_under_the_active_contract(jane: Crm) -> None:
    jane(
        "contract", "add", "Old", "--company", "Acme", "--starts-on", "2024-01-01", "--ends-on", "2024-12-31"
    )
    jane(
        "contract", "add", "Care", "--company", "Acme", "--starts-on", "2026-01-01", "--ends-on", "2026-12-31"
    )
    jane("case", "add", "Grinder jams", "--contact", "Jane Doe")
    assert held(jane)["contract"] == "Care"
    assert "Care, until 2026-12-31" in jane("case", "show", "1").out


def test_steps_by_type_and_by_setting(case: Crm, store: Path) -> None:
    assert held(case)["checklist"][1] == {"text": "Reproduce it"}
    config = store.with_name("config.toml")
    config.write_text('[checklist]\nproblem = "Photo; Ask Ann ;"\nquestion = "none"\n')
    for kind in ("problem", "question"):
        case("case", "add", "Other", "--type", kind, env={"CRM_CONFIG": str(config)})
    assert [each["text"] for each in held(case, "2")["checklist"]] == ["Photo", "Ask Ann"]
    assert held(case, "3")["checklist"] == []


def test_a_checklist_is_worked_off(case: Crm) -> None:
    assert "C-2026-0001: 2 of 5 steps are done" in case("case", "step", "done", "1", "1", "3").err
    case("case", "step", "add", "1", "Ask for", "a photo", "--before", "2")
    case("case", "step", "remove", "1", "6")
    case("case", "step", "done", "1", "4", "--undo")
    listed = case("case", "step", "list", "1", "-o", "json").json
    assert [(row["text"], bool(row["done_at"])) for row in listed] == [
        ("Find out what happens, since when and where", True),
        ("Ask for a photo", False),
        ("Reproduce it", False),
        ("Find the cause", False),
        ("Mend it", False),
    ]
    assert "  1. [x] Find out" in case("case", "show", "1").out
    gone = case("case", "step", "done", "1", "9")
    assert (gone.code, "it has 5" in gone.err) == (3, True)


def test_from_new_to_closed_and_back(case: Crm) -> None:
    assert case("case", "hold", "1", "--reason", "Part comes on Friday").err == "C-2026-0001 is on hold\n"
    assert "on hold since 2026-06-15 12:00: Part comes on Friday" in case("case", "show", "1").out
    case("case", "resume", "1")
    case("case", "resolve", "1", "--resolution", "New seal", env=TUESDAY)
    assert (held(case)["resolved_at"], held(case)["closed_at"]) == ("2026-06-16T12:00:00Z", None)
    case("case", "close", "1", env={"CRM_TODAY": "2026-06-17"})
    assert (held(case)["resolved_at"], held(case)["closed_at"]) == (
        "2026-06-16T12:00:00Z",
        "2026-06-17T12:00:00Z",
    )
    case("case", "reopen", "1", "--reason", "It jams again", env={"CRM_TODAY": "2026-06-18"})
    found = held(case)
    assert (found["resolved_at"], found["closed_at"], found["reopened_count"]) == (None, None, 1)
    assert way(case) == ["new", "on_hold", "in_progress", "resolved", "closed", "in_progress"]
    assert found["statuses"][-1] == {
        "from_status": "closed", "status": "in_progress", "at": "2026-06-18T12:00:00Z", "reason": "It jams again",
    }  # fmt: skip
    case("case", "cancel", "1", "--reason", "Sold")
    assert held(case)["sla_state"] is None


@pytest.mark.parametrize(
    "path",
    [("case", "resolve", "1"), ("case", "close", "1"), ("case", "edit", "1", "--set", "status=resolved"),
     ("case", "edit", "status=new", "--set", "status=closed", "--yes")],
)  # fmt: skip
def test_nothing_is_settled_without_saying_how(case: Crm, path: tuple[str, ...], store: Path) -> None:
    before = everything(store)
    refused = case(*path)
    assert refused.code == 2
    assert refused.err.startswith("crm: C-2026-0001 has no resolution yet")
    assert everything(store) == before


def test_a_status_set_by_edit_is_the_verb(case: Crm) -> None:
    case("case", "edit", "1", "--status", "resolved", "--resolution", "New seal")
    assert held(case)["resolved_at"] == "2026-06-15T12:00:00Z"
    case("case", "edit", "status=resolved", "--set", "status=new", "--yes")
    assert (way(case), held(case)["reopened_count"]) == (["new", "resolved", "new"], 1)


def test_closing_at_once_resolves(case: Crm) -> None:
    case("case", "close", "1", "--resolution", "New seal")
    assert held(case)["resolved_at"] == held(case)["closed_at"] == "2026-06-15T12:00:00Z"


def test_what_is_so_already_is_left(case: Crm) -> None:
    case("case", "wait", "1")
    assert case("case", "wait", "1").err == "C-2026-0001 is already waiting on the customer\n"
    assert way(case) == ["new", "waiting_on_customer"]


@pytest.mark.parametrize(
    ("verb", "said"),
    [("wait", "C-2026-0001 is closed; `crm case reopen C-2026-0001` first"), ("cancel", "is closed"),
     ("resolve", "is closed"), ("resume", "is closed")],
)  # fmt: skip
def test_a_closed_case_is_reopened_first(case: Crm, verb: str, said: str) -> None:
    case("case", "close", "1", "--resolution", "New seal")
    refused = case("case", verb, "1")
    assert (refused.code, said in refused.err) == (4, True)
    assert case("case", "reopen", "1").code == 0
    assert "is open already (in_progress)" in case("case", "reopen", "1").err


def test_a_case_is_closed_after_its_parts_unless_confirmed(case: Crm) -> None:
    case("case", "add", "Seal", "--parent", "1")
    asked = case("case", "close", "1", "--resolution", "x")
    assert (asked.code, "C-2026-0002 Seal" in asked.err) == (2, True)
    edited = case("case", "edit", "1", "--set", "status=closed", "--set", "resolution=x")
    assert (edited.code, "C-2026-0002 Seal" in edited.err) == (4, True)
    assert "C-2026-0002  Seal  new" in case("case", "show", "1").out
    assert case("case", "close", "1", "--resolution", "x", "--yes").code == 0
    assert held(case)["status"] == "closed"


def test_parts_that_are_closed_along_are_no_hindrance(case: Crm) -> None:
    case("case", "add", "Seal", "--parent", "1")
    assert case("case", "edit", "1", "2", "--set", "status=closed", "--set", "resolution=x").code == 0


def test_nothing_is_part_of_itself(case: Crm) -> None:
    case("case", "add", "Seal", "--parent", "1")
    case("case", "add", "Ring", "--parent", "2")
    for parent in ("1", "3"):
        refused = case("case", "edit", "1", "--set", f"parent={parent}")
        assert (refused.code, "part of it" in refused.err) == (2, True)


def test_what_is_still_to_be_done_is_named_and_cancelled(case: Crm) -> None:
    case("task", "add", "Send part", "--about", "case:1")
    asked = case("case", "resolve", "1", "--resolution", "x")
    assert (asked.code, "task 1 Send part" in asked.err) == (2, True)
    case("case", "resolve", "1", "--resolution", "x", "--close-activities")
    assert case("task", "list", "--columns", "status").out == "cancelled\n"
    case("undo", "--yes")
    case("case", "resolve", "1", "--resolution", "x", "--keep-activities")
    assert case("task", "list", "--columns", "status").out == "not_started\n"


def test_nobody_is_asked_how_a_closed_case_was_settled(case: Crm, terminal: Terminal) -> None:
    case("case", "close", "1", "--resolution", "Cleaned")
    refused = terminal("case", "resolve", "1")
    assert (refused.code, "How was it settled" in refused.out) == (4, False)
    assert "is closed; `crm case reopen C-2026-0001` first" in refused.out


def tasks(crm: Crm) -> list[str]:
    return crm("task", "list", "--columns", "subject,due,status", "--sort", "id").lines


def test_a_task_reminds_of_a_case_that_rests_until_it_goes_on(case: Crm) -> None:
    title = "Go on with C-2026-0001: Grinder jams"
    assert case("case", "hold", "1", "--until", "+3d").code == 0
    assert case("case", "wait", "1", "--until", "2026-06-20").code == 0
    assert tasks(case) == [f"{title}\t2026-06-20\tnot_started"]
    assert title in case("today", env={"CRM_TODAY": "2026-06-20"}).out
    case("case", "receive", "1", "Here is the photo", "--call")
    assert tasks(case) == [f"{title}\t2026-06-20\tcancelled"]
    case("undo", "--yes")
    assert tasks(case) == [f"{title}\t2026-06-20\tnot_started"]
    assert (
        case("case", "resolve", "1", "--resolution", "Cleaned").code == 0
    )  # nothing is left to be done but this
    assert tasks(case) == [f"{title}\t2026-06-20\tcancelled"]


@pytest.mark.parametrize(("day", "said"), [("-1d", "2026-06-14 is past"), ("soon", "is not a date")])
def test_a_reminder_is_on_a_day_to_come(case: Crm, store: Path, day: str, said: str) -> None:
    before = everything(store)
    refused = case("case", "hold", "1", "--until", day)
    assert (refused.code, said in refused.err, everything(store)) == (2, True, before)


def test_a_person_is_asked_how_it_was_settled(terminal: Terminal, case: Crm) -> None:
    seen = terminal("case", "resolve", "1", answers=[("How was it settled?", "New seal\r")])
    assert seen.code == 0
    assert held(case)["resolution"] == "New seal"


def test_a_resolution_is_taken_over(case: Crm) -> None:
    case("case", "add", "Jams too")
    none = case("case", "resolve", "2", "--copy", "1")
    assert (none.code, "C-2026-0001 has no resolution" in none.err) == (2, True)
    case("case", "resolve", "1", "--resolution", "New seal")
    case("case", "resolve", "2", "--copy", "C-2026-0001")
    assert held(case, "2")["resolution"] == "New seal"


@pytest.mark.parametrize("score", ["0", "6"])
def test_satisfaction_is_one_to_five(case: Crm, score: str) -> None:
    refused = case("case", "edit", "1", "--satisfaction", score)
    assert (refused.code, "give 1 (not at all content) to 5" in refused.err) == (2, True)


def test_an_unknown_number_names_the_nearest(case: Crm) -> None:
    missing = case("case", "show", "C-2026-0011")
    assert (missing.code, "did you mean C-2026-0001?" in missing.err) == (3, True)


def test_bulk_edits_meet_the_rules(case: Crm) -> None:
    case("case", "add", "Second")
    assert case("case", "edit", "status=new", "--set", "priority=high", "--yes").code == 0
    assert [row["priority"] for row in case("case", "list", "-o", "json").json] == ["high", "high"]
    assert held(case)["resolution_due"] == "2026-06-17T12:00:00Z"


@pytest.mark.parametrize(
    ("before", "verb"),
    [
        ([], ["wait", "1", "--reason", "Photo"]),
        ([], ["hold", "1"]),
        ([["hold", "1"]], ["resume", "1"]),
        ([], ["resolve", "1", "--resolution", "x"]),
        ([], ["close", "1", "--resolution", "x"]),
        ([["close", "1", "--resolution", "x"]], ["reopen", "1"]),
        ([], ["cancel", "1"]),
        ([], ["note", "1", "Seal worn"]),
        ([["wait", "1"]], ["receive", "1", "Here is the photo"]),
        ([], ["reply", "1", "--call", "Told her", "--wait"]),
        ([], ["step", "done", "1", "1"]),
        ([["add", "Other", "--description", "Long"], ["note", "2", "x"]], ["merge", "1", "2"]),
    ],
)  # fmt: skip
def test_every_verb_is_undone_and_redone(
    case: Crm, store: Path, before: list[list[str]], verb: list[str]
) -> None:
    for each in before:
        assert case("case", *each).code == 0
    stood = everything(store)
    assert case("case", *verb, "--dry-run").code == 0
    assert everything(store) == stood
    assert case("case", *verb).code == 0
    done = everything(store)
    assert done != stood
    assert case("undo", "--yes").code == 0
    assert everything(store) == stood
    assert case("redo", "--yes").code == 0
    assert everything(store) == done


def test_merged_cases_are_one(case: Crm) -> None:
    case("case", "add", "It jams", "--description", "Since Monday", "--priority", "urgent")
    case("case", "note", "2", "Serial 42", env=TUESDAY)
    case("case", "add", "Part of the other", "--parent", "2")
    case("case", "resolve", "2", "--resolution", "Cleaned", "--keep-activities")
    before = held(case)
    merged = case("case", "merge", "1", "2")
    assert merged.err == "merged C-2026-0002 It jams into C-2026-0001 Grinder jams\n"
    found = held(case, "C-2026-0002")
    same = (
        "id",
        "number",
        "status",
        "priority",
        "created_at",
        "resolved_at",
        "resolution",
        "statuses",
        "checklist",
    )
    assert {name: found[name] for name in same} == {name: before[name] for name in same}
    assert found["description"] == "Since Monday"
    bodies = [each["body"] for each in found["messages"]]
    assert bodies == ["Merged C-2026-0002 It jams\n\nSince Monday\n\nCleaned", "Serial 42"]
    assert held(case, "3")["parent_id"] == 1
    case("case", "add", "Next")
    assert held(case, "4")["number"] == "C-2026-0004"


def test_what_is_open_is_not_merged_into_what_is_settled(case: Crm, store: Path) -> None:
    case("case", "resolve", "1", "--resolution", "Cleaned")
    case("case", "add", "It jams again", "--type", "complaint")
    before = everything(store)
    refused = case("case", "merge", "1", "2")
    assert (refused.code, everything(store)) == (4, before)
    assert "C-2026-0002 would be lost from sight" in refused.err
    assert case("case", "merge", "2", "1").code == 0
    assert (held(case, "2")["status"], held(case, "2")["type"]) == ("new", "complaint")


def test_a_complaint_stays_one_when_it_is_merged(case: Crm) -> None:
    case("case", "add", "Nobody came", "--type", "complaint")
    assert "is a complaint from now on, as C-2026-0002 was" in case("case", "merge", "1", "2").err
    assert held(case)["type"] == "complaint"
    case("undo", "--yes")
    assert (held(case)["type"], held(case, "2")["type"]) == ("problem", "complaint")


@pytest.mark.parametrize("name", ["first_response_at", "resolved_at", "closed_at"])
def test_nothing_is_said_of_a_case_before_it_came(case: Crm, name: str) -> None:
    if name != "first_response_at":
        case("case", "close", "1", "--resolution", "x")
    refused = case("case", "edit", "1", "--set", f"{name}=2026-06-01")
    assert (refused.code, f"{name}: 2026-06-01T00:00:00Z is before the case came" in refused.err) == (2, True)
    assert case("case", "edit", "1", "--set", f"{name}=2026-06-16").code == 0


def test_a_case_is_not_merged_into_itself(case: Crm, store: Path) -> None:
    before = everything(store)
    for refs in (("1", "1"), ("1", "C-2026-0001"), ("1",)):
        assert case("case", "merge", *refs).code == 2
    assert everything(store) == before


def test_the_number_of_a_case_merged_twice_still_finds_it(case: Crm) -> None:
    for subject in ("Second", "Third"):
        case("case", "add", subject)
    case("case", "merge", "2", "3")
    case("case", "merge", "1", "2")
    assert held(case, "C-2026-0003")["id"] == held(case, "C-2026-0002")["id"] == 1


def taken(crm: Crm, store: Path, *rows: str) -> str:
    """Import a table of another program."""
    file = store.with_name("helpdesk.csv")
    file.write_text("\n".join(rows) + "\n")
    done = crm("case", "import", str(file), "--date-order", "ymd")
    assert done.code == 0, done.err
    return done.err


def test_what_another_program_tells_stands_and_is_its_history(jane: Crm, store: Path) -> None:
    head = "Ticket ID,Subject,Status,Created at,Resolved at,Closed at,Contact"
    taken(
        jane, store, head,
        "7,Jams,Closed,2025-05-01T10:00:00Z,2025-05-02T10:00:00Z,2025-05-03T10:00:00Z,Jane Doe",
        "8,Leaks,Closed,2025-06-01T10:00:00Z,,2025-06-03T10:00:00Z,",
        "9,Hums,Pending,2026-01-02T10:00:00Z,,,",
    )  # fmt: skip
    assert [held(jane, f"ext:{key}")["number"] for key in (7, 8, 9)] == [
        "C-2025-0001",
        "C-2025-0002",
        "C-2026-0001",
    ]
    closed = held(jane, "ext:7")
    assert (closed["company"], closed["resolution"], closed["checklist"]) == ("Acme", None, [])
    assert [(each["status"], each["at"][:10]) for each in closed["statuses"]] == [
        ("new", "2025-05-01"),
        ("resolved", "2025-05-02"),
        ("closed", "2025-05-03"),
    ]
    assert (held(jane, "ext:8")["resolved_at"], way(jane, "ext:8")) == (None, ["new", "closed"])
    assert way(jane, "ext:9") == ["waiting_on_customer"]


def test_desks_write_priorities_as_they_do_and_tell_people_by_their_address(jane: Crm, store: Path) -> None:
    taken(
        jane, store, "Ticket ID,Subject,Priority,Requester email",
        "7,Jams,P1,jane@acme.example", "8,Leaks,P4,new@brick.example", "9,Hums,Blocker,", "10,Squeaks,Minor,",
    )  # fmt: skip
    rows = jane("case", "list", "--columns", "priority,contact,company", "--sort", "id").lines
    assert rows == ["urgent\tJane Doe\tAcme", "low\tnew@brick.example\t", "urgent\t\t", "low\t\t"]


def test_an_import_that_settles_and_reopens_goes_on_with_the_history(jane: Crm, store: Path) -> None:
    taken(jane, store, "Ticket ID,Subject,Status,Created at", "7,Jams,Open,2026-06-01T10:00:00Z")
    settled = ("Ticket ID,Subject,Status,Resolved at", "7,Jams,Solved,2026-06-02T10:00:00Z")
    taken(jane, store, *settled)
    assert (way(jane), held(jane)["resolved_at"]) == (["in_progress", "resolved"], "2026-06-02T10:00:00Z")
    assert "1 unchanged" in taken(jane, store, *settled)
    taken(jane, store, "Ticket ID,Subject,Status", "7,Jams,Open")
    assert way(jane) == ["in_progress", "resolved", "in_progress"]
    assert (held(jane)["resolved_at"], held(jane)["reopened_count"]) == (None, 1)


def test_a_case_has_a_status_always(case: Crm) -> None:
    case("case", "close", "1", "--resolution", "x")
    assert case("case", "edit", "1", "--unset", "status", env=TUESDAY).code == 0
    assert (held(case)["status"], held(case)["closed_at"]) == ("closed", "2026-06-15T12:00:00Z")


@pytest.mark.parametrize(
    ("text", "said"),
    [('[{"done_at": "2026-06-01"}]', "each step needs a text"), ("[1]", "is not a list of objects")],
)
def test_steps_that_are_none_are_refused(case: Crm, text: str, said: str) -> None:
    refused = case("case", "edit", "1", "--set", f"checklist={text}")
    assert (refused.code, said in refused.err) == (2, True)
    refused = case("case", "edit", "1", "--set", 'statuses=[{"status": "closed"}]')
    assert (refused.code, "resolve, close or reopen" in refused.err) == (2, True)
