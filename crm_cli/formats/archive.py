"""Archives of a store: a directory, or a zip file, of CSV files and a manifest with their checksums.

An archive is read without being unpacked. Only files that the manifest names are opened, by names that cannot
lead elsewhere, never further than the manifest says; what is read to its end is what its checksum stands for.
`archive_writing` writes them.
"""

import csv
import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO, Any

from crm_cli.errors import InvalidError

MANIFEST = "manifest.json"
ENDING = ".zip"
FORMAT = "crm archive 1"
_NAME = re.compile(r"(?:tables/)?[a-z_]+\.csv")
_OUTSIDE = re.compile(r"^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)")
_LARGE = 50_000_000  # bytes of a file, unpacked, from which on it matters how densely it is packed
_DENSEST = 200  # tables unpack to ten or twenty times their size, deflate at its best to a thousand times
_LARGEST_MANIFEST = 1 << 20
_LONGEST_CELL = 1_000_000_000  # bytes of the longest text that SQLite holds
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,  # also of what is nested too deeply
    OSError,
    csv.Error,
    ValueError,
)


def is_archive(path: str) -> bool:
    """Whether a path is a directory with a manifest, or a file that is called a zip file."""
    place = Path(path)
    if place.is_dir():
        return (place / MANIFEST).is_file()
    return place.suffix.lower() == ENDING and place.is_file()


class Archive(ABC):
    """An archive that is read; `facts` is its manifest.

    A file or a manifest that is damaged raises `InvalidError`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        with self._sound(MANIFEST), self._open(MANIFEST) as file:
            text = file.read(_LARGEST_MANIFEST + 1)
            self.facts: dict[str, Any] = json.loads(text) if len(text) <= _LARGEST_MANIFEST else {}
        if not isinstance(self.facts, dict) or self.facts.get("format") != FORMAT:
            raise InvalidError(
                f"{path} is no archive of crm that this version can read: its {MANIFEST} is not one"
            )
        self._files: dict[str, dict[str, Any]] = _files_of(self.facts, self.path)

    @property
    def names(self) -> list[str]:
        """The names of its files."""
        return list(self._files)

    @property
    def counts(self) -> dict[str, int]:
        """How many it says that it holds of each noun, and commands."""
        said = self.facts.get("counts")
        return (
            {name: number for name, number in said.items() if isinstance(number, int)}
            if isinstance(said, dict)
            else {}
        )

    @property
    def size(self) -> int:
        """The bytes of all its files, unpacked."""
        return sum(entry["bytes"] for entry in self._files.values())

    def verify(self) -> None:
        """Read every file and hold it against its checksum."""
        for name in self._files:
            with self._sound(name), self._checked(name) as file:
                while file.read(1 << 16):
                    pass

    def rows(self, name: str) -> Iterator[list[str]]:
        """The rows of a CSV file, its header first."""
        csv.field_size_limit(_LONGEST_CELL)
        with self._sound(name), self._checked(name) as file:
            yield from csv.reader(io.TextIOWrapper(file, "utf-8", newline=""), strict=True)

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    @contextmanager
    def _checked(self, name: str) -> Iterator[io.BufferedReader]:
        if name not in self._files:
            raise InvalidError(f"{self.path} is damaged: it has no {name}")
        with self._open(name) as raw:
            yield io.BufferedReader(_Checked(raw, self._files[name], f"{self.path} is damaged: {name}"))

    @contextmanager
    def _sound(self, name: str) -> Iterator[None]:
        try:
            yield
        except KeyError:
            raise InvalidError(f"{self.path} is no whole archive of crm: it has no {name}") from None
        except FileNotFoundError:
            raise InvalidError(f"{self.path} is no whole archive of crm: it has no {name}") from None
        except _BROKEN as error:
            raise InvalidError(f"{self.path} is damaged: {name} cannot be read ({error})") from None

    @abstractmethod
    def _open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """The bytes of a file of the archive."""


@contextmanager
def reading(path: str) -> Iterator[Archive]:
    """Open an archive.

    Raises:
        InvalidError: it is none, or its manifest is damaged.
    """
    found: Archive = _ReadFolder(path) if Path(path).is_dir() else _ReadZip(path)
    with closing(found):
        yield found


class _ReadFolder(Archive):
    def _open(self, name: str) -> IO[bytes]:
        file = Path(self.path) / name
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise InvalidError(f"{file} is a link or no file; an archive holds its files itself")
        return file.open("rb")

    def close(self) -> None:
        pass


class _ReadZip(Archive):
    def __init__(self, path: str) -> None:
        self.path = path
        with self._sound(MANIFEST):
            self._zip = zipfile.ZipFile(path)
            _refuse_traps(path, self._zip.infolist())
        # Who zips a directory gets its name before every file.
        manifests = [name for name in self._zip.namelist() if f"/{name}".endswith(f"/{MANIFEST}")]
        self._before = min(manifests, key=len, default=MANIFEST).removesuffix(MANIFEST)
        try:
            super().__init__(path)
        except BaseException:
            self._zip.close()
            raise

    def _open(self, name: str) -> IO[bytes]:
        return self._zip.open(self._before + name)

    def close(self) -> None:
        self._zip.close()


def _refuse_traps(path: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a zip file that nobody makes by zipping an archive: what it says must mean one thing to every program."""
    names = Counter(entry.filename for entry in entries)
    for entry in entries:
        name = entry.filename
        if _OUTSIDE.search(name.replace("\\", "/")):
            what = "leads out of it"
        elif stat.S_ISLNK(entry.external_attr >> 16):
            what = "is a link"
        elif names[name] > 1:
            what = "is in it twice"
        elif entry.file_size > max(_LARGE, entry.compress_size * _DENSEST):
            what = f"unpacks to {entry.file_size // 1_000_000:,} MB of next to nothing"
        else:
            continue
        raise InvalidError(
            f"{path}: {name!a} {what}; if you trust it, unpack it and import the directory, else leave it alone"
        )


def _files_of(facts: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    """The files that a manifest names, each with a size and a checksum."""
    files = facts.get("files")
    sound = isinstance(files, dict) and all(
        _NAME.fullmatch(name)
        and isinstance(entry, dict)
        and isinstance(entry.get("bytes"), int)
        and entry["bytes"] >= 0
        and isinstance(entry.get("sha256"), str)
        for name, entry in files.items()
    )
    if not sound or not isinstance(files, dict):
        raise InvalidError(f"{path} is damaged: its {MANIFEST} does not name its files and their checksums")
    return files


class _Checked(io.RawIOBase):
    """Hands on what is read through it, up to the size that was promised, and refuses what is something else."""

    def __init__(self, raw: IO[bytes], promised: dict[str, Any], where: str) -> None:
        self._raw, self._hash = raw, hashlib.sha256()
        self._left: int = promised["bytes"]
        self._sum: str = promised["sha256"]
        self._where = where

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        self._hash.update(data)
        self._left -= len(data)
        if self._left < 0 or (not data and (self._left or self._hash.hexdigest() != self._sum)):
            raise InvalidError(f"{self._where} is not what its checksum stands for; nothing was changed")
        buffer[: len(data)] = data
        return len(data)
