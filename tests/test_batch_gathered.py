"""Records that lines of a batch add are written together, and are what they would be one by one."""

import json
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import fields
from crm_cli.rules import adding

NAMES = (
    "Ada Lovelace",
    "ada  lovelace",
    "Grace Hopper",
    "Acme",
    "Acme GmbH",
    "acme.example",
    "+31 20 555 0101",
    "#7",
)
ADDRESSES = ("ada@acme.example", "ADA@acme.example", "info@acme.example", "eve@gmail.com", "nobody")
NUMBERS = ("+31 20 555 0101", "020 5550101", "0031205550101", "12")
OPTIONS = {
    "email": ADDRESSES,
    "phone": NUMBERS,
    "country": ("NL", "US", "nowhere"),
    "owner": ("me", "Grace"),
    "external-id": ("7", "8"),
    "tags": ("vip", "vip,press"),
    "best-time": ("morning", "at noon"),  # refused when it is written
    "score": ("50", "101"),
    "first-name": ("Ada",),
    "last-name": ("Lovelace",),
    "national-id": ("4711",),
    "tax-number": ("4711",),
    "website": ("acme.example", "https://www.acme.example/en"),
    "domain": ("acme.example",),
    "company": ("Acme", "1"),
    "parent": ("Acme", "1"),
    "set": ("title=Dr", "name=Eve", "shoe=44", "nothing=1"),
}
OF = {
    "contact": ("email", "phone", "country", "owner", "external-id", "tags", "best-time", "first-name", "last-name",
                "national-id", "company", "set"),
    "company": ("email", "phone", "country", "owner", "external-id", "tax-number", "website", "domain", "parent",
                "set"),
    "lead": ("email", "phone", "country", "owner", "external-id", "best-time", "score", "first-name", "last-name",
             "website", "company", "set"),
}  # fmt: skip
OTHERS = (
    ["contact", "edit", "1", "--title", "Dr"], ["contact", "list", "-o", "ids"],
    ["deal", "add", "Big", "--contact", "1"],
    ["note", "contact:1", "Hello"], ["contact", "tag", "vip", "Ada Lovelace"], ["user", "add", "Grace"],
    ["search", "acme"],
    ["contact", "delete", "1", "--yes"], ["field", "add", "shoe", "--on", "contact", "--kind", "integer"],
)  # fmt: skip
UNTOLD = {"uid", "at", "created_at", "updated_at"}


@st.composite
def additions(draw: st.DrawFn) -> list[str]:
    """A line that adds a record, whose words are often those of another."""
    noun = draw(st.sampled_from(sorted(OF)))
    words = [noun, "add", *draw(st.lists(st.sampled_from(NAMES), max_size=1))]
    for option in draw(st.lists(st.sampled_from(OF[noun]), max_size=3, unique=True)):
        words += [f"--{option}", draw(st.sampled_from(OPTIONS[option]))]
    return words + draw(
        st.sampled_from([[]] * 6 + [["--force"], ["--dry-run"], ["--quiet"], ["-o", "json"], ["--help"]])
    )


LINES = st.lists(
    st.one_of(additions(), additions(), additions(), st.sampled_from(OTHERS)), min_size=2, max_size=12
)


def held(store: Path) -> dict[str, list[Any]]:
    """All that a store holds, its history included, but for what chance and the clock make of it."""
    connection = sqlite3.connect(store)
    connection.row_factory = sqlite3.Row
    found: dict[str, list[Any]] = {}
    for table in (*fields.tables(), "search", "sqlite_sequence"):
        rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        kept = [{key: row[key] for key in row.keys() if key not in UNTOLD} for row in rows]  # noqa: SIM118
        if table == "log":  # written together, the rows of a table follow each other
            kept = sorted(({**row, "id": 0} for row in kept), key=json.dumps)
        found[table] = kept
    connection.close()
    return found


@pytest.fixture
def begun(crm: Crm, tmp_path: Path) -> Path:
    """A store with one contact, to begin from."""
    file = tmp_path / "begun.db"
    assert crm("contact", "add", "Eve", env={"CRM_DB": str(file)}).code == 0
    sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def carried_out(
    crm: Crm, begun: Path, lines: list[list[str]], config: Path, *how: str
) -> tuple[Result, dict[str, list[Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        store = shutil.copy(begun, folder)
        env = {"CRM_DB": store, "CRM_CONFIG": str(config), "CRM_NOW": "2026-06-15T12:00:00Z"}
        done = crm("batch", "-", *how, input="\n".join(map(json.dumps, lines)), env=env)
        return done, held(Path(store))


@pytest.mark.parametrize("how", [(), ("--dry-run", "--keep-going")])
@settings(max_examples=15, deadline=None)
@given(lines=LINES, me=st.sampled_from(("", "me = 'Grace'\n", "me = 'Grace'\ncountry = 'NL'\n")))
def test_records_written_together_are_what_they_are_one_by_one(
    how: tuple[str, ...], lines: list[list[str]], me: str, crm: Crm, begun: Path
) -> None:
    config = begun.with_name("config.toml")
    config.write_text(me)
    with pytest.MonkeyPatch.context() as patch:
        together = carried_out(crm, begun, lines, config, *how)
        patch.setattr(adding, "GATHERED", frozenset())
        assert carried_out(crm, begun, lines, config, *how) == together


def test_a_record_that_is_found_wrong_when_it_is_written_is_the_line_that_fails(crm: Crm) -> None:
    text = "contact add Ada\ncontact add Grace --best-time noon\ncontact add Jane\n"
    done = crm("batch", "-", input=text)
    assert (done.code, json.loads(done.out)["line"]) == (2, 2)
    assert crm("contact", "list").out == ""


def test_a_record_that_looks_like_one_of_the_lines_before_it_is_told_of_it(crm: Crm) -> None:
    text = "contact add Ada --phone 5550101\ncontact add Grace\ncontact add Eve --phone 5550101\ncontact add Grace\n"
    done = crm("batch", "-", input=text)
    said = [json.loads(line)["said"] for line in done.out.splitlines()]
    assert [each[:-1] for each in said] == [
        [], [], ["contact 1 Ada has the same phone number"], ["contact 2 Grace has the same name"],
    ]  # fmt: skip


def test_many_records_are_one_change_with_one_undo(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST", 7)
    done = crm("batch", "-", input="\n".join(f"contact add 'P {number}'" for number in range(30)))
    assert [json.loads(line)["ids"] for line in done.out.splitlines()] == [
        [number] for number in range(1, 31)
    ]
    assert len(crm("history").lines) == 1
    assert crm("undo", "--yes").code == 0
    assert (crm("contact", "list").out, crm("db", "check").code) == ("", 0)
