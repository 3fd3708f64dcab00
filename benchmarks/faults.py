"""Kills commands at random moments (SIGKILL) and looks at what they leave: the store as before or as after, and whole.

`faults.py [ROUNDS [SEED]]`, 200 rounds where none are said. A store is broken where `crm db check` would say so or the
next command fails; a command is half done where what it changes, or the history, is neither as before nor as after it;
a message is doubled where an address gets it twice once sending was taken up again. It ends with 1 where there is any.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from random import Random
from time import monotonic

from crm_cli import cli, db, fields
from crm_cli.asking import store as asking
from crm_cli.migrations import generate, upgrade

MEMBERS = 12
SHARE = 0.6  # of the rounds are counted from the first writing on, where a transaction may be cut
COMMANDS = {
    "import": (("contact", "import", "more.csv"), "SELECT count(*) FROM contact"),
    "edit": (
        ("contact", "edit", "name~person", "--title", "Dr", "-y"),
        "SELECT count(*) FROM contact WHERE title = 'Dr'",
    ),
    "merge": (("contact", "merge", *map(str, range(1, 21)), "-y"), "SELECT count(*) FROM contact"),
    "undo": (("undo", "-y"), "SELECT count(*) FROM contact WHERE city = 'Rome'"),
    "restore": (("db", "restore", "copy.bak", "-y"), "SELECT count(*) FROM contact WHERE city = 'Rome'"),
    "backup": (("db", "backup", "made.bak"), "SELECT count(*) FROM contact"),
    "send": (("campaign", "send", "Spring"), ""),
    "upgrade": ((), "PRAGMA user_version"),
}
UPGRADE = """
import sys
from pathlib import Path
from crm_cli import fields
from crm_cli.migrations import upgrade

number = fields.schema() + 1
fields.schema = lambda: number
upgrade.upgrade(Path(sys.argv[1]), Path(sys.argv[2]))
"""
REVISION = '''"""A step."""

from alembic import op

revision = "{0:04}"
down_revision = "{1:04}"


def upgrade() -> None:
    op.execute("ALTER TABLE contact ADD COLUMN mascot VARCHAR")
    op.execute("UPDATE contact SET mascot = 'owl'")
'''


@dataclass
class Faults:
    """What rounds of killing have come to."""

    rounds: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """Rounds by command and by what the store was like after it: `before`, `after`."""
    broken: list[str] = field(default_factory=list)


def main() -> None:
    """Kill so many commands and print what came of it."""
    rounds, seed = [int(each) for each in sys.argv[1:3]] + [200, 1][len(sys.argv[1:3]) :]
    with tempfile.TemporaryDirectory() as folder:
        found = kill(Path(folder), rounds, seed)
    for name in COMMANDS:
        print(f"{name}: {found.ends[name, 'before']} as before, {found.ends[name, 'after']} as after")
    print(f"{found.rounds} rounds, {len(found.broken)} with faults", *found.broken, sep="\n")
    sys.exit(1 if found.broken else 0)


def kill(folder: Path, rounds: int, seed: int, people: int = 2_000) -> Faults:
    """Kill commands so many times on copies of a store of so many people."""
    dice, found = Random(seed), Faults()
    base = folder / "base"
    with surroundings(folder):
        build(base, people)
        known = {name: whole(name, base, folder / "whole") for name in COMMANDS}
        for number in range(rounds):
            name = list(COMMANDS)[number % len(COMMANDS)]
            before, after, seconds = known[name]
            place = folder / "round"
            shutil.copytree(base, place)
            if dice.random() < SHARE and name != "backup":  # which writes elsewhere
                run(name, place, limit=seconds * dice.uniform(0, 0.3), written=True)
            else:
                run(name, place, limit=seconds * dice.uniform(0.3, 1.1))
            state = look(name, place)
            found.rounds += 1
            found.ends[name, "before" if state == before else "after"] += 1
            wrong = list(faults(name, place))
            if state not in (before, after) and name != "send":
                wrong.append(f"half done: {state}, which is neither {before} nor {after}")
            found.broken += [f"{number} {name}: {each}" for each in wrong]
            shutil.rmtree(place)
    return found


@contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    """No settings but who we are, and a fixed day; as it was at the end."""
    settings = folder / "settings.toml"
    settings.write_text('me = "Me Quist"\nemail = "me@example.org"\n', encoding="utf-8")
    held = dict(os.environ)
    os.environ |= {"CRM_CONFIG": str(settings), "CRM_TODAY": "2026-06-15"}
    os.environ.pop("CRM_DB", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(held)


def build(place: Path, people: int) -> None:
    """A store with people, a campaign that waits to be sent, a copy of it, a file to import, a revision."""
    place.mkdir()
    for file, first in (("people.csv", 0), ("more.csv", people)):
        rows = (f"Person {number},p{number}@example.org\n" for number in range(first, first + people))
        (place / file).write_text("name,email\n" + "".join(rows), encoding="utf-8")
    crm(place, "contact", "import", str(place / "people.csv"))
    crm(place, "campaign", "add", "Spring")
    crm(place, "campaign", "message", "Spring", "--subject", "Hi", "--text", "Hello {{ unsubscribe }}")
    for number in range(MEMBERS):
        crm(place, "member", "add", "--campaign", "Spring", "--contact", f"p{number}@example.org")
    crm(place, "db", "backup", str(place / "copy.bak"))
    crm(place, "contact", "edit", "name~person", "--set", "city=Rome", "-y")
    shutil.rmtree(place / "crm.db.backups", ignore_errors=True)
    shutil.copytree(upgrade.VERSIONS, place / "versions", ignore=shutil.ignore_patterns("__pycache__"))
    number = len(generate.versions()) + 1
    step = place / "versions" / f"{number:04}_step.py"
    step.write_text(REVISION.format(number, number - 1), encoding="utf-8")


def crm(place: Path, *command: str) -> None:
    """Run a command in this process, which must work."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as said:
        code = cli.run(["--db", str(place / "crm.db"), *command])
    if code:
        raise RuntimeError(f"{' '.join(command)}: {said.getvalue()}")


