"""The bytes of a file or of standard input, readable as often as needed and never held as a whole.

What can be read only once (standard input, a pipe) is copied to a temporary file, which goes with the source.
"""

import codecs
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO
from weakref import finalize

from crm_cli.errors import InvalidError

SAMPLE = 256 * 1024
_FAR = 16 * 1024 * 1024
"""How far the first letter that is not ASCII is looked for."""
_CHUNK = 1 << 16


class Source:
    """A readable file: `name` for messages, `sample`, its first bytes, and `whole`, whether these are all."""

    def __init__(self, path: str) -> None:
        """Open `path`, or standard input for `-`; raise InvalidError where nothing can be read."""
        self.name = "standard input" if path == "-" else path
        self.path = path
        self._path = Path(path)
        self._spooled: finalize[..., Source] | None = None
        try:
            if path == "-":
                self._spool(sys.stdin.buffer)
            elif stat.S_ISDIR(mode := Path(path).stat().st_mode):
                raise InvalidError(f"{path} is a directory; name a file in it")
            elif not stat.S_ISREG(mode):
                with Path(path).open("rb") as pipe:
                    self._spool(pipe)
            with self._path.open("rb") as file:
                start = file.read(SAMPLE + 1)
        except FileNotFoundError:
            raise InvalidError(f"{path} does not exist; check the path") from None
        except (OSError, ValueError) as error:
            raise InvalidError(
                f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from None
        self.sample, self.whole = start[:SAMPLE], len(start) <= SAMPLE

    def telling(self) -> bytes:
        """Give what tells the encoding: the sample or, where all of it is ASCII, the first block that is not.

        Names without accents may fill the sample. Beyond 16 MB nobody looks, so that a file of any size is
        opened in the same time; a letter further on that is not UTF-8 is refused with its line.
        """
        if self.whole or b"\0" in self.sample or not self.sample.isascii():
            return self.sample
        with self.binary() as file:
            file.seek(SAMPLE)
            blocks = iter(lambda: file.read(SAMPLE) if file.tell() < _FAR else b"", b"")
            return next((block for block in blocks if not block.isascii()), self.sample)

    def close(self) -> None:
        """Remove what was copied."""
        if self._spooled:
            self._spooled()

    @contextmanager
    def text(self, encoding: str, newline: str | None = "", errors: str = "strict") -> Iterator[TextIO]:
        """Open the text from its start; bytes not in `encoding` raise InvalidError naming their line."""
        with self._path.open(encoding=encoding, newline=newline, errors=errors) as file:
            try:
                yield file
            except UnicodeDecodeError as error:
                raise InvalidError(self._bad_byte(encoding, error)) from None

    @contextmanager
    def binary(self) -> Iterator[BinaryIO]:
        """Open the bytes from their start."""
        with self._path.open("rb") as file:
            yield file

    def _spool(self, stream: BinaryIO) -> None:
        import shutil
        import tempfile

        with tempfile.NamedTemporaryFile(prefix="crm-", delete=False) as copy:
            self._path = Path(copy.name)
            self._spooled = finalize(self, _remove, copy.name)
            shutil.copyfileobj(stream, copy)

    def _bad_byte(self, encoding: str, error: UnicodeDecodeError) -> str:
        """Say where decoding fails: the stream decodes ahead of the rows, so the lines are counted anew."""
        name = encoding.removesuffix("-sig")
        decoder, line, last = codecs.getincrementaldecoder(encoding)(), 1, ""
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                try:
                    text = decoder.decode(chunk)
                except UnicodeDecodeError as found:
                    error, text = found, found.object[: found.start].decode(encoding, "replace")
                    line += _line_ends(last, text)
                    break
                line += _line_ends(last, text)
                last = text[-1:]
        byte = error.object[error.start]
        return (
            f"{self.name}, line {line}: byte 0x{byte:02X} is not {name}; mend the file or name its --encoding"
        )


def _line_ends(last: str, text: str) -> int:
    """Count LF, CR LF and lone CR, where `last` is the character before."""
    count = text.count("\n") + text.count("\r") - text.count("\r\n")
    return count - (last == "\r" and text.startswith("\n"))


def _remove(path: str) -> None:
    with suppress(OSError):
        Path(path).unlink()
