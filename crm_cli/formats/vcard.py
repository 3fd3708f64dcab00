"""vCard 2.1, 3.0 and 4.0 as text: cards cut out of lines, properties with their parameters, values both ways.

RFC 6350, RFC 2426 and the older vCard 2.1, as programs write them: lines are unfolded, quoted-printable and
character sets decoded, escapes undone. A card that cannot be read says why and leaves the others alone.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
WIDTH = 75  # octets of a line before it is folded
ERROR = "X-CRM-ERROR"
"""The property that says in a file of rejected cards what is wrong."""

_HEAD = re.compile(r"(?:([\w-]+)\.)?([\w-]+)", re.ASCII)
_OUTSIDE_QUOTES = r'(?:[^"{0}]|"[^"]*"?)*'
_TO_COLON = re.compile(_OUTSIDE_QUOTES.format(":"))
_BETWEEN = {mark: re.compile(f"{mark}({_OUTSIDE_QUOTES.format(mark)})") for mark in ";,"}
_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "B", "Q", "8BIT", "7BIT"}
_BINARY = {"BASE64", "B"}
_CARET = {"^n": "\n", "^N": "\n", "^^": "^", "^'": '"'}
_LATIN = {"", "utf-8", "utf8", "us-ascii", "iso-8859-1", "latin1", "windows-1252", "cp1252"}


class Head(NamedTuple):
    """What stands before the colon: the group, the name in capitals, the parameters by name in capitals."""

    group: str
    name: str
    params: dict[str, list[str]]

    @property
    def encoding(self) -> str:
        """How the value is encoded, in capitals; empty where it is not."""
        return self.params.get("ENCODING", [""])[0].upper()

    @property
    def types(self) -> list[str]:
        """The words of TYPE in small letters."""
        return [word.lower() for each in self.params.get("TYPE", ()) for word in each.split(",") if word]


class Property(NamedTuple):
    """A property: its head and its value as it stands there."""

    head: Head
    raw: str


class UnreadableError(ValueError):
    """A value or a line cannot be read; says which and why."""


@dataclass(slots=True)
class Card:
    """One card: the line where it begins, its lines as they stand, what they say or why they say nothing."""

    line: int
    lines: list[str]
    wrong: str = ""
    fallback: str | None = None
    """The encoding of text that is neither UTF-8 nor names its own."""
    properties: list[Property] = field(default_factory=list)
    version: str = ""
    guessed: bool = False
    """Whether a value was read in the fallback encoding."""

    def text(self, each: Property) -> str:
        """A property's value as one text."""
        return self._unescaped(self._decoded(each.head, each.raw))

    def parts(self, each: Property, mark: str = ";") -> list[str]:
        """The components of a value, or with a comma the texts of a list."""
        if each.head.encoding == "QUOTED-PRINTABLE":
            return [self._unescaped(self._decoded(each.head, part)) for part in _split(each.raw, mark)]
        return [self._unescaped(part) for part in _split(self._decoded(each.head, each.raw), mark)]

    def names(self, each: Property, between: str) -> list[str]:
        """The components of a name or an address, where one may hold several, parted by commas."""
        if self.version == "2.1" or "," not in each.raw:
            return self.parts(each)
        return [
            between.join(self._unescaped(one).strip() for one in _split(part, ","))
            for part in _split(self._decoded(each.head, each.raw), ";")
        ]

    def _unescaped(self, text: str) -> str:
        if "\\" not in text:
            return text
        if self.version == "2.1":
            return re.sub(r"\\([\\;:,])", r"\1", text)
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text, flags=re.DOTALL)

    def _decoded(self, head: Head, raw: str) -> str:
        """The text of a value: by its quoted-printable, its character set, else as the file is written."""
        quoted = head.encoding == "QUOTED-PRINTABLE"
        if not quoted and raw.isascii():
            return raw
        data = raw.encode("utf-8", "surrogateescape")
        if quoted:
            data = binascii.a2b_qp(data)
        return self._decode(data, head.params.get("CHARSET", [""])[0].lower()).replace("\r\n", "\n")

    def _decode(self, data: bytes, said: str) -> str:
        """UTF-8 goes before Latin letters, by which it is often mislabelled; any other set that is said is meant."""
        codecs = ["utf-8", said] if said in _LATIN else [said, "utf-8"]
        for codec in codecs:
            try:
                text = data.decode("cp1252" if codec in ("iso-8859-1", "latin1") else codec)
                text.encode()
            except (ValueError, LookupError):  # no such set, not in it, or half a character
                continue
            return text
        if self.fallback:
            self.guessed = True
            return data.decode(self.fallback, "replace")
        bad = next(byte for byte in data if byte > 0x7F)  # noqa: PLR2004 - the last of ASCII
        raise UnreadableError(f"byte 0x{bad:02X} is not UTF-8; mend the card or name its --encoding")


