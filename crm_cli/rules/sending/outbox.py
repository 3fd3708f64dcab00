"""The outbox: a folder of messages as files, for a mail program to send, where no mail server is set."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from crm_cli.rules.sending.carrying import StoppedError


class Outbox:
    """Writes each message into a file of its own, whole or not at all; written again it is the same file.

    Files are written by the hundred before the disk is waited for, which took ten thousand of them from minutes to
    seconds.
    """

    at_once = 100

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder)
        self._written: dict[str, str] | None = None  # Message-ID → name of the file that is there

    def ready(self) -> None:
        """Make the folder, for its owner only."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoppedError(self._why(error)) from error

    def hand_over(self, message: EmailMessage, sender: str, to: str) -> None:  # noqa: ARG002 - in its head
        """Write the file, named by the message's day and Message-ID."""
        for _ in self.hand_over_all([message]):
            pass

    def hand_over_all(self, messages: Sequence[EmailMessage]) -> Iterator[None]:
        """Write the files, wait until all are on the disk, then let one after the other be seen."""
        begun: list[tuple[Path, Path]] = []
        handles: list[int] = []
        try:
            try:
                for message in messages:
                    file = self.folder / self._name(message)
                    fresh = file.with_name(f".{file.name}.{os.getpid()}.new")
                    begun.append((fresh, file))
                    handles.append(os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
                    _write(handles[-1], message.as_bytes())
                _settle(handles)
            finally:
                for handle in handles:
                    os.close(handle)
            for fresh, file in begun:
                fresh.replace(file)
                yield
        except OSError as error:
            raise StoppedError(self._why(error)) from error
        finally:
            for fresh, _ in begun:
                fresh.unlink(missing_ok=True)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _name(self, message: EmailMessage) -> str:
        if self._written is None:
            names = (file.name for file in self.folder.glob("*.eml"))
            self._written = {name.removesuffix(".eml").partition("_")[2]: name for name in names}
        key = re.sub(r"[^\w.@+-]", "", message["Message-ID"])
        day = parsedate_to_datetime(message["Date"])
        return self._written.setdefault(key, f"{day:%Y-%m-%d}_{key}.eml")

    def _why(self, error: OSError) -> str:
        return (
            f"cannot write to the outbox {self.folder}: {error.strerror or error}; "
            "set another with `crm config set outbox FOLDER`"
        )


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _settle(handles: Sequence[int]) -> None:
    """Wait until files are on the disk."""
    if len(handles) > 1 and sys.platform == "linux":
        os.sync()  # elsewhere it does not wait; for a hundred files it takes as long as for one
        return
    for handle in handles:
        os.fsync(handle)
