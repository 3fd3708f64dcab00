"""Mail in: whose it is, which way it went, what it says, and that nothing broken breaks the import."""

import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.formats import kinds, mail, markup
from crm_cli.formats.mail import Person
from crm_cli.formats.source import Source

SAMPLES = Path(__file__).parents[2] / "shared" / "data" / "vcard_ical_mail" / "cpython-email"
ADA, US = "ada@engines.example", "mara@us.example"
HARD = """From: MAILER-DAEMON@mx.example
To: mara@us.example
Subject: Undelivered
Message-ID: <{key}@mx.example>
Date: Mon, 01 Jun 2026 08:00:00 +0000
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ADA@engines.example
Action: {action}
Status: {status}

--B--
"""


@pytest.fixture(autouse=True)
def settings_file(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = store.with_name("config.toml")
    file.write_text(f'email = "{US}"\nzone = "Europe/Berlin"\ncurrency = "EUR"\n')
    monkeypatch.setenv("CRM_CONFIG", str(file))


@furnished
def ada(crm: Crm) -> None:
    assert crm("contact", "add", "Ada Lovelace", "--email", ADA).code == 0


def letter(key: str = "1", **headers: str) -> EmailMessage:
    made = EmailMessage()
    told = {"From": f"Ada Lovelace <{ADA}>", "To": US, "Subject": "Machines", "Message-ID": f"<{key}@x>",
            "Date": "Mon, 01 Jun 2026 09:30:00 +0200"} | headers  # fmt: skip
    for name, text in told.items():
        made[name] = text
    made.set_content("Two machines, please.")
    return made


def box(path: Path, *letters: EmailMessage) -> str:
    held = mailbox.mbox(path)
    for each in letters:
        held.add(each)
    held.close()
    return str(path)


def taken(crm: Crm, *args: str) -> dict[str, Any]:
    result = crm("activity", "import", *args, "-o", "json")
    assert result.code == 0, result.err
    found: dict[str, Any] = result.json
    parts = ("created", "updated", "unchanged", "skipped", "rejected")
    assert found["read"] == sum(found[name] for name in parts)
    return found


def activities(crm: Crm) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm("activity", "export", "-o", "json").json
    return found


@pytest.mark.usefixtures("ada")
def test_a_message_is_an_activity_of_whom_it_bears(crm: Crm, tmp_path: Path) -> None:
    crm("contact", "add", "Bob", "--email", "bob@x.example")
    crm("lead", "add", "Cleo", "--email", "Cleo@x.example")
    file = tmp_path / "one.eml"
    file.write_bytes(bytes(letter(Cc="bob@x.example, CLEO@X.example")))
    assert taken(crm, str(file))["created"] == 1
    [found] = activities(crm)
    assert found["about"] == "contact:1 contact:2 lead:1"
    assert [each["contact"] for each in found["participants"]] == ["Ada Lovelace", "Bob"]
    told = {"kind": "email", "subject": "Machines", "body": "Two machines, please.", "status": "done",
            "done_at": "2026-06-01T07:30:00Z", "direction": "in", "external_id": "1@x",
            "external_source": "mail"}  # fmt: skip
    assert told.items() <= found.items()


def test_what_we_wrote_goes_out_and_touches_the_lead(crm: Crm, tmp_path: Path) -> None:
    crm("lead", "add", "Cleo", "--email", "cleo@x.example")
    file = box(tmp_path / "sent.mbox", letter(From=US.upper(), To="Cleo <cleo@x.example>"))
    assert taken(crm, file)["created"] == 1
    assert activities(crm)[0]["direction"] == "out"
    [lead] = crm("lead", "export", "-o", "json").json
    assert (lead["status"], lead["first_touch_at"]) == ("contacted", "2026-06-01T07:30:00Z")


@pytest.mark.usefixtures("ada")
def test_never_twice_from_whatever_file(crm: Crm, tmp_path: Path) -> None:
    inbox = box(tmp_path / "inbox", letter("1"), letter("2"))
    assert taken(crm, inbox)["created"] == 2
    assert taken(crm, inbox)["unchanged"] == 2
    other = box(tmp_path / "archive.mbox", letter("2"), letter("3"), letter("3"))
    assert {"created": 1, "unchanged": 2}.items() <= taken(crm, other).items()
    without = letter(Subject="No key")
    del without["Message-ID"]
    assert taken(crm, box(tmp_path / "none", without))["created"] == 1
    assert taken(crm, box(tmp_path / "none again", without))["unchanged"] == 1


@pytest.mark.usefixtures("ada")
def test_words_changed_here_stay_and_new_people_join(crm: Crm, tmp_path: Path) -> None:
    file = box(tmp_path / "box", letter(Cc="bob@x.example"))
    taken(crm, file)
    crm("activity", "edit", "1", "--subject", "Mine", "--about", "contact:1")
    crm("contact", "add", "Bob", "--email", "bob@x.example")
    assert taken(crm, file)["updated"] == 1
    [found] = activities(crm)
    assert (found["subject"], found["about"]) == ("Mine", "contact:1 contact:2")
    assert taken(crm, file)["unchanged"] == 1


def test_mail_about_nobody_is_left_out_and_its_sender_named(crm: Crm, tmp_path: Path) -> None:
    file = box(
        tmp_path / "box",
        letter("1"),
        letter("2"),
        letter("3", **{"From": "list@x.example", "List-Id": "<l>"}),
    )
    result = crm("activity", "import", file)
    assert (result.code, result.out) == (0, "")
    assert f"{ADA} (2)" in result.err
    assert "list@" not in result.err
    assert "3 read = 3 skipped" in result.err
    assert taken(crm, file, "--keep-unknown")["created"] == 3


def test_unknown_senders_become_leads_before_any_message_is_taken(crm: Crm, tmp_path: Path) -> None:
    first = letter("1", From=US, To=ADA, Date="Sun, 31 May 2026 10:00:00 +0000")
    robot = letter("3", From="no-reply@shop.example")
    file = box(tmp_path / "box", first, letter("2"), robot)
    found = taken(crm, file, "--create-leads")
    assert (found["created"], found["skipped"], found["linked"]) == (2, 1, {"lead": 1})
    [lead] = crm("lead", "export", "-o", "json").json
    told = {"name": "Ada Lovelace", "email": ADA, "source": "email", "created_at": "2026-06-01T07:30:00Z"}
    assert told.items() <= lead.items()
    assert {each["about"] for each in activities(crm)} == {"lead:1"}
    assert taken(crm, file, "--create-leads")["linked"] == {}


@pytest.mark.usefixtures("ada")
def test_one_import_is_one_thing_to_undo(crm: Crm, tmp_path: Path) -> None:
    file = box(tmp_path / "box", letter("1"), letter("2", From="new@x.example"))
    assert taken(crm, file, "--create-leads", "--dry-run")["created"] == 2
    assert (activities(crm), crm("lead", "list").out) == ([], "")
    taken(crm, file, "--create-leads")
    assert crm("undo", "--yes").code == 0
    assert (activities(crm), crm("lead", "list").out) == ([], "")


@pytest.mark.parametrize(
    ("action", "status", "invalid"),
    [
        ("failed", "5.1.1", True),
        ("failed", "4.4.1", False),
        ("delayed", "4.2.2", False),
        ("relayed", "2.0.0", False),
    ],
)
@pytest.mark.usefixtures("ada")
def test_only_a_hard_bounce_marks_the_address(
    crm: Crm, tmp_path: Path, action: str, status: str, invalid: bool
) -> None:
    file = tmp_path / "bounce.eml"
    file.write_text(HARD.format(key="b", action=action, status=status))
    assert taken(crm, str(file), "--keep-unknown")["created"] == 1
    [contact] = crm("contact", "export", "-o", "json").json
    assert contact["emails"][0]["invalid"] is invalid


@pytest.mark.usefixtures("ada")
def test_an_address_that_was_mended_is_not_marked_by_the_same_report_again(
    crm: Crm, store: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bounce.eml"
    file.write_text(HARD.format(key="b", action="failed", status="5.1.1"))
    assert "came back: 1" in crm("activity", "import", str(file)).err
    assert activities(crm)[0]["about"] == "contact:1"
    with db.change(store, "mend") as change:
        change.connection.execute("UPDATE contact_email SET invalid = 0")
    assert taken(crm, str(file))["unchanged"] == 1
    assert crm("contact", "export", "-o", "json").json[0]["emails"][0]["invalid"] is False


@pytest.mark.usefixtures("ada")
def test_a_folder_is_one_import_and_what_is_no_mail_is_passed_over(crm: Crm, tmp_path: Path) -> None:
    folder = tmp_path / "Mail"
    held = mailbox.Maildir(folder)
    for number in range(3):
        held.add(letter(str(number)))
    (folder / "cur" / "index.dat").write_text("nothing")
    result = crm("activity", "import", str(folder))
    assert "3 read = 3 created" in result.err
    assert "passed over: 1" in result.err
    assert len(crm("history", "-o", "json").json) == 2


@pytest.mark.usefixtures("ada")
def test_standard_input_and_the_import_of_anything_take_mail(crm: Crm, tmp_path: Path) -> None:
    assert crm("activity", "import", "-", input=bytes(letter("1"))).code == 0
    file = box(tmp_path / "box.mbox", letter("1"), letter("2"))
    result = crm("import", file)
    assert "holds activities" in result.err
    assert "2 read = 1 created + 1 unchanged" in result.err


@pytest.mark.parametrize("args", [("contact", "import"), ("task", "import")])
def test_a_noun_that_mail_is_not_is_refused(crm: Crm, tmp_path: Path, args: tuple[str, ...]) -> None:
    result = crm(*args, box(tmp_path / "box", letter()))
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "`crm activity import` takes it" in result.err


def test_options_of_tables_are_refused(crm: Crm, tmp_path: Path) -> None:
    result = crm("activity", "import", box(tmp_path / "box", letter()), "--map", "A=subject")
    assert (result.code, "--map is for tables" in result.err) == (2, True)


@pytest.mark.usefixtures("ada")
def test_fields_can_be_set_for_all(crm: Crm, tmp_path: Path) -> None:
    taken(crm, box(tmp_path / "box", letter()), "--set", "tags=mail", "--set", "priority=low")
    assert {"tags": ["mail"], "priority": "low"}.items() <= activities(crm)[0].items()


@pytest.mark.usefixtures("ada")
def test_attachments_are_named_and_not_kept(crm: Crm, tmp_path: Path) -> None:
    sent = letter()
    sent.add_attachment(b"%PDF" * 1000, maintype="application", subtype="pdf", filename="Angebot für Ada.pdf")
    result = crm("activity", "import", box(tmp_path / "box", sent))
    assert "attachments are named but not kept: 1" in result.err
    [found] = activities(crm)
    assert found["notes"] == "Attachments, not kept: Angebot für Ada.pdf"
    assert found["body"] == "Two machines, please."


def read(data: bytes, tmp_path: Path) -> list[mail.Message]:
    file = tmp_path / "read.eml"
    file.write_bytes(data)
    return [message for _, message in mail.read(Source(str(file)))]


def test_plain_text_comes_before_html_and_html_is_read_as_text(tmp_path: Path) -> None:
    both = letter()
    both.add_alternative("<p>Two <b>machines</b></p>", subtype="html")
    assert read(bytes(both), tmp_path)[0].body == "Two machines, please."
    page = letter()
    page.set_content(
        "<style>p{}</style><p>Two<br>machines &amp; more</p><script>x()</script>", subtype="html"
    )
    assert read(bytes(page), tmp_path)[0].body == "Two\nmachines & more"


@pytest.mark.parametrize(
    ("header", "read_as"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?b?R3LDvMOfZQ==?= =?iso-8859-1?q?_aus_K=F6ln?=", "Grüße aus Köln"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b"=?no-such-charset?q?Gr=FC=DFe?=", "Grüße"),
        (b"=?utf-8?b?%%%?=", "=?utf-8?b?%%%?="),
        (b"folded\r\n over lines", "folded over lines"),
        (b"", ""),
    ],
)
def test_subjects_are_read_however_they_are_written(tmp_path: Path, header: bytes, read_as: str) -> None:
    data = b"From: a@x.example\r\nSubject: " + header + b"\r\n\r\nText"
    assert read(data, tmp_path)[0].subject == read_as


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("bbb@ddd.com (John X. Doe)", Person("bbb@ddd.com", "John X. Doe")),
        ('"Doe, John" <john@x.example>', Person("john@x.example", "Doe, John")),
        ("=?utf-8?q?M=C3=BCller=2C_Eva?= <eva@x.example>", Person("eva@x.example", "Müller, Eva")),
        ("Eva <<eva@x.example>", Person("eva@x.example", "")),
        ("undisclosed-recipients:;", None),
        ("nobody", None),
    ],
)
def test_senders_are_read_however_they_are_written(tmp_path: Path, text: str, person: Person | None) -> None:
    [found] = read(f"From: {text}\nSubject: S\n\nText".encode(), tmp_path)
    assert found.sender == person


