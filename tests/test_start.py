"""What a command loads before it answers: asking, help and completion pay for no ORM, a pipe not for Rich."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from crm_cli import reports

ORM = {"sqlmodel", "sqlalchemy", "pydantic", "pydantic_core", "alembic"}
# Slow to load, and each needed by a few commands only.
RARE = {"questionary", "prompt_toolkit", "phonenumbers", "email_validator", "dateutil", "charset_normalizer",
        "babel", "tomlkit", "asyncio", "unittest", "crm_cli.choices"}  # fmt: skip
# What lists and the day's work do without, and only figures need.
FIGURES = {"statistics", "fractions", "decimal", "random", "tempfile", "crm_cli.reports"}
RUN = """
import atexit, json, os, pathlib, sys
listing, opened = pathlib.Path(os.environ["LISTING"]), []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
atexit.register(lambda: listing.write_text(json.dumps([*sys.modules, *map(os.path.relpath, opened)])))
from crm_cli.__main__ import main
main()
"""
REPORTS = sorted(file.stem.replace("_", "-") for file in Path(reports.__file__).parent.glob("[a-z]*.py"))
QUESTIONS = [
    "contact list", "contact list name~ada --sort -name -o json", "contact list company.industry=retail tag=vip",
    "contact list --count", "deal list amount=5000.. expected_close=..+30d", "deal list --columns ?",
    "task list open=yes", "lead list -o csv", "contact show 1", "contact show 1 -o json", "show contact:1",
    "search ada", "contact export", "deal export", "today", "today --all", "dashboard", "dashboard -o json",
    "history", "history contact:1",
    "sql --tables", "db path", "db info", "config list", "pipeline stages", "deal item list 1", "--version",
    *(f"report {name} -q" for name in REPORTS),
]  # fmt: skip
HELP = [
    "--help", "contact --help", "contact add --help", "contact import --help", "deal move --help",
    "deal item --help", "report --help", "report pipeline --help", "undo --help", "db --help", "init --help",
]  # fmt: skip
TYPED = {
    "crm con": "contact", "crm contact l": "list", "crm contact list own": "owner=", "crm contact show A": "Ada",
    "crm contact add --lif": "--lifecycle", "crm deal edit 1 --status --set own": "owner=",
}  # fmt: skip

Loaded = Callable[..., set[str]]


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of a store that holds a record of each everyday noun."""
    from crm_cli import db
    from crm_cli.rules import intake, records

    folder = tmp_path_factory.mktemp("sold")
    names = {"company": "Acme", "contact": "Ada Lovelace", "deal": "Engine", "lead": "Sam Field"}
    with db.change(folder / "crm.db", "test") as change:
        for noun, name in names.items():
            records.write(change, noun, [intake.new(change, noun, {"name": name})])
    return {"CRM_DB": str(folder / "crm.db"), "CRM_CONFIG": str(folder / "none"), "CRM_TODAY": "2026-06-15"}


@pytest.fixture
def loaded(sold: Mapping[str, str], tmp_path: Path) -> Loaded:
    """Run a command line and tell which modules and packages its process has loaded in the end."""

    def run(*args: str, expected: str = "", **env: str) -> set[str]:
        listing = tmp_path / "modules.json"
        done = subprocess.run(
            [sys.executable, "-c", RUN, *args], env=os.environ | sold | env | {"LISTING": str(listing)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert expected in done.stdout
        names = json.loads(listing.read_text())
        return set(names) | {name.partition(".")[0] for name in names}

    return run


@pytest.mark.parametrize("question", QUESTIONS)
def test_asking_in_a_pipe_loads_no_orm_and_no_rich(question: str, loaded: Loaded) -> None:
    assert loaded(*question.split()) & (ORM | RARE | {"rich"}) == set()


@pytest.mark.parametrize(
    "question", ["contact list", "deal list amount=5000..", "campaign list", "case list", "today"]
)
def test_lists_load_nothing_that_only_figures_need(question: str, loaded: Loaded) -> None:
    assert loaded(*question.split()) & FIGURES == set()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--help", set[str]()),
        ("contact list", {"index", "contact"}),
        ("contact list company.industry=retail", {"index", "contact", "company"}),
        ("contact add --help", {"index", "contact", "words"}),
        ("deal list status=open -o json", {"index", "deal", "words", "parts"}),
        ("report pipeline -q", {"index", "deal"}),
    ],
)
def test_a_command_reads_the_fields_of_no_noun_that_it_is_not_about(
    line: str, told: set[str], loaded: Loaded
) -> None:
    assert {Path(name).stem for name in loaded(*line.split()) if Path(name).parent.name == "nouns"} == told


@pytest.mark.parametrize("question", HELP)
def test_help_loads_no_orm_and_no_rich(question: str, loaded: Loaded) -> None:
    assert loaded(*question.split()) & (ORM | RARE | {"rich"}) == set()


def test_a_table_loads_rich_and_no_orm(loaded: Loaded) -> None:
    found = loaded("contact", "list", "-o", "table")
    assert "rich" in found
    assert found & (ORM | RARE) == set()


@pytest.mark.parametrize("typed", TYPED)
def test_completion_offers_names_and_loads_no_orm(typed: str, loaded: Loaded) -> None:
    words = typed.split(" ")
    shell = {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    assert loaded(expected=TYPED[typed], **shell) & (ORM | RARE | {"rich"}) == set()


@pytest.mark.parametrize(
    "change", ["contact edit 1 --title Countess", "deal add Loom --amount 5", "undo --yes"]
)
def test_changing_loads_no_orm_either(change: str, loaded: Loaded) -> None:
    assert loaded(*change.split(), "--quiet") & ORM == set()


def test_the_models_load_the_orm_so_that_these_tests_can_fail() -> None:
    code = "import crm_cli.models, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) >= {"sqlmodel", "sqlalchemy", "pydantic"}


def test_typer_stays_below_the_version_that_loads_pydantic() -> None:
    assert tuple(int(part) for part in version("typer").split(".")[:2]) < (0, 29)
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert [each for each in project["dependencies"] if each.startswith("typer")] == ["typer>=0.27,<0.29"]
