"""What spreadsheet programs open: workbooks, and CSV as they read it where their user is.

In a workbook numbers are numbers, days are days, and text is text whatever it begins with. CSV has no kinds, so
there a text that such a program would run as a formula gets a `'` before it, and numbers have the decimal mark of
the place; where that is a comma, columns are parted by semicolons.
"""

import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from crm_cli import exact, output
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows, Style

NUMBERS = frozenset(("money", "price", "decimal", "percent", "integer", "id"))
LONGEST = 32_767  # characters that a cell of a workbook holds
LARGEST = 1_048_576  # rows of a sheet
WIDEST = 60
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_FIRST_YEAR = "1900"  # before it workbooks know no days
_FORMS = {"money": "#,##0.00", "price": "#,##0.00##", "day": "yyyy-mm-dd"}


def decimal_mark(decimal: str, locale: str) -> str:
    """The decimal mark of spreadsheet programs where the user is.

    Args:
        decimal: the setting; a comma decides.
        locale: the setting, such as `de_DE`; else the environment's.
    """
    if decimal == ",":
        return decimal
    from babel import UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    said = locale or next(filter(None, map(os.environ.get, ("LC_ALL", "LC_NUMERIC", "LANG"))), "")
    try:
        found = get_decimal_symbol(said.partition(".")[0] or "en")
    except (UnknownLocaleError, ValueError):  # C and POSIX are no locales of people
        return "."
    return "," if found == "," else "."


def separator(decimal: str) -> str:
    """What parts columns where numbers have this mark."""
    return ";" if decimal == "," else ","


def guarded(rows: Rows, decimal: str) -> Iterator[list[str]]:
    """The rows as texts for CSV that a spreadsheet program opens."""
    numbers = [each.kind in NUMBERS for each in rows.columns]
    for row in exact.cells(rows):
        yield [
            cell.replace(".", decimal) if number else f"'{cell}" if cell.startswith(_RUNS) else cell
            for cell, number in zip(row, numbers, strict=True)
        ]


def workbook(rows: Rows, style: Style, out: BinaryIO) -> None:
    """Write a workbook of one sheet.

    Raises:
        InvalidError: openpyxl is not installed, or there is more than a workbook holds.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise InvalidError("install crm-cli[xlsx] to write workbooks, or choose -o csv") from None
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = None if style.header is False else "A2"
    if style.header is not False:
        sheet.append([each.name for each in rows.columns])
    for number, cells in enumerate(exact.cells(rows), 2):
        if number > LARGEST:
            raise InvalidError(f"a sheet holds {LARGEST:,} rows; filter, or choose -o csv")
        sheet.append([_cell(sheet, each, text) for each, text in zip(rows.columns, cells, strict=True)])
    book.save(out)


def _cell(sheet: Any, each: Field, text: str) -> Any:
    """A value as a cell of its kind."""
    from openpyxl.cell import WriteOnlyCell

    if not text:
        return None
    value, form = _value(each, text)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # also where it begins like a formula
    cell.number_format = form
    return cell


def _value(each: Field, text: str) -> tuple[Any, str]:
    """What a cell holds, and the form in which it is shown."""
    from datetime import date
    from decimal import Decimal

    form = _FORMS.get(each.kind, "General")
    if each.kind in NUMBERS and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return (Decimal(text) if "." in text else int(text)), form
    if each.kind == "boolean":
        return text == "true", form
    if each.kind == "day" and text >= _FIRST_YEAR:
        return date.fromisoformat(text), form
    if len(text) > LONGEST:
        raise InvalidError(
            f"{each.name} has {len(text):,} characters, a cell holds {LONGEST:,}; choose -o csv"
        )
    return output.visible(text) if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text) else text, "General"