@pytest.mark.parametrize(
    ("headers", "sent_at"),
    [
        ("Date: Mon, 01 Jun 2026 09:30:00 +0200", "2026-06-01T07:30:00Z"),
        ("Date: 1 Jun 26 09:30 EST", "2026-06-01T14:30:00Z"),
        ("Date: Mon, 01 Jun 2026 09:30:00 -0000", "2026-06-01T09:30:00Z"),
        ("Date: yesterday\nReceived: by x; Mon, 01 Jun 2026 09:30:00 +0000", "2026-06-01T09:30:00Z"),
        ("Date: Mon, 99 Foo 2026 99:99:99 +9999", None),
        ("X-None: 1", None),
    ],
)
def test_when_it_was_sent(tmp_path: Path, headers: str, sent_at: str | None) -> None:
    assert read(f"From: a@x.example\n{headers}\n\nText".encode(), tmp_path)[0].sent_at == sent_at


def test_an_mbox_is_parted_at_its_postmarks_only(tmp_path: Path) -> None:
    file = tmp_path / "box"
    file.write_bytes(
        b"\nFrom - Mon Jun  1 09:30:00 2026\nFrom: a@x.example\nSubject: 1\n\nHello\n\n"
        b"From here on it is text.\n\n>From quoted\n\n"
        b"From b@x.example Mon Jun  1 10:00:00 2026\nFrom: b@x.example\nSubject: 2\n\nBye\n"
    )
    found = list(mail.read(Source(str(file))))
    assert [(line, message.subject) for line, message in found] == [(2, "1"), (12, "2")]
    assert found[0][1].body == "Hello\n\nFrom here on it is text.\n\nFrom quoted"
    assert found[0][1].sent_at == "2026-06-01T09:30:00Z"


