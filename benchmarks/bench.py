"""Measures what a user waits for, beside what else could be used, and writes docs/performance.md.

Each case is run several times, in turn with the others, and its median stands. Nothing is asserted: clocks
differ, and the ratios are for people to read. `bench.py QUICK` takes small numbers, to try the harness.
"""

import os
import platform
import pty
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count as counting
from pathlib import Path
from statistics import median

import shell

BIN = Path(sys.executable).parent
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
QUICK = "QUICK" in sys.argv
CONTACTS, CARDS, DEALS, CASES, LINES, ROUNDS = (
    (2_000, 500, 20_000, 2_000, 500, 2) if QUICK else (100_000, 10_000, 1_000_000, 100_000, 10_000, 7)
)
PEAKS = "\n## Peak memory\n"  # what memory.py writes below the rest of the page
TODAY = "2026-06-15"
NOTES = """
## What the figures do not say

Of the processor time of a list of three contacts a sixth is the start of the interpreter, half the loading of Typer, a
tenth SQLite's reading of the schema, half of that for the triggers of the history. A table loads Rich beside it.

Importing 100,000 contacts of twelve columns costs 0.8 to 1.1 of the processor time of `sqlite-utils insert` where its
many commits are written to a disk, for which it also waits: on a busy one an import takes a quarter to half of its
elapsed time. In memory, where a commit costs nothing, it takes 1.35 of the processor time and 1.16 of the elapsed time.

Of exports, `sqlite-utils rows --csv` reads a plain table of the twelve columns of the file, where our e-mail, phone and
company stand in tables of their own; what it takes for the same columns of our store stands beside it.

A look at a CSV file tells its encoding, delimiter, header, program and columns before a row is imported. With the start
of the interpreter in it, it is to take a second at most.
"""
# The columns of the file of contacts, as we call them.
COLUMNS = "first_name,last_name,email,phone,company,title,street,city,postal_code,country,source,created_at"
LOOK = """
import sys
from crm_cli import fields
from crm_cli.formats import headers, kinds
from crm_cli.formats.table import open_table
from crm_cli.rules.importing import programs, recognition, wishes

kinds.is_correspondence(sys.argv[1])
with open_table(sys.argv[1], is_header=lambda cells: headers.score("contact", cells)) as table:
    said = programs.settled("contact", table.header, wishes.Wishes())
    recognition.sights(fields.noun("contact"), table.header, {}, said)
"""


@dataclass
class Case:
    """One thing to measure: how to run it, what it is compared with, and the limit of the ratio."""

    name: str
    command: Sequence[str] | Callable[[], Sequence[str]]
    against: str = ""
    limit: float | None = None
    terminal: bool = False
    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0  # MiB

    def run(self) -> None:
        """Run it once."""
        command = self.command() if callable(self.command) else self.command
        start = time.perf_counter()
        process, screen = _start(command, terminal=self.terminal)
        if screen is not None:
            _read(screen)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds.append(time.perf_counter() - start)
        self.peak = max(self.peak, used.ru_maxrss / 1024)
        if process.returncode:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}")

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.seconds)


def _start(command: Sequence[str], *, terminal: bool) -> tuple[subprocess.Popen[bytes], int | None]:
    nothing = subprocess.DEVNULL
    if not terminal:
        return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing), None
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    return process, ours


def _read(screen: int) -> None:
    with suppress(OSError):
        while os.read(screen, 65536):
            pass
    os.close(screen)


def measure(cases: Sequence[Case]) -> None:
    """Run all cases in turn, so that a slow moment of the machine falls on all."""
    for case in cases:  # once for nothing: caches fill and modules are compiled
        case.run()
        case.seconds.clear()
    for _ in range(ROUNDS):
        for case in cases:
            case.run()
    for case in cases:
        print(f"{case.name:45} {case.median * 1000:9.1f} ms {case.peak:7.0f} MiB", flush=True)


def make(what: str, file: Path, count: int) -> None:
    """Make the data in a process of its own: what this one holds would count as the peak of those it starts."""
    script = Path(__file__).with_name("data.py")
    subprocess.run([sys.executable, str(script), what, str(file), str(count)], check=True)


def crm(store: Path, *args: str) -> list[str]:
    """The command line of a run of ours on a store."""
    return [str(BIN / "crm"), "--db", str(store), *args]


