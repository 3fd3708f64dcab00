"""How a table of separated values is written: its delimiter, quoting, and where its header stands.

Each delimiter reads the sample once. The best one splits the rows, the first ones above all, into the same
number of columns, leaves no other delimiter inside the cells, and finds names that the caller knows.
`csv.Sniffer` is not asked: it takes a letter for a delimiter and stumbles over quoted line breaks.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from crm_cli.errors import InvalidError

Recognise = Callable[[list[str]], int]
"""How many of a row's cells are names of columns that the caller knows."""

LONGEST_CELL = 1 << 24
"""Characters in a cell; a longer one is a quote that is never closed."""

_CANDIDATES = (",", ";", "\t", "|", " ")
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_DIRECTIVE = re.compile(r'"?sep=(.)"?[ ]*(?:\r\n?|\n)', re.IGNORECASE)
_ROWS_SCORED = 300
_HEAD = 5
_PROSE = 2
_ROWS_BEFORE_HEADER = 30
_BACKSLASH = re.compile(r'(?:^|[,;\t|])"[^"\r\n]*\\"[^",;\t|\r\n]', re.MULTILINE)
_UNSPLIT = re.compile(r"[;\t|]|[^\d\s],[^\d\s]")
_LONGEST_DATA = 400  # characters
_DATA = re.compile(
    r"[-+(]?[\d$€£¥%][\d\s.,:/%$€£¥TZ()+-]*|[^\s@]+@[^\s@]+\.[^\s@]+|https?://\S+", re.IGNORECASE
)


class Dialect(NamedTuple):
    """What the `csv` module needs to know of a file."""

    delimiter: str
    skip_space: bool = False
    """A blank after the delimiter is no part of the cell: `"Ann", "Oslo"`."""
    backslash: bool = False
    r"""A quote inside a quoted cell is written `\"` rather than doubled."""


Row = tuple[int, list[str]]
"""A row of the file: the line where it starts, counted from 1, and its cells as written."""


class Header(NamedTuple):
    """Where the header stands. Without one `cells` is None, and `line` is where the data start."""

    line: int
    cells: list[str] | None


class UnclosedQuoteError(Exception):
    """A quote opens in the row that starts at `line`, and the file ends or a cell bursts before it closes."""

    def __init__(self, line: int) -> None:
        """Keep the line where the row starts."""
        super().__init__(line)
        self.line = line


def read_rows(lines: Iterable[str], dialect: Dialect, first_line: int = 1) -> Iterator[Row]:
    """Read rows, blank ones too, from lines with their ends; raise UnclosedQuoteError for what runs on."""
    exhausted = False

    def end() -> Iterator[str]:
        nonlocal exhausted
        exhausted = True
        yield from ()

    if dialect.delimiter == " ":
        lines = (line.lstrip(" ") for line in lines)

    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(
        chain(lines, end()),
        delimiter=dialect.delimiter,
        skipinitialspace=dialect.skip_space,
        escapechar="\\" if dialect.backslash else None,
        doublequote=not dialect.backslash,
    )
    start = first_line
    try:
        for cells in reader:
            if exhausted:  # a row is complete at the end of its line, unless a quote is open
                raise UnclosedQuoteError(start)
            yield start, cells
            start = first_line + reader.line_num
    except csv.Error:
        raise UnclosedQuoteError(start) from None


def delimiter_of(word: str) -> str:
    """Give the delimiter that the user wrote, as itself or by name (`tab`); or raise InvalidError."""
    delimiter = _NAMES.get(word.lower(), word)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InvalidError(f'"{word}" is no delimiter; write one character such as "," or ";", or tab')
    return delimiter


def find_dialect(sample: str, *, whole: bool, delimiter: str | None, recognise: Recognise | None) -> Dialect:
    """Tell how a file is written.

    Args:
        sample: its first characters, with their line ends.
        whole: whether that is all of it; else the last row is cut off and not counted.
        delimiter: the user's, which then is not looked for.
        recognise: counts the names that the caller knows in a row.
    """
    if delimiter is None and (directive := _DIRECTIVE.match(sample)):
        delimiter = directive[1]
    backslash = bool(_BACKSLASH.search(sample))
    if delimiter:
        return _dialect(delimiter, sample, backslash)
    best, best_score = Dialect(",", backslash=backslash), 0.0
    for each in _CANDIDATES:
        dialect = _dialect(each, sample, backslash)
        rows = sample_rows(sample, dialect, whole=whole)
        score = _score(rows, each, recognise) if rows else 0.0
        if score > best_score:
            best, best_score = dialect, score
    return best


