"""Prints how well duplicates are found: precision and recall on files whose true pairs are known.

The files come in by the ordinary import and are matched as any store is; nothing is set for one of them. Cells
that an import refuses are emptied, as a person would mend them. `dedup.py SPEED` also finds the duplicates among
100,000 contacts and says how long that takes beside their import.
"""

import csv
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from crm_cli import cli, db
from crm_cli.rules import suspects

DATA = Path(__file__).parents[2] / "shared" / "data" / "dedup"
Rows = list[dict[str, str]]
Pairs = set[frozenset[str]]


@dataclass(frozen=True)
class Known:
    """A file of records with known duplicates: rows that say the same of `truth` are one.

    `maps` names the fields of columns that the import does not recognise.
    """

    file: str
    noun: str
    key: str
    truth: Callable[[dict[str, str]], str]
    maps: tuple[str, ...] = ()


SETS = {
    "febrl 1": Known(
        "febrl/dataset1.csv", "contact", "rec_id", lambda row: row["rec_id"].split("-")[1],
        ("soc_sec_id=national_id", "date_of_birth=birthday"),
    ),
    "febrl 2": Known(
        "febrl/dataset2.csv", "contact", "rec_id", lambda row: row["rec_id"].split("-")[1],
        ("soc_sec_id=national_id", "date_of_birth=birthday"),
    ),
    "fake_1000": Known(
        "splink/fake_1000.csv", "contact", "unique_id", lambda row: row["cluster"], ("dob=birthday",)
    ),
    "restaurants": Known(
        "restaurants/restaurant-nophone-training.csv", "company", "row", lambda row: row["unique_id"]
    ),
}  # fmt: skip


def rows(known: Known) -> Rows:
    """The rows of a file, each with a key of its own."""
    with (DATA / known.file).open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, skipinitialspace=True))
    return [{known.key: str(number)} | row for number, row in enumerate(found)]


def true_pairs(known: Known, found: Rows) -> Pairs:
    """The pairs of keys that are one."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in found:
        groups[known.truth(row)].append(row[known.key])
    return {frozenset(pair) for group in groups.values() for pair in combinations(group, 2)}


def load(known: Known, found: Rows, store: Path) -> None:
    """Import rows into a new store, those with a cell that is refused without it."""
    hidden = {"cluster", "unique_id"} - {known.key}
    options = ["--source", "known", "--on-error", "skip", "--yes", "-q", "--map", f"{known.key}=external_id"]
    options += [word for each in known.maps for word in ("--map", each)]
    with tempfile.TemporaryDirectory() as folder:
        file, rejects = Path(folder, "rows.csv"), Path(folder, "rejects.csv")
        rest = [{name: cell for name, cell in row.items() if name not in hidden} for row in found]
        while rest:
            write(file, rest)
            rejects.unlink(missing_ok=True)
            cli.run(
                ["--db", str(store), known.noun, "import", str(file), *options, "--rejects", str(rejects)]
            )
            rest = list(mended(rejects)) if rejects.exists() else []


def write(file: Path, found: Rows) -> None:
    """Write rows as CSV."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def mended(rejects: Path) -> Iterator[dict[str, str]]:
    """Rejected rows without the cells that were refused."""
    with rejects.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            column = row.pop("crm_error").partition(":")[0]
            if column not in row:
                raise ValueError(f"{column}: a row is refused as a whole")
            yield row | {column: ""}


def figures(known: Known, store: Path, truth: Pairs) -> tuple[float, float]:
    """Precision and recall of the pairs that are found from the score that is taken unless another is said."""
    connection = db.ask(store)
    keys = dict(connection.execute(f'SELECT id, external_id FROM "{known.noun}"').fetchall())
    found = suspects.find(connection, known.noun)
    connection.close()
    right = sum(frozenset((keys[each.id], keys[each.other_id])) in truth for each in found)
    return right / len(found), right / len(truth)


def measure(name: str, folder: Path) -> tuple[float, float]:
    """Precision and recall on one of the sets, in a store made in a folder."""
    known = SETS[name]
    found = rows(known)
    store = folder / f"{name.replace(' ', '_')}.db"
    load(known, found, store)
    return figures(known, store, true_pairs(known, found))


def speed(folder: Path) -> None:
    """Print how long finding the duplicates among 100,000 contacts takes beside importing them."""
    import data

    file, store = folder / "contacts.csv", folder / "speed.db"
    data.contacts(file, 100_000)
    started = time.process_time()
    cli.run(["--db", str(store), "contact", "import", str(file), "--yes", "-q"])
    imported = time.process_time()
    found = suspects.find(db.ask(store), "contact")
    took = time.process_time() - imported
    ratio = took / (imported - started)
    print(f"100,000 contacts: {len(found)} pairs in {took:.1f} s, {ratio:.2f} of their import")


def main() -> None:
    """Print the figures of every set."""
    os.environ["CRM_CONFIG"] = os.devnull
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'':12} precision  recall")
        for name in SETS:
            precision, recall = measure(name, Path(folder))
            print(f"{name:12} {precision:9.4f}  {recall:.4f}")
        if "SPEED" in sys.argv:
            speed(Path(folder))


if __name__ == "__main__":
    main()
