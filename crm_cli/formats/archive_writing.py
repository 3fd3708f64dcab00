"""Writing archives of a store, for the eyes of their owner only.

An archive is written beside the place where it goes and then renamed: it is there whole or not at all.
"""

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol, TextIO

from crm_cli.errors import InvalidError
from crm_cli.formats.archive import ENDING, FORMAT, MANIFEST, reading


class Writer:
    """An archive that is being written; `file` opens one file of it after the other."""

    def __init__(self, place: "_Place") -> None:
        self._place = place
        self._files: dict[str, dict[str, Any]] = {}

    @contextmanager
    def file(self, name: str) -> Iterator[TextIO]:
        """A text file of the archive, for CSV with line ends as they are written."""
        with self._place.create(name) as raw:
            tally = _Tally(raw)
            text = io.TextIOWrapper(io.BufferedWriter(tally), "utf-8", newline="")
            yield text
            text.flush()
        self._files[name] = {"sha256": tally.hash.hexdigest(), "bytes": tally.size}

    def close(self, facts: dict[str, Any]) -> None:
        """Write the manifest: the facts, and every file with its checksum."""
        manifest = {"format": FORMAT, **facts, "files": self._files}
        with self._place.create(MANIFEST) as raw:
            raw.write((json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())


@contextmanager
def writing(target: Path, *, force: bool) -> Iterator[Writer]:
    """Write an archive: a zip file where the name ends in .zip, else a directory, for its owner's eyes only.

    Args:
        target: where it goes; nothing may stand there but an empty directory.
        force: whether an archive that stands there is replaced.

    Raises:
        InvalidError: something else stands there, or the place cannot be written.
    """
    target = target.resolve()
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new") if target.name else target
    try:
        _refuse_taken(target, force=force)
        place: _Place = _ZipFile(fresh) if _is_zip(target) else _Folder(fresh)
        try:
            with closing(place):
                yield Writer(place)
            _refuse_taken(target, force=force)
            _put(fresh, target)
        finally:
            _remove(fresh)
    except OSError as error:
        raise InvalidError(f"cannot write {target}: {error.strerror or error}") from error


class _Tally(io.RawIOBase):
    """Counts and hashes what is written through it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self.hash, self.size = raw, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hash.update(data)
        self.size += len(data)
        return self._raw.write(data)


class _Place(Protocol):
    """Where the files of a new archive go."""

    def create(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Open a new file; it is written when it is closed."""

    def close(self) -> None:
        """Finish, and see that the disk has it all."""


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(0o700)

    @contextmanager
    def create(self, name: str) -> Iterator[IO[bytes]]:
        file = self._path / name
        file.parent.mkdir(0o700, exist_ok=True)
        with _private(file) as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())

    def close(self) -> None:
        pass


class _ZipFile:
    def __init__(self, path: Path) -> None:
        self._raw = _private(path)
        self._zip = zipfile.ZipFile(self._raw, "w", zipfile.ZIP_DEFLATED)

    def create(self, name: str) -> IO[bytes]:
        return self._zip.open(name, "w", force_zip64=True)

    def close(self) -> None:
        self._zip.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()


def _private(file: Path) -> IO[bytes]:
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _is_zip(target: Path) -> bool:
    return target.suffix.lower() == ENDING


def _refuse_taken(target: Path, *, force: bool) -> None:
    """Refuse a place where something stands; by force a zip file goes, and a directory that is an archive."""
    if not target.name:
        raise InvalidError(f"{target} is no place for an archive; name a file ending in .zip, or a directory")
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not force:
        raise InvalidError(f"{target} exists; name another place, or give --force to replace it")
    if target.is_dir() == _is_zip(target):
        raise InvalidError(f"{target} is something else than would be written there; name another place")
    if target.is_dir():
        with reading(str(target)) as old:
            known = {MANIFEST, *old.names}
        others = [str(each.relative_to(target)) for each in target.rglob("*") if not each.is_dir()]
        if strange := sorted(set(others) - known):
            raise InvalidError(f"{target} holds other files too, such as {strange[0]}; name another place")


def _put(fresh: Path, target: Path) -> None:
    """Move what is written to its place; a directory that is replaced stands aside until that is done."""
    if not target.is_dir() or not any(target.iterdir()):
        fresh.replace(target)
        return
    aside = fresh.with_suffix(".old")
    target.rename(aside)
    fresh.rename(target)
    shutil.rmtree(aside)


def _remove(fresh: Path) -> None:
    """Take away what was not finished."""
    with suppress(OSError):
        if fresh.is_dir():
            shutil.rmtree(fresh)
        else:
            fresh.unlink(missing_ok=True)
