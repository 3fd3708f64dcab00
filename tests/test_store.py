"""The store as a file: made by the first change, private, told and checked, copied and put back, never confused."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from conftest import Crm, Terminal

from crm_cli import db, fields
from crm_cli.errors import InvalidError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def add(crm: Crm, name: str) -> None:
    assert crm("company", "add", name).code == 0


def names(crm: Crm) -> list[str]:
    return crm("company", "list", "--columns", "name", "--sort", "name").lines


def copy_in(said: str) -> Path:
    """The copy that a sentence names at its end."""
    return Path(said.rsplit(maxsplit=1)[-1])


@contextmanager
def outside(store: Path, *, foreign_keys: bool = False) -> Iterator[sqlite3.Connection]:
    """Another tool at work on the store."""
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.create_function("fold", 1, str)
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        yield connection


def test_asking_makes_no_store(crm: Crm, store: Path) -> None:
    assert crm("contact", "list", "-o", "json").json == []
    assert crm("db", "info").code == 0
    assert crm("sql", "SELECT count(*) FROM deals").out == "0\n"
    assert not store.exists()


def test_the_first_change_makes_it_and_says_so(crm: Crm, store: Path) -> None:
    said = crm("company", "add", "Acme").err
    assert str(store) in said
    assert "money in USD" in said
    assert str(store) not in crm("company", "add", "Brick").err


def test_a_dry_run_makes_none(crm: Crm, store: Path) -> None:
    assert crm("company", "add", "Acme", "--dry-run").code == 0
    assert not store.exists()


def test_store_and_copies_are_for_their_owner_only(crm: Crm, store: Path) -> None:
    before = os.umask(0)
    try:
        add(crm, "Acme")
        copy = Path(crm("db", "backup").out.strip())
        kept = copy_in(crm("db", "restore", str(copy), "-y").err)
    finally:
        os.umask(before)
    assert [mode(path) for path in (store, copy, kept)] == [0o600] * 3


def test_path_is_the_answer(crm: Crm, store: Path) -> None:
    assert crm("db", "path").out == f"{store}\n"
    assert crm("--db", "~/other.db", "db", "path").out == f"{store.with_name('other.db')}\n"


def test_info_counts_records_and_commands(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    add(crm, "Brick")
    told = {row["what"]: row["value"] for row in crm("db", "info", "-o", "json").json}
    assert told["path"] == str(store)
    assert (told["companies"], told["contacts"], told["commands"]) == (2, 0, 2)
    assert told["last_command"] == "company add"
    assert told["schema"] == fields.schema()
    assert told["size"] == store.stat().st_size


def test_a_sound_store_is_whole(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    checked = crm("db", "check")
    assert (checked.code, checked.err) == (0, f"{store} is whole\n")


BROKEN = {
    "company 1 refers to a user that is gone": "UPDATE company SET owner_id = 99",
    "the trigger log_delete_company is missing": "DROP TRIGGER log_delete_company",
    "the index ix_company_domain is missing": "DROP INDEX ix_company_domain",
    "the view companies is missing": "DROP VIEW companies",
    "the view companies cannot be read: no such table: companies": "DROP VIEW companies",
    "activity 7 is about deal 9, which is gone": (
        "INSERT INTO activity_about (activity_id, noun, record_id) VALUES (7, 'deal', 9)"
    ),
    "command 1 (company add) was never finished": "UPDATE command SET open = 1",
    "1 records are missing in the search index": (
        "INSERT INTO search (search, rowid, text) SELECT 'delete', 64 + 2, folded FROM company"
    ),
    "1 records that are gone are still in the search index": "INSERT INTO search (rowid, text) VALUES (640, 'x')",
}


@pytest.mark.parametrize(("fault", "damage"), BROKEN.items())
def test_check_names_what_is_wrong(crm: Crm, store: Path, fault: str, damage: str) -> None:
    add(crm, "Acme")
    with outside(store) as connection:
        connection.execute(damage)
    checked = crm("db", "check")
    assert checked.code == 5
    assert f"crm: {fault}" in checked.err.splitlines()
    assert all(line.startswith("crm: ") for line in checked.err.splitlines())


def test_a_copy_is_the_store_as_it_was(crm: Crm, tmp_path: Path) -> None:
    add(crm, "Acme")
    (tmp_path / "safe").mkdir()
    copy = Path(crm("db", "backup", str(tmp_path / "safe")).out.strip())
    add(crm, "Brick")
    assert copy.parent == tmp_path / "safe"
    assert crm("--db", str(copy), "company", "list", "--count").out == "1\n"
    assert crm("db", "backup", str(copy)).code == 2  # never written over
    assert crm("--db", str(copy), "db", "check").code == 0


def test_a_copy_is_taken_while_others_write(crm: Crm, store: Path, tmp_path: Path) -> None:
    add(crm, "Acme")
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.create_function("fold", 1, str)
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE company SET name = 'Half done'")
        assert crm("db", "backup", str(tmp_path / "copy.db")).code == 0
        other.execute("ROLLBACK")
    assert crm("--db", str(tmp_path / "copy.db"), "company", "list", "--columns", "name").out == "Acme\n"


def test_restore_says_what_is_lost_and_keeps_it(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    copy = crm("db", "backup").out.strip()
    add(crm, "Brick")
    said = crm("db", "restore", copy, "-y").err
    assert "companies: 2 now, 1 in the copy" in said
    assert names(crm) == ["Acme"]
    assert crm("--db", str(copy_in(said)), "company", "list", "--count").out == "2\n"
    add(crm, "Chalk")  # and it goes on from there
    assert names(crm) == ["Acme", "Chalk"]
    assert crm("db", "check").code == 0
    assert store.exists()


def test_restore_asks_first(crm: Crm, terminal: Terminal) -> None:
    add(crm, "Acme")
    copy = crm("db", "backup").out.strip()
    add(crm, "Brick")
    assert crm("db", "restore", copy).code == 2
    assert crm("db", "restore", copy, "--dry-run").code == 0
    assert terminal("db", "restore", copy, answers=[("Put ", "n")]).code == 2
    assert names(crm) == ["Acme", "Brick"]
    assert terminal("db", "restore", copy, answers=[("Put ", "y")]).code == 0
    assert names(crm) == ["Acme"]


def test_restore_into_nothing(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    copy = crm("db", "backup").out.strip()
    store.unlink()
    assert crm("db", "restore", copy, "-y").code == 0
    assert names(crm) == ["Acme"]


def test_restore_mends_a_damaged_store(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    copy = crm("db", "backup").out.strip()
    ruin(store)
    assert crm("db", "check").code == 5
    ruined = store.read_bytes()
    said = crm("db", "restore", copy, "-y")
    assert said.code == 0
    assert copy_in(said.err).read_bytes() == ruined
    assert names(crm) == ["Acme"]


def test_restore_refuses_a_damaged_copy(crm: Crm, tmp_path: Path) -> None:
    add(crm, "Acme")
    copy = Path(crm("db", "backup", str(tmp_path / "copy.db")).out.strip())
    ruin(copy)
    refused = crm("db", "restore", str(copy), "-y")
    assert refused.code == 5
    assert names(crm) == ["Acme"]


def test_restore_refuses_itself_and_what_is_not_there(crm: Crm, store: Path, tmp_path: Path) -> None:
    add(crm, "Acme")
    assert crm("db", "restore", str(store), "-y").code == 2
    assert crm("db", "restore", str(tmp_path / "none.db"), "-y").code == 5
    assert names(crm) == ["Acme"]


def ruin(path: Path) -> None:
    """Write rubbish into the middle, as a failing disk does; the header stays."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def a_directory(path: Path) -> None:
    path.mkdir()


