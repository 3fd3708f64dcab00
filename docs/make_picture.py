"""Draws docs/terminal.svg: the pipeline and the day of the demo store, as a terminal shows them.

`--check` draws nothing and fails when the picture no longer shows what the program answers.
"""

import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

FILE = Path(__file__).with_name("terminal.svg")
COLUMNS = 104
COMMANDS = ("crm --demo report pipeline", "crm --demo today")
TODAY = "2026-06-15"


def drawn(folder: Path) -> str:
    """The picture, as SVG."""
    for name in ("CRM_DB", "CRM_NOW", "NO_COLOR", "COLUMNS", "LC_ALL"):
        os.environ.pop(name, None)
    os.environ |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "CRM_CONFIG": str(folder / "none")}
    os.environ |= {"CRM_TODAY": TODAY, "TZ": "UTC", "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    answer(COMMANDS[0])  # makes the demo store, and says so
    screen = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w"), force_terminal=True)  # noqa: SIM115
    for command in COMMANDS:
        screen.print(Text.assemble(("$ ", "green"), (command, "bold")))
        screen.print(Text.from_ansi(answer(command)))
        screen.print()
    return screen.export_svg(title="crm", unique_id="crm")


def answer(command: str) -> str:
    """What a command writes to a terminal, colours included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
    words = [sys.executable, "-m", "crm_cli", *command.split()[1:]]
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # Linux says so when the other side has gone
            while new := os.read(ours, 65536):
                seen += new
    os.close(ours)
    if process.returncode:
        sys.exit(f"{command} failed:\n{seen.decode()}")
    return seen.decode().replace("\r\n", "\n").rstrip("\n")


def words(picture: str) -> list[str]:
    """What is read in a picture: how it is drawn may differ between versions of Rich."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", picture, flags=re.DOTALL)).split()


def main() -> int:
    """Draw the picture, or check it."""
    with tempfile.TemporaryDirectory() as folder:
        picture = drawn(Path(folder))
    if "--check" not in sys.argv:
        FILE.write_text(picture, encoding="utf-8")
    elif not FILE.exists() or words(FILE.read_text(encoding="utf-8")) != words(picture):
        print(f"{FILE} shows other answers than the program gives; run `make docs`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
