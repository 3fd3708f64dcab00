"""Many commands as one change: each has a desk of its own, all of them one transaction and one entry.

What a command asks is answered by the connection that the ones before it wrote through, so that it sees what
they changed. A command that needs a transaction of its own is refused.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from crm_cli import config
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from crm_cli.changing import Change


class Seen:
    """The connection of a change as commands that ask know one: its rows are plain, closing it ends nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, question: str, values: Any = ()) -> sqlite3.Cursor:
        """The answer to a question, row by row."""
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(question, values)

    def close(self) -> None:
        """Let go of what a question has set: who may do what."""
        self._connection.set_authorizer(None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@dataclass
class Together(Desk):
    """The desk of one command among several that are one change."""

    whole: "Change" = field(kw_only=True)

    @cached_property
    def config(self) -> config.Config:
        """The settings, read once for all commands."""
        found = self.whole.config
        self.style.zone, self.style.calendar = found.zone, found.get("calendar")
        return found

    @cached_property
    def connection(self) -> sqlite3.Connection:
        """The store with what the commands before this one have changed."""
        return cast("sqlite3.Connection", Seen(self.whole.connection))

    @contextmanager
    def change(self, verb: str, *, dry_run: bool = False, kind: str = "change") -> "Iterator[Change]":
        """A part of the change.

        Raises:
            InvalidError: it cannot be a part, since it needs a transaction of its own.
        """
        if kind != "change":
            self.alone(verb)
        change = self.whole
        change.begin(verb)
        with change.attempt(keep=False) if dry_run else nullcontext():
            yield change
        if not dry_run:
            self.changes.append(verb)
        for note in change.notes:
            self.say(note)
        self.close()

    def alone(self, what: str) -> None:
        """Refuse what needs transactions of its own.

        Raises:
            InvalidError: always; it says how it is done instead.
        """
        raise InvalidError(
            f"{what} needs a transaction of its own; give --each to crm batch, or run it alone"
        )
