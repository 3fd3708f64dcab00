"""What every test stands on: a fresh store, a fixed day, and three ways to run `crm`.

`crm` runs the command line inside this process, `crm_process` in one of its own, `terminal` in one that
believes to be in a terminal. All three use the fresh `store`, no settings, UTC, and the same day.
"""

import fcntl
import gc
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

from crm_cli import config, db, schema
from crm_cli.lazy import PromisedGroup

TODAY = "2026-06-15"  # a Monday in the middle of a month
PATIENCE = 60.0  # seconds after which a process in a terminal is given up
ANSI = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07]*\x07)")
# What a script starts in the background ignores Ctrl-C, and so does all that it starts; in a terminal nothing does.
signal.signal(signal.SIGINT, signal.default_int_handler)
# A busy machine is no fault of the program: examples are waited for, however long they take. A check of a change
# (CI is set) tries the same ones each time, so that it tells of the change; people try others at each run.
CALM = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "calm", deadline=None, suppress_health_check=CALM, print_blob=True, derandomize="CI" in os.environ
)
settings.load_profile("calm")
OURS = ("CRM_DB", "CRM_NOW", "NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_MONETARY", "VISUAL", "EDITOR")
LANGUAGES = ("LANGUAGE", "LC_MESSAGES")  # what libraries ask before LANG
# Where the tests were started says nothing to any of them, whichever fixtures they have and whatever ran before.
for _name in (*OURS, *LANGUAGES):
    os.environ.pop(_name, None)
os.environ |= {"CRM_CONFIG": os.devnull, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "TZ": "UTC"}
time.tzset()


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not among all that was loaded; the program itself never looks for any."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let a worker that has nothing left to do take tests from the other, instead of looking on at the end."""
    from xdist.scheduler.worksteal import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@dataclass
class Result:
    """What a run of `crm` left: its exit code, what it answered (stdout) and what it said (stderr).

    In a terminal both are one; `out` then is what is read there and `raw` what the terminal was sent.
    """

    code: int
    out: str
    err: str = ""
    raw: str = ""

    @property
    def lines(self) -> list[str]:
        """The answer line by line."""
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """The answer read as JSON."""
        return json.loads(self.out)


class Crm(Protocol):
    """How `crm` and `crm_process` are called."""

    def __call__(
        self,
        *args: str,
        input: str | bytes | None = None,  # noqa: A002
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """Run one command line with `input` on standard input and `env` beside the environment."""


class Terminal(Protocol):
    """How `terminal` is called."""

    def __call__(
        self,
        *args: str,
        columns: int = 80,
        rows: int = 40,
        answers: Sequence[tuple[str, str]] = (),
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """Run in a terminal of this size; each of `answers` is typed when its text has appeared."""


@pytest.fixture(scope="session", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty store, made once and copied from then on.

    The six hundred statements of the schema would take most of the time of what is tested with it.
    """
    path = tmp_path_factory.mktemp("empty") / "crm.db"
    db.create(path)
    bare = db._empty()  # as it is asked where there is none
    with closing(sqlite3.connect(path)) as whole, closing(bare), pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "_fill", lambda file: shutil.copyfile(path, file))
        patch.setattr(schema, "build", whole.backup)
        patch.setattr(db, "_empty", lambda: _copied(bare))
        yield


def _copied(source: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    copy.create_function("fold", 1, db._fold, deterministic=True)
    source.backup(copy)
    return copy


@pytest.fixture(autouse=True)
def _own_world() -> Iterator[None]:
    """Let what a made-up world sets end with the test."""
    config.play({})
    yield
    config.play({})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a store will be made by the first change; the environment knows this one and no other."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    given = {
        "CRM_DB": str(tmp_path / "crm.db"),
        "CRM_CONFIG": str(tmp_path / "missing.toml"),
        "CRM_TODAY": TODAY,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    return tmp_path / "crm.db"


@pytest.fixture(scope="session")
def every_command() -> PromisedGroup:
    """The commands, each built when a test first reaches it."""
    from crm_cli import cli

    return cli.group()


def _unreached(group: Any) -> None:
    """Let commands that were built be as if no line had reached them, as each is in a process of its own."""
    for promise in group.commands.values():
        built = vars(promise).get("built")
        if isinstance(built, PromisedGroup):
            _unreached(built)
        elif built is not None:
            vars(built).pop("_parser", None)


@pytest.fixture
def crm(store: Path, monkeypatch: pytest.MonkeyPatch, every_command: PromisedGroup) -> Crm:  # noqa: ARG001
    """Run the command line in this process."""

    def run(
        *args: str,
        input: str | bytes | None = None,  # noqa: A002
        env: Mapping[str, str] | None = None,
    ) -> Result:
        from crm_cli import cli

        vars(every_command.commands["report"]).pop(
            "built", None
        )  # which reports there are is for each line to see
        _unreached(every_command)
        given = input.encode() if isinstance(input, str) else input or b""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        with monkeypatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            code = cli.run(list(args), root=every_command)
        out.seek(0)
        err.seek(0)
        return Result(code, out.read(), err.read())

    return run


@pytest.fixture
def crm_process(store: Path) -> Crm:  # noqa: ARG001
    """Run the command line in a process of its own."""

    def run(
        *args: str,
        input: str | bytes | None = None,  # noqa: A002
        env: Mapping[str, str] | None = None,
    ) -> Result:
        given = input.encode() if isinstance(input, str) else input or b""
        done = subprocess.run(
            _command(args), input=given, capture_output=True, env=os.environ | (env or {}), check=False
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def terminal(store: Path) -> Terminal:  # noqa: ARG001
    """Run the command line in a terminal, where a person reads and answers."""

    def run(
        *args: str,
        columns: int = 80,
        rows: int = 40,
        answers: Sequence[tuple[str, str]] = (),
        env: Mapping[str, str] | None = None,
    ) -> Result:
        return in_terminal(_command(args), size=(rows, columns), answers=answers, env=env)

    return run


def in_terminal(
    command: Sequence[str],
    *,
    size: tuple[int, int],
    answers: Sequence[tuple[str, str]] = (),
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """Run any command in a terminal of so many rows and columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, cwd=cwd,
        env=os.environ | {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"} | (env or {}),
    )  # fmt: skip
    os.close(theirs)
    try:
        raw = _converse(ours, answers)
        code = process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return Result(code, ANSI.sub("", raw).replace("\r\n", "\n"), raw=raw)


def _command(args: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "crm_cli", *args]


def _converse(screen: int, answers: Sequence[tuple[str, str]]) -> str:
    """Read what appears until the other side has gone, typing each answer when its text has appeared."""
    seen, waiting, read_up_to = b"", list(answers), 0
    since = time.monotonic()
    while True:
        ready, _, _ = select.select([screen], [], [], PATIENCE)
        if not ready or time.monotonic() - since > PATIENCE:
            pytest.fail(f"nothing happened in the terminal for {PATIENCE} s after:\n{seen.decode()}")
        new = b""
        with suppress(OSError):  # Linux says so when the other side has gone
            new = os.read(screen, 65536)
        if not new:
            return seen.decode()
        seen += new
        text = ANSI.sub("", seen[read_up_to:].decode(errors="replace"))
        if waiting and waiting[0][0] in text:
            os.write(screen, waiting.pop(0)[1].encode())
            read_up_to, since = len(seen), time.monotonic()
