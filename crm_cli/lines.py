"""Command lines as data: read from a file, or while they are typed, and what came of each as a line of JSON."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm_cli.errors import InvalidError

# Words of a line in which nothing is escaped and no comment begins; and what quotes join to a word.
_WORD = re.compile(r"""[ \t\r\n]*((?:[^ \t\r\n'"\\#]+|'[^']*'|"[^"\\]*")+)""")
_PIECE = re.compile(r"""'([^']*)'|"([^"]*)"|([^'"]+)""")
_IDS = re.compile(r"\d+(\n\d+)*|[a-z]+:\d+([ \n][a-z]+:\d+)*")


@dataclass
class Line:
    """A command: the number of its line, and its words without the leading `crm`."""

    number: int
    words: list[str]

    @property
    def command(self) -> str:
        """The command as it can be typed."""
        return shlex.join(self.words)


@dataclass
class Result:
    """What came of a line: its exit code, what it answered, what it said, and the changes it made."""

    line: Line
    code: int
    output: str = ""
    said: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    @property
    def error(self) -> str | None:
        """What was wrong, None where nothing was."""
        if not self.code:
            return None
        return self.said[-1].removeprefix("crm: ") if self.said else f"exit code {self.code}"

    def json(self) -> str:
        """The result as an object on one line; ids are numbers, or words such as `deal:3` where nouns mix."""
        answer = self.output.strip("\n")
        named = self.changes and _IDS.fullmatch(answer)
        ids = [int(each) if each.isdecimal() else each for each in answer.split()] if named else []
        said = self.said[:-1] if self.code else self.said
        told = {"line": self.line.number, "command": self.line.command, "code": self.code, "ids": ids,
                "error": self.error, "output": "" if ids else self.output, "said": said}  # fmt: skip
        return json.dumps(told, ensure_ascii=False)


def read(lines: Iterable[str]) -> Iterator[Line]:
    """The commands in lines of text; empty lines and comments are passed over.

    Raises:
        InvalidError: a line is no command; names it.
    """
    for number, line in enumerate(lines, 1):
        text = line.removeprefix("\ufeff").strip()  # files that were put together have a mark within
        if text and not text.startswith("#"):
            try:
                yield Line(number, words(text))
            except ValueError as error:
                raise InvalidError(f"line {number}: {error}") from None


def words(text: str) -> list[str]:
    """The words of one command, typed as in a shell or as JSON, without a leading `crm`.

    Raises:
        ValueError: it is neither; says why.
    """
    found = _json_words(text) if text[0] in "{[" else _typed_words(text)
    return found[1:] if found[:1] == ["crm"] else found


def begun(text: str) -> tuple[list[str], str, int]:
    """A line that is being typed: its whole words, the word that is begun, and how many letters of it stand there."""
    quote, start, escaped = "", 0, False
    for place, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter.isspace():
            start = place + 1
    begun_ = text[start:-1] if escaped else text[start:]
    return shlex.split(text[:start]), "".join(shlex.split(begun_ + quote)), len(text) - start


def _typed_words(text: str) -> list[str]:
    """The words as a shell reads them; those of a plain line a tenth of the time of reading letter by letter."""
    found, place = [], 0
    while place < len(text) and (match := _WORD.match(text, place)):
        word, place = match[1], match.end()
        found.append("".join(map("".join, _PIECE.findall(word))) if "'" in word or '"' in word else word)
    if place == len(text):
        return found
    try:
        return shlex.split(text, comments=True)
    except ValueError as error:
        if "escaped" in str(error):
            raise ValueError("the line ends with a backslash; a command stands on one line") from None
        raise ValueError(f"{str(error).lower()}; close the quotes, or write the line as JSON") from None


def _json_words(text: str) -> list[str]:
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise ValueError("this is nested too deeply") from None
    found = told.get("args") if isinstance(told, dict) else told
    if not isinstance(found, list) or not all(isinstance(each, str | int | float) for each in found):
        raise ValueError('this names no command; write {"args": ["contact", "add", "Ada"]} or the list')
    return [str(each) for each in found]