def starts(folder: Path, big: Path) -> list[Case]:
    """What everyday commands take, in a store of three and in one of 100,000 contacts."""
    small = folder / "small.db"
    for name in ("Ada Lovelace", "Grace Hopper", "Jane Doe"):
        subprocess.run(crm(small, "contact", "add", name, "--quiet"), check=True, stdout=subprocess.DEVNULL)
    base = "import sqlmodel"

    number = counting()

    def fresh(store: Path) -> Callable[[], list[str]]:
        return lambda: crm(store, "contact", "add", "New Person", "--email", f"new{next(number)}@new.example")

    return [
        Case(base, [sys.executable, "-c", base]),
        Case("contact list, 3 contacts, piped", crm(small, "contact", "list"), base, 0.20),
        Case(
            "contact list, 3 contacts, as a table", crm(small, "contact", "list"), base, 0.30, terminal=True
        ),
        Case("contact list --limit 50 of all", crm(big, "contact", "list", "--limit", "50"), base, 0.24),
        Case("search smith in all", crm(big, "search", "smith"), base, 0.24),
        Case("--help", crm(small, "--help"), base, 0.20),
        Case("contact add --help", crm(small, "contact", "add", "--help"), base, 0.22),
        Case("today, piped", crm(small, "today"), base, 0.22),
        Case("dashboard, piped", crm(small, "dashboard"), base, 0.50),
        Case("contact add, to 3", fresh(small), base, 1.20),
        Case("contact add, to all", fresh(big), base, 1.20),
    ]


def batches(folder: Path) -> list[Case]:
    """Many commands as one change, beside a process for one of them."""
    one, lines = folder / "one.db", folder / "lines.txt"
    people = (
        f"contact add 'Person {number}' --email person{number}@new.example\n" for number in range(LINES)
    )
    lines.write_text("".join(people), encoding="utf-8")
    number = counting()

    def alone() -> list[str]:
        return crm(one, "contact", "add", "New Person", "--email", f"new{next(number)}@new.example")

    return [
        Case("contact add, a process", alone),
        Case(
            f"batch of {LINES:,} contact add",
            lambda: crm(_new(folder / "batch.db"), "batch", str(lines)),
            "contact add, a process",
            LINES / 500,
        ),
    ]


def bulk(folder: Path, source: Path, big: Path) -> list[Case]:
    """Files in and out, beside sqlite-utils."""
    plain, utils = folder / "plain.db", str(BIN / "sqlite-utils")

    def loading() -> list[str]:
        return crm(_new(folder / "import.db"), "contact", "import", str(source), "--yes")

    def inserting() -> list[str]:
        return [utils, "insert", str(_new(folder / "insert.db")), "contacts", str(source), "--csv"]

    subprocess.run(
        [utils, "insert", str(plain), "contacts", str(source), "--csv"], check=True, stdout=subprocess.DEVNULL
    )
    rows = "sqlite-utils rows --csv"
    same = [utils, "query", str(big), f"SELECT {COLUMNS} FROM contacts ORDER BY id", "--csv"]
    return [
        Case("sqlite-utils insert", inserting),
        Case("contact import", loading, "sqlite-utils insert", 1.0),
        Case(rows, [utils, "rows", str(plain), "contacts", "--csv"]),
        Case("sqlite-utils query --csv, of our store", same, rows),
        Case(
            "contact export, the same columns", crm(big, "contact", "export", "--columns", COLUMNS), rows, 1.0
        ),
        Case("contact list -o csv", crm(big, "contact", "list", "-o", "csv"), rows, 1.0),
        Case("contact export, every field", crm(big, "contact", "export"), rows),
        *looks(folder, source),
    ]


def looks(folder: Path, source: Path) -> list[Case]:
    """What a file is, told from a sample: the same time for any size."""
    cases: list[Case] = []
    for size in (1, 100):
        file = folder / f"{size}.csv"
        _fill(file, source, size * 1_000_000)
        against = cases[0].name if cases else ""
        look = [sys.executable, "-c", LOOK, str(file)]
        cases.append(Case(f"a look at {size} MB of CSV", look, against, 1.1 if against else None))
    return cases


def _fill(file: Path, source: Path, size: int) -> None:
    """Copy a file again and again until so many bytes are written."""
    with source.open("rb") as rows, file.open("wb") as out:
        while left := size - out.tell():
            if block := rows.read(min(left, 1 << 20)):
                out.write(block)
            else:
                rows.seek(0)


