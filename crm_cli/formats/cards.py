"""People and organisations in vCard files, as a table whose columns are fields of ours.

A file holds many cards, a directory many files. Cards of organisations (KIND:org, or a name that is the
organisation's and nobody's) are companies, all others people; each noun takes its own and counts the others.
What there is no field for is counted too, and kept in the notes where that is asked for.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crm_cli.errors import InvalidError
from crm_cli.formats import charset, vcard
from crm_cli.formats.card_fields import ADDRESS, Said, kind_of
from crm_cli.formats.source import Source
from crm_cli.formats.table import Cells, ItemRow, Table
from crm_cli.formats.vcard import Card

KIND = "vcard"
"""The kind of such a table, and the source of the cards' UIDs."""

_ENDINGS = {".vcf", ".vcard"}
_SHARED = ("uid", "external_id", "name", *ADDRESS, "tags", "notes")
HEADERS: dict[str, tuple[str, ...]] = {
    "contact": (*_SHARED, "salutation", "first_name", "last_name", "title", "company", "emails", "phones",
                "birthday", "language", "timezone", "social"),
    "company": (*_SHARED, "email", "phone", "website"),
}  # fmt: skip
OTHERS = {
    "person": "of people; `crm contact import` takes them",
    "organisation": "of organisations; `crm company import` takes them",
    "group": "of groups and things, who are neither people nor organisations",
}
_CARDS = ("card", "cards")
_TELLING = frozenset(("FN", "N", "ORG", "EMAIL", "TEL", "NICKNAME"))


def is_cards(source: Source) -> bool:
    """Whether a file holds cards: it begins with one, or is called so and has one near its start."""
    text = source.sample.replace(b"\0", b"").upper()  # UTF-16 has a zero beside each letter
    at = text.find(vcard.BEGIN.encode())
    named = Path(source.path).suffix.lower() in _ENDINGS
    return at >= 0 and (named or not text[:at].strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"))


def is_folder(path: str) -> bool:
    """Whether a path is a directory with files of cards in it, or below."""
    return path != "-" and Path(path).is_dir() and any(_files(Path(path)))


def open_cards(
    path: str | Source, noun: str, *, encoding: str | None = None, keep_extra: bool = False
) -> Table:
    """Open cards as a table of a noun's fields.

    Args:
        path: a directory, or a file that was opened.
        noun: contact or company.
        encoding: the codec of text that does not name its own; without it UTF-8, else told from the bytes.
        keep_extra: whether what there is no field for is kept in the notes.

    Raises:
        InvalidError: an unknown encoding, or a noun that cards are not of.
    """
    name = path if isinstance(path, str) else path.name
    if noun not in HEADERS:
        raise InvalidError(f"{name} holds cards of people; bring them in with `crm contact import`")
    codec = charset.check_encoding(encoding) if encoding else None
    reader = _Reader(noun, keep_extra=keep_extra)
    shelf = _Shelf(path, codec, reader)
    return Table(shelf.path, KIND, codec or "utf-8", "", list(HEADERS[noun]), 0, [], [], shelf.rows, shelf,
                 reader.remarks)  # fmt: skip


def noun_of(table: Table) -> str:
    """Company where all cards of a table of contacts are of organisations, else contact."""
    kinds = {cells.other for _, cells in table.rows() if isinstance(cells, ItemRow) and not cells.wrong}
    return "company" if kinds == {"organisation"} else "contact"


@dataclass
class _Shelf:
    """The files that are read: one that was opened, or those of a directory, one at a time."""

    opened: str | Source
    codec: str | None
    reader: "_Reader"

    @property
    def path(self) -> str:
        return self.opened if isinstance(self.opened, str) else self.opened.path

    def close(self) -> None:
        """Remove what was copied."""
        if isinstance(self.opened, Source):
            self.opened.close()

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Read all cards, each with the line where it begins."""
        self.reader.forget()
        if isinstance(self.opened, Source):
            yield from self._cards(self.opened, "")
            return
        for file in _files(Path(self.opened)):
            try:
                source = Source(str(file))
            except InvalidError as error:
                yield 1, ItemRow([None] * len(HEADERS[self.reader.noun]), "", str(file), wrong=str(error))
                continue
            yield from self._cards(source, str(file))

    def _cards(self, source: Source, file: str) -> Iterator[tuple[int, Cells]]:
        told, note = charset.encoding_of(source.telling(), whole=source.whole)
        codec = self.codec or (told if told.startswith("utf") else "utf-8")
        fallback = None if self.codec or told.startswith("utf") else told
        with source.text(codec, None, "surrogateescape") as lines:
            for card in vcard.cards(lines, fallback):
                yield card.line, self.reader.row(card, file)
                if card.guessed and note:
                    self.reader.guesses.add(f"{source.name}: {note}")


def _files(folder: Path) -> Iterator[Path]:
    """The files of cards in a directory and below, in a fixed order; hidden ones are left alone."""
    found = (file for file in folder.rglob("*") if file.suffix.lower() in _ENDINGS and file.is_file())
    hidden = ((file, any(part.startswith(".") for part in file.relative_to(folder).parts)) for file in found)
    yield from sorted(file for file, away in hidden if not away)


@dataclass
class _Reader:
    """The reading of cards for one noun, and what was left out on the way."""

    noun: str
    keep_extra: bool
    others: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)
    guesses: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Begin counting anew."""
        for each in (self.others, self.left, self.pictures, self.guesses):
            each.clear()

    def row(self, card: Card, file: str) -> ItemRow:
        """The cells of a card."""
        text = "".join(f"{line}\r\n" for line in card.lines)
        empty: Cells = [None] * len(HEADERS[self.noun])
        if card.wrong:
            return ItemRow(empty, text, file, wrong=card.wrong)
        try:
            what = kind_of(card)
            if what != {"contact": "person", "company": "organisation"}[self.noun]:
                self.others[what] += 1
                return ItemRow(empty, text, file, other=what)
            said = Said(card)
            said.read(company=self.noun == "company")
        except vcard.UnreadableError as error:
            return ItemRow(empty, text, file, wrong=str(error))
        if not _TELLING & {each.head.name for each in card.properties if each.raw.strip(" ;")}:
            return ItemRow(
                empty, text, file, wrong="the card names nobody: it has no FN, N, ORG, EMAIL or TEL"
            )
        self._count(said)
        return ItemRow([said.values.get(name) for name in HEADERS[self.noun]], text, file)

    def _count(self, said: Said) -> None:
        self.pictures.update(said.pictures)
        self.left.update(name for name, _ in said.extra)
        if self.keep_extra and said.extra:
            kept = [f"{name}: {text}" for name, text in said.extra]
            said.values["notes"] = "\n".join([*filter(None, [said.values.get("notes")]), *kept])

    def remarks(self) -> list[str]:
        """What was passed over, a sentence each."""
        found = [
            f"passed over {number:,} {_CARDS[number > 1]} {OTHERS[what]}"
            for what, number in self.others.items()
        ]
        if self.pictures:
            found.append(f"pictures, sounds and keys are not kept: {_counted(self.pictures)}")
        if self.left and self.keep_extra:
            found.append(f"kept in the notes: {_counted(self.left)}")
        elif self.left:
            found.append(f"no field for {_counted(self.left)}; --keep-extra keeps them in the notes")
        return [*found, *sorted(self.guesses)]


def _counted(names: Counter[str]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in names.most_common())
