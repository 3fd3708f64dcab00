"""What goes wrong around a store: commands killed, disks full, files that vanish, clocks set back. It stays whole."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Crm, Result
from test_store import add, names

from crm_cli import db
from crm_cli.errors import StoreError

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "faults.py"
ROUNDS = 10


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = spec_from_file_location("faults_benchmark", BENCHMARK)
    assert spec
    assert spec.loader
    made = module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


def test_killed_commands_leave_the_store_as_before_or_as_after(
    benchmark: ModuleType, store: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "faults"
    folder.mkdir()
    found = benchmark.kill(folder, ROUNDS, seed=7, people=300)
    assert (found.rounds, found.broken) == (ROUNDS, [])
    assert not store.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root can make a small disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", place], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("no small disk can be made here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)  # what failed may still hold a file of it


def people(file: Path, number: int) -> str:
    rows = (f"Person {each},p{each}@example.org,{'x' * 200}\n" for each in range(number))
    file.write_text("name,email,notes\n" + "".join(rows), encoding="utf-8")
    return str(file)


def fill(disk: Path, leave: int) -> Path:
    """Leave so many bytes of a disk free."""
    held = disk / "filling"
    free = os.statvfs(disk)
    held.write_bytes(b"\0" * max(0, free.f_bavail * free.f_frsize - leave))
    return held


def is_one_line(refused: Result) -> bool:
    return refused.code == 5 and refused.err.startswith("crm: ") and refused.err.count("\n") == 1


def test_a_full_disk_stops_an_import_and_a_copy_and_an_undo(
    crm: Crm, small_disk: Path, tmp_path: Path
) -> None:
    at = ("--db", str(small_disk / "crm.db"))
    assert crm(*at, "company", "add", "Acme").code == 0
    few, many = people(tmp_path / "few.csv", 30), people(tmp_path / "many.csv", 20_000)
    assert crm(*at, "-q", "contact", "import", few).code == 0
    before = crm(*at, "export", "contact").out
    refused = crm(*at, "contact", "import", many)
    assert is_one_line(refused), refused.err
    assert "no room left" in refused.err
    held = fill(small_disk, leave=0)
    for command in (("db", "backup"), ("undo", "-y"), ("company", "add", "Brick")):
        refused = crm(*at, *command)
        assert refused.code == 5
        assert "crm: " in refused.err
        assert "Traceback" not in refused.err
    held.unlink()
    assert crm(*at, "export", "contact").out == before
    assert crm(*at, "db", "check").code == 0
    assert crm(*at, "undo", "-y").code == 0
    assert crm(*at, "contact", "list", "--count").out == "0\n"


def limited() -> None:
    """Let no file grow beyond 3 MiB: what a quota does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))


def test_a_quota_stops_an_import(crm: Crm, store: Path, tmp_path: Path) -> None:
    add(crm, "Acme")
    command = [sys.executable, "-m", "crm_cli", "contact", "import", people(tmp_path / "many.csv", 20_000)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, preexec_fn=limited)
    assert is_one_line(Result(done.returncode, done.stdout, done.stderr)), done.stderr
    assert crm("contact", "list", "--count").out == "0\n"
    assert crm("db", "check").code == 0
    assert store.exists()


def test_a_store_that_is_gone_begins_anew(crm: Crm, store: Path) -> None:
    add(crm, "Acme")
    for tail in ("", "-wal", "-shm"):
        store.with_name(store.name + tail).unlink(missing_ok=True)
    assert crm("company", "list", "-o", "json").json == []
    assert "made the store" in crm("company", "add", "Brick").err
    assert names(crm) == ["Brick"]


def test_a_store_that_is_deleted_under_a_command_is_told(crm: Crm, store: Path) -> None:
    """SQLite itself would go on and lose what was written without a word."""
    add(crm, "Acme")

    def edit() -> None:
        with db.change(store, "company edit") as change:
            change.connection.execute("UPDATE company SET industry = 'retail'")
            store.rename(store.with_name("elsewhere.db"))

    with pytest.raises(StoreError, match="was moved or deleted"):
        edit()


def test_a_clock_set_back_changes_no_order(crm: Crm) -> None:
    add(crm, "Acme")
    assert crm("company", "add", "Brick", env={"CRM_TODAY": "1999-01-01"}).code == 0
    add(crm, "Chalk")
    assert crm("db", "check").code == 0
    assert crm("undo", "2", "-y").code == 0
    assert names(crm) == ["Acme"]


@pytest.mark.parametrize("part", [10, 100, 4_096, 100_000, -4_096])
def test_a_half_copied_store_is_refused_in_one_line(crm: Crm, store: Path, tmp_path: Path, part: int) -> None:
    add(crm, "Acme")
    copy = Path(crm("db", "backup", str(tmp_path / "whole.db")).out.strip())
    half = tmp_path / "half.db"
    half.write_bytes(copy.read_bytes()[:part])
    for command in (("company", "list"), ("company", "add", "Brick")):
        refused = crm("--db", str(half), *command)
        if part > 0:
            assert is_one_line(refused), refused.err
    assert crm("--db", str(half), "db", "check").code == 5
    assert crm("db", "restore", str(half), "-y").code == 5
    assert names(crm) == ["Acme"]
    assert store.exists()
