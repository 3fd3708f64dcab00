"""Prints whether list, search and add take the same in a large store as in a small one.

`sizes.py [SMALL LARGE [FOLDER]]`, else 1,000 and 1,000,000 contacts; stores that stand in FOLDER are used again.
Nothing is asserted: clocks differ, and the ratios are for people to read.
"""

import os
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

from bench import TODAY, Case, crm, make, measure

SIZES = [int(word) for word in sys.argv[1:3]] or [1_000, 1_000_000]


def store(folder: Path, size: int) -> Path:
    """A store of so many contacts, imported from what another CRM exports."""
    file, source = folder / f"{size}.db", folder / f"{size}.csv"
    if not file.exists():
        make("contacts", source, size)
        command = crm(file, "contact", "import", str(source), "--yes")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        source.unlink()
    return file


def cases(file: Path, size: int) -> list[Case]:
    """What is done every day, in one store."""
    number = count(os.getpid() * 1_000)

    def adding() -> list[str]:
        called = next(number)
        return crm(file, "contact", "add", f"New Person {called}", "--email", f"new{called}@new.example")

    asked = {
        "list": ["contact", "list", "--limit", "50"],
        "list, by name": ["contact", "list", "--limit", "50", "--sort", "name"],
        "search, one of all": ["search", f"person{size // 2}@example"],
        "search, one of eleven": ["search", "smith"],
    }
    made = [Case(f"{name}, {size:,} contacts", crm(file, *words)) for name, words in asked.items()]
    table = Case(f"list as a table, {size:,} contacts", crm(file, "contact", "list"), terminal=True)
    return [*made, table, Case(f"add, {size:,} contacts", adding)]


def main() -> None:
    """Measure all in turn and print the ratios of the medians."""
    os.environ |= {"CRM_CONFIG": "/nonexistent/crm.toml", "CRM_TODAY": TODAY, "TERM": "xterm-256color"}
    with tempfile.TemporaryDirectory(prefix="crm-sizes-") as name:
        folder = Path(sys.argv[3] if len(sys.argv) > 3 else name)  # noqa: PLR2004 - the words above
        small, large = ([*cases(store(folder, size), size)] for size in SIZES)
        measure([each for pair in zip(small, large, strict=True) for each in pair])
    for one, other in zip(small, large, strict=True):
        print(f"{other.name:45} {other.median / one.median:9.2f} times that of {SIZES[0]:,}")


if __name__ == "__main__":
    main()
