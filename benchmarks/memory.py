"""Prints the peak memory of what touches many records, in a business of 100,000 and in one of 1,000,000 of each noun.

`memory.py [SMALL [LARGE]] [--folder FOLDER] [--only WORDS] [--page]`: stores and figures that stand in FOLDER are used
again, where only cases with WORDS in their names are run; `--page` puts the figures into docs/performance.md. Flat is
what takes at most 1.3 times the memory; where it is more, the bytes that each further record takes stand beside it.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import PAGE, PEAKS, TODAY, Case, crm, make

FLAT = 1.3
COMMAND = "benchmarks/memory.py --page"
SAID = """
A business has as many contacts, deals, invoices, leads, activities, cases, answers to surveys and members of campaigns
as stand above the column, and a tenth of that of companies, all of which buy. Each case is a process of its own, the
interpreter is in its figure. Flat is what takes at most 1.3 times the memory for ten times the records; where it is
more, the bytes that each further record takes stand beside it. There the answer has a row for each customer or comment,
of which there are a tenth as many; retention, goals and today hold something of each customer or of what it bought.
"""
SEVERAL = ("First Name", "Last Name", "Company", *(f"Email {n}" for n in range(1, 5)),
           *(f"Phone {n}" for n in range(1, 5)))  # fmt: skip
REPORTS = (
    "accuracy", "activity", "basket", "campaigns", "campaigns --reasons", "cases", "cases --by owner", "clv",
    "clv --method historic", "commission", "customers", "effect", "effect --model", "forecast", "funnel", "goals",
    "leads", "needs", "nps", "nps --comments", "partners", "payments", "payments --by company", "pipeline",
    "products", "quality", "receivables", "response-time", "response-time --business", "retention", "revenue",
    "revenue --by company", "rfm", "sla", "velocity", "winloss", "winloss --by segment",
)  # fmt: skip


class Business:
    """The files and stores of one size, and what is done with them."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder / str(size), size
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store, self.since = self.folder / "big.db", ""

    def files(self) -> None:
        """Write what is to be imported."""
        if (self.folder / "invoices.csv").exists():
            return
        make("contacts", self.folder / "contacts.csv", self.size)
        number = range(1, self.size + 1)
        with (self.folder / "contacts.csv").open(encoding="utf-8", newline="") as known:
            self._write("again.csv", ("First Name", "Last Name", "Email", "Job Title"), (
                (*row[:3], f"Title {at % 900}") for at, row in enumerate(csv.reader(known)) if at))  # fmt: skip
        self._write("several.csv", SEVERAL, (
            ("Ada", f"Kaya {n}", f"Company {n % 5_000}", *(f"p{n}.{each}@e{n % 977}.example" for each in range(4)),
             *(f"+33 4 {(n * 4 + each) % 10**8:08d}" for each in range(4))) for n in number))  # fmt: skip
        self._write("deals.csv", ("Deal Name", "Company", "Amount", "Currency", "Stage", "Close Date"), (
            (f"Deal {n}", f"Company {n % 20_000}", f"{n % 9_000}.50", "EUR", "Proposal", f"2026-{n % 12 + 1:02}-17")
            for n in number))  # fmt: skip
        self._write("invoices.csv", ("number", "company", "amount", "currency", "issued_on", "due_on"), (
            (f"F-{n}", f"Company {n % 20_000}", f"{n % 9_000}.50", "EUR", f"2025-{n % 12 + 1:02}-17", "2026-01-17")
            for n in number))  # fmt: skip

    def imports(self) -> Iterator[Case]:
        """Files in: into new stores, and into one that has the people."""
        if not self.store.exists():
            yield Case("contact import", self._on(self.store, "contact", "import", "contacts.csv", "--yes"))
        else:
            yield Case("contact import", self._fresh("contact", "import", "contacts.csv", "--yes"))
        yield Case("contact import, all known", self._copied("contact", "import", "again.csv", "--yes"))
        for noun, file, more in (
            ("contact", "several.csv", ", four e-mails and four phones"), ("deal", "deals.csv", ""),
            ("invoice", "invoices.csv", ""),
        ):  # fmt: skip
            yield Case(f"{noun} import{more}", self._fresh(noun, "import", file, "--yes"))

    def fill(self) -> None:
        """Make a whole business of the store of contacts."""
        if not (done := self.folder / "filled").exists():
            script = Path(__file__).with_name("business.py")
            subprocess.run([sys.executable, str(script), str(self.store), str(self.size)], check=True)
            for name in ("new.db", "copy.db"):
                self._room(name)
            done.touch()

    def exports(self) -> Iterator[Case]:
        """Files out."""
        for how in ("csv", "json", "jsonl"):
            yield self._asked(f"contact export -o {how}")
        yield self._asked("contact list -o csv")
        yield self._asked("contact list --sort name -o csv")
        archive = str(self.folder / "whole")
        yield Case("export --all", crm(self.store, "export", "--all", archive, "--force"))
        yield Case("bringing that back", self._fresh("import", "whole"))

    def segments(self) -> Iterator[Case]:
        """Groups of a sixth and of all people, and whom a campaign reaches of them."""
        yield self._named("segment add --filter", "segment", "add", "Buyers {0}", "--filter", "title=Buyer")
        yield self._named("segment add --kind static", "segment", "add", "All {0}", "--kind", "static")
        yield self._named("segment include, all contacts", "segment", "include", "All {0}", "id=1..")
        yield self._named(
            "segment members -o csv, all contacts", "segment", "members", "All {0}", "-o", "csv"
        )
        yield self._named("segment list", "segment", "list", "-o", "csv")
        yield self._named(
            "contact edit, a sixth", "contact", "edit", "title=Owner", "--title", "Buyer", "--yes"
        )
        yield self._named(
            "segment diff, a sixth came", "segment", "diff", "Buyers {0}", "--since", "{1}", "-o", "csv"
        )
        yield self._named(
            "segment diff, all came", "segment", "diff", "All {0}", "--since", "2026-01-01", "-o", "csv"
        )
        yield self._named("segment remove, all contacts", "segment", "remove", "All {0}", "id=1..")
        yield self._named("campaign add, for a segment", "campaign", "add", "Large {0}", "--type", "email")
        yield self._named(
            "campaign target, a segment of a third",
            "campaign",
            "target",
            "Large {0}",
            "Buyers {0}",
            "--control",
            "10%",
        )
        yield self._named("undo", "undo", "--yes")

    def reports(self) -> Iterator[Case]:
        """Every report, and what is on one screen."""
        for each in REPORTS:
            yield self._asked(f"report {each}")
        yield self._asked("dashboard")
        yield self._asked("today")
        yield self._asked("today --all")

    def _write(self, name: str, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header])
            csv.writer(out).writerows(rows)

    def _on(self, store: Path, *words: str) -> list[str]:
        files = {file.name: str(file) for file in self.folder.iterdir()}
        return crm(store, *(files.get(word, word) for word in words))

    def _fresh(self, *words: str) -> Callable[[], list[str]]:
        """A command on a new store."""
        return lambda: self._on(self._room("new.db"), *words)

    def _copied(self, *words: str) -> Callable[[], list[str]]:
        """A command on a copy of the store."""

        def made() -> list[str]:
            shutil.copy(self.store, store := self._room("copy.db"))
            return self._on(store, *words)

        return made

    def _room(self, name: str) -> Path:
        for file in self.folder.glob(f"{name}*"):
            file.unlink() if file.is_file() else shutil.rmtree(file)
        return self.folder / name

    def _asked(self, line: str) -> Case:
        return Case(line, crm(self.store, *line.split()))

    def _named(self, name: str, *words: str) -> Case:
        """A command whose names are of this run alone; `{1}` is when the people began to change."""

        def made() -> list[str]:
            if not self.since and name.startswith(("contact edit", "segment diff")):
                time.sleep(1.1)  # the history counts seconds
                self.since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            return crm(self.store, *(word.format(os.getpid(), self.since) for word in words))

        return Case(name, made)


