"""What came of an import: how many rows did what, and what was wrong with the others."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from crm_cli import fields
from crm_cli.rules.importing.rows import Problem

SHOWN = 20  # different faults that are told
_SHARED = "several records share the name, a column of keys would tell them apart"
_NOBODY = "nothing here has that name"


@dataclass
class Report:
    """The outcome; `read` = `created` + `updated` + `unchanged` + `skipped` + `rejected`."""

    noun: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    linked: dict[str, int] = field(default_factory=dict)
    """Records made because rows name them, by noun."""
    taken: dict[str, str] = field(default_factory=dict)
    """Field by header."""
    unmapped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    command: int | None = None
    """The number of the command in the history; None where nothing changed."""
    faults: dict[Problem, tuple[int, int]] = field(default_factory=dict)
    """By fault the first line that has it and how many rows do."""

    def fault(self, line: int, problem: Problem) -> None:
        """Count a rejected row, and keep its fault among the first different ones."""
        self.rejected += 1
        first, rows = self.faults.get(problem, (line, 0))
        if rows or len(self.faults) < SHOWN:
            self.faults[problem] = (first, rows + 1)

    def counts(self) -> str:
        """`8,800 read = 8,799 created + 1 rejected`."""
        names = ("created", "updated", "unchanged", "skipped", "rejected")
        parts = [f"{getattr(self, name):,} {name}" for name in names if getattr(self, name)]
        return f"{self.read:,} read = {' + '.join(parts) or '0 rows'}"

    def links(self) -> str:
        """`made 85 companies, 1 user`; nothing where none was made."""
        made = [f"{n:,} {fields.plural(noun) if n > 1 else noun}" for noun, n in self.linked.items() if n]
        return f"made {', '.join(made)} that rows name" if made else ""

    def data(self) -> dict[str, Any]:
        """The outcome for machines."""
        return asdict(self) | {"faults": self._faults()}

    def lines(self, name: str) -> list[str]:
        """What is wrong, a sentence for each different fault."""
        found = []
        for problem, (line, rows) in self.faults.items():
            column = f', column "{problem.header}"' if problem.header else ""
            others = rows - 1
            more = f" (and {others:,} more row{'s' * (others > 1)})" if others else ""
            found.append(f"{problem.file or name}, line {line}{column}: {problem.said}{more}")
        told = sum(rows for _, rows in self.faults.values())
        if told < self.rejected:
            found.append(f"and {self.rejected - told:,} more rows with other faults")
        return found

    def _faults(self) -> list[dict[str, Any]]:
        return [
            {
                "line": line,
                "rows": rows,
                "column": problem.header,
                "said": problem.said,
                **({"file": problem.file} if problem.file else {}),
            }
            for problem, (line, rows) in self.faults.items()
        ]


@dataclass
class Remarks:
    """What is to be known of rows that were taken, counted while they are."""

    events: int = 0
    """Rows of a log, which tell of fewer records."""
    records: int = 0
    renumbered: int = 0
    """Rows of our own export whose ids are taken here."""
    merged: int = 0
    """Rows about records that were merged here into others."""
    flagged: int = 0
    """E-mail addresses that are none."""
    odd: int = 0
    """Rows whose times cannot all be right."""
    left: Counter[str] = field(default_factory=Counter)
    """Rows by what they were left without."""

    def unlinked(self, said: str, *, shared: bool = False, rows: int = 1) -> None:
        """Count rows of which a field or part names nobody, or several."""
        self.left[f"{said}: {_SHARED if shared else _NOBODY}"] += rows

    def lines(self, noun: str, *, is_log: bool) -> list[str]:
        """A sentence for each of them that there are."""
        found = []
        if is_log:
            found.append(
                f"{self.events:,} rows are events of {self.records:,} {fields.plural(noun)}: the last of each says "
                "where it stands, those before it, counted as skipped, are its history"
            )
        if self.renumbered:
            found.append(f"{self.renumbered:,} got another id, since theirs is taken here")
        if self.merged:
            found.append(
                f"{self.merged:,} left as they are: they were merged here into records of other rows"
            )
        if self.flagged:
            are = "is" if self.flagged == 1 else "are"
            found.append(
                f"{self.flagged:,} e-mail address{'es' * (self.flagged > 1)} that {are} none {are} kept and flagged; "
                "`crm clean --list` names them"
            )
        if self.odd:
            found.append(
                f"{self.odd:,} taken although their times cannot all be right; `crm {noun} list odd!=` names them"
            )
        return found + [
            f"{rows:,} row{'s' * (rows > 1)} left without {said}" for said, rows in self.left.items()
        ]