def whole(name: str, base: Path, place: Path) -> tuple[object, object, float]:
    """What a command finds and leaves when nobody kills it, and how long it takes."""
    shutil.copytree(base, place)
    before, began = look(name, place), monotonic()
    code = run(name, place)
    found = (before, look(name, place), monotonic() - began)
    shutil.rmtree(place)
    if code:
        raise RuntimeError(f"{name} ended with {code}")
    return found


def run(name: str, place: Path, limit: float | None = None, *, written: bool = False) -> int:
    """Run a command in a process of its own and kill it after so many seconds; returns its exit code.

    The seconds count from when it began, or from when it has `written` first.
    """
    command = (
        ("-c", UPGRADE, str(place / "crm.db"), str(place / "versions"))
        if name == "upgrade"
        else ("-m", "crm_cli", "--db", "crm.db", *COMMANDS[name][0])
    )
    process = subprocess.Popen(
        [sys.executable, *command], cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if limit is not None and written:
        wait_for_writing(process, place)
    with suppress(subprocess.TimeoutExpired):
        process.wait(limit)
    process.kill()
    return process.wait()


def wait_for_writing(process: subprocess.Popen[bytes], place: Path) -> None:
    """Look on until a command writes to the store, or has ended."""
    beside = place / "crm.db-wal"
    while process.poll() is None:
        with suppress(FileNotFoundError):
            if beside.stat().st_size:
                return


def look(name: str, place: Path) -> object:
    """What a command is to change, and the length of the history; for sending, who has got the message."""
    if name == "send":
        return len(list((place / "outbox").glob("*.eml")))
    with closing(sqlite3.connect(place / "crm.db")) as connection:
        said = connection.execute(COMMANDS[name][1]).fetchone()[0]
        return said, connection.execute("SELECT count(*) FROM command WHERE verb <> 'db restore'").fetchone()[
            0
        ]


def faults(name: str, place: Path) -> Iterator[str]:
    """What is wrong with what a killed command has left, and with what is done next."""
    path = place / "crm.db"
    with newer(path), closing(db.look(path)) as connection:
        yield from asking.faults(connection)
    if name == "backup" and (place / "made.bak").exists():
        with closing(db.look(place / "made.bak")) as connection:
            yield from asking.faults(connection)
    if name == "send":
        yield from doubled(place)
    if name == "upgrade" and look(name, place) != look("upgrade", place.parent / "base"):
        return  # only a program of that schema can go on
    try:
        crm(place, "company", "add", "Next")
    except RuntimeError as error:
        yield str(error)


@contextmanager
def newer(path: Path) -> Iterator[None]:
    """A program of the schema that the store has."""
    known = fields.schema
    with closing(sqlite3.connect(path)) as connection:
        number = db.version(connection)
    fields.schema = lambda: number
    try:
        yield
    finally:
        fields.schema = known


def doubled(place: Path) -> Iterator[str]:
    """Addresses that got a message twice or never, once sending was taken up again, but for those that are told."""
    run("send", place)
    letters = [each.read_text(encoding="utf-8") for each in (place / "outbox").glob("*.eml")]
    with closing(sqlite3.connect(place / "crm.db")) as connection:
        told = dict(connection.execute('SELECT "to", status FROM deliveries').fetchall())
    for number in range(MEMBERS):
        address = f"p{number}@example.org"
        times = sum(f"<{address}>" in each.partition("\n\n")[0] for each in letters)
        if times > 1 or (not times and told.get(address) != "uncertain"):
            yield f"{address} got {times} messages ({told.get(address)})"


if __name__ == "__main__":
    main()
