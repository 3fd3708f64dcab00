"""One change: a transaction on the store that is one entry of the history and one thing to undo.

Triggers write what changes against the one open row of `command`. Rows that were logged without one came
from another tool; they are adopted, and their search text is made anew, before anything else happens.
"""

import json
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from crm_cli import clock, config, exchange, fields, hooks, safeguard, schema, turns
from crm_cli.values import Reading

if TYPE_CHECKING:
    from crm_cli.rules.drafts import Draft

CACHE = 16_384  # KiB of pages kept in memory by a bulk change


class Change:
    """The open transaction: what rules read and write through.

    `now` and `today` are the business clock; the history keeps real time. `summary` is what the entry says.
    Entered again, it is another transaction that goes on with the same entry, or begins one where another
    command has come between: sending does so, where each message is a transaction.
    """

    def __init__(self, connection: sqlite3.Connection, verb: str, *, kind: str, dry_run: bool) -> None:
        connection.row_factory = sqlite3.Row
        self.connection = connection
        self.verb = verb
        self.kind = kind
        self.dry_run = dry_run
        self.summary = ""
        self.notes: list[str] = []
        self.tell: Callable[[str], None] = self.notes.append
        """Whom to tell at once what cannot wait until the change is done."""
        self.forced = False  # what is odd and can be meant is taken all the same
        self.adds_named: Callable[[str, str], bool] | None = None
        """Whether a record that is named (noun, name) and not there is added; None where a command cannot."""
        self.config = config.load()
        self.now: str = clock.now(self.config.zone)
        self.today: date = clock.today(self.config.zone)
        schema.at(connection, self.now, self.today.isoformat(), self.config.get("small_company_up_to"))
        self.command_id = 0
        self.passed_on: frozenset[int] = frozenset()
        """Offers that time alone has made in front of this change; see `crm_cli.rules.ticking`."""
        self.reverts_id: int | None = None
        self._entry = 0  # the entry of an earlier transaction, which this one goes on with
        self._bulk: dict[str, str] | None = None
        self._answers: dict[Hashable, Any] = {}
        self._answered_at = -1

    def __enter__(self) -> Self:
        self._begin()
        self._adopt()
        self._let_time_pass()
        self.command_id = self._reopened() or self._open(self.verb, self.kind)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None or self.dry_run:
            self._roll_back()
            return
        if not self.changed():
            self.connection.execute("DELETE FROM command WHERE id = ?", (self.command_id,))
            self.connection.execute("COMMIT")
            return
        safeguard.keep(self)
        self._entry = self.command_id
        self.connection.execute(
            "UPDATE command SET open = NULL, summary = ?, reverts_id = ? WHERE id = ?",
            (self.summary, self.reverts_id, self.command_id),
        )
        self._commit()

    def _commit(self) -> None:
        """Let the change stand, unless a hook of the user's refuses it."""
        found = hooks.wanted(self)
        if not found:
            self.connection.execute("COMMIT")
            return
        with found:
            try:
                self.notes += found.before()
            except BaseException:
                self._roll_back()
                raise
            self.connection.execute("COMMIT")
            self.notes += found.after()

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    @cached_property
    def reading(self) -> Reading:
        """How typed text is read here."""
        return Reading(
            today=self.today,
            zone=self.config.zone,
            date_order=self.config.get("date_order") or None,
            decimal=self.config.get("decimal"),
            country=self.config.country,
        )

    def rows(self, question: str, *values: Any) -> list[sqlite3.Row]:
        """The answer to a question, with what this change has written so far."""
        return self.connection.execute(question, values).fetchall()

    def one(self, question: str, *values: Any) -> sqlite3.Row | None:
        """The first row of an answer."""
        return next(iter(self.rows(question, *values)), None)

    def value(self, question: str, *values: Any) -> Any:
        """The first value of an answer, None when there is no row."""
        row = self.one(question, *values)
        return row[0] if row else None

    def held(self, noun: str, record_id: int, column: str) -> Any:
        """What stands in a column of a record."""
        return self.value(f'SELECT "{column}" FROM "{fields.noun(noun).table}" WHERE id = ?', record_id)

    def rate(self, currency: str, day: str | None = None) -> str | None:
        """One unit of a currency in the own one, as it is worth on a day, else today; None where no rate is known."""
        return exchange.rate(self.connection, self.config, currency, day or self.today.isoformat())

    def unwritten(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """The answer to a question of the store, asked again once something is written."""
        if self._answered_at != self.connection.total_changes:
            self._answers.clear()
            self._answered_at = self.connection.total_changes
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]

    def note(self, sentence: str, draft: "Draft") -> None:
        """Tell a person something of one record."""
        self.notes.append(sentence)
        draft.said.append(sentence)

    def begin(self, verb: str) -> None:
        """Begin a part that is told by itself: the command `verb`, of several in this transaction."""
        self.verb, self.summary, self.notes, self._bulk = verb, "", [], None
        self.forced, self.adds_named = False, None
        self.__dict__.pop("reading", None)

    def changed(self) -> bool:
        """Whether anything has been written."""
        return bool(self.value("SELECT EXISTS (SELECT 1 FROM log WHERE command_id = ?)", self.command_id))

    def mark_reverted(self, command_id: int, *, reverted: bool) -> None:
        """Say that a command's effect is gone, or back."""
        self.connection.execute("UPDATE command SET reverted = ? WHERE id = ?", (reverted, command_id))

    def inserted(self, table: str, ids: Sequence[int]) -> None:
        """Log and index new rows by ranges while a bulk change has set their triggers aside."""
        if self._bulk is None or f"log_insert_{table}" not in self._bulk:
            return
        number = next((each.number for each in map(fields.noun, fields.names()) if each.table == table), None)
        for first, last in _ranges(ids):
            self.connection.execute(
                "INSERT INTO log (command_id, tbl, row_id, op, data) VALUES (?, ?, ?, 'range', ?)",
                (self.command_id, table, first, str(last)),
            )
            if number is not None:  # at once: a later edit of the row takes its old words out of the index
                self.connection.execute(
                    f'INSERT INTO search (rowid, text) SELECT id * 64 + {number}, folded FROM "{table}" '
                    "WHERE id BETWEEN ? AND ?",
                    (first, last),
                )

    @contextmanager
    def attempt(self, *, keep: bool = True) -> Iterator[None]:
        """A part of the change that leaves nothing behind where it fails or is not kept, while the rest stands.

        Where nothing was written nothing is rolled back: while triggers are set aside, SQLite would read the whole
        schema again after each, which makes an import of a thousand refused rows forty times as long.
        """
        notes, written = len(self.notes), self.connection.total_changes
        self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._answers.clear()
            if self.connection.in_transaction:  # where the disk is full SQLite has taken back all of it
                if self.connection.total_changes != written:
                    self.connection.execute("ROLLBACK TO attempt")
                self.connection.execute("RELEASE attempt")
            del self.notes[notes:]
            raise
        if not keep:
            self._answers.clear()
            self.connection.execute("ROLLBACK TO attempt")
        self.connection.execute("RELEASE attempt")

    @contextmanager
    def bulk(self, tables: Iterable[str]) -> Iterator[None]:
        """Set the insert triggers of tables aside: rows are logged and indexed as ranges.

        Indexes in the order of words are written all over, so more of them is kept in memory than SQLite's
        2 MiB: the system's share of an import of 100,000 contacts falls from 1.4 s to 0.5 s.
        """
        self.connection.execute(f"PRAGMA cache_size = -{CACHE}")
        names = [f"{what}_insert_{table}" for table in tables for what in ("log", "search")]
        found = self.rows(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN (SELECT value FROM json_each(?))",
            json.dumps(names),
        )
        self._bulk = {row["name"]: row["sql"] for row in found}
        for name in self._bulk:
            self.connection.execute(f"DROP TRIGGER {name}")
        yield
        for trigger in self._bulk.values():
            self.connection.execute(trigger)
        self._bulk = None

    def next_id(self, table: str) -> int:
        """The first id that a table has never used."""
        found = self.value("SELECT seq FROM sqlite_sequence WHERE name = ?", table)
        return (found or 0) + 1

    def _begin(self) -> None:
        turns.begin(self.connection, float(self.config.get("wait_seconds")), self.tell)

    def _open(self, verb: str, kind: str) -> int:
        real = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        made = self.connection.execute(
            "INSERT INTO command (at, verb, summary, kind, reverted, open) VALUES (?, ?, '', ?, 0, 1)",
            (real, verb, kind),
        )
        return int(made.lastrowid or 0)

    def _reopened(self) -> int:
        """The entry of the transaction before, open again; 0 where there is none or it is not the latest."""
        if not self._entry or self.value("SELECT max(id) FROM command") != self._entry:
            return 0
        self.connection.execute("UPDATE command SET open = 1 WHERE id = ?", (self._entry,))
        return self._entry

    def _let_time_pass(self) -> None:
        """Write what time alone has brought about, as an entry of its own that stands whatever this change comes to."""
        due = "SELECT EXISTS (SELECT 1 FROM offer WHERE state = 'offered' AND respond_by < ?)"
        if not self.value(due, self.now):
            return
        from crm_cli.rules import ticking

        self.command_id = self._open("partner tick", "clock")
        said = ticking.settle(self)
        self.connection.execute(
            "UPDATE command SET open = NULL, summary = ? WHERE id = ?", (said, self.command_id)
        )
        self.notes.append(said)
        if not self.dry_run:
            self.connection.execute("COMMIT")
            self._begin()

    def _adopt(self) -> None:
        if not self.value("SELECT EXISTS (SELECT 1 FROM log WHERE command_id IS NULL)"):
            return
        from crm_cli.rules import records

        outside = self._open("changed by another program", "outside")
        rows = self.rows("SELECT DISTINCT tbl, row_id FROM log WHERE command_id IS NULL AND op <> 'delete'")
        self.connection.execute("UPDATE log SET command_id = ? WHERE command_id IS NULL", (outside,))
        records.refold(self, [(row["tbl"], row["row_id"]) for row in rows])
        self.connection.execute("UPDATE command SET open = NULL WHERE id = ?", (outside,))


def _ranges(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs of following numbers."""
    if isinstance(ids, range):
        if ids:
            yield ids[0], ids[-1]
        return
    first = last = None
    for each in sorted(ids):
        if first is None or last is None or each != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = each
        last = each
    if first is not None and last is not None:
        yield first, last