def no_database(path: Path) -> None:
    path.write_text("id,name\n1,Acme\n", encoding="utf-8")


def an_empty_file(path: Path) -> None:
    path.touch()


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE contact (id)")


def of_a_newer_program(path: Path) -> None:
    db.create(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {fields.schema() + 1}")


def truncated(path: Path) -> None:
    db.create(path)
    with path.open("r+b") as file:
        file.truncate(20_000)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


WRONG = (a_directory, no_database, an_empty_file, of_another_program, of_a_newer_program, truncated, a_pipe)
USES = (
    ("contact", "list", "-o", "json"),
    ("contact", "add", "Jane Doe"),
    ("db", "info"),
    ("db", "check"),
    ("db", "backup"),
    ("db", "upgrade"),
    ("search", "jane"),
    ("sql", "SELECT name FROM contacts"),
    ("undo",),
)


@pytest.mark.parametrize("use", USES, ids=" ".join)
@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_what_is_no_store_is_refused_and_left_alone(
    crm: Crm, store: Path, make: Callable[[Path], None], use: tuple[str, ...]
) -> None:
    make(store)
    before = store.read_bytes() if store.is_file() else sorted(store.parent.iterdir())
    refused = crm(*use)
    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("crm: ")
    assert refused.err.count("\n") == 1 or make is truncated  # check names every fault
    assert before == (store.read_bytes() if store.is_file() else sorted(store.parent.iterdir()))


def test_a_place_where_no_store_can_be(crm: Crm) -> None:
    refused = crm("--db", "/dev/null/crm.db", "contact", "add", "Jane Doe")
    assert (refused.code, refused.err.count("\n")) == (5, 1)
    assert crm("--db", "/dev/null/crm.db", "contact", "list").code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_can_be_asked_and_not_changed(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    folder = store.parent / "locked"
    folder.mkdir()
    shutil.copy(store, folder / "crm.db")
    folder.chmod(0o500)
    try:
        assert crm("--db", str(folder / "crm.db"), "company", "list", "--columns", "name").out == "Acme\n"
        refused = crm("--db", str(folder / "crm.db"), "company", "add", "Brick")
        assert (refused.code, refused.err.count("\n")) == (5, 1)
    finally:
        folder.chmod(0o700)


def test_a_server_is_not_yet(crm: Crm) -> None:
    refused = crm("--db", "postgresql://host/crm", "contact", "list")
    assert refused.code == 2
    assert "not available yet" in refused.err


def test_faults_of_the_database_are_said_in_words() -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.OperationalError) as ours:
        connection.execute("SELECT full_name, locked, readonly FROM malformed")
    assert db.refusal(ours.value, "x.db") is ours.value  # a fault of ours stays one, whatever its words


def test_the_first_address_of_a_person_is_found_in_an_index_alone(store: Path) -> None:
    db.create(store)
    with closing(db.ask(store)) as connection:
        steps = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN SELECT email, phone FROM contacts")]
    searched = [step for step in steps if step.startswith("SEARCH")]
    assert len(searched) == 2
    assert all("USING COVERING INDEX" in step for step in searched)
    assert not any("TEMP B-TREE" in step for step in steps)


def test_a_part_that_fails_leaves_nothing_and_reads_no_schema_again_where_it_wrote_nothing(
    crm: Crm, store: Path
) -> None:
    add(crm, "Acme")
    said: list[str] = []
    for question, rolled_back in (
        ("SELECT count(*) FROM company", 0),
        ("UPDATE company SET name = 'Brick'", 1),
    ):
        with db.change(store, "try") as change:
            change.connection.set_trace_callback(said.append)
            with suppress(InvalidError), change.attempt():
                change.connection.execute(question).fetchall()
                raise InvalidError("refused")
            assert said.count("ROLLBACK TO attempt") == rolled_back
            change.connection.set_trace_callback(None)
    assert names(crm) == ["Acme"]
