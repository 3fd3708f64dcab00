"""JSON and JSON Lines as a stream of objects: an array of them, one a line, or just one.

One reader for all: it decodes object after object out of a sliding buffer, so memory holds the largest object
and never the file. Numbers keep the text they were written in, so 12.50 stays 12.50.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from crm_cli.errors import InvalidError

_CHUNK = 1 << 16
_TOKEN = 12
"""Characters of the longest token that the buffer's end may cut in two."""

_START = re.compile(r'\ufeff?\s*(?:\[\s*[\[{\]]|\{\s*["}])')
_BETWEEN = re.compile(r"[\s,]*")


class _Number(str):
    """A number as written; inside nested values it must stay bare where texts are quoted."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


def looks_like_objects(sample: str) -> bool:
    """Tell whether a text begins as JSON or JSON Lines do."""
    return bool(_START.match(sample))


def is_lines(sample: str) -> bool:
    """Tell JSON Lines from JSON: another object follows the first."""
    try:
        _, end = _DECODER.raw_decode(sample, len(sample) - len(sample.lstrip("\ufeff \t\r\n")))
    except (ValueError, RecursionError):
        return False
    return sample[end:].lstrip().startswith("{")


def read_objects(file: TextIO, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read objects, each with the line where it starts.

    Args:
        file: text whose line ends are LF.
        name: the file's name for messages.

    Raises:
        InvalidError: not JSON, or a value that is no object, naming the line.
    """
    stream = _Stream(file, name)
    array = stream.peek() == "["
    if array:
        stream.at += 1
    while (char := stream.peek()) and not (array and char == "]"):
        yield stream.line, stream.take_object()
    if array and not char:
        raise InvalidError(f"{name}: the file ends before the list does; get it whole")
    stream.at += 1
    if array and stream.peek():
        raise InvalidError(f"{name}, line {stream.line}: something follows the list; keep one list a file")


def cells_of(record: dict[str, Any], keys: list[str]) -> list[str | None]:
    """Give an object's values as cells: text and numbers as written, None for null, the rest as JSON."""
    return [_cell(record.get(key)) for key in keys]


class _Stream:
    """The undecoded text: a buffer, the place in it, and the line of that place."""

    def __init__(self, file: TextIO, name: str) -> None:
        self.file, self.name = file, name
        self.buffer, self.at, self.line = "", 0, 1

    def peek(self) -> str:
        """Skip what stands between objects and give the next character, empty at the end."""
        while True:
            between = _BETWEEN.match(self.buffer, self.at)
            self._advance(between.end() if between else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            self.buffer, self.at = self.file.read(_CHUNK), 0
            if not self.buffer:
                return ""

    def take_object(self) -> dict[str, Any]:
        """Decode the object that begins here, reading on as far as it goes."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
                break
            except json.JSONDecodeError as error:
                self._read_on(error)
            except RecursionError:
                raise InvalidError(f"{self.name}, line {self.line}: nested too deeply; flatten it") from None
        if not isinstance(value, dict):
            raise InvalidError(f"{self.name}, line {self.line}: every record must be an object such as {{…}}")
        nested = any(isinstance(each, (dict, list)) for each in value.values())
        if nested or self.buffer.find("\\u", self.at, end) >= 0:
            self._check(value)
        self._advance(end)
        return value

    def _advance(self, to: int) -> None:
        self.line += self.buffer.count("\n", self.at, to)
        self.at = to

    def _read_on(self, error: json.JSONDecodeError) -> None:
        """Read more where the buffer's end may have cut the object, else raise InvalidError."""
        cut = error.msg.startswith("Unterminated") or error.pos >= len(self.buffer) - _TOKEN
        more = self.file.read(max(_CHUNK, len(self.buffer))) if cut else ""
        if not more:
            line = self.line + self.buffer.count("\n", self.at, error.pos)
            raise InvalidError(f"{self.name}, line {line}: not JSON ({error.msg}); mend it there") from None
        self.buffer, self.at = self.buffer[self.at :] + more, 0

    def _check(self, value: dict[str, Any]) -> None:
        """Refuse what could not be written again: half characters, and nesting beyond the stack."""
        try:
            _compact(value).encode()
        except UnicodeEncodeError:
            raise InvalidError(
                f"{self.name}, line {self.line}: half a character (\\ud800 to \\udfff)"
            ) from None
        except RecursionError:
            raise InvalidError(f"{self.name}, line {self.line}: nested too deeply; flatten it") from None


def _cell(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    return str(value) if isinstance(value, _Number) else _compact(value)


def _compact(value: Any) -> str:
    """Write JSON without blanks, numbers as they came."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_compact(key)}:{_compact(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
