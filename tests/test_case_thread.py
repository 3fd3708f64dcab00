"""What is written and said about cases: answers, messages that come in, notes, and mail that finds its case."""

import json
import sqlite3
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal

JANE, US = "jane@acme.example", "mara@us.example"


@pytest.fixture(autouse=True)
def settings_file(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = store.with_name("config.toml")
    file.write_text(f'email = "{US}"\nme = "Mara"\nzone = "Europe/Berlin"\n')
    monkeypatch.setenv("CRM_CONFIG", str(file))


@pytest.fixture
def case(crm: Crm) -> Crm:
    assert crm("contact", "add", "Jane Doe", "--email", JANE).code == 0
    assert crm("case", "add", "Grinder jams", "--contact", "Jane Doe").out == "1\n"
    return crm


def held(crm: Crm, ref: str = "1") -> dict[str, Any]:
    found: dict[str, Any] = crm("case", "show", ref, "-o", "json").json[0]
    return found


def deliveries(store: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(store)
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM delivery ORDER BY id").fetchall()
    connection.close()
    return [dict(row) for row in rows]


def letter(store: Path, key: str, *, day: int = 16, sender: str = JANE, to: str = US, **headers: str) -> str:
    """A message of June 2026 as a file."""
    made = EmailMessage()
    told = {"From": sender, "To": to, "Subject": "Machines", "Message-ID": f"<{key}>",
            "Date": f"{day} Jun 2026 12:00:00 +0200"} | headers  # fmt: skip
    for name, text in told.items():
        made[name.replace("_", "-")] = text
    made.set_content(f"Letter {key}")
    file = store.with_name(f"{key}.eml")
    file.write_bytes(bytes(made))
    return str(file)


def take(crm: Crm, *files: str) -> str:
    done = crm("activity", "import", *files)
    assert done.code == 0, done.err
    return done.err


def test_an_answer_goes_out_bears_the_number_and_is_the_first_response(case: Crm, store: Path) -> None:
    assert case("case", "reply", "C-2026-0001", "A new seal is on its way.").code == 0
    found = held(case)
    assert (found["status"], found["first_response_at"]) == ("in_progress", "2026-06-15T10:00:00Z")
    assert found["first_response_met"] is True
    (sent,) = deliveries(store)
    assert (sent["to"], sent["to_name"]) == (JANE, "Jane Doe")
    assert (sent["subject"], sent["body"]) == ("[C-2026-0001] Grinder jams", "A new seal is on its way.")
    assert (sent["case_id"], sent["activity_id"], sent["purpose"]) == (1, 1, "service")
    (message,) = found["messages"]
    assert (message["direction"], message["person"], message["owner"]) == ("out", "Jane Doe", "Mara")


def test_only_the_first_answer_is_the_first_response(case: Crm) -> None:
    case("case", "reply", "1", "Soon", "--call")
    case("case", "reply", "1", "Now", "--call", env={"CRM_TODAY": "2026-06-16"})
    assert held(case)["first_response_at"] == "2026-06-15T10:00:00Z"
    assert held(case)["replies"] == 2


@pytest.mark.parametrize("command", [("call", "1"), ("mail", "1"), ("activity", "1")])
def test_an_outgoing_message_by_any_command_is_the_first_response(
    case: Crm, command: tuple[str, str]
) -> None:
    if command[0] == "activity":
        case("activity", "add", "Told her", "--kind", "call", "--about", "case:1")
    else:
        case(command[0], "C-2026-0001", "Told her")
    assert held(case)["first_response_at"] == "2026-06-15T10:00:00Z"
    assert held(case)["status"] == "in_progress"


@pytest.mark.parametrize("command", [("note", "case:1", "x"), ("call", "case:1", "x", "--in")])
def test_what_does_not_go_out_is_no_response(case: Crm, command: tuple[str, ...]) -> None:
    case(*command)
    assert held(case)["first_response_at"] is None
    assert held(case)["status"] == "new"


def test_a_planned_call_is_a_response_once_it_is_made(case: Crm) -> None:
    case("activity", "add", "Call back", "--kind", "call", "--about", "case:1", "--status", "planned")
    assert held(case)["first_response_at"] is None
    case("activity", "edit", "1", "--status", "done")
    assert held(case)["first_response_at"] == "2026-06-15T10:00:00Z"


def test_an_answer_may_wait_for_the_next(case: Crm) -> None:
    case("case", "reply", "1", "Which model?", "--call", "--wait")
    assert held(case)["status"] == "waiting_on_customer"
    assert held(case)["sla_state"] == "paused"
    case("case", "receive", "1", "The large one", "--call", env={"CRM_TODAY": "2026-06-16"})
    assert (held(case)["status"], held(case)["sla_state"]) == ("in_progress", "in_progress")
    assert held(case)["statuses"][-1]["at"] == "2026-06-16T10:00:00Z"


def test_a_message_opens_a_resolved_case_and_leaves_one_on_hold(case: Crm) -> None:
    case("case", "hold", "1")
    case("case", "receive", "1", "And?")
    assert held(case)["status"] == "on_hold"
    case("case", "resolve", "1", "--resolution", "New seal")
    case("case", "receive", "1", "It jams again")
    assert (held(case)["status"], held(case)["reopened_count"]) == ("in_progress", 1)


@pytest.mark.parametrize("verb", ["reply", "receive"])
@pytest.mark.parametrize("end", [("close", "--resolution", "x"), ("cancel",)])
def test_a_case_that_is_over_takes_no_messages(
    case: Crm, verb: str, end: tuple[str, ...], store: Path
) -> None:
    case("case", end[0], "1", *end[1:])
    refused = case("case", verb, "1", "Hello")
    assert (refused.code, "`crm case reopen C-2026-0001` first" in refused.err) == (4, True)
    assert held(case)["messages"] == []
    assert deliveries(store) == []


def test_a_resolved_case_can_be_answered(case: Crm) -> None:
    case("case", "resolve", "1", "--resolution", "New seal")
    case("case", "reply", "1", "You are welcome", "--call")
    assert held(case)["status"] == "resolved"


def test_where_to_write_must_be_known(crm: Crm, store: Path) -> None:
    crm("case", "add", "Anonymous")
    refused = crm("case", "reply", "1", "Hello")
    assert (refused.code, "nobody is named who asks" in refused.err) == (2, True)
    crm("contact", "add", "Joe Roe")
    crm("case", "edit", "1", "--contact", "Joe Roe")
    refused = crm("case", "reply", "1", "Hello")
    assert (refused.code, "Joe Roe has no e-mail address" in refused.err) == (2, True)
    assert held(crm)["messages"] == []
    assert deliveries(store) == []
    assert crm("case", "reply", "1", "Hello", "--to", "roe@acme.example").code == 0
    assert deliveries(store)[0]["to"] == "roe@acme.example"


def test_what_a_published_article_says_goes_out_below_the_own_words(case: Crm, store: Path) -> None:
    case("article", "add", "Descale", "--body", "Fill the tank.")
    refused = case("case", "reply", "1", "--article", "Descale")
    assert (refused.code, "is a draft" in refused.err, deliveries(store)) == (4, True, [])
    case("article", "publish", "Descale")
    assert case("case", "reply", "1", "Hello Jane,", "--article", "Descale").code == 0
    assert case("case", "reply", "1", "--article", "Descale", "--call").code == 0
    assert [each["body"] for each in held(case)["messages"]] == [
        "Hello Jane,\n\nFill the tank.",
        "Fill the tank.",
    ]
    assert [each["body"] for each in deliveries(store)] == ["Hello Jane,\n\nFill the tank."]
    assert "C-2026-0001" in case("article", "show", "Descale").out


def test_the_time_that_a_message_took_is_what_the_customer_costs(case: Crm) -> None:
    case("case", "reply", "1", "Look here", "--call", "--minutes", "12")
    case("case", "receive", "1", "Thanks", "--call", "--minutes", "3")
    case("case", "note", "1", "Easy", "--minutes", "5")
    assert case("activity", "list", "--columns", "minutes", "--sort", "id").lines == ["12", "3", "5"]
    assert case("case", "note", "1", "Easy", "--minutes", "0").code == 2


def test_nobody_writes_an_answer_to_what_takes_none(case: Crm, terminal: Terminal) -> None:
    case("case", "close", "1", "--resolution", "Cleaned")
    for verb in ("reply", "receive"):
        refused = terminal("case", verb, "1")
        assert (refused.code, "What" in refused.out) == (4, False)
        assert "crm case reopen C-2026-0001" in refused.out


@pytest.mark.parametrize("verb", ["reply", "receive", "note"])
def test_words_come_from_standard_input_too(case: Crm, verb: str) -> None:
    more = ("--call",) if verb == "reply" else ()
    text = "First line\n\nمریم [b]\n"
    assert case("case", verb, "1", "-", *more, input=text).code == 0
    assert held(case)["messages"][0]["body"] == text.strip()
    for empty in ("", " \n"):
        refused = case("case", verb, "1", "-", *more, input=empty)
        assert (refused.code, "nothing is said" in refused.err) == (2, True)
    assert case("case", verb, "1", *more).code == 2


def test_the_editor_shows_the_thread_and_sends_what_is_above(case: Crm, store: Path) -> None:
    case("case", "receive", "1", "It jams again")
    editor = store.with_name("editor.sh")
    editor.write_text('#!/bin/sh\ncp "$1" "$0.seen"\nsed -i "1i Hello Jane\\n\\n# one" "$1"\n')
    editor.chmod(0o755)
    done = case("case", "reply", "1", "--call", "--editor", env={"EDITOR": str(editor)})
    assert done.code == 0, done.err
    assert held(case)["messages"][-1]["body"] == "Hello Jane\n\n# one"
    assert "It jams again" in editor.with_name("editor.sh.seen").read_text()


def test_the_thread_is_shown_whole_and_in_order(case: Crm) -> None:
    case("case", "reply", "1", "Which\nmodel?", "--call", "--wait")
    case("case", "receive", "1", "The large one", env={"CRM_TODAY": "2026-06-16"})
    case("case", "note", "1", "Ask Ann", env={"CRM_TODAY": "2026-06-17"})
    case("survey", "add", "--kind", "csat", "--score", "4", "--case", "1", "--comment", "Fine")
    shown = case("case", "show", "1").out
    assert (
        """
messages
  2026-06-15 12:00  Mara → Jane Doe  call
    Which
    model?

  2026-06-16 12:00  Jane Doe → Mara  email
    The large one

  2026-06-17 12:00  Mara  internal note
    Ask Ann

status
  2026-06-15 12:00  new
  2026-06-15 12:00  new → in progress
  2026-06-15 12:00  in progress → waiting on customer
  2026-06-16 12:00  waiting on customer → in progress  the customer wrote

surveys
  2026-06-15 12:00  csat 4  Fine
"""
        in shown
    )
    assert "first response  answered 2026-06-15 12:00, in time" in shown
    assert [each["score"] for each in held(case)["surveys"]] == [4]


def test_mail_with_the_number_in_brackets_goes_on_with_its_case(case: Crm, store: Path) -> None:
    case("case", "wait", "1")
    mail = letter(store, "1@acme", Subject="AW: [c-2026-0001] Grinder")
    take(case, mail)
    found = held(case)
    assert (found["status"], found["statuses"][-1]["at"]) == ("in_progress", "2026-06-16T10:00:00Z")
    assert [each["body"] for each in found["messages"]] == ["Letter 1@acme"]
    case("case", "wait", "1", env={"CRM_TODAY": "2026-06-17"})
    before = held(case)
    assert "1 unchanged" in take(case, mail)
    assert held(case) == before


def test_our_own_mail_from_elsewhere_is_the_first_response(case: Crm, store: Path) -> None:
    take(case, letter(store, "1@us", sender=US, to=JANE, Subject="Re: [C-2026-0001]"))
    assert held(case)["first_response_at"] == "2026-06-16T10:00:00Z"
    assert held(case)["status"] == "in_progress"


def test_an_older_message_changes_nothing(case: Crm, store: Path) -> None:
    case("case", "wait", "1")
    take(case, letter(store, "1@acme", day=14, Subject="[C-2026-0001]"))
    take(case, letter(store, "1@us", day=14, sender=US, to=JANE, Subject="[C-2026-0001]"))
    found = held(case)
    assert (found["status"], found["first_response_at"]) == ("waiting_on_customer", None)
    assert len(found["messages"]) == 2


def test_mail_that_answers_mail_of_a_case_belongs_there(case: Crm, store: Path) -> None:
    first = letter(store, "1@acme", Subject="[C-2026-0001]")
    second = letter(store, "2@acme", day=17, In_Reply_To="<1@acme>", Subject="No number")
    third = letter(store, "3@acme", day=18, References="<1@acme> <2@acme>", Subject="None either")
    take(case, first)
    take(case, second)
    take(case, third)
    assert [each["body"] for each in held(case)["messages"]] == [f"Letter {each}@acme" for each in (1, 2, 3)]


def test_mail_that_answers_what_we_sent_belongs_there_and_ours_comes_once(case: Crm, store: Path) -> None:
    case("case", "reply", "1", "Which model?", "--wait")
    connection = sqlite3.connect(store)
    connection.execute("UPDATE delivery SET message_id = '<sent@us>'")
    connection.commit()
    connection.close()
    ours = letter(store, "sent@us", day=15, sender=US, to=JANE, Subject="[C-2026-0001] Grinder jams")
    take(case, ours)
    assert len(held(case)["messages"]) == 1
    take(case, letter(store, "1@acme", In_Reply_To="<sent@us>", Subject="The large one"))
    found = held(case)
    assert [each["direction"] for each in found["messages"]] == ["out", "in"]
    assert found["status"] == "in_progress"
    case("case", "reply", "1", "Thank you")
    assert deliveries(store)[-1]["in_reply_to"] == "<1@acme>"


@pytest.mark.parametrize(("header", "value"), [("Auto_Submitted", "auto-replied"), ("Precedence", "bulk")])
def test_nobody_wrote_a_notice(case: Crm, store: Path, header: str, value: str) -> None:
    case("case", "wait", "1")
    take(case, letter(store, "1@acme", Subject="On holiday [C-2026-0001]", **{header: value}))
    assert held(case)["status"] == "waiting_on_customer"
    assert len(held(case)["messages"]) == 1


def test_mail_to_a_closed_case_is_kept_and_said(case: Crm, store: Path) -> None:
    case("case", "close", "1", "--resolution", "New seal")
    said = take(case, letter(store, "1@acme", Subject="[C-2026-0001]"))
    assert "C-2026-0001 is closed, and stays so" in said
    assert (held(case)["status"], len(held(case)["messages"])) == ("closed", 1)


def test_mail_with_the_number_of_a_merged_case_goes_to_the_survivor(case: Crm, store: Path) -> None:
    case("case", "add", "It jams")
    case("case", "merge", "1", "2")
    take(case, letter(store, "1@acme", Subject="[C-2026-0002]"))
    assert [each["body"] for each in held(case)["messages"]][-1] == "Letter 1@acme"


def test_a_stranger_is_heard_about_a_case(case: Crm, store: Path) -> None:
    take(case, letter(store, "1@other", sender="joe@other.example", Subject="[C-2026-0001]"))
    assert len(held(case)["messages"]) == 1


NOUNS = ("user", "calendar", "sla", "contact", "case", "activity", "survey")


def test_what_is_exported_comes_back(case: Crm, tmp_path: Path) -> None:
    case("case", "add", "Part", "--parent", "1", "--description", 'Line\nbreak, and "quotes"')
    case("case", "reply", "1", "Which model?", "--call", "--wait")
    case("case", "receive", "1", "The large one", env={"CRM_TODAY": "2026-06-16"})
    case("case", "step", "done", "1", "1")
    case("case", "resolve", "1", "--resolution", "New seal", env={"CRM_TODAY": "2026-06-17"})
    case("case", "reopen", "1", "--reason", "Again", env={"CRM_TODAY": "2026-06-18"})
    case("case", "edit", "2", "--status", "closed", "--resolution", "None")
    case("survey", "add", "--kind", "csat", "--score", "4", "--case", "1")
    texts = {noun: case(noun, "export").out for noun in NOUNS}
    other = {"CRM_DB": str(tmp_path / "other.db")}
    for noun in NOUNS:
        file = tmp_path / f"{noun}.csv"
        file.write_text(texts[noun], newline="")
        assert case(noun, "import", str(file), env=other).code == 0
    assert {noun: case(noun, "export", env=other).out for noun in NOUNS} == texts
    for noun in NOUNS:
        again = case(noun, "import", str(tmp_path / f"{noun}.csv"), env=other)
        rows = len(json.loads(case(noun, "list", "-o", "json", env=other).out))
        assert f"{rows} read = {rows} unchanged" in again.err or rows == 0
