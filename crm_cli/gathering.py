"""Lines that are parts of one change, of which new records wait and are written together, and told in turn.

A line is carried out at a desk that keeps what it adds instead of writing it. A line that does more reaches the store,
and then what waits is written first, so that it sees what the lines before it changed.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_cli.errors import CrmError
from crm_cli.lines import Line
from crm_cli.together import Together

if TYPE_CHECKING:
    from crm_cli.changing import Change
    from crm_cli.rules.drafts import Draft

# What can be wrong with what waits: written one by one, the line that it is wrong in says it.
REFUSED = (CrmError, RuntimeError, UnicodeEncodeError, sqlite3.DatabaseError)


class UnwrittenError(Exception):
    """What waits cannot be written together; nothing of it is."""


@dataclass(repr=False, eq=False)
class PartDesk(Together):
    """The desk of a line: it keeps a new record that can wait, and has what waits written before anything else."""

    gathering: "Gathering" = field(kw_only=True)
    waits: bool = True
    kept: bool = False
    """Whether what the line adds waits."""
    attempts: ExitStack | None = None
    """Where nothing shall stay of a line that fails: what takes it back, once it has reached the store."""
    tell: Callable[[], None] = lambda: None
    """Tells what came of a line that waited."""
    _reached: bool = False

    def keeps(
        self,
        verb: str,
        wanted: Sequence[tuple[str, dict[str, Any]]],
        told: "Callable[[list[Draft]], None]",
    ) -> bool:
        """Keep new records where they can wait."""
        self.whole.begin(verb)
        drafts = self.gathering.joined(wanted) if self.waits else None
        if drafts is None:
            return False

        def tell() -> None:
            self.changes.append(verb)
            for draft in drafts:
                for note in draft.said:
                    self.say(note)
            told(drafts)

        self.kept, self.tell = True, tell
        return True

    def told(self) -> None:
        """Tell what came of the line, once; what it holds goes with it."""
        tell, self.tell = self.tell, lambda: None
        tell()

    @contextmanager
    def change(self, verb: str, *, dry_run: bool = False, kind: str = "change") -> "Iterator[Change]":
        """A part of the change, after what waits."""
        self._reach()
        with super().change(verb, dry_run=dry_run, kind=kind) as change:
            yield change

    @property
    def connection(self) -> sqlite3.Connection:
        """The store with what the lines before this one have changed."""
        self._reach()
        return super().connection

    def _reach(self) -> None:
        if not self._reached:
            self._reached = True
            self.gathering.write()
            if self.attempts is not None:
                self.attempts.enter_context(self.whole.attempt())


@dataclass
class Gathering:
    """Lines whose records wait, those whose records are written and not told, and those to carry out by themselves."""

    whole: "Change"
    waiting: list[tuple[Line, PartDesk]] = field(default_factory=list)
    written: list[tuple[Line, PartDesk]] = field(default_factory=list)
    alone: list[tuple[Line, PartDesk]] = field(default_factory=list)

    def __post_init__(self) -> None:
        from crm_cli.rules import adding

        self._drafts = adding.Waiting(self.whole)

    def joined(self, wanted: Sequence[tuple[str, dict[str, Any]]]) -> "list[Draft] | None":
        """Drafts that wait from here on, beside those that wait or after them; None where they cannot."""
        verb = self.whole.verb
        drafts = self._joined(wanted)
        if drafts is None and self.waiting:
            self.write()
            self.whole.begin(verb)
            drafts = self._joined(wanted)
        return drafts

    def _joined(self, wanted: Sequence[tuple[str, dict[str, Any]]]) -> "list[Draft] | None":
        try:
            return self._drafts.joined(wanted)
        except REFUSED:  # what is named may wait itself; what is wrong is said the ordinary way
            return None

    def write(self) -> None:
        """Write what waits.

        Raises:
            UnwrittenError: it cannot be written together.
        """
        if not self.waiting:
            return
        change = self.whole
        change.begin(change.verb)
        try:
            with change.attempt():
                self._drafts.write()
        except REFUSED:
            if not change.connection.in_transaction:
                raise
            self.alone, self.waiting = self.waiting, []
            raise UnwrittenError from None
        self.written, self.waiting = self.waiting, []
