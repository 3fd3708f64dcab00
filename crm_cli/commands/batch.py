"""`crm batch`: many commands, a line each, as one change or each as its own."""

import gc
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crm_cli import lines, output
from crm_cli.commands.options import Argument, Option
from crm_cli.desk import Desk
from crm_cli.errors import CrmError, InvalidError
from crm_cli.gathering import Gathering, PartDesk, UnwrittenError
from crm_cli.lines import Line, Result
from crm_cli.together import Together

if TYPE_CHECKING:
    from crm_cli.changing import Change

INTERRUPTED = 130
SELDOM = (
    10_000,
    50,
    50,
)  # of so many lines few leave anything that only collecting frees: a fifth of their time
# What works on settings, which no transaction holds, or on the store as a file.
APART = {"init", "demo", "config set", "config unset", "config edit"} | {
    f"db {verb}" for verb in ("backup", "compact", "restore", "upgrade")
}
AGAIN = ("batch", "shell")  # what reads lines itself


class _FailedError(Exception):
    """Takes back what a line has changed before it failed."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(result.error)


class Kept:
    """What a line writes to standard output and error; standard input is the batch's own and has nothing for it."""

    def __init__(self) -> None:
        self._nothing, *self._streams = (
            io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(3)
        )
        answered, said = self._streams
        self._redirected = redirect_stdout(answered), redirect_stderr(said)
        self._ours = sys.stdin

    def __enter__(self) -> None:
        self._ours, sys.stdin = sys.stdin, self._nothing
        for each in self._redirected:
            each.__enter__()

    def __exit__(self, *_: object) -> None:
        for each in self._redirected:
            each.__exit__(None, None, None)
        sys.stdin = self._ours

    def taken(self) -> tuple[str, list[str]]:
        """What was answered, and line by line what was said, since it was last taken."""
        answered, said = map(self._text, self._streams)
        return answered, said.splitlines()

    @staticmethod
    def _text(stream: Any) -> str:
        stream.flush()
        raw: bytes = stream.buffer.getvalue()
        if raw:
            stream.seek(0)
            stream.truncate()
        return raw.decode(errors="backslashreplace")


@dataclass
class Manner:
    """How the lines are carried out, and on which root of all commands."""

    root: Any
    keep_going: bool
    dry_run: bool
    kept: Kept = field(default_factory=Kept)


def batch(
    ctx: typer.Context,
    *,
    file: Annotated[str, Argument(metavar="FILE|-", help="Commands, a line each; - is standard input")],
    each: Annotated[
        bool, Option("--each", help="A transaction and an entry of the history for each line")
    ] = False,
    keep_going: Annotated[
        bool, Option("--keep-going", help="With --each: go on after a line that fails")
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Show what would come of it, change nothing")] = False,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing beside the results")] = False,
) -> None:
    """Carry out many commands, a line each, as one change: one transaction, one entry, one undo.

    A line is a command as it is typed, with or without crm, or JSON: {"args": ["contact", "add", "Ada"]} or the list.
    Empty lines and those that begin with # are passed over. Each sees what the ones before it changed.

    What came of each line is a line of JSON on standard output: line, command, code, ids, error, output, said.
    The first line that fails ends it, and nothing is changed; with --each, what came before it stays.

    crm batch setup.txt
    crm batch - --each --keep-going < night.txt
    """
    desk: Desk = ctx.obj
    desk.style.quiet = desk.style.quiet or quiet
    if keep_going and not (each or dry_run):
        raise InvalidError("--keep-going would leave half of one change; give --each with it")
    manner = Manner(ctx.find_root().command, keep_going, dry_run)
    gc.enable()  # off for the short life of one command
    gc.set_threshold(*SELDOM)
    with _lines(file) as found:
        all_, failed = (_one_by_one if each and not dry_run else _together)(desk, found, manner)
    if failed:
        raise CrmError(f"{failed:,} of {_counted(all_)} failed; their results say why")


def _together(desk: Desk, found: Iterator[Line], manner: Manner) -> tuple[int, int]:
    """Carry out the lines as one change, told when it stands; returns how many there were and how many failed."""
    told: list[str] = []  # as text, which takes a third of the room
    done: Counter[str] = Counter()
    failed = 0
    with desk.change("batch", dry_run=manner.dry_run) as change:
        notes = change.notes
        for result in _results(desk, change, found, manner):
            if result.code and not manner.keep_going:
                output.text(result.json())
                raise _ended(result)
            told.append(result.json())
            failed += result.code != 0
            done.update(result.changes)
        change.notes = notes
        change.summary = ", ".join(f"{number:,} {verb}" for verb, number in done.items())
    output.text(told)
    if manner.dry_run:
        desk.say(f"{_counted(len(told))}, a dry run; nothing was changed")
    else:
        desk.say(_counted(len(told)) + (", one change; `crm undo` takes it back" if done else ""))
    return len(told), failed