def test_nesting_beyond_all_use_is_not_followed(tmp_path: Path) -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000))
    [found] = read(b"From: a@x.example\nSubject: Deep\n" + deep, tmp_path)
    assert found.subject == "Deep"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a &lt; b &nbsp; c", "a < b c"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<head><title>T</title><body>B", "B"),
    ],
)
def test_html_as_people_read_it(html: str, text: str) -> None:
    assert markup.text_of(html) == text


needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample messages are not here")


@needs_samples
def test_every_sample_is_taken_and_what_is_none_is_refused(crm: Crm) -> None:
    for file in sorted(SAMPLES.glob("*.txt")):
        result = crm("activity", "import", str(file), "--keep-unknown", "--dry-run", "-o", "json")
        if file.name == "msg_19.txt":  # the text of a message, without its headers
            assert result.err.splitlines()[-1].startswith("crm: nothing was imported")
        else:
            assert (result.code, result.json["created"], result.json["rejected"]) == (0, 1, 0), file.name


@needs_samples
def test_the_samples_together(crm: Crm) -> None:
    crm("contact", "add", "Barry", "--email", "barry@python.org")
    found = taken(crm, str(SAMPLES))
    assert (found["read"], found["created"], found["updated"]) == (47, 4, 0)
    crm("undo", "--yes")
    found = taken(crm, str(SAMPLES), "--create-leads")
    assert found["linked"]["lead"] > 10