def cards(lines: Iterable[str], fallback: str | None = None) -> Iterator[Card]:
    """Cut cards out of lines and read each; what stands outside of cards comes as a card that is wrong."""
    card: Card | None = None
    inside = 0  # cards that are open: a 2.1 AGENT holds another one
    for number, ended in enumerate(lines, 1):
        line = ended.rstrip("\r\n")
        mark = line.lstrip("\ufeff").rstrip().upper() if line[:1] in "BbEe\ufeff" else ""
        if mark == BEGIN and card and inside and _holds_agent(card):
            inside += 1
        elif mark == BEGIN:
            if card:
                yield _finish(card, "the card never ends: END:VCARD is missing" if inside else _OUTSIDE)
            card, inside = Card(number, [], fallback=fallback), 1
        elif card is None and line.strip("\ufeff \t"):
            card = Card(number, [], fallback=fallback)
        if card:
            card.lines.append(line)
        if mark == END and card:
            inside -= 1
            if inside <= 0:
                yield _finish(card, _OUTSIDE if inside else "")
                card, inside = None, 0
    if card:
        yield _finish(card, "the card never ends: END:VCARD is missing" if inside else _OUTSIDE)


_OUTSIDE = "is text outside of a card: BEGIN:VCARD is missing before it"


def _holds_agent(card: Card) -> bool:
    last = next((line for line in reversed(card.lines) if line.strip()), "")
    return last.upper().startswith("AGENT")


def _finish(card: Card, wrong: str) -> Card:
    """Read the lines of a card."""
    card.wrong = wrong
    if wrong:
        return card
    inner = 0
    for number, text in _unfolded(card):
        mark = text.rstrip().upper()
        inner += (mark == BEGIN) - (mark == END)
        if inner != 1 or mark == BEGIN:
            continue  # the frame, or a card within the card
        found = _property(text)
        if found is None:
            card.wrong = f'line {number} is no property of a card: "{text[:40]}"; mend it or leave it out'
            return card
        card.properties.append(found)
        if found.head.name == "VERSION":
            card.version = found.raw.strip()
    return card


def _unfolded(card: Card) -> Iterator[tuple[int, str]]:
    """The lines of a card as they were before folding, each with its number in the file."""
    pieces: list[str] = []
    start = 0
    for number, line in enumerate(card.lines, card.line):
        if pieces and pieces[-1].endswith("=") and "QUOTED-PRINTABLE" in pieces[0].upper():
            pieces[-1] = pieces[-1][:-1]
            pieces.append(line)
        elif pieces and line[:1] in (" ", "\t"):
            pieces.append(line[1:])
        elif pieces and ":" not in line and ";" not in line and _is_binary(pieces[0]):
            pieces.append(line)  # vCard 2.1 lets lines of a picture stand unindented
        else:
            if pieces and (text := "".join(pieces)).strip():
                yield start, text
            pieces, start = [line], number
    if pieces and (text := "".join(pieces)).strip():
        yield start, text


def _is_binary(text: str) -> bool:
    head = _head(_TO_COLON.match(text)[0]) if ":" in text else None  # type: ignore[index]
    return head is not None and head.encoding in _BINARY


def _property(text: str) -> Property | None:
    """A line as a property; None where it is none."""
    before, colon, value = text.partition(":")
    if '"' in before:
        end = _TO_COLON.match(text).end()  # type: ignore[union-attr]
        if end < len(text):
            before, value = text[:end], text[end + 1 :]
    head = _head(before.lstrip("\ufeff")) if colon else None
    return Property(head, value) if head else None


@lru_cache(maxsize=10_000)
def _head(text: str) -> Head | None:
    """What stands before a colon; the same few heads stand in every card of a file."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    named, semicolon, rest = text.partition(";")
    found = _HEAD.fullmatch(named.strip())
    if not found:
        return None
    params: dict[str, list[str]] = {}
    for each in _BETWEEN[";"].findall(semicolon + rest):
        name, equals, words = each.partition("=")
        if not equals:
            name, words = ("ENCODING" if each.strip().upper() in _ENCODINGS else "TYPE"), each
        texts = (word.strip().strip('"') for word in _BETWEEN[","].findall("," + words))
        params.setdefault(name.strip().upper(), []).extend(
            re.sub(r"\^[nN^']", lambda mark: _CARET[mark[0]], word) for word in texts if word
        )
    return Head(found[1] or "", found[2].upper(), {name: words for name, words in params.items() if words})


def _split(text: str, mark: str) -> list[str]:
    """The pieces of a text between marks that no backslash protects."""
    if "\\" not in text:
        return text.split(mark)
    pieces, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == mark:
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    return [*pieces, text[start:]]


def escaped(text: str) -> str:
    """A text as it stands in a value of vCard 3.0 and 4.0."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def folded(line: str) -> str:
    """A line with its end, cut where it is longer than 75 octets and never inside of a letter."""
    data = line.encode("utf-8", "surrogateescape")
    if len(data) <= WIDTH:
        return line + "\r\n"
    pieces, start, width = [], 0, WIDTH
    while start < len(data):
        end = min(start + width, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - within a letter of UTF-8
            end -= 1
        pieces.append(data[start:end].decode("utf-8", "surrogateescape"))
        start, width = end, WIDTH - 1
    return "\r\n ".join(pieces) + "\r\n"


def with_reason(lines: str, reason: str) -> str:
    """A rejected card as it came, with the reason in it."""
    said = folded(f"{ERROR}:{escaped(reason)}")
    lines = re.sub(rf"(?m)^{ERROR}:.*\n(?:[ \t].*\n)*", "", lines)  # from an earlier import
    first, _, rest = lines.partition("\n")
    if first.strip("\ufeff \r").upper() != BEGIN:
        return said + lines
    return f"{first}\r\n{said}{rest}"