def _results(desk: Desk, change: "Change", found: Iterator[Line], manner: Manner) -> Iterator[Result]:
    """What comes of each line as a part of the change, in their order; records that can wait are written together."""
    gathering = Gathering(change)
    try:
        for line in found:
            yield from _part(desk, gathering, line, manner)
    except (CrmError, UnicodeDecodeError):  # what comes of the lines before it is told first
        yield from _settled(desk, gathering, manner)
        raise
    yield from _settled(desk, gathering, manner)


def _part(desk: Desk, gathering: Gathering, line: Line, manner: Manner) -> Iterator[Result]:
    """Carry out one line as a part of the change, after those that wait where it does not wait with them."""
    try:
        result = _tried(desk, gathering, line, manner)
    except UnwrittenError:
        yield from _settled(desk, gathering, manner)
        result = _tried(desk, gathering, line, manner)
    if result:
        yield from _settled(desk, gathering, manner)
        yield result
    elif gathering.written:
        yield from _told(gathering, manner)


def _settled(desk: Desk, gathering: Gathering, manner: Manner) -> Iterator[Result]:
    """What comes of the lines that wait; one by one where their records cannot be written together."""
    with suppress(UnwrittenError):
        gathering.write()
    yield from _told(gathering, manner)
    alone, gathering.alone = gathering.alone, []
    for line, _ in alone:
        if result := _tried(desk, gathering, line, manner, waits=False):
            yield result


def _told(gathering: Gathering, manner: Manner) -> Iterator[Result]:
    """What came of lines whose records have been written together."""
    written, gathering.written = gathering.written, []
    for line, desk in written:
        with manner.kept:
            desk.told()
        yield Result(line, 0, *manner.kept.taken(), desk.changes)


def _tried(
    desk: Desk, gathering: Gathering, line: Line, manner: Manner, *, waits: bool = True
) -> Result | None:
    """Carry out one line as a part of the change, None where it waits; where it fails nothing of it stays."""
    if APART & {line.words[0], " ".join(line.words[:2])}:
        said = f"{line.command} is no change of the store; give --each"
        return Result(line, InvalidError.exit_code, said=[said])
    part = PartDesk(desk.path, whole=gathering.whole, gathering=gathering, waits=waits)
    try:
        with ExitStack() as attempts:
            part.attempts = attempts if manner.keep_going else None
            result = _stood(_carried_out(part, line, manner))
    except _FailedError as failed:
        failed.result.changes.clear()
        return failed.result
    if not part.kept:
        return result
    gathering.waiting.append((line, part))
    return None


def _stood(result: Result) -> Result:
    """A result that stands; one that does not is raised, so that its part of the change goes."""
    if result.code:
        raise _FailedError(result)
    return result


def _one_by_one(desk: Desk, found: Iterator[Line], manner: Manner) -> tuple[int, int]:
    """Carry out each line as a command of its own, told at once; returns how many there were and how many failed."""
    number = failed = 0
    for number, line in enumerate(found, 1):  # noqa: B007 - how many there were
        result = _carried_out(Desk(desk.path), line, manner)
        failed += result.code != 0
        output.text(result.json())
        if result.code == INTERRUPTED or (result.code and not manner.keep_going):
            raise _ended(result)
    desk.say(_counted(number))
    return number, failed


def _carried_out(desk: Desk, line: Line, manner: Manner) -> Result:
    """Run one line and keep what it writes.

    Raises:
        KeyboardInterrupt: the person broke it off, within one change.
    """
    from crm_cli import cli

    if line.words[:1] and line.words[0] in AGAIN:
        return Result(line, InvalidError.exit_code, said=[f"crm {line.words[0]} is no line of a batch"])
    with manner.kept:
        code = cli.run(line.words, root=manner.root, at=desk)
    if code == INTERRUPTED and isinstance(desk, Together):
        raise KeyboardInterrupt
    return Result(line, code, *manner.kept.taken(), desk.changes)


def _ended(result: Result) -> CrmError:
    """What is said where a line ends the batch; its exit code is the line's."""
    error = CrmError(f"line {result.line.number}: {result.error}")
    error.exit_code = result.code
    return error


def _counted(number: int) -> str:
    return "1 command" if number == 1 else f"{number:,} commands"


@contextmanager
def _lines(file: str) -> Iterator[Iterator[Line]]:
    """The commands in a file or on standard input, each read when it is asked for.

    Raises:
        InvalidError: it cannot be read, or is not UTF-8.
    """
    try:
        if file == "-":
            yield lines.read(sys.stdin)
        else:
            with Path(file).expanduser().open(encoding="utf-8-sig") as opened:
                yield lines.read(opened)
    except UnicodeDecodeError:
        raise InvalidError(f"{file} is not UTF-8; convert it, such as with iconv") from None
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise InvalidError(f"cannot read {file}: {error.strerror or error}") from error
