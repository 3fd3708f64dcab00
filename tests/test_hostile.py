"""Whatever is typed at any option of any command, it is answered by a result or one harmless line, never by half."""

import io
import os
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from conftest import TODAY

from crm_cli import cli, db, fields
from crm_cli.demo import store as demo
from crm_cli.errors import CrmError
from crm_cli.lazy import Promise
from crm_cli.rules import records

# What a terminal obeys (C0 but for tab and line end, C1), and what turns a line around or breaks it.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m|^\x1b\[2J\x1b\[H")  # and the empty screen that is watched
ESCAPES = "esc\x1b]0;owned\x07\x1b[2J\x9b31m \u202eevil\u2066 \r\u2028 [bold]x[/] {{7*7}} %s%n"
HOSTILE = (
    "", " ", "-", "--", "--help", "-1", "0", "1", "99999999999999999999999999",
    "-9999999999999999999999999999999", "1e999", "NaN", "-inf", "0x10", "1_000", "½", "٣", "x" * 10_000,
    "9" * 5_000, "[bold]", "[/]", "[/bold][link=file:///etc/passwd]", "\x1b[31m\x1b]0;owned\x07", "\x9b31mC1",
    ESCAPES, "\u202eevil\u202c\u2066", "\udcff", "\ud83d", "\ufeff", "'; DROP TABLE contact; --", '" OR 1=1 --',
    "$(touch owned)", "`touch owned`", "../../x", "/dev/null", "/", "~", "x/y/z", "9999-99-99", "2026-02-30",
    "0000-00-00", "9999-12-31", "0001-01-01", "-99999999d", "+99999999d", "2026-W99", "24:99",
    "=cmd|'/c calc'!A1", "{{7*7}}", "{% for x in 1 %}", "%s%n", "%(x)s", "{0.__class__}",
    "a@b.c\r\nBcc: evil@example.org", "line\nbreak", "tab\there", "=", "a=b", "name=", "name=[/]", "=x", "~x",
    "a..b", "..", "1..2..3", "id=99999999999999999999", "name~%_", "'\"", "a,b,,c", ",", ";", ":", "*", "?",
    "(((", "[]", "{}", '{"a": 1e999}', "[1]", "[{}]", '[{"name": {"value": []}}]', '["\\ud800"]', "[" * 2_000,
    "~nobody-here/x", "\\", "ext:", "deal:", "deal:x", "1:1:1", "nosuch:1", "EUR", "eur;usd", "١٢", "#", "@",
    "xlsx", "json", "all", "none", "me", "today", "won", "1/0", "http://[::1", "smtp://x:y@z", "é" * 300,
    "👩‍👩‍👧",
)  # fmt: skip
OPERATORS = ("=", "~", "<", "!=", "=..", "=1..", "!~", ">=")
SPARE = 8  # all 6,300 lines take minutes
# Options that mean the same everywhere and take no value.
EVERYWHERE = {"no_color", "quiet", "header", "yes", "help"}
TYPED = b"\0nul\n[bold]\n\x1b[2J\n1\n'; DROP TABLE\n" + b"\xff"
# What stands for an argument that has to be there; for others, the number of the first record.
FILES = dict.fromkeys(("file", "files", "bundle"), "hostile.csv")


