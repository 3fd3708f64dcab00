"""What docs/contributing.md tells to do is done to a copy of the house, and it is enough."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Crm

import crm_cli

PACKAGE = Path(crm_cli.__file__).parent
GUIDE = PACKAGE.parent / "docs" / "contributing.md"
BLOCK = re.compile(r"^```(\w+)((?: [\w./]+)?) (field|report|noun)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GENERATED = ("nouns/*.json", "schema.sql", "triggers.sql")


class Block(NamedTuple):
    """A block of the guide: its language, the file it is about, what it is a step of, what stands in it."""

    kind: str
    file: str
    task: str
    text: str


def blocks(task: str) -> list[Block]:
    found = [Block(kind, file.strip(), of, text) for kind, file, of, text in BLOCK.findall(GUIDE.read_text())]
    return [block for block in found if block.task == task]


class House:
    """A copy of the package, in which one can build."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(PACKAGE, root / "crm_cli", ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, *words: str) -> str:
        """Run a module of the copy; returns what it answers."""
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=self.root, env=os.environ | {"PYTHONPATH": str(self.root)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def crm(self, *words: str) -> str:
        """Run the command line of the copy."""
        return self.run("crm_cli", *words)

    def build(self, task: str) -> list[str]:
        """Do what the guide tells for a task; returns the answers of its commands."""
        answers: list[str] = []
        for block in blocks(task):
            if block.kind == "sh":
                answers += [self._command(line) for line in block.text.splitlines()]
            elif block.kind == "diff":
                self._patch(self.root / block.file, block.text)
            else:
                (self.root / block.file).write_text(block.text, encoding="utf-8")
        return answers

    def _command(self, line: str) -> str:
        words = shlex.split(line)
        return self.crm(*words[1:]) if words[0] == "crm" else self.run(*words[2:])

    @staticmethod
    def _patch(file: Path, diff: str) -> None:
        lines = diff.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file.name} has not this once:\n{old}"
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path, crm: Crm) -> House:
    """A copy of the house, and a store of before with a contact in it."""
    assert crm("contact", "add", "Jane Doe").code == 0
    return House(tmp_path / "house")


def generated(house: House) -> dict[Path, str]:
    return {file: file.read_text() for name in GENERATED for file in (house.root / "crm_cli").glob(name)}


def kept(store: Path) -> int:
    """How many copies upgrades have kept."""
    return len(list(store.parent.glob("*.bak")))


def columns(house: House, store: Path, table: str) -> list[str]:
    question = f"PRAGMA table_info({table})"
    return sorted(line.split("\t")[1] for line in house.crm("--db", str(store), "sql", question).splitlines())


def test_a_field_is_added(house: House, store: Path, tmp_path: Path) -> None:
    answers = house.build("field")
    assert answers[2] == "Brick\tfox\tJane Doe\n"
    assert kept(store) == 1  # the first change brought the store along
    revision = next((house.root / "crm_cli/migrations/versions").glob("*_companies_have_mascots_*.py"))
    assert "op.execute('ALTER TABLE \"company\" ADD COLUMN mascot VARCHAR')" in revision.read_text()
    assert 'ADD COLUMN godparent_id INTEGER REFERENCES "contact" (id)' in revision.read_text()

    for option in ("--mascot", "--godparent"):
        assert option in house.crm("company", "add", "--help")
        assert option in house.crm("company", "edit", "--help")
    assert '"mascot": "fox"' in house.crm("company", "list", "-o", "json", "--columns", "all")
    export = tmp_path / "companies.csv"
    export.write_text(house.crm("company", "export"))
    elsewhere = tmp_path / "elsewhere.db"
    house.crm("--db", str(elsewhere), "contact", "add", "Jane Doe")
    house.crm("--db", str(elsewhere), "company", "import", str(export))
    assert (
        house.crm("--db", str(elsewhere), "company", "list", "mascot=fox", "--columns", "godparent")
        == "Jane Doe\n"
    )
    assert columns(house, store, "company") == columns(house, elsewhere, "company")  # upgraded = made anew
    before = generated(house)
    house.run("crm_cli.migrations")
    assert generated(house) == before


def test_a_changed_view_reaches_the_stores(house: House, store: Path) -> None:
    house.crm("product", "add", "Wheel", "--list-price", "12.50", "--cost", "10", "--currency", "EUR")
    house._patch(
        house.root / "crm_cli/views/products.sql",
        "   product.kind, product.cost, product.tax_rate, product.in_stock, product.tags, product.notes,\n"
        "+  product.list_price - product.cost AS margin, -- money: What is earned with one\n",
    )
    house.run("crm_cli.migrations", "A product's margin is seen")
    house.crm("db", "upgrade")
    assert (
        house.crm("product", "list", "margin=2..", "--columns", "name,margin,currency")
        == "Wheel\t2.50\tEUR\n"
    )
    house.crm("db", "check")
    assert kept(store) == 1


def test_a_report_is_added(house: House) -> None:
    house.crm("deal", "add", "Wheels", "--amount", "5000", "--currency", "EUR", "--opened-on", "2026-05-04")
    house.crm("deal", "add", "Tyres", "--amount", "70", "--currency", "EUR", "--opened-on", "2026-06-01")
    by_month, explained = house.build("report")
    assert by_month == "2026-05\t1\t5000.00\tEUR\n2026-06\t1\t70.00\tEUR\n"
    assert "whatever became of them" in explained
    assert "opened" in house.crm("report", "--help")
    assert (
        house.crm("report", "opened", "--period", "2026-05", "-o", "ids", "-o", "tsv", "--no-header")
        == "1\t5000.00\tEUR\n"
    )


def test_a_noun_is_added(house: House, tmp_path: Path) -> None:
    answers = house.build("noun")
    assert answers[3].startswith("Ostra 2\tAcme\t0042\t3695.50")
    for verb in ("add", "list", "show", "edit", "delete", "import", "export", "tag"):
        assert verb in house.crm("machine", "--help")
    assert "Ostra 2" in house.crm("machine", "show", "ostra")
    assert "Ostra 2" in house.crm("search", "ostra")
    house.crm("field", "add", "machine.colour")
    house.crm(
        "machine", "edit", "Ostra 2", "--set", "colour=red", "--owner", "", "--installed-on", "2026-06-01"
    )
    export = tmp_path / "machines.csv"
    export.write_text(house.crm("machine", "export"))
    house.crm("machine", "delete", "Ostra 2", "-y")
    house.crm("undo")
    assert house.crm("machine", "export") == export.read_text()
    elsewhere = str(tmp_path / "elsewhere.db")
    house.crm("--db", elsewhere, "machine", "import", str(export))
    assert house.crm("--db", elsewhere, "machine", "export") == export.read_text()
