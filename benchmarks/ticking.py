"""Times what lets offers to partners expire: leads were offered on Monday, and on Thursday somebody notes something.

`ticking.py [OFFERS [ROUNDS]]`, 10,000 and 7 where nothing is said. On a fresh copy of the store each time: a note
before anything is over; one after all offers are, which go on to the next partner; and one where no partner is left,
so that all go back to their owners. Nothing is asserted: clocks differ, and the figures are for people.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

OFFERS, ROUNDS = [int(each) for each in sys.argv[1:3]] + [10_000, 7][len(sys.argv[1:3]) :]
PARTNERS = 20
MONDAY, TUESDAY, THURSDAY = (f"2026-06-{day}T10:00:00Z" for day in (15, 16, 18))
Took = tuple[float, float]


class Trial:
    """A store in a folder of its own, and what a command on it takes at a moment."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, folder / "crm.db"

    def run(self, now: str, *args: str) -> Took:
        """Seconds of a command, and those of the processor."""
        told = {"CRM_DB": str(self.store), "CRM_CONFIG": str(self.folder / "none.toml"), "CRM_NOW": now}
        began = time.monotonic()
        with (self.folder / "said").open("wb") as said:
            command = [sys.executable, "-m", "crm_cli", *args]
            run = subprocess.Popen(command, env=os.environ | told, stdout=said, stderr=said)
            _, status, used = os.wait4(run.pid, 0)
        if status:
            raise SystemExit(f"crm {' '.join(args)} failed:\n{(self.folder / 'said').read_text()}")
        return time.monotonic() - began, used.ru_utime + used.ru_stime

    def make(self) -> None:
        """Partners, leads, and an offer for each lead, whose messages have gone out."""
        for number in range(PARTNERS):
            mail = ("--email", f"sales@partner{number}.example")
            self.run(MONDAY, "partner", "add", f"Partner {number}", "--partner-level", "gold", *mail)
        file = self.folder / "leads.csv"
        with file.open("w", newline="") as leads:
            rows = csv.writer(leads)
            rows.writerow(("name", "company_name", "email", "city", "country", "need"))
            for number in range(OFFERS):
                firm = f"firm{number}.example"
                rows.writerow(
                    (f"Lead {number}", f"Firm {number}", f"hello@{firm}", "Berlin", "DE", "Two machines")
                )
        self.run(MONDAY, "lead", "import", str(file), "--yes")
        self.run(MONDAY, "lead", "route", "status=new", "--yes")

    def note(self, made: Path, now: str) -> Took:
        """What a note takes on a copy of a store."""
        for beside in ("-wal", "-shm"):
            self.store.with_name(f"crm.db{beside}").unlink(missing_ok=True)
        shutil.copy(made, self.store)
        return self.run(now, "note", "lead:1", "x")


def main() -> None:
    """Print the medians of each case."""
    took: dict[str, list[Took]] = {}
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        trial.make()
        made, alone = trial.folder / "made.db", trial.folder / "alone.db"
        shutil.copy(trial.store, made)
        trial.run(MONDAY, "company", "edit", "type=partner", "--set", "offers_paused=yes", "--yes")
        shutil.copy(trial.store, alone)
        for _ in range(ROUNDS):
            for name, store, now in (
                ("a note, nothing is over", made, TUESDAY),
                (f"a note, {OFFERS:,} offers go on", made, THURSDAY),
                (f"a note, {OFFERS:,} offers go back", alone, THURSDAY),
            ):
                took.setdefault(name, []).append(trial.note(store, now))
    for name, each in took.items():
        wall, cpu = (median(part) for part in zip(*each, strict=True))
        print(f"{name:<36} {wall:6.2f} s, {cpu:6.2f} s of the processor")


if __name__ == "__main__":
    main()
