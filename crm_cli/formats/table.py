"""Other programs' tables: rows with a header, whatever wrote the file, streamed from CSV, JSON or a workbook.

`open_table` looks at the first 256 KB and tells how the file is written; `Table.rows` then reads it from the
start as often as asked, in memory that does not grow with the file. Cells are the text as it stands there,
untouched: what a cell means is the caller's to say.
"""

import codecs
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol, Self, cast

from crm_cli.errors import InvalidError
from crm_cli.formats import charset, dialect, objects
from crm_cli.formats.source import Source

Cells = list[str | None]
"""A row's cells in the header's order: None where the row is too short or says null, "" where it is empty."""


class RaggedRow(list[str | None]):
    """The cells of a row that is longer than the header; `extra` is the surplus, to be rejected or kept."""

    def __init__(self, cells: Cells, extra: list[str]) -> None:
        """Keep the aligned cells and, apart, the surplus ones, of which one at least is not blank."""
        super().__init__(cells)
        self.extra = extra


class ItemRow(list[str | None]):
    """The cells of an item that is no line of a table, such as a card.

    `text` is the item as it stands in `file`; `wrong` says why it cannot be taken, `other` what it is where it
    is nothing of the noun that is read.
    """

    def __init__(self, cells: Cells, text: str, file: str, wrong: str = "", other: str = "") -> None:
        super().__init__(cells)
        self.text, self.file, self.wrong, self.other = text, file, wrong, other


class Closes(Protocol):
    """What leaves nothing behind once it is closed."""

    def close(self) -> None:
        """Remove what was copied."""


@dataclass
class Table:
    """An opened table. Close it, or use it in `with`: standard input and pipes leave a temporary copy."""

    path: str
    kind: str
    """csv, json, jsonl, xlsx or vcard."""
    encoding: str
    delimiter: str
    """Empty for JSON."""
    header: list[str]
    """The columns' names, each once; where the file has no header `column 1`, `column 2` …"""
    header_line: int
    """The line where the header starts, 0 where there is none."""
    preamble: list[str]
    """The lines before the header that are not blank."""
    notes: list[str]
    """What was guessed or passed over, a sentence each."""
    _read: Callable[[], Iterator[tuple[int, Cells]]] = field(repr=False)
    _source: Closes = field(repr=False)
    remarks: Callable[[], list[str]] = list
    """What is to be known once the rows have been read, a sentence each."""
    decimal: str | None = None
    """The decimal mark where it is known; else the values tell."""

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Read the rows from the first one: the line where each starts, and its cells.

        Blank rows are left out. A row with more cells than the header comes as `RaggedRow`.

        Raises:
            InvalidError: bytes that are not text, a quote that never closes, broken JSON, each with its line.
        """
        return self._read()

    def close(self) -> None:
        """Remove the temporary copy, if there is one."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_table(
    path: str | Source,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    decimal: str | None = None,
    header_row: bool | None = None,
    is_header: dialect.Recognise | None = None,
) -> Table:
    """Open a file of rows, or standard input for `-`, and tell how it is written.

    Args:
        path: CSV of any dialect, a JSON array of objects, an object a line, or a workbook; or one that is open
            already.
        encoding: the codec; without it, told from the bytes.
        delimiter: one character or `tab`; without it, told from the sample.
        sheet: the sheet of a workbook, by its name or number; without it, the first.
        decimal: the mark that the numbers of a workbook are to be written with.
        header_row: whether there is a header; without it, told from its names and shape.
        is_header: how many of a row's cells are names that the caller knows.

    Raises:
        InvalidError: nothing to read, empty, no table, or an unknown encoding or delimiter.
    """
    codec = charset.check_encoding(encoding) if encoding else None
    separator = dialect.delimiter_of(delimiter) if delimiter else None
    source = path if isinstance(path, Source) else Source(path)
    try:
        if charset.is_workbook(source.sample):
            from crm_cli.formats import workbook

            return workbook.open_workbook(
                source, sheet=sheet, decimal=decimal, header_row=header_row, is_header=is_header
            )
        _refuse_sheet(source.name, sheet)
        return _open(source, codec, separator, header_row=header_row, is_header=is_header)
    except BaseException:
        source.close()
        raise


def _open(
    source: Source,
    encoding: str | None,
    delimiter: str | None,
    *,
    header_row: bool | None,
    is_header: dialect.Recognise | None,
) -> Table:
    charset.refuse_binary(source.name, source.sample)
    note = None
    if encoding is None:
        encoding, note = charset.encoding_of(source.telling(), whole=source.whole)
    sample = _decode(source, encoding)
    if not sample.strip("\ufeff \t\r\n"):
        raise InvalidError(f"{source.name} is empty; nothing to read")
    notes = [note] if note else []
    if delimiter is None and _holds_objects(source.path, sample):
        return _object_table(source, encoding, sample, notes)
    style = dialect.find_dialect(sample, whole=source.whole, delimiter=delimiter, recognise=is_header)
    rows = dialect.sample_rows(sample, style, whole=source.whole)
    if not rows:
        raise InvalidError(_unclosed(source.name, 1))
    found = dialect.find_header(rows, header_row, is_header)
    return _csv_table(source, encoding, sample, style=style, found=found, notes=notes)