def commands(made: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The path of every command that does something, and the command."""
    for name, each in made.commands.items():
        built = each.built if isinstance(each, Promise) else each
        if hasattr(built, "commands"):
            yield from commands(built, (*path, name))
        else:
            yield (*path, name), built


ROOT = cli.group()
COMMANDS = dict(commands(ROOT))


def picked(*words: str) -> str:
    """A hostile value for a place: always the same, another for another place."""
    return HOSTILE[crc32(" ".join(words).encode()) % len(HOSTILE)]


def lines_of(path: tuple[str, ...], pick: Callable[..., str] = picked) -> Iterator[list[str]]:
    """A line for each parameter of a command, and for each field where the command takes fields."""
    parameters = COMMANDS[path].params
    positional = [each for each in parameters if each.param_type_name == "argument"]
    options = [each for each in parameters if each.param_type_name == "option"]
    sure = ["--yes"] if any("--yes" in each.opts for each in options) else []
    needed = {each.name: FILES.get(each.name, "1") for each in positional if each.required}
    start = [*path, *sure]
    for each in options:
        if each.required:
            start += [each.opts[-1], "1"]
    plain = list(needed.values())
    yield [*start, *plain]
    for each in options:
        if each.name in EVERYWHERE:
            continue
        value = pick(*path, each.name)
        given = [] if getattr(each, "is_flag", False) else [value] * (each.nargs if each.nargs > 0 else 1)
        yield [*start, max(each.opts, key=len), *given, "--", *plain]
    for each in positional:
        values = [pick(*path, each.name) if name == each.name else value for name, value in needed.items()]
        yield [*start, "--", *(values if each.name in needed else [*plain, pick(*path, each.name)])]
    yield from _of_fields(path, start, pick)


def _of_fields(path: tuple[str, ...], start: list[str], pick: Callable[..., str]) -> Iterator[list[str]]:
    noun, verb = path[0], path[-1]
    if noun not in fields.names() or len(path) != 2:
        return
    names = list(fields.noun(noun).columns)
    if verb == "edit":
        yield from ([*start, "1", "--set", f"{name}={pick(*path, 'set', name)}"] for name in names)
    if verb == "list":
        for name, operator in zip(names, cycle(OPERATORS), strict=False):
            yield [*start, "--", f"{name}{operator}{pick(*path, 'filter', name)}"]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo business, in which the first record of each noun holds hostile texts wherever it takes text."""
    path = tmp_path_factory.mktemp("base") / "base.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_TODAY", TODAY)
        patch.setenv("CRM_CONFIG", str(path.with_name("missing.toml")))
        demo.again(path)
        with db.change(path, "spoil") as change:
            for noun in map(fields.noun, fields.names()):
                first = change.value(f'SELECT min(id) FROM "{noun.table}"')
                for each in noun.options():
                    if first and each.column and each.kind in ("text", "long"):
                        with suppress(CrmError), change.attempt():  # some texts have a form
                            records.edit(change, noun.name, first, **{each.column: ESCAPES})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # one file, to be copied
    return path


