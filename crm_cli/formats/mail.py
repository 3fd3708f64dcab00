"""Mail as it lies in files: single messages and mboxes, one message in memory at a time.

Headers are read as they come: encoded, with raw bytes, with charsets that do not exist, cut off. A broken one
loses what is broken, never the message. Texts are given whole, attachments by name only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Part
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import NamedTuple

from crm_cli.formats import markup
from crm_cli.formats.source import Source

_POSTMARK = re.compile(rb"From .*\d:\d\d")
_QUOTED = re.compile(rb"(?m)^>(>*From )")
_ADDRESS = re.compile(r"(?<![^\s@<>,;:\"])[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_KEY = re.compile(r"<([^<>]+)>")
_NOBODY = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|.*-(bounces?|request|owner))(\+|@)",
    re.IGNORECASE,
)
_MOST_WORDS = 10_000  # characters of a header whose encoded words are read
_LONGEST = 2_000  # characters of a header that says what a part is
FEW = 10  # lines among which the first that is not blank is looked for
_RULES = (
    MessageError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
)
"""What the standard library raises for headers that are not what they should be."""


class _Short(Compat32):
    """Headers as they come, but for those that say what a part is: the parser reads very long ones for ever."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and the value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST] if name.lower().startswith("content-") else value


_SHORT = _Short()


class Person(NamedTuple):
    """An address and the name beside it, which may be empty."""

    address: str
    name: str = ""


@dataclass(slots=True)
class Message:
    """One message, in stored form."""

    key: str
    """Its Message-ID, else a hash of what it says, the same wherever it lies."""
    sender: Person | None
    receivers: list[Person]
    """Those in To, Cc and Bcc."""
    sent_at: str | None
    """The instant in UTC; None where no header tells."""
    subject: str
    body: str
    attachments: list[str] = field(default_factory=list)
    automatic: bool = False
    """Written by a machine or sent to a list: its sender is nobody to make an acquaintance with."""
    undelivered: dict[str, bool] = field(default_factory=dict)
    """Of a delivery report: the addresses that were not reached, True for those that never will be."""
    answers: list[str] = field(default_factory=list)
    """The Message-IDs of what it answers, from the first of the conversation to the last."""


def read(source: Source) -> Iterator[tuple[int, Message]]:
    """Every message of a file, each with the line where it starts."""
    for line, data in _split(source):
        yield line, message(data)


def senders(source: Source) -> Iterator[Message]:
    """Every message of a file by its headers alone, which is much faster."""
    for _, data in _split(source):
        mark, rest = _postmark(data)
        yield _made(BytesHeaderParser(policy=_SHORT).parsebytes(rest), mark, whole=False)


def message(data: bytes) -> Message:
    """Read one message."""
    mark, rest = _postmark(data)
    try:
        return _made(BytesParser(policy=_SHORT).parsebytes(rest), mark)
    except RecursionError:  # nested beyond all use: what is inside stays unread
        return _made(BytesHeaderParser(policy=_SHORT).parsebytes(rest), mark)


def _split(source: Source) -> Iterator[tuple[int, bytes]]:
    """The messages of an mbox, or the one message of a file that begins as none; `>From` in an mbox is `From`."""
    with source.binary() as file:
        lines: list[bytes] = []
        first, blank, box = 1, True, False
        for number, line in enumerate(file, 1):
            begun = any(map(bytes.strip, lines)) if len(lines) < FEW else True
            if blank and (box or not begun) and _POSTMARK.match(line):
                if begun:
                    yield first, _joined(lines, box=box)
                box, first, lines = True, number, []
            lines.append(line)
            blank = not line.strip()
        if any(map(bytes.strip, lines)):
            yield first, _joined(lines, box=box)


def _joined(lines: list[bytes], *, box: bool) -> bytes:
    data = b"".join(lines).lstrip(b"\xef\xbb\xbf\r\n")
    return _QUOTED.sub(rb"\1", data) if box else data


def _postmark(data: bytes) -> tuple[str, bytes]:
    """The line that an mbox puts before a message, and the message."""
    if not _POSTMARK.match(data):
        return "", data
    line, _, rest = data.partition(b"\n")
    return line.decode("latin-1"), rest


def _made(part: Part, mark: str, *, whole: bool = True) -> Message:
    headers: dict[str, list[str]] = {}
    for name, raw in part.raw_items():
        headers.setdefault(name.lower(), []).append(_plain(str(raw)))
    sender = next(iter([*_people(headers, "from"), *_people(headers, "sender")]), None)
    made = Message(
        key=_key(headers),
        sender=sender,
        receivers=_people(headers, "to", "cc", "bcc"),
        sent_at=_sent(headers, mark),
        subject=_words(headers.get("subject", [""])[0]),
        body="",
        automatic=_is_automatic(headers, sender),
        answers=_answers(headers),
    )
    if whole:
        made.body = _text(part, made.attachments, top=True)
        made.undelivered = _undelivered(part)
        made.key = made.key or _hash(headers, made)
    return made


def _plain(raw: str) -> str:
    """A raw header on one line, its bytes as text."""
    text = _decoded(raw.encode("utf-8", "surrogateescape"), "utf-8")
    return " ".join(map(str.strip, re.split(r"[\r\n]+", text))).strip()


