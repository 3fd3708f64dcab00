"""Many commands at once: each waits for its turn, none is lost, and ids and history are in one order."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import Crm

from crm_cli import turns

WRITERS, EACH = 8, 25
ADDS = """
import sys
from crm_cli.cli import run

for number in range(int(sys.argv[2])):
    if code := run(["contact", "add", f"Person {sys.argv[1]}-{number}", "--email", f"p{sys.argv[1]}-{number}@x.org"]):
        sys.exit(code)
    if run(["contact", "list", "--count"]):
        sys.exit(99)
"""


@contextmanager
def writing(store: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has begun to write and does not end."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def started(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def asked(store: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(question).fetchall()


def test_writers_take_turns_from_the_making_of_the_store_on(crm: Crm, store: Path) -> None:
    running = [started("-c", ADDS, str(number), str(EACH)) for number in range(WRITERS)]
    said = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0] * WRITERS, said
    assert not any("locked" in each or "in use" in each for each in said)
    wanted = {f"Person {writer}-{number}" for writer in range(WRITERS) for number in range(EACH)}
    people = asked(store, "SELECT id, name FROM contact ORDER BY id")
    assert [number for number, _ in people] == list(range(1, WRITERS * EACH + 1))
    assert {name for _, name in people} == wanted
    assert len(asked(store, "SELECT DISTINCT uid FROM contact")) == WRITERS * EACH
    commands = asked(store, "SELECT id, at FROM command ORDER BY id")
    assert commands == sorted(commands, key=lambda each: (str(each[1]), each[0]))
    assert len(commands) == WRITERS * EACH
    logged = asked(store, "SELECT command_id FROM log ORDER BY id")
    assert logged == sorted(logged)
    assert crm("db", "check").code == 0


def test_who_waits_is_told_and_goes_on(crm: Crm, store: Path) -> None:
    crm("company", "add", "Acme")
    with writing(store) as other:
        waiting = started("-m", "crm_cli", "company", "add", "Brick")
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == f"{turns.WAITING}\n"
        assert crm("company", "list", "--count").out == "1\n"  # who asks need not wait
        other.execute("ROLLBACK")
        waiting.communicate()
    assert waiting.returncode == 0
    assert crm("company", "list", "--count").out == "2\n"


def test_waiting_has_a_limit_that_can_be_set(crm: Crm, store: Path, tmp_path: Path) -> None:
    crm("company", "add", "Acme")
    settings = tmp_path / "settings.toml"
    settings.write_text('wait_seconds = "0"\n', encoding="utf-8")
    with writing(store):
        refused = crm("company", "add", "Brick", env={"CRM_CONFIG": str(settings)})
    assert (refused.code, refused.err) == (
        5,
        f"crm: {store} is in use by another command; try again in a moment\n",
    )
    assert crm("company", "list", "--count").out == "1\n"


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_who_waits_can_be_interrupted(crm: Crm, store: Path) -> None:
    crm("company", "add", "Acme")
    with writing(store):
        waiting = started("-m", "crm_cli", "company", "add", "Brick")
        assert waiting.stderr is not None
        waiting.stderr.readline()
        waiting.send_signal(2)
        waiting.communicate()
    assert waiting.returncode == 130