@needs_samples
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_message_is_still_read(tmp_path: Path, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(sorted(SAMPLES.glob("*.txt")))).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.binary(max_size=8))
    for message in read(whole[:at] + damage + whole[at + data.draw(st.integers(0, 40)) :], tmp_path):
        said = (message.key, message.subject, message.body, *message.attachments, *message.undelivered)
        assert "".join(said).encode()
        assert "\0" not in "".join(said)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("From: a@x.example\n", "mail"),
        ("From MAILER-DAEMON Fri Apr 06 16:46:09 2001\n", "mail"),
        ("X-Mozilla-Status: 0001\nFrom: a\n", "mail"),
        ("\ufeffBEGIN:VCALENDAR\r\n", "calendar"),
        ("begin:vevent\n", "calendar"),
        ("From,To,Subject\na,b,c\n", None),
        ("Subject:,Date:\n", None),
        ("From time to time\n", None),
        ("BEGIN:VCARD\n", None),
    ],
)
def test_what_a_file_is(tmp_path: Path, start: str, kind: str | None) -> None:
    file = tmp_path / "file"
    file.write_text(start, encoding="utf-8")
    assert kinds.kind_of(Source(str(file))) == kind


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<!-- a < b --><p>Hi 1 < 2<!--[if mso]><td>no</td><![endif]--><br>there<!DOCTYPE x></p>", "Hi 1 < 2\nthere"),
        ("a<![if !x]>b<![endif]>c<?xml d?>e", "a b c e"),
        ("<![<![<![ open", "<![<![<![ open"),
        ("<p>kept <a " + "<a " * 100_000, "kept" + " <a" * 100_001),
    ],
)  # fmt: skip
def test_broken_pages_are_read_as_far_as_they_go(html: str, said: str) -> None:
    assert markup.text_of(html) == said


@pytest.mark.parametrize("sign", ["(", ":", "Re: ", "<", "a@", "a", " ", "=?utf-8?q?a?= ", '"'])
def test_a_header_of_one_sign_is_read(sign: str) -> None:
    made = mail.message(f"From: {sign * 50_000}\nTo: ann@x.org\nSubject: {sign * 50_000}\n\nHi\n".encode())
    assert (made.body, [person.address for person in made.receivers]) == ("Hi", ["ann@x.org"])
