"""`crm shell`: commands one after the other in a terminal, with a history, completion and help at hand."""

import gc
import os
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from crm_cli import lines, output, typed
from crm_cli.desk import Desk
from crm_cli.errors import CrmError, InvalidError

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer

WELCOME = "help or ? shows the commands, Tab completes, !N repeats line N, Ctrl-D ends"
HELP = ("help", "?")
ENDS = ("exit", "quit")


def shell(ctx: typer.Context) -> None:
    """Type one command after the other, without crm before each.

    Tab completes commands, options, fields and names; help and ? tell of commands (help deal move, deal move ?);
    !N repeats line N, !! the last; the arrows go through earlier lines, also those of other days. Ctrl-C clears
    the line, Ctrl-D or exit ends.

    crm shell
    crm --demo shell
    """
    desk: Desk = ctx.obj
    if not desk.interactive:
        raise InvalidError("the shell is for a terminal; use `crm batch -` for lines from a pipe or a file")
    gc.enable()  # off for the short life of one command
    root = ctx.find_root().command
    session = _session(root, desk.path)
    desk.say(f"{desk.path}: {WELCOME}")
    typed: list[str] = []
    while (line := _asked(session, len(typed) + 1)) is not None:
        try:
            text = _repeated(line.strip(), typed)
            if not text:
                continue
            typed.append(text)
            words = lines.words(text)
        except ValueError as error:
            output.say(f"crm: {error}")
            continue
        if words[:1] and words[0] in ENDS:
            return
        _carried_out(root, desk, words)


def _asked(session: "PromptSession[str]", number: int) -> str | None:
    """The next line, an empty one where Ctrl-C clears it, None at the end."""
    try:
        return session.prompt(f"{number} crm> ")
    except KeyboardInterrupt:
        return ""
    except EOFError:
        return None


def _repeated(line: str, typed: list[str]) -> str:
    """A line, or the one that `!N` or `!!` repeats, which is shown.

    Raises:
        ValueError: there is no such line.
    """
    if not line.startswith("!"):
        return line
    number = str(len(typed)) if line == "!!" else line[1:]
    if not re.fullmatch(r"\d{1,9}", number) or not 0 < int(number) <= len(typed):
        raise ValueError(
            f"there is no line {line}; the number stands before crm> in each line of this session"
        )
    output.say(typed[int(number) - 1])
    return typed[int(number) - 1]


def _carried_out(root: Any, desk: Desk, words: list[str]) -> None:
    """Run one line, or show its help; what is wrong with it is said and ends nothing."""
    from crm_cli import cli

    if words[0] in HELP:
        words = [*words[1:], "--help"]
    elif words[-1] in HELP[1:]:
        words = [*words[:-1], "--help"]
    if words[0] == "shell":
        output.say("crm: this is the shell already; Ctrl-D ends it")
        return
    cli.run(words, root=root, at=Desk(desk.path))


def _session(root: Any, store: Path) -> "PromptSession[str]":
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import ThreadedCompleter
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    file = _history()
    return PromptSession(
        history=FileHistory(file) if file else InMemoryHistory(),
        completer=ThreadedCompleter(_completer(root, store)),
        complete_while_typing=False,
        enable_history_search=True,
    )


def _history() -> Path | None:
    """The file of lines that were typed, for its owner only; None where it cannot be kept."""
    file = typed.own()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        return file
    return None


def _completer(root: Any, store: Path) -> "Completer":
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class Offers(Completer):
        """What may follow in a line, as the completion of other shells tells it."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
            words, last, typed = lines.begun(document.text_before_cursor)
            for offer, help_ in _offers(root, store, words, last):
                yield Completion(
                    shlex.quote(offer), -typed, display=output.visible(offer), display_meta=help_
                )

    return Offers()


def _offers(root: Any, store: Path, words: list[str], last: str) -> Iterator[tuple[str, str]]:
    """Each offer for the last word of a line, with what it means; none where the store cannot be asked."""
    from typer._completion_classes import FishComplete

    words = [word for number, word in enumerate(words) if word not in ("crm", *HELP) or number]
    with suppress(CrmError):
        completing = FishComplete(root, {}, "crm", "")
        for item in completing.get_completions(["--db", str(store), *words], last):
            yield str(item.value), item.help or ""
