"""What lies on disk while it is worked on, each once: however much it is, memory holds a page of it."""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from crm_cli import db

Row = tuple[Any, ...]


class Shelf:
    """Rows of so many values, in the order in which they came; it is gone when it is left."""

    def __init__(self, width: int) -> None:
        """Make room."""
        self._names = [f"value{number}" for number in range(width)]
        self._held = db.scratch()
        self._held.execute(f"CREATE TABLE held (id INTEGER PRIMARY KEY, {', '.join(self._names)})")
        told = ", ".join(f"ifnull({name}, '')" for name in self._names)
        self._held.execute(f"CREATE UNIQUE INDEX once ON held ({told})")

    def __enter__(self) -> Self:
        """Work with it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of it."""
        self._held.close()

    def __len__(self) -> int:
        """How many rows lie here."""
        found: int = self._held.execute("SELECT count(*) FROM held").fetchone()[0]
        return found

    def put(self, rows: Iterable[Sequence[Any]]) -> None:
        """Lay rows here; one that lies here already stays where it is."""
        names, marks = ", ".join(self._names), ", ".join("?" * len(self._names))
        self._held.executemany(f"INSERT OR IGNORE INTO held ({names}) VALUES ({marks})", rows)

    def pages(self, size: int) -> Iterator[list[Row]]:
        """The rows, so many at a time."""
        found = self._held.execute(f"SELECT {', '.join(self._names)} FROM held ORDER BY id")
        while page := found.fetchmany(size):
            yield page


class Counts:
    """How often each of many numbers came."""

    def __init__(self) -> None:
        """Make room."""
        self._held = db.scratch()
        self._held.execute("CREATE TABLE held (number INTEGER PRIMARY KEY, many INTEGER NOT NULL)")

    def again(self, number: int) -> int:
        """Count a number, of 64 bits with its sign; returns how often it has come."""
        if self._held.execute("INSERT OR IGNORE INTO held VALUES (?, 1)", (number,)).rowcount:
            return 1
        self._held.execute("UPDATE held SET many = many + 1 WHERE number = ?", (number,))
        found: int = self._held.execute("SELECT many FROM held WHERE number = ?", (number,)).fetchone()[0]
        return found

    def close(self) -> None:
        """Let go of it."""
        self._held.close()
