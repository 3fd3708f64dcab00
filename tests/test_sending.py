"""Sending what is queued to a real mail server: what is taken, refused, put off, and in doubt."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest
import trustme
from conftest import Crm, Terminal
from post_office import Office, opened

from crm_cli import db
from crm_cli.errors import InvalidError
from crm_cli.rules import outgoing, sending
from crm_cli.rules.sending.carrying import Pace, StoppedError
from crm_cli.rules.sending.outbox import Outbox

Queue = Callable[..., list[int]]
# The server warns of logins without encryption, which are tested here.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def office() -> Iterator[Office]:
    with opened() as found:
        yield found


@pytest.fixture
def queue(store: Path, crm: Crm) -> Queue:
    """Queue a message to each address, from me@example.org."""
    crm("config", "set", "me", "Mé Quist")
    crm("config", "set", "email", "me@example.org")

    def put(*addresses: str, **columns: object) -> list[int]:
        with db.change(store, "test") as change:
            text = {"subject": "Hé\u200cllo", "body": "Dear you,\n.\nyours\n"} | columns
            return outgoing.enqueue_all(change, ({"to": each, **text} for each in addresses))

    return put


@pytest.fixture
def posted(office: Office, crm: Crm) -> Office:
    """The mail server is that of the settings."""
    reach(crm, office)
    return office


def reach(crm: Crm, office: Office, tls: str = "none", host: str = "127.0.0.1") -> None:
    for key, value in {"host": host, "port": str(office.port), "tls": tls}.items():
        assert crm("config", "set", f"smtp.{key}", value).code == 0


def statuses(crm: Crm) -> dict[str, str]:
    rows = crm("delivery", "list", "--columns", "to,status", "-o", "json").json
    return {row["to"].partition("@")[0]: row["status"] for row in rows}


def test_what_is_queued_goes_out_over_one_connection(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org", "b@example.org", to_name="Ann Lee", html="<p>Dear you</p>")
    done = crm("delivery", "send")
    assert (done.code, done.err) == (0, "sent 2\n")
    assert posted.times == {"a@example.org": 1, "b@example.org": 1}
    assert posted.connections == 1
    message = posted.received["a@example.org"]
    assert message["From"] == "Mé Quist <me@example.org>"
    assert message["To"] == "Ann Lee <a@example.org>"
    assert message["Subject"] == "Hé\u200cllo"
    assert message["Auto-Submitted"] is message["List-Unsubscribe"] is None
    assert message["Date"] == "Mon, 15 Jun 2026 12:00:00 +0000"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == "Dear you,\n.\nyours\n"
    assert "<p>Dear you</p>" in html.get_content()
    assert message.get_content_type() == "multipart/alternative"
    assert message["Message-ID"] == crm("delivery", "list", "1", "--columns", "message_id").lines[0]
    assert set(statuses(crm).values()) == {"sent"}
    assert crm("delivery", "send").err == "nothing to send\n"


def test_marketing_names_where_to_unsubscribe(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org", purpose="marketing")
    crm("delivery", "send")
    assert (
        posted.received["a@example.org"]["List-Unsubscribe"] == "<mailto:me@example.org?subject=unsubscribe>"
    )


def test_one_that_is_refused_does_not_hold_up_the_others(crm: Crm, queue: Queue, posted: Office) -> None:
    crm("contact", "add", "No One", "--email", "nobody@example.org")
    crm("contact", "add", "Full Box", "--email", "full@example.org")
    queue("a@example.org", "nobody@example.org", "policy@example.org", "full@example.org", "b@example.org")
    done = crm("delivery", "send")
    assert done.code == 0
    assert done.err.splitlines()[-1] == "sent 2, refused 3"
    assert "delivery 2 to nobody@example.org: 550 5.1.1 no such user here" in done.err
    assert set(posted.times) == {"a@example.org", "b@example.org"}
    assert statuses(crm) == {
        "a": "sent",
        "nobody": "failed",
        "policy": "failed",
        "full": "failed",
        "b": "sent",
    }
    held = crm("sql", "SELECT value, invalid FROM contact_email ORDER BY id", "-o", "json").json
    assert [(row["value"], row["invalid"]) for row in held] == [
        ("nobody@example.org", 1),
        ("full@example.org", 0),
    ]


def test_one_that_is_put_off_is_tried_again_by_a_later_run(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("grey@example.org", "a@example.org")
    assert crm("delivery", "send").err.splitlines()[-1] == "sent 1, put off 1"
    [held] = crm("delivery", "list", "1", "--columns", "status,send_at,attempts,error", "-o", "json").json
    assert held == {"status": "queued", "send_at": "2026-06-15T12:05:00Z", "attempts": 1,
                    "error": "451 4.7.1 greylisted, try again later"}  # fmt: skip
    assert crm("delivery", "send").err == "nothing to send; delivery 1 for later\n"
    posted.kind.clear()
    assert crm("delivery", "send", env={"CRM_NOW": "2026-06-15T12:05:00Z"}).err == "sent 1\n"
    assert posted.times["grey@example.org"] == 1


def test_what_is_put_off_for_days_is_given_up(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("grey@example.org")
    for _ in range(10):
        assert crm("delivery", "send", "1").err.endswith("put off 1\n")
    assert "given up after 11 tries" in crm("delivery", "send", "1").err
    assert statuses(crm) == {"grey": "failed"}
    assert posted.received == {}


def test_a_connection_lost_before_the_text_is_made_again(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("early@example.org", "a@example.org")
    done = crm("delivery", "send")
    assert done.err.splitlines()[-1] == "sent 1, put off 1"
    assert statuses(crm) == {"early": "queued", "a": "sent"}
    assert posted.connections == 3


def test_a_connection_lost_after_the_text_leaves_it_uncertain(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("late@example.org", "a@example.org")
    done = crm("delivery", "send")
    assert done.err.splitlines()[-1] == "sent 1, uncertain 1"
    assert statuses(crm) == {"late": "uncertain", "a": "sent"}
    again = crm("delivery", "send", "1")
    assert "may have arrived; --retry-uncertain sends it again" in again.err
    assert posted.times["late@example.org"] == 1
    assert crm("delivery", "send", "1", "--retry-uncertain").err.splitlines()[-1] == "uncertain 1"
    assert posted.times["late@example.org"] == 2
    assert crm("delivery", "edit", "1", "--status", "sent").code == 0
    assert crm("delivery", "send", "--retry-uncertain").err == "nothing to send\n"


def test_no_server_leaves_all_queued(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org")
    crm("config", "set", "smtp.port", "1")
    done = crm("delivery", "send")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith("crm: cannot reach 127.0.0.1:1: Connection refused")
    assert statuses(crm) == {"a": "queued"}
    assert crm("delivery", "list", "--columns", "attempts").lines == ["0"]
    assert posted.connections == 0


def test_a_reply_stands_although_nothing_can_be_sent(crm: Crm, queue: Queue, posted: Office) -> None:
    queue()
    crm("config", "set", "smtp.port", "1")
    crm("contact", "add", "Ann", "--email", "ann@example.org")
    crm("case", "add", "Pump", "--contact", "ann")
    done = crm("case", "reply", "1", "It is on its way.")
    assert done.code == 0
    assert "1 message is still queued: cannot reach" in done.err
    assert statuses(crm) == {"ann": "queued"}
    reach(crm, posted)
    assert crm("delivery", "send").err == "sent 1\n"
    assert posted.received["ann@example.org"]["Subject"] == "[C-2026-0001] Pump"


@pytest.mark.parametrize(
    ("password", "said"),
    [("wrong", "does not let ann in (535"), ("", "no password for ann; give it in CRM_SMTP_PASSWORD")],
)
def test_who_is_not_let_in_sends_nothing(crm: Crm, queue: Queue, password: str, said: str) -> None:
    queue("a@example.org", "b@example.org")
    with opened(login=True) as office:
        reach(crm, office)
        crm("config", "set", "smtp.user", "ann")
        done = crm("delivery", "send", env={"CRM_SMTP_PASSWORD": password})
        assert (done.code, len(done.err.splitlines())) == (1, 1)
        assert said in done.err
        assert statuses(crm) == {"a": "queued", "b": "queued"}
        assert crm("delivery", "send", env={"CRM_SMTP_PASSWORD": "sesame"}).err == "sent 2\n"


def test_the_password_may_come_from_the_keyring(
    crm: Crm, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring

    monkeypatch.setattr(
        keyring, "get_password", lambda service, user: {("crm", "ann"): "sesame"}[service, user]
    )
    queue("a@example.org")
    with opened(login=True) as office:
        reach(crm, office)
        crm("config", "set", "smtp.user", "ann")
        assert crm("delivery", "send").err == "sent 1\n"


@pytest.mark.parametrize(("password", "let_in"), [("sesame", True), ("swordfish", False)])
def test_the_password_is_written_nowhere(
    crm: Crm, queue: Queue, tmp_path: Path, password: str, let_in: bool
) -> None:
    queue("a@example.org", "nobody@example.org")
    told = []
    with opened(login=True) as office:
        reach(crm, office)
        crm("config", "set", "smtp.user", "ann")
        for words in (
            ("delivery", "send"), ("config", "set", "smtp.password", password), ("config", "list"),
            ("delivery", "list", "-o", "json"), ("history",), ("db", "info"),
            ("export", "--all", str(tmp_path / "all")),
        ):  # fmt: skip
            done = crm(*words, env={"CRM_SMTP_PASSWORD": password})
            told.append(done.out + done.err)
    assert bool(office.received) == let_in
    assert password not in "".join(told)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert password.encode() not in file.read_bytes(), file


def test_a_password_does_not_go_out_unencrypted(crm: Crm, queue: Queue) -> None:
    queue("a@example.org")
    for key, value in {"host": "mail.example.org", "tls": "none", "user": "ann"}.items():
        crm("config", "set", f"smtp.{key}", value)
    done = crm("delivery", "send", env={"CRM_SMTP_PASSWORD": "sesame"})
    assert (done.code, statuses(crm)) == (1, {"a": "queued"})
    assert "would go out unencrypted" in done.err
    assert crm("config", "set", "smtp.password", "sesame").code == 2


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_certificate_is_trusted_or_refused(crm: Crm, queue: Queue, tmp_path: Path, tls: str) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    queue("a@example.org")
    with opened(
        tls=context if tls == "ssl" else None, starttls=context if tls == "starttls" else None
    ) as office:
        reach(crm, office, tls, host="localhost")
        done = crm("delivery", "send")
        assert (done.code, len(done.err.splitlines())) == (1, 1)
        assert "its certificate is not trusted" in done.err
        assert statuses(crm) == {"a": "queued"}
        crm("config", "set", "smtp.ca", str(tmp_path / "ca.pem"))
        assert crm("delivery", "send").err == "sent 1\n"
        assert office.times["a@example.org"] == 1


def test_a_server_without_encryption_gets_nothing(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org")
    reach(crm, posted, "starttls")
    done = crm("delivery", "send")
    assert (done.code, statuses(crm)) == (1, {"a": "queued"})
    assert "offers no STARTTLS" in done.err
    assert posted.received == {}


def test_the_rate_is_kept_to(store: Path, queue: Queue, posted: Office) -> None:
    queue(*(f"a{number}@example.org" for number in range(4)))
    slept: list[float] = []
    clock = [100.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    counts = sending.deliver(store, pace=Pace(30, lambda: clock[0], sleep))
    assert (counts.sent, slept) == (4, [2.0, 2.0, 2.0])
    assert len(posted.received) == 4


def test_without_a_server_messages_are_files(store: Path, crm: Crm, queue: Queue) -> None:
    queue("a@example.org", "b@example.org")
    done = crm("delivery", "send")
    outbox = store.with_name("outbox")
    assert (
        done.err == f"sent 2, into {outbox}, since no mail server is set (`crm config set smtp.host HOST`)\n"
    )
    files = sorted(outbox.iterdir())
    assert len(files) == 2
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert {message["To"] for message in messages} == {"a@example.org", "b@example.org"}
    assert [file.name for file in files] == [
        f"2026-06-15_{m['Message-ID'].strip('<>')}.eml" for m in messages
    ]
    assert outbox.stat().st_mode & 0o077 == files[0].stat().st_mode & 0o077 == 0


def test_the_outbox_may_stand_elsewhere(tmp_path: Path, crm: Crm, queue: Queue) -> None:
    crm("config", "set", "outbox", str(tmp_path / "here"))
    queue("a@example.org")
    crm("delivery", "send")
    assert len(list((tmp_path / "here").glob("*.eml"))) == 1
    (tmp_path / "file").touch()
    crm("config", "set", "outbox", str(tmp_path / "file"))
    queue("b@example.org")
    done = crm("delivery", "send")
    assert (done.code, statuses(crm)["b"]) == (1, "queued")
    assert "cannot write to the outbox" in done.err


def test_what_is_not_due_waits_unless_it_is_named(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org", send_at="2026-06-16T08:00:00Z")
    assert crm("delivery", "send").err == "nothing to send; delivery 1 for later\n"
    assert crm("delivery", "send", "--dry-run", "1").err == "would send delivery 1\n"
    assert posted.received == {}
    assert crm("delivery", "send", "1").err == "sent 1\n"


def test_what_is_cancelled_does_not_go_out(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org", "b@example.org")
    assert crm("delivery", "cancel", "1").err == "cancelled delivery 1\n"
    assert "is cancelled" in crm("delivery", "send", "1").err
    crm("delivery", "send")
    assert set(posted.received) == {"b@example.org"}
    assert crm("delivery", "cancel", "2").code == 4
    assert crm("delivery", "edit", "2", "--body", "x").code == 4
    assert crm("delivery", "edit", "2", "--status", "queued").code == 4
    assert crm("delivery", "edit", "1", "--status", "sent").code == 4


def test_a_refused_one_goes_out_when_its_address_is_mended(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("nobody@example.org")
    crm("delivery", "send")
    assert crm("delivery", "send").err == "nothing to send\n"
    crm("delivery", "edit", "1", "--to", "a@example.org", "--status", "queued")
    assert crm("delivery", "send").err == "sent 1\n"
    assert set(posted.received) == {"a@example.org"}


def test_marketing_is_held_back_from_who_has_opted_out_since(crm: Crm, queue: Queue, posted: Office) -> None:
    for name in ("ann", "bob"):
        crm("contact", "add", name, "--email", f"{name}@example.org")
    queue("ann@example.org", purpose="marketing", contact_id=1)
    queue("bob@example.org", purpose="marketing", contact_id=2)
    crm("contact", "consent", "ann", "opted_out")
    assert crm("delivery", "send").err == "sent 1, no longer wished for 1\n"
    assert set(posted.received) == {"bob@example.org"}
    [held] = crm("delivery", "list", "1", "--columns", "status,error", "-o", "json").json
    assert held == {"status": "cancelled", "error": "opted out of marketing on 2026-06-15"}


def test_a_member_is_told_what_became_of_the_message(crm: Crm, queue: Queue, posted: Office) -> None:
    crm("campaign", "add", "Spring")
    for name in ("ann", "nobody", "cid"):
        crm("contact", "add", name, "--email", f"{name}@example.org")
        crm("member", "add", name, "--campaign", "Spring", "--contact", name)
    crm("contact", "prefer", "cid", "--no-bulk-email")
    for number, name in enumerate(("ann", "nobody", "cid"), 1):
        queue(f"{name}@example.org", purpose="marketing", contact_id=number, member_id=number, campaign_id=1)
    crm("delivery", "send")
    rows = crm("member", "list", "--columns", "status,reason,sent_at", "-o", "json", "--sort", "id").json
    assert [row["status"] for row in rows] == ["sent", "bounced", "excluded"]
    assert rows[2]["reason"] == "wants no mass e-mail (do_not_bulk_email)"
    assert rows[0]["sent_at"] == "2026-06-15T12:00:00Z"
    assert set(posted.received) == {"ann@example.org"}


def test_a_text_may_be_made_when_it_goes_out(crm: Crm, store: Path, queue: Queue, posted: Office) -> None:
    queue("a@example.org", "b@example.org", body=None)

    def compose(row: sending.Row) -> sending.Text:
        if row["to"].startswith("b"):
            raise sending.RefusedError("the template says {{ nme }}, which is not known")
        return sending.Text("Made", f"for {row['to']}\n")

    assert crm("delivery", "send").err == "nothing to send\n"
    assert "its campaign sends it" in crm("delivery", "send", "1").err
    counts = sending.deliver(store, compose=compose)
    assert (counts.sent, counts.refused) == (1, 1)
    assert posted.received["a@example.org"].get_content().strip() == "for a@example.org"
    assert posted.received["a@example.org"]["Subject"] == "Made"


def test_addresses_beyond_ascii_go_out(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("ann@bücher.example.org", "jörg@example.org")
    assert crm("delivery", "send").err == "sent 2\n"
    assert set(posted.received) == {"ann@xn--bcher-kva.example.org", "jörg@example.org"}


def test_sending_is_one_entry_of_the_history_that_undo_does_not_cross_silently(
    crm: Crm, queue: Queue, posted: Office
) -> None:
    crm("contact", "add", "Ann", "--email", "ann@example.org")
    queue("a@example.org", "b@example.org", "nobody@example.org")
    crm("delivery", "send")
    rows = crm("history", "-o", "json").json
    assert [(row["verb"], row["summary"]) for row in rows[:2]] == [
        ("delivery send", "2 sent, 1 refused"),
        ("test", ""),
    ]
    assert len(posted.received) == 2
    refused = crm("undo")
    assert refused.code == 2
    assert "2 sent, 1 refused stays, since nothing takes it back" in refused.err
    conflict = crm("undo", "--yes")
    assert conflict.code == 4
    assert "what was sent cannot be taken back" in conflict.err
    assert set(statuses(crm).values()) == {"sent", "failed"}


def test_what_came_before_sending_is_taken_back_when_asked_for(
    crm: Crm, queue: Queue, posted: Office
) -> None:
    queue("a@example.org")
    crm("contact", "add", "Ann", "--email", "ann@example.org")
    crm("delivery", "send")
    assert crm("undo", "--yes").code == 0
    assert crm("contact", "list", "--count").out == "0\n"
    assert (statuses(crm), len(posted.received)) == ({"a": "sent"}, 1)


@pytest.mark.parametrize("column", ["to", "to_name", "subject", "in_reply_to"])
def test_nothing_gets_into_the_head_of_a_message(crm: Crm, queue: Queue, column: str) -> None:
    for end in ("\r\n", "\n", "\r", "\0", "\u2028", "\x85", "\x1b", "\x0b"):
        columns = {"to": "a@example.org", column: f"a@example.org{end}Bcc: eve@example.org"}
        with pytest.raises(InvalidError, match="line break or control character"):
            queue(columns.pop("to"), **columns)
    assert crm("delivery", "list", "--count").out == "0\n"


def test_what_waits_in_a_restored_copy_is_uncertain(
    crm: Crm, queue: Queue, posted: Office, tmp_path: Path
) -> None:
    queue("a@example.org")
    copy = str(tmp_path / "copy.bak")
    assert crm("db", "backup", copy).code == 0
    crm("delivery", "send")
    done = crm("db", "restore", copy, "--yes")
    assert "1 that waited to be sent may have gone out since" in done.err
    assert crm("delivery", "send").err == "nothing to send\n"
    assert posted.times == {"a@example.org": 1}
    assert statuses(crm) == {"a": "uncertain"}


def test_an_interrupted_run_says_what_is_left(crm: Crm, queue: Queue, posted: Office) -> None:
    queue("a@example.org", "b@example.org", "c@example.org")
    process = subprocess.Popen(
        [sys.executable, "-m", "crm_cli", "delivery", "send"], stderr=subprocess.PIPE, text=True
    )

    def watch(moment: str, to: str) -> None:
        if (moment, to) == ("data", "b@example.org"):
            process.send_signal(signal.SIGINT)

    posted.watch = watch
    said = process.communicate()[1]
    assert process.returncode == 130
    assert said.splitlines()[-1] in (
        "crm: interrupted; 1 message is still queued",  # the server's answer is not waited for
        "crm: interrupted; 0 messages are still queued",
    )
    found = statuses(crm)
    assert found["a"] == "sent"
    assert found["b"] in ("uncertain", "sent")
    crm("delivery", "send")
    assert set(posted.times.values()) == {1}
    assert set(statuses(crm).values()) <= {"sent", "uncertain"}


def test_many_are_counted_in_a_terminal(queue: Queue, terminal: Terminal, posted: Office) -> None:
    queue(*(f"a{number}@example.org" for number in range(25)))
    done = terminal("delivery", "send")
    assert done.code == 0
    assert "25/25" in done.out
    assert done.out.strip().endswith("sent 25")
    assert len(posted.received) == 25


def test_two_that_send_at_once_send_each_message_once(crm: Crm, queue: Queue, posted: Office) -> None:
    addresses = [f"a{number}@example.org" for number in range(30)]
    queue(*addresses)
    command = [sys.executable, "-m", "crm_cli", "delivery", "send"]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [each.communicate()[1] for each in running]
    assert [each.returncode for each in running] == [0, 0]
    assert posted.times == dict.fromkeys(addresses, 1)
    assert "uncertain" not in "".join(said)
    assert set(statuses(crm).values()) == {"sent"}


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_run_sends_nothing_twice(crm: Crm, queue: Queue, posted: Office, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - moments, not secrets
    addresses = [f"a{number}@example.org" for number in range(12)]
    queue(*addresses)
    killed: list[tuple[str, str]] = []
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "crm_cli", "delivery", "send"], stderr=subprocess.PIPE
        )
        left = chance.randrange(12)

        def watch(moment: str, to: str, process: subprocess.Popen[bytes] = process) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                killed.append((moment, to))
                os.kill(process.pid, signal.SIGKILL)

        posted.watch = watch
        process.communicate()
    posted.watch = lambda _moment, _to: None
    last = crm("delivery", "send")
    found = statuses(crm)
    assert last.code == 0
    assert set(found.values()) <= {"sent", "uncertain"}
    assert set(posted.times.values()) <= {1}
    assert all(posted.times[f"{name}@example.org"] == 1 for name, status in found.items() if status == "sent")
    doubtful = {f"{name}@example.org" for name, status in found.items() if status == "uncertain"}
    assert doubtful <= {to for _, to in killed}
    assert {to for moment, to in killed if moment != "taken"} <= doubtful


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (KeyboardInterrupt(), {"c": "uncertain", "d": "queued"}),
        (StoppedError("full"), {"c": "queued", "d": "queued"}),
    ],
)
def test_a_batch_that_breaks_off_knows_of_each_what_became_of_it(
    store: Path, crm: Crm, queue: Queue, error: BaseException, left: dict[str, str]
) -> None:
    class Breaking(Outbox):
        def hand_over_all(self, messages: Sequence[EmailMessage]) -> Iterator[None]:
            for place, _ in enumerate(super().hand_over_all(messages)):
                if place == 2:
                    raise error
                yield

    queue(*(f"{name}@example.org" for name in "abcd"))
    counts = sending.deliver(store, carrier=Breaking(store.with_name("outbox")))
    assert counts.sent == 2
    assert statuses(crm) == {"a": "sent", "b": "sent"} | left
    assert {file.suffix for file in store.with_name("outbox").iterdir()} == {".eml"}
