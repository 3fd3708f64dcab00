"""Campaigns as they go out: by e-mail, as letters and text messages, by phone; at once, at a time, broken off."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from conftest import Crm
from post_office import Office, opened

Rows = list[dict[str, str]]


@pytest.fixture
def office(crm: Crm) -> Iterator[Office]:
    """A mail server on the loopback, which is that of the settings."""
    with opened() as found:
        for key, value in {"host": "127.0.0.1", "port": str(found.port), "tls": "none"}.items():
            crm("config", "set", f"smtp.{key}", value)
        yield found


@pytest.fixture
def people(crm: Crm) -> Callable[..., None]:
    """Make contacts with an address each, members of the campaign Spring that has a message."""
    crm("config", "set", "me", "Me Quist")
    crm("config", "set", "email", "me@example.org")
    crm("campaign", "add", "Spring")
    crm(
        "campaign",
        "message",
        "Spring",
        "--subject",
        "Hi {{ first_name }}",
        "--text",
        "Dear {{ first_name }}: {{ unsubscribe }}",
    )

    def add(*names: str) -> None:
        for name in names:
            crm("contact", "add", f"{name.title()} Lee", "--email", f"{name}@example.org")
            crm("member", "add", "--campaign", "Spring", "--contact", f"{name}@example.org")

    return add


def members(crm: Crm, campaign: str = "Spring") -> dict[str, str]:
    rows = crm("member", "list", f"campaign={campaign}", "-o", "json").json
    return {row["name"].partition(" ")[0].lower(): row["status"] for row in rows}


def reasons(crm: Crm) -> dict[str, str]:
    rows = crm("member", "list", "status=excluded", "-o", "json").json
    return {row["name"].partition(" ")[0].lower(): row["reason"] for row in rows}


def test_everybody_who_may_be_written_to_gets_their_own(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann", "bo", "cy", "dee", "eli", "flo")
    crm("contact", "prefer", "bo@example.org", "--no-bulk-email")
    crm("contact", "consent", "cy@example.org", "opted_out")
    crm("member", "edit", "4", "--control", "yes")
    crm("contact", "add", "Gus")
    crm("member", "add", "--campaign", "Spring", "--contact", "Gus")
    crm("lead", "add", "Ann Again", "--email", "ann@example.org", "--force")
    crm("member", "add", "--campaign", "Spring", "--lead", "1")
    crm("member", "add", "Nobody Known", "--campaign", "Spring")
    done = crm("campaign", "send", "Spring")
    assert done.code == 0, done.err
    assert "sent 3" in done.err
    assert office.times == {f"{name}@example.org": 1 for name in ("ann", "eli", "flo")}
    message = office.received["ann@example.org"]
    assert (message["Subject"], message["To"]) == ("Hi Ann", "Ann Lee <ann@example.org>")
    assert message.get_content().strip() == "Dear Ann: mailto:me@example.org?subject=unsubscribe"
    assert message["List-Unsubscribe"] == "<mailto:me@example.org?subject=unsubscribe>"
    assert reasons(crm) == {
        "bo": "wants no mass e-mail (do_not_bulk_email)",
        "cy": "opted out of marketing on 2026-06-15",
        "gus": "has no e-mail address",
        "ann": "ann@example.org is that of another member, who gets it",
        "nobody": "is linked to no contact and no lead",
    }
    assert crm("member", "list", "control=yes", "--columns", "status").lines == ["targeted"]
    rows = crm("member", "list", "status=sent", "--columns", "address,sent_at", "-o", "json").json
    assert rows[0] == {"address": "ann@example.org", "sent_at": "2026-06-15T12:00:00Z"}
    again = crm("campaign", "send", "Spring")
    assert (again.code, again.err) == (0, "nothing to send: nobody waits for it now\n")
    assert sum(office.times.values()) == 3
    shown = crm("campaign", "show", "Spring").out
    assert "[x]   6  Send it" in shown
    assert "email  sent  3" in shown


def test_a_dry_run_changes_and_sends_nothing(crm: Crm, people: Callable[..., None], office: Office) -> None:
    people("ann", "bo")
    crm("contact", "prefer", "bo@example.org", "--no-email")
    before = crm("history").out
    done = crm("campaign", "send", "Spring", "--dry-run")
    assert "would send Spring to 1, excluded 1: 1 wants no e-mail at all (do_not_email)" in done.err
    assert (crm("history").out, office.received) == (before, {})


def test_a_limit_sends_to_the_first(crm: Crm, people: Callable[..., None], office: Office) -> None:
    people("ann", "bo", "cy")
    crm("campaign", "send", "Spring", "--limit", "2")
    assert set(office.times) == {"ann@example.org", "bo@example.org"}
    crm("campaign", "send", "Spring", "--limit", "2")
    assert set(office.times.values()) == {1}
    assert len(office.times) == 3


@pytest.mark.parametrize("status", ["completed", "cancelled", "paused"])
def test_what_is_over_is_not_sent(crm: Crm, people: Callable[..., None], office: Office, status: str) -> None:
    people("ann")
    crm("campaign", "edit", "Spring", "--status", status)
    done = crm("campaign", "send", "Spring")
    assert (done.code, office.received) == (4, {})
    assert done.err.startswith(f"crm: Spring is {status}, and nothing of it goes out")


@pytest.mark.parametrize(
    ("prepared", "said"),
    [
        ((("campaign", "message", "Spring", "--remove"),), "the campaign has no message for the channel email"),
        ((("campaign", "message", "Spring", "--subject", ""),), "the campaign has no subject for the channel email"),
        ((("member", "delete", "1", "--yes"),), "nobody is targeted by Spring"),
        ((("contact", "edit", "1", "--first-name", "", "--last-name", "Lee", "--name", "Lee"),),
         "nothing was sent: 1 member lacks first_name: contact 1 Lee; mend them, or say what stands in with --default"),
        ((("config", "set", "email", ""),), "the message says unsubscribe, which is not set"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_sent(
    crm: Crm, people: Callable[..., None], office: Office, prepared: tuple[tuple[str, ...], ...], said: str
) -> None:
    people("ann")
    for words in prepared:
        crm(*words)
    done = crm("campaign", "send", "Spring")
    assert (done.code, office.received) == (2, {})
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert crm("delivery", "list", "--count").out == "0\n"


def test_a_default_given_with_send_is_kept(crm: Crm, people: Callable[..., None], office: Office) -> None:
    people("ann")
    crm("contact", "edit", "1", "--first-name", "", "--last-name", "Lee", "--name", "Lee")
    crm("campaign", "send", "Spring", "--default", "first_name=there")
    assert office.received["ann@example.org"]["Subject"] == "Hi there"
    assert '"first_name": "there"' in crm("campaign", "message", "Spring").out


def test_a_name_injects_no_line_of_the_head(
    store: Path, crm: Crm, people: Callable[..., None], office: Office
) -> None:
    import sqlite3

    people("ann")
    with sqlite3.connect(store) as connection:
        connection.create_function("fold", 1, str)
        connection.execute("UPDATE contact SET name = 'Ann' || char(13, 10) || 'Bcc: eve@example.org'")
        connection.execute("UPDATE contact SET first_name = 'Ann' || char(13, 10) || 'Bcc: eve@example.org'")
    done = crm("campaign", "send", "Spring")
    assert (done.code, office.received) == (2, {})
    assert "1 member lacks a name without line breaks: contact 1 Ann" in done.err
    assert len(done.err.splitlines()) == 1
    crm("contact", "edit", "1", "--set", "name=Ann Lee")
    with sqlite3.connect(store) as connection:
        connection.create_function("fold", 1, str)
        connection.execute("UPDATE contact SET first_name = 'Ann' || char(13, 10) || 'Bcc: eve@example.org'")
    crm("campaign", "send", "Spring")
    message = office.received["ann@example.org"]
    assert message["Bcc"] is None
    assert message["Subject"] == "Hi Ann Bcc: eve@example.org"


def test_whoever_opts_out_on_the_way_is_left_out(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann", "bo")
    crm("config", "set", "smtp.port", "1")
    assert "cannot reach" in crm("campaign", "send", "Spring").err
    assert set(members(crm).values()) == {"targeted"}
    crm("contact", "consent", "bo@example.org", "opted_out")
    crm("config", "set", "smtp.port", str(office.port))
    done = crm("campaign", "send", "Spring")
    assert "sent 1, no longer wished for 1" in done.err
    assert members(crm) == {"ann": "sent", "bo": "excluded"}
    assert reasons(crm) == {"bo": "opted out of marketing on 2026-06-15"}


def test_refused_and_doubtful_ones_are_told_apart(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann", "nobody", "late", "cy")
    done = crm("campaign", "send", "Spring")
    assert "sent 2, refused 1, uncertain 1" in done.err
    assert "--retry-uncertain sends them again" in done.err
    assert members(crm) == {"ann": "sent", "nobody": "bounced", "late": "targeted", "cy": "sent"}
    assert office.times["late@example.org"] == 1
    crm("campaign", "send", "Spring")
    assert office.times["late@example.org"] == 1
    crm("campaign", "send", "Spring", "--retry-uncertain")
    assert office.times["late@example.org"] == 2


def test_what_was_cancelled_in_doubt_does_not_go_out_again(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("late", "ann")
    crm("campaign", "send", "Spring")
    crm("delivery", "cancel", "status=uncertain", "--yes")
    crm("campaign", "send", "Spring")
    assert office.times == {"late@example.org": 1, "ann@example.org": 1}


def test_each_gets_it_when_it_suits_unless_at_once(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann", "bo", "cy")
    crm("contact", "prefer", "bo@example.org", "--time", "evening")
    crm("contact", "edit", "bo@example.org", "--timezone", "Europe/Amsterdam")
    crm("contact", "prefer", "cy@example.org", "--day", "tuesday")
    done = crm("campaign", "send", "Spring")
    assert set(office.times) == {"ann@example.org"}
    assert "2 for a better time" in done.err
    rows = crm("delivery", "list", "status=queued", "--columns", "send_at", "-o", "json").json
    assert [row["send_at"] for row in rows] == ["2026-06-15T15:00:00Z", "2026-06-16T00:00:00Z"]
    assert crm("campaign", "run-due").err == ""
    crm("campaign", "run-due", env={"CRM_NOW": "2026-06-15T15:00:00Z"})
    assert set(office.times) == {"ann@example.org", "bo@example.org"}
    crm("campaign", "send", "Spring", "--now")
    assert members(crm) == {"ann": "sent", "bo": "sent", "cy": "sent"}
    assert set(office.times.values()) == {1}


def test_a_scheduled_campaign_goes_out_when_its_time_has_come(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann", "bo")
    done = crm("campaign", "send", "Spring", "--schedule", "2026-06-16 09:00")
    assert "goes out at 2026-06-16 09:00, to 2" in done.err
    assert crm("campaign", "run-due").err == ""
    assert (office.received, members(crm)) == ({}, {"ann": "targeted", "bo": "targeted"})
    crm("contact", "prefer", "bo@example.org", "--no-email")
    later = {"CRM_NOW": "2026-06-16T09:05:00Z"}
    done = crm("campaign", "run-due", env=later)
    assert (done.code, set(office.times)) == (0, {"ann@example.org"})
    assert "Spring: 1 queued, excluded 1" in done.err
    again = crm("campaign", "run-due", env=later)
    assert (again.code, again.out, again.err) == (0, "", "")
    assert office.times == {"ann@example.org": 1}


def test_what_cannot_go_out_does_not_hold_up_the_rest(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann")
    crm("campaign", "add", "Empty")
    crm("campaign", "edit", "Empty", "--send-at", "2026-06-15 10:00")
    crm("campaign", "send", "Spring", "--schedule", "2026-06-15 11:00")
    done = crm("campaign", "run-due")
    assert (done.code, office.times) == (2, {"ann@example.org": 1})
    assert "crm: Empty: the campaign has no message for the channel email" in done.err


def test_letters_and_text_messages_are_files(crm: Crm, people: Callable[..., None], tmp_path: Path) -> None:
    people("ann", "bo")
    crm("contact", "edit", "1", "--street", "Dam 1", "--postal-code", "1012", "--city", "Amsterdam", "--country", "NL",
        "--phone", "+31 20 123 4567")  # fmt: skip
    crm("campaign", "message", "Spring", "--channel", "mail", "--text", "Dear {{ name }},\n\n…")
    crm("campaign", "message", "Spring", "--channel", "sms", "--text", "Hi {{ first_name }}")
    file = tmp_path / "out.csv"
    assert "say which with --out" in crm("campaign", "send", "Spring", "--channel", "mail").err
    done = crm("campaign", "send", "Spring", "--channel", "sms", "--out", "-")
    assert done.out == "member,name,phone,text\n1,Ann Lee,+31 20 123 4567,Hi Ann\n"
    crm("member", "edit", "1", "2", "--channel", "mail")
    crm("campaign", "send", "Spring", "--channel", "letter", "--out", str(file))
    assert set(members(crm).values()) == {"targeted"}
    with file.open(encoding="utf-8", newline="") as lines:
        [row] = csv.DictReader(lines)
    assert row == {"member": "1", "name": "Ann Lee", "company": "", "street": "Dam 1", "postal_code": "1012",
                   "city": "Amsterdam", "region": "", "country": "Netherlands", "subject": "",
                   "text": "Dear Ann Lee,\n\n…"}  # fmt: skip
    crm("campaign", "send", "Spring", "--channel", "mail", "--out", str(file), "--yes")
    assert members(crm) == {"ann": "sent", "bo": "excluded"}
    assert reasons(crm) == {"bo": "has no postal address"}
    assert (
        "nobody waits"
        in crm("campaign", "send", "Spring", "--channel", "mail", "--out", str(file), "--yes").err
    )
    assert "go out by hand" in crm("campaign", "send", "Spring", "--channel", "sms", "--schedule", "+1d").err


@pytest.mark.parametrize("by", ["activity edit", "call", "activity log call"])
def test_calls_are_planned_and_held(crm: Crm, people: Callable[..., None], by: str) -> None:
    people("ann", "bo", "cy")
    for number in ("1", "2"):
        crm("contact", "edit", number, "--phone", f"+31 20 123 456{number}")
    crm("contact", "prefer", "2", "--no-phone")
    crm("campaign", "message", "Spring", "--channel", "phone", "--text", "Ask {{ first_name }} about beans")
    done = crm("campaign", "send", "Spring", "--channel", "phone")
    assert "planned 1 call:" in done.err
    assert reasons(crm) == {"bo": "wants no calls at all (do_not_phone)", "cy": "has no phone number"}
    [call] = crm("campaign", "calls", "Spring", "-o", "json").json
    assert (call["name"], call["phone"], call["body"]) == (
        "Ann Lee",
        "+31 20 123 4561",
        "Ask Ann about beans",
    )
    assert "nobody is left to call anew" in crm("campaign", "send", "Spring", "--channel", "phone").err
    if by == "activity edit":
        crm("activity", "edit", str(call["id"]), "--status", "done", "--outcome", "Wants a quote")
    else:
        assert crm(*by.split(), "Ann Lee", "Wants a quote").code == 0
    assert members(crm)["ann"] == "delivered"
    assert crm("campaign", "calls", "Spring", "-o", "json").json == []
    crm("undo")
    assert members(crm)["ann"] == "targeted"
    assert len(crm("campaign", "calls", "Spring", "-o", "json").json) == 1


def test_sending_is_not_crossed_silently(crm: Crm, people: Callable[..., None], office: Office) -> None:
    people("ann")
    crm("campaign", "send", "Spring")
    assert crm("undo").code == 2
    assert office.times == {"ann@example.org": 1}


def test_without_a_server_the_outbox_has_each_once(
    store: Path, crm: Crm, people: Callable[..., None]
) -> None:
    people("ann", "bo")
    done = crm("campaign", "send", "Spring")
    assert "sent 2, into" in done.err
    crm("campaign", "send", "Spring")
    assert len(list(store.with_name("outbox").iterdir())) == 2


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_campaign_goes_on_and_nobody_gets_it_twice(
    crm: Crm, people: Callable[..., None], office: Office, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - moments, not secrets
    names = [f"a{number}" for number in range(10)]
    people(*names, "nope", "quiet")
    crm("contact", "prefer", "nope@example.org", "--no-email")
    crm("contact", "prefer", "quiet@example.org", "--no-bulk-email")
    killed: list[str] = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "crm_cli", "campaign", "send", "Spring"], stderr=subprocess.PIPE
        )
        left = chance.randrange(1, 14)

        def watch(_moment: str, to: str, process: "subprocess.Popen[bytes]" = process) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                killed.append(to)
                os.kill(process.pid, signal.SIGKILL)

        office.watch = watch
        process.communicate()
    office.watch = lambda _moment, _to: None
    assert crm("campaign", "send", "Spring").code == 0
    assert set(office.times.values()) <= {1}
    assert not {"nope@example.org", "quiet@example.org"} & set(office.times)
    assert reasons(crm) == {
        "nope": "wants no e-mail at all (do_not_email)", "quiet": "wants no mass e-mail (do_not_bulk_email)",
    }  # fmt: skip
    rows = crm("delivery", "list", "--columns", "to,status", "-o", "json").json
    assert len(rows) == len(names)
    doubtful = {row["to"] for row in rows if row["status"] == "uncertain"}
    assert doubtful <= set(killed)
    assert {row["to"] for row in rows if row["status"] == "sent"} == {
        f"{name}@example.org" for name in names
    } - doubtful
    assert all(office.times[row["to"]] == 1 for row in rows if row["status"] == "sent")


def test_what_waits_can_be_looked_at_as_it_will_go_out(
    crm: Crm, people: Callable[..., None], office: Office
) -> None:
    people("ann")
    port = str(office.port)
    crm("config", "set", "smtp.port", "1")
    crm("campaign", "send", "Spring")
    shown = crm("delivery", "show", "1").out
    assert "Subject: Hi Ann\n" in shown
    assert "Dear Ann: mailto:me@example.org" in shown
    crm("config", "set", "smtp.port", port)
    assert "sent 1" in crm("campaign", "run-due").err
    assert "Dear Ann: mailto:me@example.org" in crm("delivery", "show", "1").out
