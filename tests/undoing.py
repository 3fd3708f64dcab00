"""Random sequences of commands, each taken back to the store as it was before, and brought back again.

Every command that leaves an entry in the history is undone and redone, alone and all together. Every row of every table
but the history's is compared after each, and the exports, byte for byte, after all of them. A sequence that comes out
otherwise is made as short as it can be and shown.
"""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from crm_cli import cli, fields

MEMORY = Path("/dev/shm")  # noqa: S108 - where there is such a place, nothing waits for a disk
SURROUNDINGS = {"CRM_CONFIG": os.devnull, "CRM_TODAY": "2026-06-15", "TZ": "UTC", "LANG": "C.UTF-8"}
HISTORY = ("command", "log")
EXPORTED = ("company", "contact", "lead", "deal", "product", "activity", "case", "user")
BEGIN = (
    ("company", "add", "Acme", "--industry", "retail"),
    ("contact", "add", "Jane Doe", "--email", "jane@acme.example", "--company", "Acme"),
    ("deal", "add", "Machines", "--company", "Acme", "--amount", "5000"),
    ("product", "add", "Press", "--code", "P1", "--list-price", "120.50"),
)
# Commands of a word, a number from 1 on and another one.
COMMANDS = (
    ("contact", "add", "{word}", "--email", "p{one}@x.example"),
    ("contact", "add", "{word}", "--company", "{word} Ltd", "--phone", "+31 20 123 45{one}{two}"),
    ("company", "add", "{word}", "--notes", "{word}"),
    ("lead", "add", "{word}", "--company", "{word} Inc", "--email", "l{one}@x.example"),
    ("deal", "add", "{word}", "--company", "{one}", "--contact", "{two}", "--amount", "{two}00.25"),
    ("case", "add", "{word}", "--contact", "{one}"),
    ("task", "add", "{word}", "--about", "deal:{one}", "--due", "2026-06-2{two}"),
    ("contact", "edit", "{one}", "--title", "{word}", "--set", "tags={word}"),
    ("company", "edit", "name~a", "--set", "industry={word}", "-y"),
    ("deal", "edit", "{one}", "--unset", "amount"),
    ("deal", "item", "add", "{one}", "P1", "--quantity", "{two}"),
    ("deal", "move", "{one}", "proposal"),
    ("deal", "win", "{one}"),
    ("deal", "lose", "{one}", "--reason", "price"),
    ("deal", "reopen", "{one}"),
    ("lead", "convert", "{one}"),
    ("contact", "merge", "{one}", "{two}", "-y"),
    ("company", "merge", "{one}", "{two}", "-y"),
    ("contact", "delete", "{one}", "--with-related", "-y"),
    ("company", "delete", "{one}", "--with-related", "-y"),
    ("deal", "delete", "{one}", "--with-related", "-y"),
    ("case", "resolve", "{one}"),
    ("note", "contact:{one}", "{word}"),
    ("call", "deal:{one}", "{word}", "--next", "{word}", "--due", "2026-06-2{two}"),
    ("clean", "-y"),
    ("contact", "import", "-"),
)


class Undoing(RuleBasedStateMachine):
    """A store, what it held in every state that it has been in, and where among them it is."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.root = cli.group()
        self.held = dict(os.environ)
        os.environ |= SURROUNDINGS | {"CRM_DB": str(Path(self.folder.name) / "crm.db")}
        self.states: list[list[str]] = []
        self.at = 0
        for command in BEGIN:
            self.do(command)
        self.seen(self.rows())
        self.first = self.exports()

    @rule(
        command=st.sampled_from(COMMANDS),
        word=st.sampled_from(["Ann", "Bo Lee", "Ünal", "علی", "a,b", "Zoë 'Q' \"x\"", "=1+1", "Łódź"]),
        one=st.integers(1, 4),
        two=st.integers(1, 4),
    )
    def command(self, command: tuple[str, ...], word: str, one: int, two: int) -> None:
        """Run a command; one that is refused leaves everything as it was."""
        before = self.entries()
        said = [part.format(word=word, one=one, two=two) for part in command]
        code = self.do(said, f"name,email\n{word},i{one}@x.example\n{word} Two,i{two}{one}@x.example\n")
        now = self.rows()
        if self.entries() == before:
            assert now == self.states[self.at], said
        else:
            assert code == 0, said
            self.seen(now)

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self) -> None:
        """Take the latest command back."""
        assert self.do(["undo", "-y"]) == 0
        self.at -= 1
        assert self.rows() == self.states[self.at]

    @precondition(lambda self: self.at < len(self.states) - 1)
    @rule()
    def redo(self) -> None:
        """Bring back what was taken back last."""
        assert self.do(["redo", "-y"]) == 0
        self.at += 1
        assert self.rows() == self.states[self.at]

    def teardown(self) -> None:
        """Take all of it back at once, and bring it all back."""
        try:
            if self.at:
                last = self.exports()
                assert self.do(["undo", str(self.at), "-y"]) == 0
                assert (self.rows(), self.exports()) == (self.states[0], self.first)
                assert self.do(["redo", "-y"]) == 0
                assert (self.rows(), self.exports()) == (self.states[self.at], last)
            assert self.do(["db", "check"]) == 0
        finally:
            os.environ.clear()
            os.environ.update(self.held)
            self.folder.cleanup()

    def seen(self, rows: list[str]) -> None:
        """Remember a new state; those that were taken back cannot come any more."""
        del self.states[self.at + 1 :]
        self.states.append(rows)
        self.at = len(self.states) - 1

    def rows(self) -> list[str]:
        """What the tables hold now, but for the history."""
        with closing(sqlite3.connect(os.environ["CRM_DB"])) as connection:
            return [
                f"{name} {row!r}"
                for name in fields.tables()
                if name not in HISTORY
                for row in sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr)
            ]

    def exports(self) -> list[str]:
        """What the exports say now."""
        found = []
        for noun in EXPORTED:
            assert self.do(["export", noun]) == 0
            found.append(self.out)
        return found

    def entries(self) -> int:
        """How long the history is."""
        with closing(sqlite3.connect(os.environ["CRM_DB"])) as connection:
            number: int = connection.execute("SELECT count(*) FROM command").fetchone()[0]
        return number

    def do(self, command: list[str] | tuple[str, ...], given: str = "") -> int:
        """Run a command in this process; returns its exit code and keeps its answer."""
        out = TextIOWrapper(BytesIO(), "utf-8", newline="")
        stdin, sys.stdin = sys.stdin, TextIOWrapper(BytesIO(given.encode()), "utf-8")
        try:
            with redirect_stdout(out), redirect_stderr(StringIO()):
                code = cli.run(list(command), root=self.root)
        finally:
            sys.stdin = stdin
        out.seek(0)
        self.out = out.read()
        return code


def play(sequences: int, steps: int) -> None:
    """Make so many sequences; raises where one of them is not taken back, or brought back, exactly."""
    run_state_machine_as_test(
        Undoing,
        settings=settings(
            max_examples=sequences, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
