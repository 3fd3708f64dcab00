"""Rows that are plainly new, which go into the store as columns, become what they become row by row."""

import csv
import random
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

from crm_cli.rules.importing import engine, plain, sheet

HEADER = [
    "Key",
    "First Name",
    "Last Name",
    "Full Name",
    "E-mail",
    "Mobile",
    "Company",
    "Country",
    "Source",
    "Created",
]
GIVEN = ["Ann", "Bob", "Zoë", "Łukasz", "", "رضا"]
FAMILY = ["Lee", "O'Neil", "García", "", "van Dyk"]
WRONG = ["two@x.example; three@x.example", "nobody", "Ann <ann@x.example>", "UPPER@X.Example", "", ""]
PHONES = ["+49 30 123456", "030/123456", "+1 202 555 0143", "", "tel:+33 4 1978347", "0171 5, 0172 6"]
COMPANIES = ["Acme", "Brick & Co", "", "Twin"]
DAYS = ["2024-04-04 15:01", "2024-03-31 02:30", "2024-05-05T00:00:00Z", "", "2024-02-30 10:00"]
UNTOLD = ("seconds", "notes", "faults")  # the faults, which name ids, stand in the file of rejects too
SEVERAL = re.compile("(?<=may be any of contacts )[0-9, ]+")
IDENTITY = ("id", "uid", "company_id", "contact_id", "import_id")
HELD = (
    "SELECT contact.*, company.name FROM contact LEFT JOIN company ON company.id = company_id",
    "SELECT * FROM company",
    "SELECT part.*, name, external_id FROM contact_email AS part JOIN contact ON contact.id = contact_id",
    "SELECT part.*, name, external_id FROM contact_phone AS part JOIN contact ON contact.id = contact_id",
)


def row(rng: random.Random, number: int) -> list[str]:
    """A row of which anything may be missing, wrong, manifold or that of another row."""
    odd = rng.random()
    email = (
        rng.choice(WRONG)
        if odd < 0.2
        else f"p{rng.randrange(number - 9, number) if odd < 0.3 else number}@x.example"
    )
    full = rng.choice(["", "", "Lee, Ann", "Madonna", "Jo van Dyk"])
    return [
        rng.choice(["", "", f"k{number}", f"k{rng.randrange(60)}"]), "" if full else rng.choice(GIVEN),
        "" if full else rng.choice(FAMILY), full, email, rng.choice(PHONES), rng.choice(COMPANIES),
        rng.choice(["DE", "Germany", "", "FR"]), rng.choice(["Web", "Partner", "fair", ""]), rng.choice(DAYS),
    ]  # fmt: skip


def people(path: Path, seed: int, first: int) -> str:
    """A file of 150 such rows, some of which have a cell too many."""
    rng = random.Random(seed)  # noqa: S311 - the same rows each time
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for number in range(first, first + 150):
            lines.writerow(row(rng, number) + ["surplus"] * (rng.random() < 0.02))
    return str(path)


def held(store: Path) -> list[Any]:
    """What a store holds of people and companies, whatever their order, with the words that search finds them by."""
    opened = sqlite3.connect(store)
    found: list[Any] = []
    for question in HELD:
        answer = opened.execute(question)
        kept = [at for at, each in enumerate(answer.description) if each[0] not in IDENTITY]
        found.append(sorted(([row[at] for at in kept] for row in answer), key=repr))
    return [
        *found,
        opened.execute("SELECT tbl, op, count(*) FROM log WHERE op = 'update' GROUP BY 1, 2").fetchall(),
    ]


def imported(crm: Crm, store: Path, files: list[str], *wishes: str) -> list[Any]:
    """What comes of importing files one after the other into a fresh store: what is told, and what is held."""
    for left in [store, *store.parent.glob(f"{store.name}-*"), *(Path(f"{file}.no") for file in files)]:
        left.unlink(missing_ok=True)
    told: list[Any] = []
    for file in files:
        result = crm(
            "contact", "import", file, "--on-error", "skip", "--rejects", f"{file}.no", "-o", "json", *wishes
        )
        told.append({name: said for name, said in result.json.items() if name not in UNTOLD})
        told.append(SEVERAL.sub("", Path(f"{file}.no").read_text(encoding="utf-8")))
    told += held(store)
    assert crm("db", "check").code == 0
    for _ in files:
        assert crm("undo", "--yes").code == 0
    assert not sqlite3.connect(store).execute("SELECT 1 FROM contact").fetchall()
    return told


@pytest.mark.parametrize(
    ("seed", "wishes"),
    [
        (1, ()),
        (2, ("--source", "pipedrive", "--set", "lifecycle=customer")),
        (3, ("--mode", "create", "--map", "Country=country", "--set", "country=AT")),
    ],
)
def test_columns_and_rows_make_the_same(
    crm: Crm, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, wishes: tuple[str, ...]
) -> None:
    monkeypatch.setattr(engine, "BATCH", 30)
    monkeypatch.setattr(engine, "LARGE", 5)
    files = [people(tmp_path / "one.csv", seed, 100), people(tmp_path / "two.csv", seed + 100, 200)]
    taken: list[int] = []
    take = plain.Plain.take

    def counting(self: plain.Plain, *args: Any) -> Any:
        found = take(self, *args)
        taken.append(found[0])
        return found

    monkeypatch.setattr(plain.Plain, "take", counting)
    as_columns = imported(crm, store, files, *wishes)
    assert sum(taken) > 50, "too few rows are plain"
    monkeypatch.setattr(sheet, "is_fit", lambda _: False)
    assert imported(crm, store, files, *wishes) == as_columns
