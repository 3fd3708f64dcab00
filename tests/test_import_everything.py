"""Every public file, whatever it holds: no row is lost without a word, and nothing crashes."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

from crm_cli import fields
from crm_cli.formats import headers
from crm_cli.formats.table import open_table

DATA = Path(__file__).parents[2] / "shared" / "data"
FOLDERS = ("exports", "ugly_csv", "persian", "crm_zoho", "crm_maven")
ENDINGS = {".csv", ".tsv", ".json", ".txt", ".xlsx"}
FILES = [
    path for folder in FOLDERS for path in sorted((DATA / folder).rglob("*")) if path.suffix in ENDINGS
]  # fmt: skip
NOUNS = ["contact", *(noun for noun in fields.names() if noun not in ("contact", "field", "pipeline"))]
OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")
NOT_READ = {"csvkit/empty.csv"}
# What a person would say of a file that leaves it open.
SAID = ("--date-order", "mdy", "--decimal", ".", "--on-error", "skip", "-o", "json")

pytestmark = pytest.mark.skipif(not FILES, reason=f"the public sample files are not in {DATA}")


def noun_of(path: Path) -> str:
    """The noun that a file's header fits best, else a person."""
    with open_table(
        str(path), is_header=lambda cells: max(headers.score(noun, cells) for noun in NOUNS)
    ) as table:
        return max(NOUNS, key=lambda noun: headers.score(noun, table.header))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DATA)))
def test_every_row_is_accounted_for(crm: Crm, tmp_path: Path, path: Path) -> None:
    if f"{path.parent.name}/{path.name}" in NOT_READ:
        result = crm("contact", "import", str(path))
        assert (result.code, result.err) == (2, f"crm: {path} is empty; nothing to read\n")
        return
    noun, rejects = noun_of(path), tmp_path / "rejects.csv"
    result = crm(noun, "import", str(path), "--rejects", str(rejects), *SAID)
    report: dict[str, Any] = result.json
    with open_table(str(path), is_header=lambda cells: headers.score(noun, cells)) as table:
        rows = sum(1 for _ in table.rows())
    assert report["read"] == rows, result.err
    assert report["read"] == sum(report[outcome] for outcome in OUTCOMES)
    assert (result.code, rejects.exists()) == ((1, True) if report["rejected"] else (0, False))
    again = crm(noun, "import", str(path), "--rejects", str(rejects), *SAID).json
    assert (again["read"], again["rejected"], again["created"]) == (report["read"], report["rejected"], 0)
