"""Workbooks (.xlsx) as tables: one sheet, its cells as the exact text of what they hold.

A number is written with the digits that a spreadsheet shows at most, 15, so that 12.5 is 12.5; a percentage with its
sign, a day as ISO, a code of zeros such as a postal one with its zeros. A formula is the value that was kept of it.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from crm_cli.errors import InvalidError
from crm_cli.formats import dialect
from crm_cli.formats.source import Source
from crm_cli.formats.table import Cells, Table, aligned, names_of

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

KIND = "xlsx"
LARGEST = 1_048_576  # rows of a sheet
LARGE = 50_000_000  # bytes of a part, unpacked, from which on it matters how densely it is packed
SPARSE = 5_000_000  # empty cells beside others, from which on it matters how few of them are filled
DENSEST = 200  # a sheet unpacks to ten or twenty times its size
_SAMPLED = 1_000  # rows in which the header is looked for, and that say how wide the table is


def open_workbook(
    source: Source,
    *,
    sheet: str | None,
    decimal: str | None,
    header_row: bool | None,
    is_header: dialect.Recognise | None,
) -> Table:
    """Open a sheet of a workbook.

    Args:
        source: the file.
        sheet: its name, or its number from 1; without it, the first.
        decimal: the mark that numbers are to be written with, else a point.
        header_row: whether there is a header; without it, told from its names.
        is_header: how many of a row's cells are names that the caller knows.

    Raises:
        InvalidError: no workbook, no such sheet, or an empty one; openpyxl is not installed.
    """
    mark = decimal or "."
    with _opened(source) as book:
        title = _title(source, book, sheet)
        titles = book.sheetnames
        rows = list(islice(_rows(book, title, mark), _SAMPLED))
    if not rows:
        raise InvalidError(f'{source.name}: the sheet "{title}" is empty; name another with --sheet')
    found = dialect.find_header(rows, header_row, is_header)
    headed = found.cells is not None
    notes = [f'read the sheet "{title}"; --sheet takes another of {len(titles)}'] if len(titles) > 1 else []
    data = [cells for line, cells in rows if line >= found.line + headed]
    header = names_of(found.cells, data, notes)
    preamble = [" ".join(filter(None, cells)) for line, cells in rows if line < found.line]

    def read() -> Iterator[tuple[int, Cells]]:
        with _opened(source) as book:
            wanted = (row for row in _rows(book, title, mark) if row[0] >= found.line + headed)
            yield from aligned(wanted, len(header))

    line = found.line if headed else 0
    return Table(source.path, KIND, "", "", header, line, preamble, notes, read, source, decimal=mark)


@contextmanager
def _opened(source: Source) -> "Iterator[Workbook]":
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise InvalidError(
            f"{source.name} is a workbook; install crm-cli[xlsx] to read those, or save it as CSV"
        ) from None
    from zipfile import BadZipFile
    from zlib import error as zlib_error

    try:
        with source.binary() as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that say nothing about the cells
            _weigh(source, file)
            book = load_workbook(file, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except (
        BadZipFile,
        LookupError,
        ArithmeticError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        EOFError,
        zlib_error,
        SyntaxError,
    ) as error:
        raise InvalidError(
            f"{source.name} cannot be read as a workbook ({error}); save it anew, or as CSV"
        ) from error


def _weigh(source: Source, file: BinaryIO) -> None:
    """Refuse a file that is made to fill the memory, by what it says of its parts, which zipfile holds it to."""
    from zipfile import ZipFile

    with ZipFile(file) as packed:
        for part in packed.infolist():
            if part.file_size > max(LARGE, part.compress_size * DENSEST):
                raise InvalidError(
                    f"{source.name} would unpack to {part.file_size // 1_000_000:,} MB of next to nothing; "
                    "save it as CSV"
                )
    file.seek(0)


def _title(source: Source, book: "Workbook", sheet: str | None) -> str:
    """The name of the sheet that is wanted."""
    titles = [each.title for each in book.worksheets]
    if not titles:
        raise InvalidError(f"{source.name} has no sheet of cells; save it as CSV")
    if sheet is None:
        return titles[0]
    known = {title.casefold(): title for title in titles}
    if sheet.strip().casefold() in known:
        return known[sheet.strip().casefold()]
    if sheet.isdecimal() and 1 <= int(sheet) <= len(titles):
        return titles[int(sheet) - 1]
    raise InvalidError(f'{source.name} has no sheet "{sheet}"; it has {", ".join(titles)}')


def _rows(book: "Workbook", title: str, decimal: str) -> Iterator[dialect.Row]:
    """The rows of a sheet that hold something, with their numbers."""
    sheet: Any = book[title]
    sheet.reset_dimensions()  # what the file says of its size is not always so
    filled = empty = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > LARGEST:
            raise ValueError(f"its rows are numbered beyond {LARGEST:,}")
        cells = [_text(cell, decimal) for cell in row]
        said = sum(map(bool, cells))
        filled, empty = filled + said, empty + len(cells) - said
        if empty > max(SPARSE, filled * DENSEST):
            raise ValueError("of so many cells next to none is filled")
        if said:
            yield number, cells


def _text(cell: Any, decimal: str) -> str:
    """What a cell holds, as exact text."""
    from datetime import date, datetime, time, timedelta

    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format or "").replace(".", decimal)
    if isinstance(value, datetime):
        midnight = value.time() == time() and "h" not in (cell.number_format or "").lower()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _number(value: float, form: str) -> str:
    """A number without what a float adds to it."""
    from decimal import Decimal

    if re.fullmatch("0{2,}", form) and value == int(value) and value >= 0:
        return f"{int(value):0{len(form)}}"
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", form)
    said = format((exact * 100 if percent else exact).normalize(), "f")
    return f"{said}%" if percent else said