def sample_rows(sample: str, dialect: Dialect, *, whole: bool) -> list[Row]:
    """Give the first rows that are not blank, without the one that the sample's end cuts off."""
    rows: list[Row] = []
    with suppress(UnclosedQuoteError):  # the reading of the file itself reports it
        rows.extend(islice(read_rows(io.StringIO(sample, newline=""), dialect), _ROWS_SCORED))
        if not whole and 1 < len(rows) < _ROWS_SCORED:
            rows.pop()
    return [row for row in rows if not is_blank(row[1])]


def _is_data(cell: str) -> bool:
    """Whether a cell is a figure, a date or an address, which are short, rather than a name."""
    said = cell.strip()
    return len(said) <= _LONGEST_DATA and bool(_DATA.fullmatch(said))


def is_blank(cells: Sequence[str]) -> bool:
    """Tell whether no cell holds anything but white space."""
    return not any(map(str.strip, cells))


def find_header(rows: list[Row], wanted: bool | None, recognise: Recognise | None) -> Header:
    """Find the header among the first rows, and with it the preamble before it.

    The row with the most known names is the header. Where none is known it is the first row that is as wide
    as the table, if it looks like names rather than data. `wanted` settles whether there is one.
    """
    if wanted is False:
        return Header(rows[0][0], None)
    start = _first_full(rows)
    named = _most_recognised(rows, start, recognise) if recognise else None
    line, cells = rows[start if named is None else named]
    if wanted or named is not None or not any(_is_data(cell) for cell in cells):
        return Header(line, cells)
    return Header(rows[0][0], None)


def _dialect(delimiter: str, sample: str, backslash: bool) -> Dialect:
    # In well-formed text a quote after a blank is doubled or ends its cell, so this one opens a cell.
    opens = rf'{re.escape(delimiter)} +"[^",;\t|\r\n]'
    return Dialect(
        delimiter, skip_space=delimiter == " " or bool(re.search(opens, sample)), backslash=backslash
    )


def _score(rows: list[Row], delimiter: str, recognise: Recognise | None) -> float:
    """Rate a delimiter by the rows it makes, 0 where it splits nothing."""
    widths = [len(cells) for _, cells in rows]
    width, common = max(Counter(widths).items(), key=lambda item: (item[1], item[0]))
    known = max((recognise(cells) for _, cells in rows[:_ROWS_BEFORE_HEADER]), default=0) if recognise else 0
    cells = [cell for _, cells in rows for cell in cells]
    if delimiter == " ":  # prose has blanks too, so only even rows of figures count, and last
        figures = sum(map(_is_data, cells))
        return 0.01 if width > _PROSE and common == len(rows) and 2 * figures > len(cells) else 0.0
    if width == 1:  # nothing but a preamble and the header
        return known / 100 if known > 1 else 0.0
    even = common / len(rows)
    head = widths[:_HEAD].count(width) / len(widths[:_HEAD])
    clean = 1 - sum(bool(_UNSPLIT.search(cell)) for cell in cells) / len(cells)
    return even * head**2 * clean**2 * (1 - 1 / width) * (1 + known)


def _first_full(rows: list[Row]) -> int:
    """Give the index of the first row that is as wide as most are and more than half filled."""
    widths = Counter(
        max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0) for _, cells in rows
    )
    width = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows[:_ROWS_BEFORE_HEADER]]
    full = [at for at, count in enumerate(filled) if 2 * count > width]
    return next((at for at in full if len(rows[at][1]) >= width), full[0] if full else 0)


def _most_recognised(rows: list[Row], start: int, recognise: Recognise) -> int | None:
    """Give the index of the row with the most known names, if they are enough to make it the header."""
    known = [recognise(cells) for _, cells in rows[:_ROWS_BEFORE_HEADER]]
    best = max(range(len(known)), key=lambda at: (known[at], -at))
    filled = sum(bool(cell.strip()) for cell in rows[best][1])
    if best != start and (known[best] < known[start] + 2 or 2 * known[best] < filled):
        best = start  # a row of data may hold such words by chance
        filled = sum(bool(cell.strip()) for cell in rows[best][1])
    return best if known[best] > 1 or (known[best] and 2 * known[best] >= filled) else None
