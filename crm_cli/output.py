"""Rows → table, json, jsonl, csv, tsv, ids, md, xlsx: the only writer to standard output and standard error.

Standard output is data: in a terminal a table, in a pipe tab-separated values without a header, and the
format that is asked for by name otherwise. What is said to a person goes to standard error.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from types import SimpleNamespace
from typing import Any, TextIO

from crm_cli import exact, fields
from crm_cli.errors import InvalidError
from crm_cli.fields import Field

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "ids", "md", "xlsx")


@dataclass(repr=False, eq=False)
class Rows:
    """An answer: its columns (each with its kind), its rows of stored values, and what to know of it.

    Money columns take their currency from the column `currency` of the same row. `total` is how many rows
    there are when only the first are given. `sections`, where a table is to be read in parts, gives the
    heading of each value of the first column. `dear` names columns that a narrow window keeps before others.
    """

    columns: list[Field]
    rows: Iterable[Sequence[Any]]
    notes: list[str] = field(default_factory=list)
    total: int | None = None
    sections: dict[str, str] | None = None
    dear: tuple[str, ...] = ()


@dataclass(repr=False, eq=False)
class Style:
    """How to write: the format (None: as fits the place), a header or none, colour, talk, zone and calendar."""

    format: str | None = None
    header: bool | None = None
    color: bool = True
    quiet: bool = False
    zone: str = ""
    calendar: str = ""
    spreadsheet: str = ""
    """The decimal mark of the spreadsheet program that CSV is for; empty where it is for machines."""
    instead: Callable[["Rows"], None] | None = None
    """What takes an answer in place of being written, where somebody wants it drawn."""

    @property
    def terminal(self) -> bool:
        """Whether standard output is a terminal."""
        return sys.stdout.isatty()

    @property
    def chosen(self) -> str:
        """The format that will be written."""
        if self.format and self.format not in FORMATS:
            raise fields.nearest(self.format, list(FORMATS), "format")
        if self.format == "xlsx" and self.terminal:
            raise InvalidError("a workbook is nothing for a terminal; write it to a file: > FILE.xlsx")
        return self.format or ("table" if self.terminal else "tsv")

    @property
    def limited(self) -> bool:
        """Whether only the first rows are shown unless more are asked for."""
        return self.format is None and self.terminal


def write(rows: Rows, style: Style) -> None:
    """Write an answer to standard output."""
    if style.instead:
        style.instead(rows)
        return
    chosen = style.chosen
    if chosen == "table":
        from crm_cli import tables

        tables.write(rows, style)
    elif chosen == "xlsx":
        _xlsx(rows, style)
    else:
        _WRITERS[chosen](rows, style, _shown() if style.terminal else sys.stdout)
    sys.stdout.flush()
    if chosen != "table":
        for note in rows.notes:
            say(note, style)


def _shown() -> Any:
    """Standard output of a terminal: it shows what is written and never obeys it, tabs as what parts columns."""

    def write(words: str) -> None:
        sys.stdout.write("\t".join(map(visible, words.split("\t"))))

    def writelines(lines: Iterable[str]) -> None:
        for line in lines:
            write(line)

    return SimpleNamespace(write=write, writelines=writelines)


def text(lines: str | Iterable[str]) -> None:
    """Write plain text to standard output, with nothing in it that a terminal would obey."""
    for line in [lines] if isinstance(lines, str) else lines:
        sys.stdout.write((visible(line) if sys.stdout.isatty() else line) + "\n")
    sys.stdout.flush()


def drawing(lines: Iterable[str], style: Style) -> None:
    """Write the lines of charts to standard output, in a terminal with colour where that is wanted."""
    if style.terminal and style.color and colored():
        from crm_cli import tables

        tables.drawing(lines, style)
    else:
        text(lines)


def empty_screen() -> None:
    """Begin again at the top of an empty screen; for a terminal."""
    sys.stdout.write("\x1b[2J\x1b[H")


def finish() -> None:
    """Hand over what is held back, for a process that ends at once."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()


def raw(parts: Iterable[str]) -> None:
    """Write a file of another kind to standard output, part by part, exactly as it is but in a terminal."""
    for part in parts:
        sys.stdout.write(visible(part.replace("\r\n", "\n")) if sys.stdout.isatty() else part)
    sys.stdout.flush()


