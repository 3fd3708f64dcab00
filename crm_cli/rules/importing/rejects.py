"""The file of rejected rows: complete, each with the reason, ready to be mended and imported again."""

import csv
from pathlib import Path
from typing import Any

from crm_cli.errors import InvalidError
from crm_cli.formats.table import ItemRow, RaggedRow
from crm_cli.formats.vcard import with_reason
from crm_cli.rules.importing.recognition import REASON
from crm_cli.rules.importing.rows import Row


class Rejects:
    """Rows beside the import: written as they come, kept only once the import is."""

    def __init__(self, path: Path, header: list[str]) -> None:
        self.path, self.header = path, [name for name in header if name != REASON]
        self._kept = [at for at, name in enumerate(header) if name != REASON]
        self._fresh = path.with_name(f".{path.name}.new")
        self._file: Any = None
        self._writer: Any = None

    def add(self, row: Row) -> None:
        """Put a row beside."""
        if self._file is None:
            self._open(headed=not isinstance(row.cells, ItemRow))
        problem = row.problem
        reason = (f"{problem.header}: " if problem and problem.header else "") + (
            problem.said if problem else ""
        )
        if isinstance(row.cells, ItemRow):
            self._file.write(with_reason(row.cells.text, reason))
            return
        cells = [row.cells[at] or "" for at in self._kept]
        extra = row.cells.extra if isinstance(row.cells, RaggedRow) else []
        self._writer.writerow([*cells, reason, *extra])

    def keep(self) -> None:
        """Let the file stand under its name."""
        if self._file is not None:
            self._file.close()
            self._fresh.replace(self.path)

    def drop(self) -> None:
        """Leave no file behind."""
        if self._file is not None:
            self._file.close()
            self._fresh.unlink(missing_ok=True)

    def _open(self, *, headed: bool) -> None:
        try:
            # Bytes of a card that are not UTF-8 go out as they came.
            self._file = self._fresh.open("w", encoding="utf-8", newline="", errors="surrogateescape")
        except OSError as error:
            raise InvalidError(
                f"cannot write {self.path}: {error.strerror}; name another file with --rejects"
            ) from error
        self._writer = csv.writer(self._file, lineterminator="\n")
        if headed:
            self._writer.writerow([*self.header, REASON])
