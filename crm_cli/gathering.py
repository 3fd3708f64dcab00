"""Lines that add records one after the other, parts of one change: looked at in turn, written together, told in turn.

A line is carried out at a desk that keeps what it adds instead of writing it. Whatever else it does there, whatever is
wrong with it, or with what waits when it is written, leaves it to the ordinary way: nothing has happened yet.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from typer.exceptions import Exit, TyperException

from crm_cli.desk import Desk
from crm_cli.errors import CrmError
from crm_cli.lazy import PromisedGroup, straight
from crm_cli.lines import Line
from crm_cli.together import Together

if TYPE_CHECKING:
    from crm_cli.changing import Change
    from crm_cli.rules.adding import Waiting
    from crm_cli.rules.drafts import Draft


# What can be wrong with a line: the ordinary way says it, with the line's number.
REFUSED = (CrmError, TyperException, Exit, RuntimeError, UnicodeEncodeError, sqlite3.DatabaseError)


class _OrdinaryError(CrmError):
    """The line does more than to add a record that can wait."""


@dataclass
class KeepingDesk(Together):
    """The desk of a line whose new record is kept, and which can do nothing else."""

    waiting: "Waiting" = field(kw_only=True)
    kept: bool = False
    tell: Callable[[], None] = field(default=lambda: None)
    """Tells what came of the line once its record is written."""

    def keeps(self, noun: str, texts: dict[str, Any], told: "Callable[[Draft], None]") -> bool:
        """Keep a new record where it can wait."""
        verb = f"{noun} add"
        self.whole.begin(verb)
        draft = self.waiting.joined(noun, texts)
        if draft is None:
            return False
        notes = [*self.whole.notes]

        def tell() -> None:
            self.changes.append(verb)
            for note in notes:
                self.say(note)
            told(draft)

        self.kept, self.tell = True, tell
        return True

    @contextmanager
    def change(self, verb: str, **_: Any) -> "Iterator[Change]":
        """Leave the line to the ordinary way, which changes something."""
        raise _OrdinaryError(verb)
        yield

    @property
    def connection(self) -> NoReturn:
        """Leave the line to the ordinary way, which asks something."""
        raise _OrdinaryError

    @property
    def interactive(self) -> bool:
        """Nobody is there to ask."""
        return False


@dataclass
class Gathering:
    """Lines whose records wait."""

    root: PromisedGroup
    desk: Desk
    whole: "Change"
    lines: list[tuple[Line, KeepingDesk]] = field(default_factory=list)

    def __post_init__(self) -> None:
        from crm_cli.rules import adding

        self._nouns, self._waiting = adding.GATHERED, adding.Waiting(self.whole)

    def takes(self, line: Line) -> bool:
        """Whether a line adds a record that waits from here on; after the others, if not beside them."""
        words = line.words
        if words[1:2] != ["add"] or words[0] not in self._nouns or "--help" in words:
            return False
        desk = KeepingDesk(self.desk.path, whole=self.whole, waiting=self._waiting)
        try:
            if ctx := straight(self.root, words, desk):
                with ctx:
                    ctx.command.invoke(ctx)
        except REFUSED:
            return False
        if desk.kept:
            self.lines.append((line, desk))
        return desk.kept

    def written(self) -> bool:
        """Write what waits; False where it cannot be written so, and nothing of it is."""
        change = self.whole
        change.begin(f"{self._waiting.noun} add")
        try:
            with change.attempt():
                self._waiting.write()
        except REFUSED:
            if not change.connection.in_transaction:
                raise
            return False
        return True
