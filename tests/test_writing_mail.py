"""Messages as they go out: what other programs read back is what was written, whatever names and subjects hold."""

import sqlite3
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.rules.sending import carrying, writing

NOW = "2026-06-15T12:00:00Z"
ANN = writing.Sender('Ann "Né" Lee, MD', "ann@example.org", "office@example.org", "Europe/Paris")
WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=120) | st.text(
    'ab äé€\u200c"<>,:@=?_', max_size=200
)


def row(**columns: Any) -> sqlite3.Row:
    """A delivery of these columns."""
    held = {
        "to": "to@example.org", "to_name": None, "subject": "Hello", "body": "Dear you", "html": None,
        "purpose": "service", "message_id": "<1@example.org>", "in_reply_to": None,
    } | columns  # fmt: skip
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    named = ", ".join(f'? AS "{name}"' for name in held)
    found: sqlite3.Row = connection.execute(f"SELECT {named}", tuple(held.values())).fetchone()
    connection.close()
    return found


def written(**columns: Any) -> bytes:
    return writing.write(row(**columns), ANN, NOW).as_bytes()


def told(words: str) -> str:
    return str(make_header(decode_header(words)))


def person(message: Message, name: str) -> tuple[str, str]:
    shown, address = parseaddr(str(message[name]).replace("\r\n", ""))
    return told(shown), address


@given(WORDS, WORDS)
def test_names_and_subjects_are_read_as_they_were_written(name: str, subject: str) -> None:
    name, subject = " ".join(name.split()), " ".join(subject.split())
    source = written(to_name=name, subject=subject)
    message = message_from_bytes(source)
    assert told(str(message["Subject"]).replace("\r\n", "")) == subject
    assert person(message, "To") == (name, "to@example.org")
    assert source.isascii()
    assert max(map(len, source.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
    assert b"\n" not in source.replace(b"\r\n", b"")


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=300))
def test_texts_are_read_as_they_were_written(body: str) -> None:
    message = message_from_bytes(written(body=body))
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    read = payload.decode()
    assert _lines(read) == _lines(body)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def test_what_is_answered_is_named_whole_however_long() -> None:
    long = f"<{'DB7PR04MB4011' * 8}@eurprd04.prod.example.org>"
    message = message_from_bytes(written(in_reply_to=long, message_id=long))
    assert message["In-Reply-To"] == message["References"] == message["Message-ID"] == long


def test_the_head_of_a_message() -> None:
    message = message_from_bytes(written(purpose="marketing", to_name="Bo, Jr"))
    assert person(message, "From") == ('Ann "Né" Lee, MD', "ann@example.org")
    assert person(message, "Reply-To") == ('Ann "Né" Lee, MD', "office@example.org")
    assert message["To"] == '"Bo, Jr" <to@example.org>'
    assert message["Date"] == "Mon, 15 Jun 2026 14:00:00 +0200"
    assert message["List-Unsubscribe"] == "<mailto:office@example.org?subject=unsubscribe>"
    assert message["MIME-Version"] == "1.0"


def test_html_alone_comes_with_its_text() -> None:
    message = writing.write(row(body=None, html="<p>Dear <b>you</b></p><p>Bye</p>"), ANN, NOW)
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == ["Dear", "you", "Bye"]


@pytest.mark.parametrize(
    "columns",
    [
        {"body": None},
        {"subject": "a\nBcc: eve@example.org"},
        {"to_name": "a\r\nb"},
        {"to": "ann@example.org\nBcc: eve@example.org"},
        {"in_reply_to": "<a>\r\nX: y"},
    ],
)
def test_what_would_not_hold_is_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(carrying.RefusedError):
        written(**columns)
