"""What came of an import: how many rows did what, and what was wrong with the others."""

from dataclasses import asdict, dataclass, field
from typing import Any

from crm_cli import fields
from crm_cli.rules.importing.rows import Problem

SHOWN = 20  # different faults that are told


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
