"""A whole store goes out as an archive and comes back as it was, or not at all; nothing that stands is lost."""

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from conftest import Crm
from furnishing import furnished
from sqlite_utils.utils import Format, rows_from_file
from test_import_roundtrip import NOUNS, fill

from crm_cli import db, fields
from crm_cli.rules import records

FORMS = ("archive.zip", "archive")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def dump(path: Path) -> dict[str, list[Any]]:
    """Every row of every table with the types of its values, the sequence, and the schema."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not row[0].startswith("search")
        ]
        rows = {
            name: sorted(
                tuple((type(cell).__name__, cell) for cell in row)
                for row in connection.execute(f'SELECT * FROM "{name}"')
            )
            for name in names
        }
        found = connection.execute("SELECT id FROM search_docsize ORDER BY id").fetchall()
        schema = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        mark = connection.execute("PRAGMA user_version").fetchall()
    return {**rows, "(found)": found, "(schema)": schema, "(mark)": mark}


@furnished
def lived(store: Path, crm: Crm) -> Path:
    """A store with every noun, hostile texts, and a history of edits, deletions, undos and redos."""
    fill(store)
    for words in (
        ("contact", "edit", "1", "--title", "=1+1"),
        ("company", "add", "Gone"),
        ("company", "delete", "Gone", "--yes"),
        ("deal", "move", "3", "Won"),
        ("lead", "tag", "hot", "1", "2"),
        ("undo", "--yes"),
        ("undo", "--yes"),
        ("redo", "--yes"),
        ("task", "add", "Once more", "--due", "+1d"),
    ):
        done = crm(*words)
        assert done.code == 0, done.err
    return store


def export(crm: Crm, target: Path, *more: str) -> None:
    done = crm("export", "--all", str(target), *more)
    assert (done.code, done.out) == (0, f"{target}\n"), done.err


@furnished
def exported(lived: Path, crm: Crm, tmp_path: Path) -> None:  # noqa: ARG001 - the store that it is of
    """A store and its archive."""
    export(crm, tmp_path / "archive")


@pytest.fixture
def archive(exported: None, tmp_path: Path) -> Path:  # noqa: ARG001 - it is there
    """An archive as a directory."""
    return tmp_path / "archive"


@pytest.fixture
def other(tmp_path: Path) -> tuple[str, str]:
    """The options that name another store, which does not exist."""
    return "--db", str(tmp_path / "other" / "crm.db")


@pytest.mark.parametrize("form", FORMS)
def test_a_store_comes_back_table_by_table(
    lived: Path, crm: Crm, tmp_path: Path, other: tuple[str, str], form: str
) -> None:
    export(crm, tmp_path / form)
    brought = crm(*other, "import", str(tmp_path / form))
    assert brought.code == 0, brought.err
    before, after = dump(lived), dump(Path(other[1]))
    for name, rows in before.items():
        assert after[name] == rows, name
    assert crm(*other, "db", "check").code == 0
    assert crm(*other, "history", "-o", "csv").out == crm("history", "-o", "csv").out


def test_what_came_back_goes_on_as_the_old_store_would(
    archive: Path, lived: Path, crm: Crm, other: tuple[str, str]
) -> None:
    assert crm(*other, "import", str(archive)).code == 0
    for words in (
        ("undo", "--yes"),
        ("undo", "--yes"),
        ("redo", "--yes"),
        ("company", "delete", "=", "--yes"),
    ):
        here, there = crm(*words), crm(*other, *words)
        assert (there.code, there.out) == (here.code, here.out)
        assert MOMENT.sub("at", there.err) == MOMENT.sub("at", here.err)  # a second may pass between the two
    assert crm(*other, "search", "hyperlink").out == crm("search", "hyperlink").out != ""
    fresh = [crm(*where, "company", "add", "Newest").out for where in ((), other)]
    assert fresh[0] == fresh[1]
    assert dump(lived).keys() == dump(Path(other[1])).keys()


def test_the_archive_of_what_came_back_is_the_same(archive: Path, crm: Crm, other: tuple[str, str]) -> None:
    again = archive.with_name("again")
    assert crm(*other, "import", str(archive)).code == 0
    assert crm(*other, "export", "--all", str(again)).code == 0
    files, same = (json.loads((place / "manifest.json").read_text())["files"] for place in (archive, again))
    assert files == same


def test_the_files_beside_the_tables_are_the_ordinary_exports(archive: Path, crm: Crm) -> None:
    assert {each.stem for each in archive.glob("*.csv")} == {fields.plural(noun) for noun in fields.names()}
    for noun in NOUNS:
        written = (archive / f"{fields.plural(noun)}.csv").read_bytes()
        assert written.decode() == crm(noun, "export").out, noun


def test_the_files_beside_the_tables_come_in_one_by_one(
    archive: Path, crm: Crm, other: tuple[str, str]
) -> None:
    files = sorted(map(str, archive.glob("*.csv")))
    brought = crm(*other, "import", *files, "--yes")
    assert brought.code == 0, brought.err
    for noun in NOUNS:
        assert crm(*other, noun, "export").out == crm(noun, "export").out, noun


def test_the_manifest_says_what_is_in_it(archive: Path, crm: Crm) -> None:
    said = json.loads((archive / "manifest.json").read_text())
    assert said["schema"] == fields.schema()
    assert said["counts"]["contacts"] == int(crm("contact", "list", "--count").out)
    assert said["counts"]["commands"] == len(crm("history", "-o", "jsonl").lines)
    assert said["files"].keys() == {str(each.relative_to(archive)) for each in archive.rglob("*.csv")}
    for name, entry in said["files"].items():
        held = (archive / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(held).hexdigest(), "bytes": len(held)}


def test_every_table_of_a_store_is_in_it(store: Path, crm: Crm) -> None:
    crm("company", "add", "Acme")
    held = set(dump(store)) - {"(found)", "(schema)", "(mark)", "sqlite_sequence", "alembic_version"}
    assert set(fields.tables()) == held


def test_only_its_owner_may_read_it(archive: Path, crm: Crm, tmp_path: Path) -> None:
    export(crm, tmp_path / "a.zip")
    for each in (tmp_path / "a.zip", archive, *archive.rglob("*")):
        assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0, each


def test_an_empty_store_comes_back_and_a_missing_one_is_no_archive(
    store: Path, crm: Crm, tmp_path: Path, other: tuple[str, str]
) -> None:
    missing = crm("export", "--all", str(tmp_path / "a.zip"))
    assert (missing.code, missing.err.count("\n")) == (5, 1)
    assert not (tmp_path / "a.zip").exists()
    db.create(store)
    export(crm, tmp_path / "a.zip")
    assert crm(*other, "import", str(tmp_path / "a.zip")).code == 0
    assert dump(Path(other[1])) == dump(store)


def test_a_store_that_init_made_takes_it(
    archive: Path, lived: Path, crm: Crm, other: tuple[str, str]
) -> None:
    assert crm(*other, "init", "--currency", "EUR").code == 0
    assert crm(*other, "import", str(archive)).code == 0
    assert dump(Path(other[1])) == dump(lived)


def test_values_of_other_programs_come_back(
    store: Path, crm: Crm, tmp_path: Path, other: tuple[str, str]
) -> None:
    crm("company", "add", "Acme")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(
            "UPDATE company SET employees = 1.5, annual_revenue = 'much', industry = '', domain = '\\x00', "
            "city = '\\', region = '\\\\', needs = char(0) || char(13), phone = 'a' || char(0) || 'b'"
        )
        connection.execute("UPDATE activity SET body = x'00ff'")
        connection.execute(
            "INSERT INTO activity (uid, created_at, updated_at, folded, subject, body, notes) "
            "VALUES ('u', '', '', '', '', x'00ff', x'')"
        )
        connection.execute("CREATE TABLE theirs (x)")
        connection.execute("DROP TABLE theirs")
    export(crm, tmp_path / "a.zip")
    assert crm(*other, "import", str(tmp_path / "a.zip")).code == 0
    assert dump(Path(other[1])) == dump(store)


def test_lost_references_come_back_and_are_told(
    store: Path, crm: Crm, tmp_path: Path, other: tuple[str, str]
) -> None:
    crm("contact", "add", "Jane", "--company", "Acme") if crm("company", "add", "Acme").code == 0 else None
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE contact SET company_id = 99")
    export(crm, tmp_path / "a.zip")
    brought = crm(*other, "import", str(tmp_path / "a.zip"))
    assert brought.code == 0
    assert "1 references lead nowhere" in brought.err
    assert dump(Path(other[1])) == dump(store)


@pytest.mark.parametrize("words", [("company", "add", "Acme"), ("field", "add", "contact.size")])
def test_a_store_with_anything_in_it_is_left_alone(
    archive: Path, crm: Crm, other: tuple[str, str], words: tuple[str, ...]
) -> None:
    assert crm(*other, *words).code == 0
    for _ in range(2):  # taken back, it still has a history
        before = dump(Path(other[1]))
        refused = crm(*other, "import", str(archive))
        assert (refused.code, refused.err.count("\n")) == (4, 1)
        assert "empty store" in refused.err
        assert dump(Path(other[1])) == before
        crm(*other, "undo", "--yes")


def test_a_dry_run_reads_all_and_makes_nothing(archive: Path, crm: Crm, other: tuple[str, str]) -> None:
    done = crm(*other, "import", str(archive), "--dry-run", "-o", "json")
    assert (done.code, done.json["counts"]["users"]) == (0, 2)
    assert not Path(other[1]).exists()
    (archive / "users.csv").write_text("id\n")
    assert crm(*other, "import", str(archive), "--dry-run").code == 2


@pytest.mark.parametrize(
    "more",
    [("--map", "A=name"), ("--on-error", "skip"), ("--source", "x"), ("--create-leads",), ("other.csv",)],
)
def test_an_archive_is_taken_alone_and_as_it_is(
    archive: Path, crm: Crm, other: tuple[str, str], more: tuple[str, ...]
) -> None:
    refused = crm(*other, "import", str(archive), *more)
    assert (refused.code, Path(other[1]).exists()) == (2, False)
    assert "alone and as it is" in refused.err


def spoil(text: bytes) -> bytes:
    """The same with one letter changed."""
    middle = len(text) // 2
    return text[:middle] + bytes([text[middle] ^ 1]) + text[middle + 1 :]


def without(place: Path, table: str, *columns: str) -> None:
    """Take columns out of a table, as if they had come later."""
    forge(place, table, lambda rows: [
        [cell for name, cell in zip(rows[0], row, strict=True) if name not in columns] for row in rows
    ])  # fmt: skip


def older(place: Path) -> None:
    """Make an archive one of a schema that had fewer columns and tables, and some in another order."""
    without(place, "contact", "lifecycle", "timezone", "do_not_fax")
    without(place, "contact_email", "invalid")
    forge(place, "user", lambda rows: [row[::-1] for row in rows])
    kept = {name: entry for name, entry in files(place).items() if name != "tables/not_duplicate.csv"}
    manifest(place, files=kept, schema=1)


@pytest.mark.parametrize("ours", [1, 2])
@pytest.mark.parametrize("form", FORMS)
def test_an_archive_of_an_older_schema_comes_in_with_defaults_for_what_was_added(
    archive: Path, lived: Path, crm: Crm, other: tuple[str, str], form: str, ours: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    older(archive)
    if form == "archive.zip":
        shutil.make_archive(str(archive), "zip", archive)
    before = dump(lived)
    monkeypatch.setattr(fields, "schema", lambda: ours)
    source = str(archive.with_name(form))
    assert crm(*other, "import", source, "--dry-run").code == 0
    brought = crm(*other, "import", source)
    assert brought.code == 0, brought.err
    after = dump(Path(other[1]))
    same = before.keys() - {"contact", "contact_email", "(mark)", "alembic_version"}
    for name in same:
        assert after[name] == before[name], name
    with closing(sqlite3.connect(other[1])) as connection:
        question = "SELECT DISTINCT lifecycle, timezone, do_not_fax FROM contact"
        assert connection.execute(question).fetchall() == [("subscriber", None, 0)]
        assert connection.execute("SELECT DISTINCT invalid FROM contact_email").fetchall() == [(0,)]
    assert crm(*other, "db", "check").code == 0
    assert crm(*other, "contact", "edit", "1", "--timezone", "Europe/Paris").code == 0


def test_an_archive_is_refused_where_more_came_since_than_columns(
    archive: Path, crm: Crm, other: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = fields.schema()
    monkeypatch.setattr(fields, "schema", lambda: ours + 1)
    monkeypatch.setattr("crm_cli.migrations.upgrade.only_adds", lambda _: False)
    refused = crm(*other, "import", str(archive))
    assert (refused.code, Path(other[1]).exists()) == (2, False)
    said = f"has schema {ours} and this crm {ours + 1}, which changes more than it adds; import the CSV files"
    assert said in refused.err


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a letter": lambda at: (at / "tables/contact.csv").write_bytes(spoil((at / "tables/contact.csv").read_bytes())),
    "a letter of an export": lambda at: (at / "deals.csv").write_bytes(spoil((at / "deals.csv").read_bytes())),
    "cut short": lambda at: os.truncate(at / "tables/log.csv", 100),
    "grown": lambda at: (at / "tables/log.csv").write_bytes((at / "tables/log.csv").read_bytes() + b"1"),
    "a file gone": lambda at: (at / "tables/stage.csv").unlink(),
    "no manifest to read": lambda at: (at / "manifest.json").write_text("{"),
    "a deep manifest": lambda at: (at / "manifest.json").write_text("[" * 100_000),
    "another manifest": lambda at: (at / "manifest.json").write_text('{"name": "a web app"}'),
    "a huge manifest": lambda at: (at / "manifest.json").write_text(" " * 2_000_000),
    "a way out": lambda at: manifest(at, files={"../../etc/passwd.csv": {"bytes": 1, "sha256": ""}}),
    "no files": lambda at: manifest(at, files=None),
    "no tables": lambda at: manifest(at, files={}),
    "a size below nothing": lambda at: manifest(at, files={"users.csv": {"bytes": -1, "sha256": ""}}),
    "no sequence": lambda at: manifest(at, sequence={"user": "many"}),
    "a sequence beyond counting": lambda at: manifest(at, sequence={"user": 2**63}),
    "a newer schema": lambda at: manifest(at, schema=fields.schema() + 1),
    "a schema that never was": lambda at: manifest(at, schema=0),
    "no schema": lambda at: manifest(at, schema=None),
    "a link": lambda at: link(at / "tables/user.csv"),
    "a row too short": lambda at: forge(at, "user", lambda rows: [rows[0], rows[1][:-1]]),
    "a row twice": lambda at: forge(at, "user", lambda rows: [*rows, rows[-1]]),
    "a column too many": lambda at: forge(at, "user", lambda rows: [[*row, "x"] for row in rows]),
    "a column that must be filled": lambda at: without(at, "user", "name"),
    "a table that is not known": lambda at: manifest(at, files=files(at) | {"tables/owl.csv": files(at)["users.csv"]}),
    "a table gone with its rows": lambda at: manifest(
        at, files={name: entry for name, entry in files(at).items() if name != "tables/user.csv"}),
    "other columns": lambda at: forge(at, "user", lambda rows: [["a", *rows[0][1:]], *rows[1:]]),
    "no rows": lambda at: forge(at, "user", lambda _: []),
    "bytes that are none": lambda at: forge(at, "user", lambda rows: [*rows[:-1], ["\\xgg", *rows[-1][1:]]]),
    "an id that is none": lambda at: forge(at, "user", lambda rows: [*rows[:-1], ["one", *rows[-1][1:]]]),
}  # fmt: skip


def manifest(place: Path, **facts: Any) -> None:
    """Change what the manifest says."""
    file = place / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | facts))


def files(place: Path) -> dict[str, Any]:
    """What the manifest says of the files."""
    found: dict[str, Any] = json.loads((place / "manifest.json").read_text())["files"]
    return found


def link(file: Path) -> None:
    file.rename(file.with_suffix(".moved"))
    file.symlink_to(file.with_suffix(".moved"))


def forge(place: Path, table: str, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Change a table together with its checksum."""
    file = place / "tables" / f"{table}.csv"
    with file.open(newline="") as text:
        rows = change(list(csv.reader(text)))
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(rows)
    held = file.read_bytes()
    entry = {"sha256": hashlib.sha256(held).hexdigest(), "bytes": len(held)}
    manifest(place, files=files(place) | {f"tables/{table}.csv": entry})