Peaks = dict[str, float]
"""MiB by case."""


def measured(folder: Path, size: int, only: str) -> Peaks:
    """Run every case that is asked for once, in a business of one size; those that were run before are told too."""
    business = Business(folder, size)
    business.files()
    file = business.folder / "peaks.json"
    found: Peaks = json.loads(file.read_text()) if file.exists() else {}
    for part in (business.imports, business.exports, business.segments, business.reports):
        if part != business.imports:
            business.fill()
        for case in part():
            if only in case.name or (part == business.imports and not business.store.exists()):
                case.run()
                found[case.name] = case.peak
                file.write_text(json.dumps(found))
                print(f"{size:9,} {case.name:45} {case.median:8.1f} s {case.peak:7.0f} MiB", flush=True)
    return found


def table(small: int, large: int, peaks: dict[int, Peaks]) -> str:
    """The figures, as they stand on the page."""
    lines = [
        f"| case | MiB of {small:,} | MiB of {large:,} | ratio | bytes a further record |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, less in peaks[small].items():
        if more := peaks[large].get(name):
            each = f"{(more - less) * 2**20 / (large - small):,.0f}" if more / less > FLAT else ""
            lines.append(f"| {name} | {less:.0f} | {more:.0f} | {more / less:.2f} | {each} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure both sizes, one after the other, and print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--page", action="store_true")
    said = parser.parse_args()
    sizes = said.sizes or [100_000, 1_000_000]
    os.environ |= {"CRM_CONFIG": "/nonexistent/crm.toml", "CRM_TODAY": TODAY, "LANG": "C.UTF-8"}
    with tempfile.TemporaryDirectory(prefix="crm-memory-") as name:
        peaks = {size: measured(said.folder or Path(name), size, said.only) for size in sizes}
    if len(sizes) == 1:
        return
    found = table(*sizes, peaks)
    print(found)
    if said.page:
        before = PAGE.read_text(encoding="utf-8").partition(PEAKS)[0]
        day = f"Measured by `{COMMAND}` on {datetime.now(UTC):%Y-%m-%d}.{SAID}"
        PAGE.write_text(f"{before}{PEAKS}\n{day}\n{found}", encoding="utf-8")


if __name__ == "__main__":
    main()
