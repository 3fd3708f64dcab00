"""Copies that only a passphrase opens, in the age format (age-encryption.org/v1), which other programs open too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

from crm_cli import db
from crm_cli.errors import InvalidError, StoreError

HEAD = b"age-encryption.org/v1\n"
VARIABLE = "CRM_BACKUP_PASSPHRASE"


def seal(path: Path, target: Path, passphrase: str) -> None:
    """Copy the store into a new file that only the passphrase opens; it is opened again to see that it does.

    Raises:
        InvalidError: the file exists, or what encrypts is not installed.
        StoreError: it cannot be written, or does not open.
    """
    age = _age()
    if db.exists(target):
        raise InvalidError(f"{target} exists; name another file for the copy")
    plain = path.with_name(f".{path.name}.{os.getpid()}.plain")  # where the store itself lies unsealed
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        db.backup(path, plain)
        held = plain.read_bytes()
        _write(fresh, age.passphrase.encrypt(held, passphrase))
        if age.passphrase.decrypt(fresh.read_bytes(), passphrase) != held:
            raise StoreError(f"the copy {target} did not come out whole; check the disk")
        os.link(fresh, target)
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        for each in (plain, fresh):
            with suppress(OSError):
                each.unlink(missing_ok=True)


def is_sealed(file: Path) -> bool:
    """Whether a file begins as age files do."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(HEAD)) == HEAD
    except OSError:  # whoever reads it next says what is wrong with it
        return False


@contextmanager
def unsealed(file: Path, path: Path, passphrase: str) -> Iterator[Path]:
    """A sealed copy as a store of its own beside the store at `path`, for as long as it is needed.

    Raises:
        InvalidError: the passphrase does not open it, or what decrypts is not installed.
        StoreError: it cannot be read or written.
    """
    age = _age()
    plain = path.with_name(f".{path.name}.{os.getpid()}.plain")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(plain, age.passphrase.decrypt(file.read_bytes(), passphrase))
        yield plain
    except age.DecryptError as error:
        raise InvalidError(f"the passphrase does not open {file}, or the file is damaged") from error
    except OSError as error:
        raise StoreError(f"cannot open {file}: {error.strerror or error}") from error
    finally:
        for tail in ("", "-wal", "-shm"):
            with suppress(OSError):
                plain.with_name(plain.name + tail).unlink(missing_ok=True)


def _write(file: Path, data: bytes) -> None:
    """Write a new file that its owner alone reads, down to the disk."""
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _age() -> ModuleType:
    try:
        return import_module("pyrage")
    except ImportError as error:
        raise InvalidError(
            "sealed copies take pyrage; install it with: pip install 'crm-cli[encrypt]'"
        ) from error