def binary(data: bytes, style: Style, called: str) -> None:
    """Write a file that is no text to standard output; `called` is how such a file is named, such as `FILE.pdf`.

    Raises:
        InvalidError: it is a terminal.
    """
    if style.terminal:
        raise InvalidError(f"this is nothing for a terminal; write it to a file: --out {called}")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def say(sentence: str, style: Style | None = None) -> None:
    """Tell the person something, on standard error."""
    if style is None or not style.quiet:
        sys.stderr.write(visible(sentence) + "\n")


def speak_utf8() -> None:
    """Data is UTF-8 whatever the locale says; a terminal gets what it can show, and who closed a stream nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process lives
            setattr(sys, name, nothing)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors=stream.errors)


def visible(words: str) -> str:
    """The text with control and direction characters written out, so that a terminal shows and not obeys them."""
    if words.isascii() and words.isprintable():
        return words
    return "".join(each if _harmless(each) else _written_out(each) for each in words)


def _harmless(letter: str) -> bool:
    return letter == "\n" or letter.isprintable() or letter in "\u200c\u200d\xa0\u202f\u2009"


def _written_out(letter: str) -> str:
    code = ord(letter)
    if letter < " ":  # Unicode has a picture for each
        return chr(0x2400 + code)
    return f"\\u{code:04x}"


def _tsv(rows: Rows, style: Style, out: TextIO) -> None:
    if style.header if style.header is not None else style.format is not None:
        out.write("\t".join(each.name for each in rows.columns) + "\n")
    out.writelines(map(exact.tsv_line, exact.csv_rows(rows)))


def _csv(rows: Rows, style: Style, out: TextIO) -> None:
    header = None if style.header is False else [each.name for each in rows.columns]
    if style.spreadsheet:
        from crm_cli import spreadsheets

        out.write("\ufeff")
        parted = spreadsheets.separator(style.spreadsheet)
        exact.csv_into(out, header, spreadsheets.guarded(rows, style.spreadsheet), parted)
    else:
        exact.csv_into(out, header, exact.csv_rows(rows))


def _xlsx(rows: Rows, style: Style) -> None:
    from crm_cli import spreadsheets

    sys.stdout.flush()
    spreadsheets.workbook(rows, style, sys.stdout.buffer)


def packed(files: Mapping[str, str], style: Style) -> None:
    """Write texts as the files of a zip archive to standard output.

    Raises:
        InvalidError: it is a terminal.
    """
    import zipfile

    if style.terminal:
        raise InvalidError("a zip is nothing for a terminal; write it to a file: > FILE.zip")
    sys.stdout.flush()
    with zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name, words + "\n")


def _json(rows: Rows, _: Style, out: TextIO) -> None:
    first = True
    for each in exact.objects(rows):
        out.write(("[\n " if first else ",\n ") + each)
        first = False
    out.write("[]\n" if first else "\n]\n")


def _jsonl(rows: Rows, _: Style, out: TextIO) -> None:
    out.writelines(each + "\n" for each in exact.objects(rows))


def _ids(rows: Rows, _: Style, out: TextIO) -> None:
    names = [each.name for each in rows.columns]
    if "id" not in names:
        raise InvalidError("this answer has no ids; choose another format")
    position = names.index("id")
    if "noun" in names:  # nouns mix, and numbers alone would not tell which
        noun = names.index("noun")
        out.writelines(f"{row[noun]}:{row[position]}\n" for row in rows.rows)
    else:
        out.writelines(f"{row[position]}\n" for row in rows.rows)


def _md(rows: Rows, style: Style, out: TextIO) -> None:
    if style.header is not False:
        out.write("| " + " | ".join(each.name for each in rows.columns) + " |\n")
        right = ("money", "price", "decimal", "percent", "integer", "id")
        out.write(
            "|" + "|".join(" ---: " if each.kind in right else " --- " for each in rows.columns) + "|\n"
        )
    for cells in exact.cells(rows):
        safe = (
            cell.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "<br>")
            for cell in cells
        )
        out.write("| " + " | ".join(safe) + " |\n")


_WRITERS: dict[str, Callable[[Rows, Style, TextIO], None]] = {
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "tsv": _tsv,
    "ids": _ids,
    "md": _md,
}


def colored() -> bool:
    """Whether the environment lets us use colour."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def blocks() -> bool:
    """Whether standard output can take the letters that bars are drawn with."""
    try:
        "█▏".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
