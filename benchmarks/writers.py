"""Lets 40 processes add 100 contacts each to one store, all at once, and names who waited longest.

`writers.py [WRITERS [EACH]]` takes other numbers. It fails where a command failed, an id was given twice, the history
is out of order, or the store is not whole.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median
from time import monotonic

WRITERS, EACH = [int(each) for each in sys.argv[1:3]] + [40, 100][len(sys.argv[1:3]) :]
WRITER = """
import sys
from time import monotonic
from crm_cli.cli import run

for number in range(int(sys.argv[2])):
    began = monotonic()
    code = run(["-q", "contact", "add", f"Person {sys.argv[1]}-{number}", "--email", f"p{sys.argv[1]}-{number}@x.org"])
    print("took", code, monotonic() - began, flush=True)
"""


def main() -> None:
    """Run them, look at what they left, and print it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "crm.db"
        environment = os.environ | {"CRM_DB": str(store), "CRM_CONFIG": str(store.with_name("none.toml"))}
        began = monotonic()
        running = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(number), str(EACH)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
            )
            for number in range(WRITERS)
        ]  # fmt: skip
        ended = [process.communicate() for process in running]
        elapsed = monotonic() - began
        told = [line.split() for out, _ in ended for line in out.splitlines() if line.startswith("took")]
        times = sorted(float(seconds) for _, _, seconds in told)
        print(
            f"{WRITERS} × {EACH} = {len(told):,} adds in {elapsed:.0f} s, {len(told) / elapsed:.0f} a second"
        )
        print(
            f"a command: {median(times):.2f} s as a rule, 99 of 100 in {times[len(times) * 99 // 100]:.2f} s, "
            f"the slowest {times[-1]:.2f} s"
        )
        failed = [code for _, code, _ in told if code != "0"]
        said = {line for _, err in ended for line in err.splitlines()}
        faults = [*left(store), *([f"{len(failed)} failed: {said}"] if failed else [])]
        checked = subprocess.run(
            [sys.executable, "-m", "crm_cli", "db", "check"], env=environment, check=False, text=True,
            capture_output=True,
        )  # fmt: skip
        print(checked.stderr.strip(), *faults, sep="\n")
        sys.exit(1 if faults or checked.returncode else 0)


def left(store: Path) -> list[str]:
    """What is wrong with what they left."""
    looks = {
        f"SELECT count(*) <> {WRITERS * EACH} OR count(DISTINCT uid) <> count(*) OR max(id) <> count(*) FROM contact":
            "people are lost, or ids were given twice",
        "SELECT EXISTS (SELECT 1 FROM log AS a JOIN log AS b ON b.id = a.id + 1 WHERE b.command_id < a.command_id)":
            "the history is out of order",
        f"SELECT count(*) <> {WRITERS * EACH} FROM command": "commands are lost",
    }  # fmt: skip
    with closing(sqlite3.connect(store)) as connection:
        return [said for question, said in looks.items() if connection.execute(question).fetchone()[0]]


if __name__ == "__main__":
    main()
