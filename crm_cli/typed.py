"""Lines that were typed, as `crm shell` and the shells of systems keep them: whom they name, they name for years."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from crm_cli.values.folding import fold

_ELSEWHERE = (
    ".bash_history",
    ".zsh_history",
    ".local/share/fish/fish_history",
    ".local/share/powershell/PSReadLine/ConsoleHost_history.txt",
    "AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
)


def own() -> Path:
    """Where `crm shell` keeps the lines that were typed in it."""
    import platformdirs

    return Path(platformdirs.user_state_dir("crm", appauthor=False)) / "history"


def naming(words: Iterable[str]) -> Iterator[tuple[Path, int]]:
    """The files of typed lines that hold one of some words however written, each with the number of such lines."""
    wanted = [key for key in map(fold, words) if key]
    told = os.environ.get("HISTFILE", "")
    files = [own(), *([Path(told)] if told else ())]
    with suppress(RuntimeError):  # who has no home has no shell either
        files += [Path.home() / each for each in _ELSEWHERE]
    for file in dict.fromkeys(files):
        with suppress(OSError), file.open(encoding="utf-8", errors="replace") as lines:
            if count := sum(any(word in line for word in wanted) for line in map(fold, lines)):
                yield file, count
