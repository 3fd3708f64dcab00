"""What is installed is whole: the wheel works from a folder of its own, without the sources beside it."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = {
    path.relative_to(ROOT).as_posix()
    for kind in ("sql", "json")
    for path in (ROOT / "crm_cli").rglob(f"*.{kind}")
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel; without build isolation, since that would need the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("crm_cli-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment in which the wheel's own files are what Python finds."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    return {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "INSTALLED": str(folder)}


def run(installed: Mapping[str, str], *args: str) -> str:
    """What the installed program answers."""
    done = subprocess.run(
        [sys.executable, "-m", "crm_cli", *args], cwd=installed["INSTALLED"], env=os.environ | installed,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_data_and_nothing_else_of_the_project(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert len(DATA) > 15
    assert names >= DATA
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"crm_cli"}


def test_the_tests_run_the_wheel_and_not_the_sources(installed: Mapping[str, str]) -> None:
    where = [sys.executable, "-c", "import crm_cli; print(crm_cli.__file__)"]
    found = subprocess.run(
        where,
        cwd=installed["INSTALLED"],
        env=os.environ | installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith(installed["INSTALLED"])


def test_the_installed_program_changes_and_answers(store: Path, installed: Mapping[str, str]) -> None:
    assert run(installed, "contact", "add", "Ada Lovelace", "--email", "ada@example.org") == "1\n"
    assert run(installed, "contact", "list", "--columns", "name,email") == "Ada Lovelace\tada@example.org\n"
    assert run(installed, "search", "lovelace")
    assert run(installed, "report", "pipeline", "-o", "json") == "[]\n"
    assert store.exists()


def test_the_installed_program_helps(installed: Mapping[str, str]) -> None:
    assert "contact" in run(installed, "--help")


def test_the_installed_program_shows_its_demo(store: Path, installed: Mapping[str, str]) -> None:
    assert run(installed, "demo")
    assert not store.exists()
