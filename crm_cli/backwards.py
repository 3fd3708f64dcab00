"""The history read backwards: of each logged change the statement that does the opposite.

The log says of an insert the id, or a range of them, of an update the old and new values, and of a delete the row.
"""

import json
from typing import Any

Form = tuple[str, ...]
"""What a statement does, its table, and the columns that it sets."""


def opposite(table: str, row_id: int, op: str, data: str | None) -> tuple[Form, tuple[Any, ...]]:
    """The opposite of a logged change: the statement's form and its values."""
    if op == "insert":
        return ("delete", table), (row_id, row_id)
    if op == "range":
        return ("delete", table), (row_id, int(data or row_id))
    row = json.loads(data or "{}")
    if op == "delete":
        return ("insert", table, *row), tuple(row.values())
    return ("update", table, *row), (*(old for old, _ in row.values()), row_id)


def statement(form: Form) -> str:
    """The SQL of a form."""
    what, table, *columns = form
    if what == "delete":
        return f'DELETE FROM "{table}" WHERE id BETWEEN ? AND ?'
    if what == "insert":
        names = ", ".join(f'"{column}"' for column in columns)
        return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'
    changes = ", ".join(f'"{column}" = ?' for column in columns)
    return f'UPDATE "{table}" SET {changes} WHERE id = ?'
