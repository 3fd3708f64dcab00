"""What a person writes in $EDITOR: the fields of a record as a page, or a text in full.

Of a page, what was changed there is what is set. One field a line, `field: value`; a line break in a value is a
backslash and an n, a backslash is two.
"""

import os
import re
import shlex
import subprocess
from pathlib import Path

from crm_cli import asking, exact, fields
from crm_cli.desk import Desk, stdin_text
from crm_cli.errors import InvalidError

BELOW = "# ------ What stands below this line is left out ------"


def words(desk: Desk, given: list[str], question: str, *, editor: bool = False, below: str = "") -> str:
    """A text in full: the words given, `-` for standard input, else the editor's or the answer to a question.

    `below` is what the person sees under the text while writing it.

    Raises:
        InvalidError: nothing is given, and there is nobody to ask.
    """
    if given == ["-"]:
        return stdin_text()
    if editor:
        page = in_editor(f"{' '.join(given)}\n\n{BELOW}\n{below}\n", ".txt")
        return page.partition(BELOW)[0]
    if given:
        return " ".join(given)
    if not desk.interactive:
        raise InvalidError("nothing is said; give the words, --editor, or - for standard input")
    import questionary

    answer: str = questionary.text(question).unsafe_ask()
    return answer


def page(desk: Desk, noun: str, ids: list[int]) -> dict[str, str]:
    """The fields that the person changed, by name.

    Raises:
        InvalidError: not exactly one record, no editor, or a line that is no field.
    """
    if len(ids) != 1:
        raise InvalidError("--editor takes one record at a time")
    before = _fields(desk, noun, ids[0])
    after = _parsed(_edited(noun, ids[0], before), noun)
    return {name: text for name, text in after.items() if text != before.get(name, "")}


def _fields(desk: Desk, noun: str, record_id: int) -> dict[str, str]:
    known = fields.noun(noun)
    names = [each.name for each in known.options() if each.name in known.columns]
    rows = asking.listing(desk, noun, ids=[record_id], columns=names)
    cells = dict(zip((each.name for each in rows.columns), next(exact.cells(rows)), strict=True))
    return {name: cells[name] for name in names}


def in_editor(text: str, ending: str) -> str:
    """What the person makes of a text in their editor, which sees a file that ends so.

    Raises:
        InvalidError: there is no editor, or it ended with an error or without a text.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise InvalidError("no editor: set EDITOR, such as EDITOR=nano")
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=ending, delete=False, encoding="utf-8") as file:
        file.write(text)
    try:
        done = subprocess.run([*shlex.split(editor), file.name], check=False)  # noqa: S603 - the user's own editor
        if done.returncode:
            raise InvalidError(f"{editor} ended with {done.returncode}; nothing was changed")
        return Path(file.name).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError(f"{editor} did not save UTF-8; nothing was changed") from error
    except (OSError, ValueError) as error:
        raise InvalidError(f"cannot run the editor {editor!r}; set EDITOR, such as EDITOR=nano") from error
    finally:
        Path(file.name).unlink(missing_ok=True)


def _edited(noun: str, record_id: int, before: dict[str, str]) -> str:
    lines = [
        f"# {noun} {record_id}: change what should change, save and close; an empty value empties the field"
    ]
    lines += [f"{name}: {_one_line(text)}" for name, text in before.items()]
    return in_editor("\n".join(lines) + "\n", ".txt")


def _parsed(text: str, noun: str) -> dict[str, str]:
    known = fields.noun(noun).fields
    found = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        if not colon or name.strip() not in known:
            raise InvalidError(f"line {number} of the page, {line[:40]!r}, is not `field: value`")
        found[name.strip()] = _several_lines(value.strip())
    return found


_WRITTEN = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}


def _one_line(text: str) -> str:
    return "".join(_WRITTEN.get(letter, letter) for letter in text)


def _several_lines(text: str) -> str:
    read = {written: letter for letter, written in _WRITTEN.items()}
    return re.sub(r"\\[\\nr]", lambda found: read[found[0]], text)
