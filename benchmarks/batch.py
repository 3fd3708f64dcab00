"""Prints what 10,000 lines in `crm batch` take, beside one `crm contact add` in a process of its own.

`batch.py QUICK` takes small numbers. Nothing is asserted: clocks differ, and the ratios are for people to read.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bench import LINES, TODAY, Case, crm, measure

# What the lines are, and whether they need the people that the first of them make.
KINDS: dict[str, tuple[Callable[[int], str], bool]] = {
    "contact add": (lambda n: f"contact add 'Person {n}' --email person{n}@new.example", False),
    "contact add, as JSON": (
        lambda n: json.dumps(
            {"args": ["contact", "add", f"Person {n}", "--email", f"person{n}@new.example"]}
        ),
        False,
    ),
    "contact edit": (lambda n: f"contact edit person{n}@new.example --title 'Dr {n}'", True),
    "contact tag": (lambda n: f"contact tag vip {n + 1}", True),
    "task add": (lambda n: f"task add 'Call {n}' --about contact:{n + 1} --due 2026-12-01", True),
    "deal add": (lambda n: f"deal add 'Deal {n}' --contact {n + 1} --amount {n}", True),
    "note": (lambda n: f"note contact:{n + 1} 'Spoke of {n}'", True),
}


def cases(folder: Path) -> list[Case]:
    """One command, and a batch of each kind in a fresh copy of a store."""
    one, people, number = folder / "one.db", folder / "people.db", count()
    for name, (line, _) in KINDS.items():
        text = "".join(f"{line(each)}\n" for each in range(LINES))
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    Case("", crm(one, "contact", "add", "Ada Lovelace")).run()
    Case("", crm(people, "batch", str(folder / "contact add.txt"))).run()

    def alone() -> list[str]:
        return crm(one, "contact", "add", "New Person", "--email", f"new{next(number)}@new.example")

    def batch(name: str, source: Path) -> Callable[[], list[str]]:
        def made() -> list[str]:
            fresh = folder / "fresh"  # with the copy that a large change keeps of a store
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            return crm(Path(shutil.copy(source, fresh)), "batch", str(folder / f"{name}.txt"))

        return made

    first = "contact add, a process"
    batches = [
        Case(f"{LINES:,} lines of {name}", batch(name, people if needs else one), first)
        for name, (_, needs) in KINDS.items()
    ]
    return [Case(first, alone), *batches]


def main() -> None:
    """Measure all in turn and print the ratios of the medians."""
    os.environ |= {"CRM_CONFIG": "/nonexistent/crm.toml", "CRM_TODAY": TODAY}
    with tempfile.TemporaryDirectory(prefix="crm-batch-") as name:
        measured = cases(Path(name))
        measure(measured)
    for case in measured[1:]:
        print(f"{case.name:45} {case.median / measured[0].median:9.1f} times one command")


if __name__ == "__main__":
    main()
