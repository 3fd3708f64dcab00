"""Stores follow the schema, whole or not at all; and what is generated is what the models say."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished

import crm_cli
from crm_cli import db, errors, fields
from crm_cli.migrations import generate, upgrade

PACKAGE = Path(crm_cli.__file__).parent
HEAD = '"""A step."""\n\nfrom alembic import op\n\nrevision = "{0:04}"\ndown_revision = "{1:04}"\n\n\n'
GROWS = """def upgrade() -> None:
    op.execute('ALTER TABLE company ADD COLUMN mascot VARCHAR')
    op.execute("UPDATE company SET mascot = 'owl'")
"""
REPLACES = """def upgrade() -> None:
    with op.batch_alter_table("company", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_column("needs")
"""
STUMBLES = """def upgrade() -> None:
    op.execute("UPDATE company SET name = 'half done'")
    op.execute("ALTER TABLE company DROP COLUMN needs")
    with op.batch_alter_table("contact", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_column("best_time")
    op.execute("ALTER TABLE nothing ADD COLUMN mascot VARCHAR")
"""
BREAKS = """def upgrade() -> None:
    op.execute("DELETE FROM company")
"""
DIES = """import os
import signal


def upgrade() -> None:
    op.execute("UPDATE company SET name = 'half done'")
    with op.batch_alter_table("contact", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_column("best_time")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def revisions(folder: Path, step: str) -> Path:
    """A folder of revisions whose last one makes this step."""
    shutil.copytree(upgrade.VERSIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    number = len(generate.versions()) + 1
    (folder / f"{number:04}_step.py").write_text(HEAD.format(number, number - 1) + step, encoding="utf-8")
    return folder


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        held = connection.execute("SELECT sql FROM sqlite_master ORDER BY 1").fetchall()
        rows = [
            str(row)
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall()
            if not name.startswith("search")
            for row in connection.execute(f'SELECT * FROM "{name}"')
        ]
    return [str(version), *map(str, held), *rows]


def columns(path: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def copies(store: Path) -> list[Path]:
    return sorted(store.parent.glob("*.bak"))


@furnished
def filled(crm: Crm, store: Path) -> Path:
    """A store with a company, its contact, and an id that was used and is free again."""
    crm("company", "add", "Acme")
    crm("contact", "add", "Jane Doe", "--company", "Acme")
    crm("company", "add", "Gone")
    assert crm("company", "delete", "Gone", "-y").code == 0
    return store


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A program of the next schema."""
    number = fields.schema() + 1
    with monkeypatch.context() as patch:
        patch.setattr(fields, "schema", lambda: number)
        yield number


def test_an_older_store_grows_and_is_kept(filled: Path, newer: int, tmp_path: Path, crm: Crm) -> None:
    before = dump(filled)
    copy = upgrade.upgrade(filled, revisions(tmp_path / "versions", GROWS))
    assert "mascot" in columns(filled, "company")
    assert copy is not None
    assert copy.name.startswith(f"crm.db.schema-{newer - 1}-")
    assert dump(copy) == before
    with closing(db.look(filled)) as connection:
        assert connection.execute("SELECT name, mascot FROM company").fetchall() == [("Acme", "owl")]
        assert db.version(connection) == newer
    assert crm("db", "check").code == 0
    assert crm("search", "jane").lines != []
    assert upgrade.upgrade(filled, tmp_path / "versions") is None  # once
    assert copies(filled) == [copy]


def test_replacing_a_table_keeps_what_refers_to_it(
    filled: Path, newer: int, tmp_path: Path, crm: Crm
) -> None:
    assert newer
    upgrade.upgrade(filled, revisions(tmp_path / "versions", REPLACES))
    assert "needs" not in columns(filled, "company")
    assert crm("sql", "SELECT company FROM contacts").out == "Acme\n"
    with closing(sqlite3.connect(filled)) as connection:
        used = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'company'").fetchone()
        made = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'company'").fetchone()[0]
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'company'").fetchall()
    assert used == (2,)  # the id of what was deleted is not given again
    assert "AUTOINCREMENT" in made
    assert ("ix_company_name_key",) in indexes


@pytest.mark.parametrize("step", [STUMBLES, BREAKS], ids=["fails in the middle", "breaks references"])
def test_a_failure_leaves_the_store_as_it_was(filled: Path, newer: int, tmp_path: Path, step: str) -> None:
    assert newer
    before = dump(filled)
    with pytest.raises(errors.StoreError, match="it is as it was"):
        upgrade.upgrade(filled, revisions(tmp_path / "versions", step))
    assert dump(filled) == before
    assert copies(filled) == []


@pytest.mark.parametrize(
    ("step", "adds"),
    [
        (GROWS, False),  # it fills its column, which an archive does not know of
        (GROWS.partition('    op.execute("UPDATE')[0], True),
        ('def upgrade() -> None:\n    op.create_table("goat")\n', True),
        (
            'def upgrade() -> None:\n    op.create_index("ix_needs", "company", ["needs"], unique=True)\n',
            True,
        ),
        ('def upgrade() -> None:\n    op.drop_index("ix_company_name_key", "company")\n', True),
        ('def upgrade() -> None:\n    op.execute("ALTER TABLE company RENAME needs TO wants")\n', False),
        ('def upgrade() -> None:\n    op.get_bind().execute("SELECT 1")\n', False),
        (REPLACES, False),
        (BREAKS, False),
        ("def upgrade() -> None:\n    pass\n", True),
    ],
)
def test_what_only_adds_is_told_from_what_does_more(tmp_path: Path, step: str, adds: bool) -> None:
    folder = revisions(tmp_path / "versions", step)
    assert upgrade.only_adds(fields.schema(), folder) is adds
    assert upgrade.only_adds(fields.schema() + 1, folder) is True
    assert upgrade.only_adds(0, folder) is False


def test_being_killed_in_the_middle_leaves_the_store_as_it_was(filled: Path, tmp_path: Path) -> None:
    before = dump(filled)
    script = (
        "import sys; from pathlib import Path; from crm_cli import fields; from crm_cli.migrations import upgrade;"
        "fields.schema = lambda: int(sys.argv[3]); upgrade.upgrade(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    folder = revisions(tmp_path / "versions", DIES)
    command = [sys.executable, "-c", script, str(filled), str(folder), str(fields.schema() + 1)]
    assert subprocess.run(command, check=False).returncode == -9
    assert dump(filled) == before
    assert [dump(copy) for copy in copies(filled)] == [before]


def test_an_older_store_is_not_asked_and_not_upgraded_by_a_dry_run(
    filled: Path, newer: int, crm: Crm
) -> None:
    for words in (["contact", "list"], ["contact", "add", "Bob", "--dry-run"]):
        refused = crm(*words)
        assert refused.code == 5
        assert f"older schema ({newer - 1}); run `crm db upgrade`" in refused.err
    assert copies(filled) == []


def test_a_current_store_is_left_alone_without_alembic(filled: Path, crm: Crm) -> None:
    before = filled.read_bytes()
    said = crm("db", "upgrade")
    assert (said.code, said.err) == (0, f"{filled} is current (schema {fields.schema()})\n")
    assert filled.read_bytes() == before
    script = (
        "import sys; from crm_cli.cli import run; run(['db', 'upgrade']); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0


def test_what_is_generated_is_what_the_models_and_views_say() -> None:
    told = generate.files()
    again = "python -m crm_cli.migrations was not run after a change of models or views"
    for name, text in told.items():
        assert (PACKAGE / name).read_text(encoding="utf-8") == text, again
    assert {f"nouns/{file.name}" for file in (PACKAGE / "nouns").iterdir()} == {
        name for name in told if name.startswith("nouns/")
    }, again
