"""Whether 03/04 is in March or April, and 1,234 a thousand or one and a bit: what a whole column says.

One cell cannot tell, the column mostly can: a 25 in the first place makes all its days come first. A column
whose values leave it open, or contradict each other, is refused before a row is kept, with the option that
settles it. Nothing is guessed.
"""

from collections.abc import Mapping
from typing import Protocol

from crm_cli.errors import InvalidError
from crm_cli.formats.table import Table
from crm_cli.values.dates import OrderSeen
from crm_cli.values.numbers import DecimalSeen

_DATES = {"day", "instant"}
_NUMBERS = {"money", "price", "decimal", "percent"}


class _Seen(Protocol):
    """What the values of a column say so far."""

    def add(self, text: str, /) -> None: ...

    @property
    def settled(self) -> str | None: ...


def settle(
    table: Table, columns: Mapping[int, str], *, date_order: str | None = None, decimal: str | None = None
) -> dict[int, str]:
    """Tell the order of day and month, or the decimal mark, of each column that needs it.

    Args:
        table: read once from start to end, unless the options settle every column.
        columns: the kind of value by column index; kinds other than dates and numbers are passed over.
        date_order: `dmy`, `mdy` or `ymd`, the user's word for all columns.
        decimal: `.` or `,`, the user's word for all columns.

    Returns:
        By column index `dmy`, `mdy` or `ymd` for dates, `.` or `,` for numbers.

    Raises:
        InvalidError: a column that its values do not settle, with one of them and the option that does.
    """
    settled: dict[int, str] = {}
    seen: dict[int, _Seen] = {}
    for at, kind in columns.items():
        given = date_order if kind in _DATES else decimal
        if kind in _DATES | _NUMBERS and given:
            settled[at] = given
        elif kind in _DATES | _NUMBERS:
            seen[at] = _fresh(kind)
    if seen:
        for _, cells in table.rows():
            for at, column in seen.items():
                if cell := cells[at]:
                    column.add(cell.strip())
    for at, column in seen.items():
        settled[at] = column.settled or _refuse(table, at, columns[at])
    return settled


def _fresh(kind: str) -> _Seen:
    return OrderSeen() if kind in _DATES else DecimalSeen()


def _refuse(table: Table, at: int, kind: str) -> str:
    """Raise InvalidError with the first value that is open by itself, or that contradicts those before it."""
    together = _fresh(kind)
    example = ""
    for _, cells in table.rows():
        example = (cells[at] or "").strip()
        alone = _fresh(kind)
        alone.add(example)
        together.add(example)
        if alone.settled is None or together.settled is None:
            break
    option = "--date-order dmy|mdy|ymd" if kind in _DATES else "--decimal ,|."
    doubt = "day and month" if kind in _DATES else "decimal mark"
    raise InvalidError(
        f'column "{table.header[at]}": its values do not settle the {doubt} of "{example}"; give {option}'
    )