@pytest.mark.parametrize("what", DAMAGE)
@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_archive_is_one_clear_line_and_nothing_changes(
    archive: Path, crm: Crm, other: tuple[str, str], what: str, form: str
) -> None:
    DAMAGE[what](archive)
    if form == "archive.zip":
        if what == "a link":
            pytest.skip("links in a zip file have a test of their own")
        shutil.make_archive(str(archive), "zip", archive)
    db.create(Path(other[1]))
    before = dump(Path(other[1]))
    refused = crm(*other, "import", str(archive.with_name(form)))
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1), refused.err
    assert refused.err.startswith("crm: ")
    assert str(archive.with_name(form)) in refused.err
    assert dump(Path(other[1])) == before


@pytest.mark.parametrize("cut", [0.0, 0.1, 0.5, 0.99])
@pytest.mark.usefixtures("lived")
def test_a_zip_file_that_was_cut_is_told(
    crm: Crm,
    tmp_path: Path,
    other: tuple[str, str],
    cut: float,
) -> None:
    file = tmp_path / "a.zip"
    export(crm, file)
    os.truncate(file, int(file.stat().st_size * cut))
    refused = crm(*other, "import", str(file))
    assert (refused.code, refused.err.count("\n"), Path(other[1]).exists()) == (2, 1, False)