def cards(folder: Path) -> list[Case]:
    """Cards in and out, beside the mere reading of them by vobject."""
    source, reading = folder / "people.vcf", "vobject reads them"
    make("cards", source, CARDS)
    code = f"import vobject; print(sum(1 for _ in vobject.readComponents(open({str(source)!r}, newline=''))))"

    def loading() -> list[str]:
        return crm(_new(folder / "cards.db"), "contact", "import", str(source), "--yes")

    return [
        Case(reading, [sys.executable, "-c", code]),
        Case("contact import", loading, reading, 2.0),
        Case(
            "contact import, again",
            crm(folder / "cards.db", "contact", "import", str(source), "--yes"),
            reading,
            2.0,
        ),
        Case("contact export -o vcf", crm(folder / "cards.db", "contact", "export", "-o", "vcf"), reading),
    ]


def reports(folder: Path, what: str, count: int, questions: dict[str, str]) -> list[Case]:
    """Reports over many records, beside the same question in the sqlite3 shell."""
    sqlite3_shell, store = shutil.which("sqlite3"), folder / f"{what}.db"
    if not sqlite3_shell:
        print("no sqlite3 shell here: the reports are left out")
        return []
    make(what, store, count)
    cases = []
    for name, question in questions.items():
        asked = f"sqlite3: {name}"
        cases.append(Case(asked, [sqlite3_shell, f"file:{store}?mode=ro", question]))
        cases.append(Case(name, crm(store, *name.split()), asked, 2.0))
    return cases


def likeness(folder: Path) -> list[Case]:
    """Cases like a case, beside the start of any read; the limit is the start and 50 ms of the usual machine."""
    store, start = folder / "cases.db", "case list --limit 3"
    make("inquiries", store, CASES)
    return [
        Case(start, crm(store, "case", "list", "--limit", "3")),
        Case("case similar to a case", crm(store, "case", "similar", str(CASES // 2)), start, 1.5),
        Case(
            "case similar to three words", crm(store, "case", "similar", "topic7 word77 machine"), start, 1.5
        ),
        Case(
            "case similar to usual words",
            crm(store, "case", "similar", "the machine does not work"),
            start,
            1.5,
        ),
    ]


def _new(store: Path) -> Path:
    for file in store.parent.glob(f"{store.name}*"):
        file.unlink()
    return store


def page(groups: dict[str, list[Case]]) -> str:
    """The page for docs."""
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("typer", "rich", "sqlmodel", "sqlite-utils", "vobject")
    )
    lines = [
        "# Performance",
        "",
        f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}: medians of {ROUNDS} runs in turn. The ratio is",
        "to the case named beside it; the limit is what we hold ourselves to. Clocks differ, so no test asserts it.",
        "",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        f"SQLite {sqlite3.sqlite_version}, {versions}.",
    ]
    for title, cases in groups.items():
        found = {case.name: case for case in cases}
        lines += [
            "",
            f"## {title}",
            "",
            "| case | ms | peak MiB | ratio | limit | to |",
            "|---|---:|---:|---:|---:|---|",
        ]
        for case in cases:
            ratio = f"{case.median / found[case.against].median:.2f}" if case.against else ""
            limit = f"{case.limit:.2f}" if case.limit else ""
            lines.append(
                f"| {case.name} | {case.median * 1000:,.0f} | {case.peak:.0f} | {ratio} | {limit} | {case.against} |"
            )
    return "\n".join(lines) + "\n" + NOTES


def kept() -> str:
    """The part of the page that is measured apart."""
    return "".join(PAGE.read_text(encoding="utf-8").partition(PEAKS)[1:])


def main() -> None:
    """Measure everything and write the page."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ |= {
        "CRM_CONFIG": "/nonexistent/crm.toml",
        "CRM_TODAY": TODAY,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as name:
        folder = Path(name)
        source, big = folder / "contacts.csv", folder / "big.db"
        make("contacts", source, CONTACTS)
        subprocess.run(
            crm(big, "contact", "import", str(source), "--yes"), check=True, stdout=subprocess.DEVNULL
        )
        groups = {
            f"Everyday commands (all = {CONTACTS:,} contacts)": starts(folder, big),
            f"{LINES:,} commands": batches(folder),
            f"Files of {CONTACTS:,} contacts": bulk(folder, source, big),
            f"Files of {CARDS:,} vCards": cards(folder),
            f"Reports over {DEALS:,} deals": reports(folder, "deals", DEALS, shell.DEALS),
            f"Reports over {DEALS:,} invoices": reports(folder, "invoices", DEALS, shell.INVOICES),
            f"Reports over {CASES:,} cases": reports(folder, "served", CASES, shell.CASES),
            f"Cases like a case, among {CASES:,}": likeness(folder),
        }
        for cases in groups.values():
            measure(cases)
    if not QUICK:
        PAGE.write_text(page(groups) + kept(), encoding="utf-8")


if __name__ == "__main__":
    main()
