"""The outbox: a folder of messages as files, for a mail program to send, where no mail server is set."""

import os
import re
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from crm_cli.rules.sending.carrying import StoppedError


class Outbox:
    """Writes each message into a file of its own, whole or not at all; written again it is the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder)

    def ready(self) -> None:
        """Make the folder, for its owner only."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoppedError(self._why(error)) from error

    def hand_over(self, message: EmailMessage, sender: str, to: str) -> None:  # noqa: ARG002 - in its head
        """Write the file, named by the message's day and Message-ID."""
        file = self.folder / self._name(message)
        fresh = file.with_name(f".{file.name}.{os.getpid()}.new")
        try:
            handle = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(message.as_bytes())
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(file)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise StoppedError(self._why(error)) from error

    def close(self) -> None:
        """There is nothing to let go of."""

    def _name(self, message: EmailMessage) -> str:
        key = re.sub(r"[^\w.@+-]", "", message["Message-ID"])
        written = next(self.folder.glob(f"*_{key}.eml"), None)
        return written.name if written else f"{parsedate_to_datetime(message['Date']):%Y-%m-%d}_{key}.eml"

    def _why(self, error: OSError) -> str:
        return (
            f"cannot write to the outbox {self.folder}: {error.strerror or error}; "
            "set another with `crm config set outbox FOLDER`"
        )