class Screen(io.TextIOWrapper):
    """What standard output is in a terminal, as far as the program can tell."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), "utf-8", newline="")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def seen(self) -> str:
        """What was written to it."""
        self.flush()
        return bytes(self.buffer.getvalue()).decode()  # type: ignore[attr-defined]


class Place:
    """A folder with the store and files, made anew after every change, and what the last line left."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.base, self.folder, self.store = base, folder, folder / "crm.db"
        self.terminal, self.code, self.out, self.err = True, 0, "", ""
        self.renew()

    def renew(self) -> None:
        """Put everything back as it was."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        shutil.copyfile(self.base, self.store)
        (self.folder / "hostile.csv").write_bytes(
            b"name,email,notes,amount\n" + f'"{ESCAPES}",x,"{ESCAPES}",1e999\n'.encode()
        )
        os.chdir(self.folder)

    def run(self, line: list[str]) -> str | None:
        """Carry out a line; returns what is wrong with what came of it."""
        out, err = Screen(terminal=self.terminal), Screen(terminal=False)
        with closing(sqlite3.connect(self.store)) as watch:
            version = "PRAGMA data_version"
            before = watch.execute(version).fetchone()
            sys.stdin = io.TextIOWrapper(io.BytesIO(TYPED), "utf-8")
            with redirect_stdout(out), redirect_stderr(err):
                code = self.code = cli.run(line, root=ROOT)
            changed = watch.execute(version).fetchone() != before
        if changed or {each.name for each in self.folder.iterdir()} - {"crm.db", "hostile.csv"}:
            self.renew()
        self.out, self.err = out.seen(), err.seen()
        if code not in range(6):
            return f"exit code {code}"
        if code and changed:
            return f"exit code {code}, and yet the store was changed"
        if code and "crm: " not in self.err and "Usage: " not in self.err:
            return f"exit code {code}, and nothing said: {self.err!r}"
        if found := OBEYED.search(COLOUR.sub("", self.out) + self.err):
            return f"{found[0]!r} reached the terminal"
        return None


def seen_enough(seconds: float) -> None:
    """Break off what would go on until somebody does."""
    if not 0 <= seconds < 2**31:
        raise ValueError(seconds)
    raise KeyboardInterrupt


@pytest.fixture
def place(base: Path, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Place:  # noqa: ARG001
    """Where the lines are carried out; every path that a value can lead to lies below it."""
    folder = tmp_path / "a" / "b" / "c"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", sys.stdin)
    for name, value in {"CRM_DB": folder / "crm.db", "CRM_CONFIG": folder / "crm.toml"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(time, "sleep", seen_enough)
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("VISUAL", "true")
    return Place(base, folder)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_whatever_is_typed(path: tuple[str, ...], place: Place) -> None:
    """One line of `SPARE` of each command, another for another one; all of them with `CRM_TEST_ALL=1`."""
    spare = 1 if os.environ.get("CRM_TEST_ALL") else SPARE
    for line in islice(lines_of(path), crc32(" ".join(path).encode()) % spare, None, spare):
        assert place.run(line) is None, line


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_before_the_command(value: str, place: Place) -> None:
    assert place.run(["--db", value, "contact", "list"]) is None
    assert place.run([value, value]) is None


# What values of other kinds and places brought down.
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["contact", "edit", "1", "--set", "uid="], 2),
        (["contact", "edit", "1", "--set", "created_at="], 2),
        (["contact", "edit", "1", "--set", f"phones={'[' * 2_000}"], 2),
        (["pipeline", "add", "New", "--stages", "[1]"], 2),
        (["pipeline", "add", "New", "--stages", '[{"name": "a", "probability": 10, "x" ": 3}]'], 2),
        (["pipeline", "add", "New", "--stages", '[{"name": "a", "probability": 10}]'], 0),
        (["contact", "list", "--offset", "9" * 30], 0),
        (["contact", "list", "--limit", "9" * 30], 0),
        (["search", "bold", "--limit", "9" * 30], 0),
        (["history", "--limit", "9" * 30], 0),
        (["undo", "9" * 30, "--dry-run"], 0),
        (["report", "nps", "--html", "~nobody-here/x"], 2),
        (["contact", "import", "hostile.csv", "--save-profile", "x" * 300], 2),
        (["contact", "tag", "x", "1", "-o", "xlsx"], 2),
        (["contact", "list", "--watch", "--every", "NaN"], 2),
        (["contact", "list", "--watch", "--every", "1e999"], 2),
    ],
)
def test_what_was_found(line: list[str], code: int, place: Place) -> None:
    assert place.run(line) is None
    assert place.code == code


def test_an_identity_is_of_one_record(place: Place) -> None:
    place.run(["contact", "list", "id=1", "--columns", "uid", "-o", "csv", "--no-header"])
    assert place.run(["contact", "edit", "2", "--set", f"uid={place.out.strip()}"]) is None
    assert (place.code, "same uid" in place.err) == (4, True)


@pytest.mark.parametrize("form", ["csv", "tsv", "md", "json", "jsonl"])
def test_a_terminal_is_shown_data_and_a_pipe_gets_it(form: str, place: Place) -> None:
    line = ["contact", "list", "id=1", "--columns", "title", "-o", form]
    assert place.run(line) is None
    assert "owned" in place.out
    place.terminal = False
    assert place.run(line) is not None
    assert "\u202eevil" in place.out
