"""What a file is that is no table: a calendar or mail, told by its first line, never by its name.

A folder is what the first file in it is that is known: a Maildir, a folder of messages, one of calendars.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from crm_cli.errors import InvalidError
from crm_cli.formats.source import Source

CALENDAR, MAIL = "calendar", "mail"
_CALENDAR = re.compile(r"BEGIN:(VCALENDAR|VEVENT|VTODO|VTIMEZONE|VJOURNAL|VFREEBUSY)\s*$", re.IGNORECASE)
_POSTMARK = re.compile(r"From .*\d:\d\d")
_HEADER = re.compile(
    r"(from|to|cc|subject|date|received|return-path|message-id|mime-version|content-[\w-]+|delivered-to|"
    r"delivery-date|envelope-to|sender|reply-to|dkim-signature|authentication-results|arc-[\w-]+|x-[\w-]+):(\s|$)",
    re.IGNORECASE,
)


def kind_of(source: Source) -> str | None:
    """`calendar`, `mail`, or None for what may be a table."""
    text = source.sample[:4096].decode("utf-8-sig", "replace").lstrip()
    first = text.partition("\n")[0].rstrip()
    if _CALENDAR.match(first):
        return CALENDAR
    return MAIL if _POSTMARK.match(first) or _HEADER.match(first) else None


def is_correspondence(path: str) -> bool:
    """Whether a file or a folder is mail or a calendar; standard input is not looked at."""
    if path == "-":
        return False
    files = Files(path)
    files.close()
    return files.kind is not None


class Files:
    """A file, or the files of a folder that are of one kind; `kind` is None for what may be a table."""

    def __init__(self, path: str) -> None:
        """Look at a file or a folder.

        Raises:
            InvalidError: there is nothing to read, or nothing in the folder that is known.
        """
        self.path = path
        self.passed: set[str] = set()
        """The files of the folder that are something else."""
        self.source: Source | None = None
        if Path(path).is_dir():
            self.kind = next((kind for _, kind in self._each() if kind), None)
            if self.kind is None:
                raise InvalidError(f"{path} holds neither mail nor calendars; name a file in it")
        else:
            self.source = Source(path)
            self.kind = kind_of(self.source)

    def sources(self) -> Iterator[Source]:
        """The files, one by one; those of a folder are closed after their turn."""
        if self.source:
            yield self.source
            return
        for source, kind in self._each():
            if kind == self.kind:
                yield source
            else:
                self.passed.add(source.path)

    def close(self) -> None:
        """Remove the copy of what could be read only once."""
        if self.source:
            self.source.close()

    def _each(self) -> Iterator[tuple[Source, str | None]]:
        for each in sorted(each for each in Path(self.path).rglob("*") if each.is_file()):
            source = Source(str(each))
            try:
                yield source, kind_of(source)
            finally:
                source.close()
