"""Importing files of several batches, of which the next is read while the store takes the one before."""

import sqlite3
from pathlib import Path

import pytest
from conftest import Crm

from crm_cli.rules.importing import engine
from crm_cli.rules.importing.ahead import Ahead

MANY = 2 * engine.BATCH + 500


def people(count: int = MANY) -> list[str]:
    """The lines of a file of people, the header first."""
    rows = (f"Ann{n} Lee{n},ann{n}@example.org,+49 30 {100_000 + n},Firm {n % 7}" for n in range(count))
    return ["name,email,phone,company", *rows]


def count(store: Path, question: str) -> int:
    found: int = sqlite3.connect(store).execute(question).fetchone()[0]
    return found


def test_rows_of_later_batches_find_those_of_earlier_ones(crm: Crm, store: Path) -> None:
    lines = people()
    lines[-1] = "Another Name,ANN3@example.org,,Firm 3"
    report = crm("contact", "import", "-", "-o", "json", input="\n".join(lines)).json
    assert (report["read"], report["created"], report["updated"]) == (MANY, MANY - 1, 1)
    assert report["linked"] == {"company": 7}
    assert crm("contact", "list", "email=ann3@example.org", "--columns", "name,phone").lines == [
        "Another Name\t+49 30 100003"
    ]
    assert crm("search", f"ann{engine.BATCH + 7}").lines
    assert count(store, "SELECT count(*) FROM contact_phone") == MANY - 1
    assert crm("undo", "--yes").code == 0
    assert count(store, "SELECT count(*) FROM contact") == 0


def test_every_wrong_row_of_every_batch_is_rejected(crm: Crm, store: Path, tmp_path: Path) -> None:
    lines, wrong = people(), [5, engine.BATCH + 5, MANY]
    for line in wrong:
        lines[line] += ",surplus"
    file = tmp_path / "people.csv"
    file.write_text("\n".join(lines))
    result = crm("contact", "import", str(file), "--on-error", "skip", "-o", "json")
    assert result.code == 1
    assert (result.json["created"], result.json["rejected"]) == (MANY - 3, 3)
    rejects = file.with_name("people.csv.rejects.csv").read_text()
    assert all(f"ann{line - 1}@" in rejects for line in wrong)
    assert count(store, "SELECT count(*) FROM contact") == MANY - 3


@pytest.mark.parametrize("line", [engine.BATCH + 300, MANY])
def test_a_file_that_breaks_later_on_leaves_nothing(crm: Crm, store: Path, line: int) -> None:
    lines = people()
    lines[line] = '"Ann Lee,ann@example.org'
    result = crm("contact", "import", "-", input="\n".join(lines) + "\n")
    assert result.code == 2
    assert f"line {line + 1}: a quote opens" in result.err
    assert count(store, "SELECT count(*) FROM contact") == count(store, "SELECT count(*) FROM command") == 0


def test_what_is_read_ahead_comes_in_order_and_fails_where_it_is_taken() -> None:
    with Ahead(6 // each for each in [3, 2, 1, 0]) as items:
        assert next(items) == 2
        items.prepare()
        items.prepare()
        assert [next(items), next(items)] == [3, 6]
        items.prepare()
        with pytest.raises(ZeroDivisionError):
            next(items)
    with Ahead(iter("ab")) as words:
        words.prepare()
        assert list(words) == ["a", "b"]
