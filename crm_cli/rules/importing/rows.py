"""What a row of a file says, in our terms, and what is wrong with it: what the steps of an import hand on.

What a row says of other records stays a `Name` until the store has been asked who that is.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm_cli.formats.table import Cells

Line = tuple[int, Cells]


class Name(NamedTuple):
    """A record as a row names it: by our id in our own export, by its key in the other program, by words."""

    noun: str
    id: int | None = None
    external: str | None = None
    words: str | None = None
    tax: str | None = None
    """Its tax number."""


class Problem(NamedTuple):
    """What is wrong with a cell, or with the row where `header` is empty."""

    header: str
    said: str
    file: str = ""
    """The file that the row is in, where several are read as one."""


@dataclass(slots=True)
class Row:
    """One row: what it says in stored form, and what is wrong with it."""

    line: int
    cells: Cells
    values: dict[str, Any] = field(default_factory=dict)
    entered: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    names: dict[str, list[Name]] = field(default_factory=dict)
    """By field the records that it names; several only where a field takes several."""
    keys: list[tuple[str, Any]] = field(default_factory=list)
    """What it can be told by, the strongest first."""
    further: list[str] = field(default_factory=list)
    """Fields that take one record where it names several; the first is taken."""
    stage: str = ""
    number: int | None = None
    """Its id in the store that exported it."""
    kept: tuple[str, ...] = ()
    """Its e-mail addresses that can be none; they are kept, and tell nobody apart."""
    at: str | None = None
    """In a log of events when it came about."""
    earlier: list["Row"] = field(default_factory=list)
    """In a log of events those of its record before it, in the order of their times."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """In a log of events the steps of its record's status."""
    problem: Problem | None = None