def test_every_spoilt_byte_of_a_zip_file_is_told_or_means_nothing(
    store: Path, crm: Crm, tmp_path: Path
) -> None:
    crm("company", "add", "Acme")
    file, spoilt = tmp_path / "a.zip", tmp_path / "b.zip"
    export(crm, file)
    whole = file.read_bytes()
    for at in range(0, len(whole), 499):
        spoilt.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        target = tmp_path / f"{at}.db"
        brought = crm("--db", str(target), "import", str(spoilt))
        if brought.code == 0:
            assert dump(target) == dump(store)
        else:
            assert (brought.code, brought.err.count("\n"), target.exists()) == (2, 1, False), brought.err


def test_a_bomb_is_not_unpacked(archive: Path, other: tuple[str, str]) -> None:
    with (archive / "tables/log.csv").open("wb") as file:
        file.truncate(1 << 28)
    shutil.make_archive(str(archive), "zip", archive)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28)); "
        "from crm_cli.__main__ import main; sys.argv[1:] = ['--db', *sys.argv[1:]]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, other[1], "import", f"{archive}.zip"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "of next to nothing" in done.stderr


def test_more_than_the_disk_holds_is_refused(
    archive: Path, crm: Crm, other: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_cli.rules import restoring

    monkeypatch.setattr(restoring, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))
    refused = crm(*other, "import", str(archive))
    assert (refused.code, "make room" in refused.err, Path(other[1]).exists()) == (5, True, False)