def _refuse_sheet(name: str, sheet: str | None) -> None:
    if sheet:
        raise InvalidError(f"{name} is no workbook; leave --sheet out")


def _decode(source: Source, encoding: str) -> str:
    """Decode the sample; a broken byte in it is reported by reading, which knows its line."""
    sample = codecs.getincrementaldecoder(encoding)("replace").decode(source.sample, source.whole)
    if "\ufffd" in sample:
        with source.text(encoding) as file:
            file.read(len(sample))
    return sample


def _holds_objects(path: str, sample: str) -> bool:
    ending = Path(path).suffix.lower()
    if ending in {".csv", ".tsv", ".tab"}:
        return False
    return ending in {".json", ".jsonl", ".ndjson"} or objects.looks_like_objects(sample)


def _object_table(source: Source, encoding: str, sample: str, notes: list[str]) -> Table:
    """Make the table of a JSON file; its columns are the keys of all objects, in the order they appear."""
    lines = source.path.lower().endswith((".jsonl", ".ndjson")) or objects.is_lines(sample)

    def read_objects() -> Iterator[tuple[int, dict[str, object]]]:
        with source.text(encoding, newline=None) as file:
            yield from objects.read_objects(file, source.name)

    keys = list(dict.fromkeys(key for _, each in read_objects() for key in each))

    def read() -> Iterator[tuple[int, Cells]]:
        for line, each in read_objects():
            cells = objects.cells_of(each, keys)
            if any(cells):
                yield line, cells

    header = _unique([" ".join(key.split()) for key in keys], notes)
    return Table(source.path, "jsonl" if lines else "json", encoding, "", header, 0, [], notes, read, source)


def _csv_table(
    source: Source,
    encoding: str,
    sample: str,
    *,
    style: dialect.Dialect,
    found: dialect.Header,
    notes: list[str],
) -> Table:
    """Make the table of a file of separated values."""
    headed = found.cells is not None
    rows = dialect.sample_rows(sample, style, whole=source.whole)
    data = [cells for line, cells in rows if line >= found.line + headed]
    header = names_of(found.cells, data, notes)
    before = islice(io.StringIO(sample, newline=""), found.line - 1)
    preamble = [line.strip() for line in before if line.strip()]
    if preamble:
        notes.append(f"passed over {len(preamble)} line{'s' * (len(preamble) > 1)} before the table")

    def read() -> Iterator[tuple[int, Cells]]:
        try:
            with source.text(encoding) as file:
                rows = dialect.read_rows(islice(file, found.line - 1, None), style, found.line)
                yield from aligned(islice(rows, int(headed), None), len(header))
        except dialect.UnclosedQuoteError as error:
            raise InvalidError(_unclosed(source.name, error.line)) from None

    line = found.line if headed else 0
    return Table(source.path, "csv", encoding, style.delimiter, header, line, preamble, notes, read, source)


def aligned(rows: Iterator[dialect.Row], width: int) -> Iterator[tuple[int, Cells]]:
    """Bring rows to the header's width and leave blank ones out."""
    for line, cells in rows:
        if dialect.is_blank(cells):
            continue
        aligned = cast("Cells", cells)
        if len(cells) < width:
            aligned += [None] * (width - len(cells))
        elif len(cells) > width:
            aligned, extra = aligned[:width], cells[width:]
            if not dialect.is_blank(extra):
                aligned = RaggedRow(aligned, extra)
        yield line, aligned


def names_of(written: list[str] | None, data: list[list[str]], notes: list[str]) -> list[str]:
    """Name the columns: the header's cells without what clings to them, or numbers where there are none."""
    widest = max((at for cells in data for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    if written is None:
        notes.append("no header found: columns are called by their number")
        return [f"column {at}" for at in range(1, widest + 1)]
    names = [_clean(cell) for cell in written]
    while names and not names[-1] and len(names) > widest:
        names.pop()
    if unnamed := [str(at) for at, name in enumerate(names, 1) if not name]:
        notes.append(f"no name in the header for column {', '.join(unnamed)}: called by number")
    return _unique([name or f"column {at}" for at, name in enumerate(names, 1)], notes)


def _clean(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").split()).strip("\"' ")


def _unique(names: list[str], notes: list[str]) -> list[str]:
    """Number the names that repeat: `Email`, `Email (2)`."""
    unique: dict[str, None] = {}
    for name in names:
        count, numbered = 1, name
        while numbered in unique:
            count += 1
            numbered = f"{name} ({count})"
        if count > 1:
            notes.append(f'the header names "{name}" more than once: the next is called "{numbered}"')
        unique[numbered] = None
    return list(unique)


def _unclosed(name: str, line: int) -> str:
    return f"{name}, line {line}: a quote opens in this row and never closes; close it or double it"