def _decoded(data: bytes, charset: str) -> str:
    """Bytes as text in the charset that is named, else in the one that is likely; never a failure."""
    for each in (charset, "utf-8", "cp1252"):
        try:
            return data.decode(each)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _words(text: str) -> str:
    """A header's text with its encoded words decoded, clean enough to be stored."""
    if "=?" in text and len(text) <= _MOST_WORDS:
        try:
            parts = decode_header(text)
        except _RULES:
            parts = [(text, None)]
        decoded = "".join(
            each if isinstance(each, str) else _decoded(each, charset or "raw-unicode-escape")
            for each, charset in parts
        )
        text = decoded if decoded.strip() else text
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _people(headers: dict[str, list[str]], *names: str) -> list[Person]:
    """The addresses in headers, each once, with the names beside them."""
    texts = [text for name in names for text in headers.get(name, ())]
    try:
        pairs = getaddresses(texts)
    except _RULES:
        pairs = []
    if not any("@" in address for _, address in pairs):  # the list is broken; what looks like one is one
        pairs = [("", each) for text in texts for each in _ADDRESS.findall(text)]
    found: dict[str, Person] = {}
    for name, address in pairs:
        if _ADDRESS.fullmatch(address):
            found.setdefault(address.casefold(), Person(_clean(address), _words(name)))
    return list(found.values())


def _key(headers: dict[str, list[str]]) -> str:
    text = next((text for text in headers.get("message-id", ()) if text), "")
    found = _KEY.search(text)
    return _clean("".join((found[1] if found else text).split()))


def _answers(headers: dict[str, list[str]]) -> list[str]:
    told = [*headers.get("references", ()), *headers.get("in-reply-to", ())]
    keys = [_clean("".join(key.split())) for text in told for key in _KEY.findall(text)]
    return list(reversed(dict.fromkeys(reversed(keys))))


def _hash(headers: dict[str, list[str]], made: Message) -> str:
    """A key for a message without one: what it says, not the way that it came."""
    told = [*(" ".join(headers.get(name, ())) for name in ("date", "from", "to", "subject")), made.body]
    return "hash:" + sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()[:32]


def _sent(headers: dict[str, list[str]], mark: str) -> str | None:
    """When it was sent: by its date, else when the last server got it, else by the mbox."""
    from crm_cli import clock

    received = [text.rpartition(";")[2] for text in headers.get("received", ())]
    for text in (*headers.get("date", ()), *received, mark.partition(" ")[2].partition(" ")[2]):
        try:
            moment = parsedate_to_datetime(text.strip())
            return clock.instant_text(moment.replace(tzinfo=None), moment.tzinfo or clock.zone_of("UTC"))
        except _RULES:
            continue
    return None


def _is_automatic(headers: dict[str, list[str]], sender: Person | None) -> bool:
    told = headers.get("auto-submitted", ["no"])[0].lower()
    bulk = headers.get("precedence", [""])[0].lower() in ("bulk", "list", "junk")
    empty = headers.get("return-path", [""])[0] == "<>"
    return (
        not told.startswith("no")
        or bulk
        or empty
        or "list-id" in headers
        or "list-unsubscribe" in headers
        or bool(sender and _NOBODY.match(sender.address))
    )


def _text(part: Part, attachments: list[str], *, top: bool = False) -> str:
    """The text of a part, plain before HTML; what is no text is named among the attachments."""
    kind = part.get_content_type()
    if part.is_multipart() and kind != "message/rfc822":
        inner = [each for each in part.get_payload() if isinstance(each, Part)]
        if kind == "multipart/alternative":
            return _best(inner, attachments)
        if kind == "message/delivery-status":
            return ""
        return "\n\n".join(filter(None, (_text(each, attachments) for each in inner)))
    if kind == "message/rfc822" and top and part.is_multipart():
        return _text(part.get_payload()[0], attachments, top=True)  # type: ignore[arg-type, index]
    name = _filename(part)
    if not top and (name or part.get_content_disposition() == "attachment" or not _is_text(part)):
        attachments.append(name or kind)
        return ""
    text = _payload(part)
    return markup.text_of(text) if kind == "text/html" else _clean(text).strip()


def _best(parts: list[Part], attachments: list[str]) -> str:
    """Of the same text in several forms the plain one, else the first that says something."""
    inner: list[str] = []
    plain = [each for each in parts if each.get_content_type() == "text/plain"]
    for each in [*plain, *(each for each in parts if each not in plain)]:
        if _is_text(each) or each.is_multipart():
            if text := _text(each, inner):
                attachments += inner
                return text
            inner.clear()
    return ""


def _is_text(part: Part) -> bool:
    """Whether a part is read; a multipart that has no parts is the text that it is."""
    return (
        part.get_content_type() in ("text/plain", "text/html") or part.get_content_maintype() == "multipart"
    )


def _filename(part: Part) -> str:
    try:
        return _words(_plain(part.get_filename() or ""))
    except _RULES:
        return ""


def _payload(part: Part) -> str:
    try:
        data = part.get_payload(decode=True)
        charset = part.get_content_charset() or "utf-8"
    except _RULES:
        return ""
    text = _decoded(data, charset) if isinstance(data, bytes) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _undelivered(part: Part) -> dict[str, bool]:
    """The addresses that a report says were not reached (RFC 3464): failed with a 5 is for good."""
    found: dict[str, bool] = {}
    if part.get_content_type() != "multipart/report":
        return found
    for report in (each for each in part.walk() if each.get_content_type() == "message/delivery-status"):
        blocks = report.get_payload() if report.is_multipart() else []
        for block in (each for each in blocks if isinstance(each, Part)):
            action = str(block.get("Action", "")).strip().lower()
            hard = action.startswith("failed") and str(block.get("Status", "")).strip().startswith("5")
            for name in ("Final-Recipient", "Original-Recipient"):
                for address in _ADDRESS.findall(str(block.get(name, "")).rpartition(";")[2]):
                    if action.startswith(("failed", "delayed")):
                        found[_clean(address)] = found.get(address, False) or hard
    return found