@pytest.mark.parametrize("name", ["photos.zip", "photos"])
def test_other_zip_files_are_told(crm: Crm, tmp_path: Path, name: str, store: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "manifest.json").write_text('{"name": "photos"}')
    shutil.make_archive(str(tmp_path / "photos"), "zip", tmp_path / "photos")
    refused = crm("import", str(tmp_path / name))
    assert (refused.code, store.exists()) == (2, False)
    assert "is no archive of crm" in refused.err


def test_a_directory_that_somebody_zipped_is_one(
    archive: Path, lived: Path, crm: Crm, other: tuple[str, str]
) -> None:
    shutil.make_archive(str(archive), "zip", archive.parent, archive.name)
    assert crm(*other, "import", f"{archive}.zip").code == 0
    assert dump(Path(other[1])) == dump(lived)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("lived")
def test_nothing_is_overwritten_without_force(crm: Crm, tmp_path: Path, form: str) -> None:
    target = tmp_path / form
    export(crm, target)
    before = content(target)
    crm("company", "add", "Later")
    refused = crm("export", "--all", str(target))
    assert (refused.code, "--force" in refused.err, content(target)) == (2, True, before)
    export(crm, target, "--force")
    assert content(target) != before
    assert leftovers(tmp_path) == []


def content(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else [each for each in place.rglob("*") if each.is_file()]
    return {str(each): each.read_bytes() for each in files}


def leftovers(place: Path) -> list[Path]:
    return [each for each in place.iterdir() if each.name.startswith(".") or each.suffix in (".new", ".old")]


@pytest.mark.usefixtures("lived")
def test_force_spares_what_is_no_archive(crm: Crm, tmp_path: Path) -> None:
    home, archive, file, folder = (tmp_path / name for name in ("home", "archive", "file", "folder.zip"))
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    export(crm, archive)
    (archive / "mine.csv").write_text("mine")
    file.write_text("a file")
    folder.mkdir()
    (folder / "x").write_text("x")
    for target in (home, archive, file, folder, tmp_path, Path("/")):
        refused = crm("export", "--all", str(target), "--force")
        assert (refused.code, refused.err.count("\n")) == (2, 1), refused.err
    assert (home / "letter.txt").read_text() == "dear"
    assert (archive / "mine.csv").read_text() == "mine"
    assert file.read_text() == "a file"
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("lived")
def test_an_empty_directory_is_taken(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    export(crm, tmp_path / "here")
    assert (tmp_path / "here" / "manifest.json").exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("lived")
def test_what_fails_halfway_leaves_nothing(
    crm: Crm, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_cli.asking import whole

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(whole, "_exactly", full)
        refused = crm("export", "--all", str(tmp_path / form))
    assert (refused.code, "No space left" in refused.err) == (2, True)
    assert not (tmp_path / form).exists()
    assert leftovers(tmp_path) == []
    nowhere = crm("export", "--all", str(tmp_path / "no" / "such" / form))
    assert (nowhere.code, nowhere.err.count("\n")) == (2, 1)


def test_it_is_the_store_at_one_instant(
    lived: Path, crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_cli.asking import whole

    before, exactly = dump(lived), whole._exactly

    def meanwhile(*given: Any) -> None:
        with db.change(lived, "meanwhile") as change:
            records.add(change, "company", name="Meanwhile")
        exactly(*given)

    with monkeypatch.context() as patch:
        patch.setattr(whole, "_exactly", meanwhile)
        export(crm, tmp_path / "a.zip")
    other = tmp_path / "other.db"
    assert crm("--db", str(other), "import", str(tmp_path / "a.zip")).code == 0
    assert dump(other) == before != dump(lived)


@pytest.mark.usefixtures("lived")
def test_a_noun_is_exported_by_either_name(crm: Crm) -> None:
    wanted = crm("deal", "export", "status=won", "--columns", "id,name", "-o", "jsonl").out
    for word in ("deal", "deals"):
        assert crm("export", word, "status=won", "--columns", "id,name", "-o", "jsonl").out == wanted != ""
    assert "did you mean deal" in crm("export", "dea").err
    assert crm("export", "deals", "--spreadsheet").out == crm("deal", "export", "--spreadsheet").out
    assert crm("export").code == 2
    assert crm("export", "deals", "--all", "x.zip").code == 2


def test_sqlite_utils_reads_every_file(archive: Path) -> None:
    held = sqlite_utils.Database(memory=True)
    for file in sorted(archive.rglob("*.csv")):
        table = held.table(str(file.relative_to(archive)))
        with file.open("rb") as binary:
            table.insert_all(rows_from_file(binary, format=Format.CSV)[0])
        with file.open(newline=None, encoding="utf-8") as text:  # it takes all line ends for the same
            rows = list(csv.DictReader(text))
        assert (list(table.rows) if rows else []) == rows, file.name
    assert held["companies.csv"].count > 0


def test_a_formula_leaves_as_it_came(archive: Path) -> None:
    with (archive / "companies.csv").open(newline="", encoding="utf-8") as text:
        names = [row["name"] for row in csv.DictReader(text)]
    assert {"=HYPERLINK(1+1)", "+1-1@x"} <= set(names)
