"""Copies of the store: before large changes, only the newest, sealed where asked for; and what `db repair` mends."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Crm, Terminal
from test_store import BROKEN, add, copy_in, names, outside

from crm_cli import db

PEOPLE = "name,email\n" + "".join(f"Person {number},p{number}@x.org\n" for number in range(60))
MENDED = [
    said for said in BROKEN if not said.startswith(("company 1 refers", "activity 7"))
]  # fmt: skip


def kept(store: Path) -> list[Path]:
    folder = store.with_name(f"{store.name}.backups")
    return sorted(folder.iterdir()) if folder.exists() else []


def people(crm: Crm, store: Path) -> Path:
    """A file whose import writes more rows than what is large, brought into a store that holds something."""
    add(crm, "Acme")
    file = store.with_name("people.csv")
    file.write_text(PEOPLE, encoding="utf-8")
    return file


def settings(store: Path, text: str) -> dict[str, str]:
    file = store.with_name("settings.toml")
    file.write_text(text, encoding="utf-8")
    return {"CRM_CONFIG": str(file)}


def test_a_large_import_leaves_a_copy_of_what_was_before(crm: Crm, store: Path) -> None:
    assert crm("contact", "import", str(people(crm, store))).code == 0
    [copy] = kept(store)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert crm("--db", str(copy), "contact", "list", "--count").out == "0\n"
    assert crm("--db", str(copy), "company", "list", "--count").out == "1\n"
    assert crm("--db", str(copy), "db", "check").code == 0
    assert crm("db", "info", "-o", "json").json[-1] == {"what": "backups", "value": 1}


def test_small_changes_and_the_first_leave_none(crm: Crm, store: Path) -> None:
    file = store.with_name("people.csv")
    file.write_text(PEOPLE, encoding="utf-8")
    assert crm("contact", "import", str(file)).code == 0
    assert crm("contact", "edit", "1", "--title", "Dr").code == 0
    assert crm("contact", "merge", "1", "2", "-y").code == 0
    assert kept(store) == []


def test_a_large_edit_is_large_and_its_dry_run_is_not(crm: Crm, store: Path) -> None:
    crm("contact", "import", str(people(crm, store)))
    few = settings(store, '[backup]\nfrom = "50"\n')
    assert crm("contact", "edit", "name~person", "--title", "Dr", "-y", "--dry-run", env=few).code == 0
    assert len(kept(store)) == 1
    assert crm("contact", "edit", "name~person", "--title", "Dr", "-y", env=few).code == 0
    assert len(kept(store)) == 2
    assert crm("--db", str(kept(store)[-1]), "contact", "list", "title=Dr", "--count").out == "0\n"


def test_settings_say_before_what_and_how_many(crm: Crm, store: Path) -> None:
    file = people(crm, store)
    assert crm("contact", "import", str(file), env=settings(store, '[backup]\nbefore = "none"\n')).code == 0
    assert kept(store) == []
    merges = settings(store, '[backup]\nbefore = "merge"\nkeep = "2"\n')
    for number in range(2, 6):
        assert crm("contact", "merge", "1", str(number), "-y", env=merges).code == 0
    counted = [crm("--db", str(copy), "contact", "list", "--count").out for copy in kept(store)]
    assert counted == ["58\n", "57\n"]


def test_a_store_that_is_too_large_is_not_copied_and_that_is_said(crm: Crm, store: Path) -> None:
    file = people(crm, store)
    done = crm("contact", "import", str(file), env=settings(store, '[backup]\nmax_mb = "0"\n'))
    assert (done.code, kept(store)) == (0, [])
    assert "no copy was made before this" in done.err


def test_where_no_copy_can_be_made_nothing_is_changed(crm: Crm, store: Path) -> None:
    file = people(crm, store)
    store.with_name(f"{store.name}.backups").write_text("in the way", encoding="utf-8")
    refused = crm("contact", "import", str(file))
    assert refused.code == 5
    assert "no copy could be made before this" in refused.err
    assert crm("contact", "list", "--count").out == "0\n"
    assert crm("db", "check").code == 0


def test_a_copy_that_took_a_stores_place_lets_readers_in_again(crm: Crm, store: Path) -> None:
    """It has no log beside it; a change that does not fit into the cache locked it whole, and waited for itself."""
    lines = "name,title\n" + "".join(f"Person {number},{'x' * 200}\n" for number in range(4_000))
    assert crm("contact", "import", "-", "--yes", input=lines).code == 0
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    assert crm("contact", "edit", "id=1..", "--title", "y" * 300, "--yes").code == 0
    assert len(kept(store)) == 1
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_copy_of_a_store_that_another_tool_keeps_is_given_up(
    crm: Crm, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(crm, "Brick")
    monkeypatch.setattr(db, "WAIT", 0.5)
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        refused = crm("db", "backup", str(tmp_path / "copy.db"))
    assert (refused.code, refused.out) == (5, "")
    assert not (tmp_path / "copy.db").exists()


def test_a_forgotten_person_is_looked_for_in_these_copies(crm: Crm, store: Path) -> None:
    file = people(crm, store)
    crm("contact", "add", "Mira Vantongeren", "--email", "mira@x.org")
    crm("contact", "import", str(file))
    [copy] = kept(store)
    told = crm("contact", "forget", "mira@x.org", "--yes")
    assert told.code == 0
    assert f"{copy} holds them still" in told.err
    assert kept(store) == [copy]  # forgetting itself leaves none


def test_a_folder_keeps_the_newest(crm: Crm, store: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    safe.mkdir()
    (safe / "crm.db.mine.bak").touch()
    made = []
    for number in range(4):
        add(crm, f"Company {number}")
        made.append(Path(crm("db", "backup", str(safe), "--keep", "2").out.strip()))
    assert sorted(safe.iterdir()) == [*made[-2:], safe / "crm.db.mine.bak"]
    assert crm("db", "backup", str(safe / "one.db"), "--keep", "2").code == 2
    assert store.exists()


def test_what_was_restored_over_can_be_restored(crm: Crm) -> None:
    add(crm, "Acme")
    copy = crm("db", "backup").out.strip()
    add(crm, "Brick")
    before = crm("export", "company").out
    said = crm("db", "restore", copy, "-y").err
    assert "commands since the copy: 1, the last at " in said
    assert names(crm) == ["Acme"]
    assert crm("db", "restore", str(copy_in(said)), "-y").code == 0
    assert crm("export", "company").out == before


def test_a_sealed_copy_opens_with_its_passphrase_alone(crm: Crm, store: Path) -> None:
    pytest.importorskip("pyrage")
    add(crm, "Acme")
    word = {"CRM_BACKUP_PASSPHRASE": "correct horse"}
    copy = Path(crm("db", "backup", "--encrypt", env=word).out.strip())
    assert copy.name.endswith(".bak.age")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert b"Acme" not in copy.read_bytes()
    add(crm, "Brick")
    assert crm("db", "restore", str(copy), "-y").code == 2  # nobody to ask
    wrong = crm("db", "restore", str(copy), "-y", env={"CRM_BACKUP_PASSPHRASE": "wrong"})
    assert (wrong.code, names(crm)) == (2, ["Acme", "Brick"])
    assert crm("db", "restore", str(copy), "-y", env=word).code == 0
    assert names(crm) == ["Acme"]
    assert [each.name for each in store.parent.iterdir() if each.name.endswith((".plain", ".new"))] == []


def test_a_new_passphrase_is_typed_twice(crm: Crm, terminal: Terminal, store: Path) -> None:
    pytest.importorskip("pyrage")
    add(crm, "Acme")
    differ = [("Passphrase", "one\r"), ("Once more", "two\r")]
    assert terminal("db", "backup", "--encrypt", answers=differ).code == 2
    assert list(store.parent.glob("*.age")) == []


@pytest.mark.parametrize("fault", MENDED)
def test_repair_mends_what_is_safe(crm: Crm, store: Path, fault: str) -> None:
    add(crm, "Acme")
    with outside(store) as connection:
        connection.execute(BROKEN[fault])
    broken = store.read_bytes()
    tried = crm("db", "repair", "--dry-run")
    assert (tried.code, tried.err.startswith("would ")) == (0, True)
    assert store.read_bytes() == broken
    assert crm("db", "repair").code == 2  # nobody said yes
    done = crm("db", "repair", "-y")
    assert done.code == 0, done.err
    assert done.err.endswith(f"{store} is whole\n")
    assert len(list(store.parent.glob("*.before-repair-*.bak"))) == 1
    add(crm, "Brick")
    assert crm("search", "acme").lines != []


def test_repair_leaves_what_is_for_people_to_decide(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    with outside(store) as connection:
        connection.execute("UPDATE company SET owner_id = 99")
    left = crm("db", "repair", "-y")
    assert left.code == 5
    assert "company 1 refers to a user that is gone" in left.err
    assert list(store.parent.glob("*.before-repair-*.bak")) == []


def test_repair_of_a_whole_store_does_nothing(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    assert crm("db", "repair").err == f"{store} is whole\n"


HISTORY = {
    "1 rows of company are there or gone against what the history says": (
        "DROP TRIGGER log_delete_company; DELETE FROM company WHERE id = 1"
    ),
    "1 rows of the history, the first of command 2, cannot be read": (
        "UPDATE log SET data = 'rubbish' WHERE op = 'update'"
    ),
    "the history is out of order at its row 2": "UPDATE log SET command_id = 3 WHERE id = 1",
    "the view mine cannot be read: no such table: main.gone": "CREATE VIEW mine AS SELECT * FROM gone",
}


@pytest.mark.parametrize(("fault", "damage"), HISTORY.items())
def test_check_reads_the_history_and_all_views(crm: Crm, store: Path, fault: str, damage: str) -> None:
    add(crm, "Acme")
    crm("company", "edit", "1", "--industry", "retail")
    add(crm, "Brick")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.create_function("fold", 1, str)
        for statement in damage.split("; "):
            connection.execute(statement)
    checked = crm("db", "check")
    assert checked.code == 5
    assert f"crm: {fault}" in checked.err.splitlines()
