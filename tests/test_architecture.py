"""Who may import whom, who prints, who opens the store: the house as a newcomer is told it, held by the code."""

import ast
import re
import sqlite3
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from crm_cli import cli, db, fields, schema, values

PACKAGE = Path(cli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
ORM = {"sqlmodel", "sqlalchemy", "pydantic", "alembic"}
FACES = {"typer", "rich", "questionary", "prompt_toolkit"}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s")
STREAMS = {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"}
# What all commands may share; beside it, `history` takes from `show` which nouns a reference may mean, `case` and
# `campaign` have verbs with files of their own, and `demo`, having made its store, ends by showing the day and the
# pipeline.
SHARED = {
    "verbs",
    "campaigning",
    "options",
    "completing",
    "editing",
    "importing",
    "merging",
    "correspondence",
    "outcomes",
    "quoting",
    "restoring",
    "sending",
    "suggesting",
    "taking",
}
BORROWED = {
    "activity": {"log"},
    "history": {"show"},
    "case": {"similar", "steps", "talking"},
    "campaign": {"launching", "mailing", "measuring", "planning", "results", "targeting"},
    "launching": {"handing"},
    "lead": {"scoring"},
    "config": {"rates"},
    "report": {"own_reports"},
    "deal": {"billing", "forecasting", "items"},
}
TELLERS = {"demo"}
# Kinds of columns beside those that text is read into.
SEEN = {"id", "about"}


class Import(NamedTuple):
    """An import: what, whether it is paid for when the file is loaded, and where it stands."""

    module: str
    at_load: bool
    line: int


def module_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file): file for file in FILES}


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
def imports(module: str) -> list[Import]:
    return list(_imports(tree(MODULES[module]), at_load=True))


def _imports(node: ast.AST, *, at_load: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if is_for_types(child):
            continue
        if isinstance(child, ast.Import):
            yield from (Import(each.name, at_load, child.lineno) for each in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            whole = [f"{base}.{each.name}" for each in child.names]
            yield from (Import(name if name in MODULES else base, at_load, child.lineno) for name in whole)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, at_load=at_load and not inside)


def below(*packages: str) -> list[str]:
    """The modules of these packages (`rules`) or files (`filters`); a name that nothing has any more is an error."""
    found = {
        package: [module for module in MODULES if f"{module}.".startswith(f"crm_cli.{package}.")]
        for package in packages
    }
    assert all(found.values()), found
    return [module for module in MODULES if any(module in modules for modules in found.values())]


def reach(modules: list[str], *forbidden: str, at_load: bool = False) -> list[str]:
    """Where the modules import what they must not; nothing is what a test wants."""
    return [
        f"{module}:{each.line} imports {each.module}"
        for module in modules
        for each in imports(module)
        if (each.at_load or not at_load)
        and any(f"{each.module}.".startswith(f"{name}.") for name in forbidden)
    ]


def others(*but: str) -> list[str]:
    return [module for module in MODULES if module not in below(*but)]


def test_the_reader_of_imports_sees_them() -> None:
    assert "typer" in {each.module for each in imports("crm_cli.cli")}
    assert Import("crm_cli.db", False, 0)[:2] in {each[:2] for each in imports("crm_cli.cli")}
    assert reach(["crm_cli.cli"], "typer")


def test_commands_do_not_import_each_other() -> None:
    for module in below("commands"):
        if ".verbs" in module:  # one room of its own: the verbs that all nouns share
            continue
        name = module.rpartition(".")[2]
        allowed = SHARED | BORROWED.get(name, set())
        found = [each for each in imports(module) if each.module.startswith("crm_cli.commands.")]
        asked = [each for each in found if each.at_load or name not in TELLERS]
        assert {each.module.split(".")[2] for each in asked} <= allowed, module


def test_rules_formats_and_questions_know_no_command_line() -> None:
    inner = below("rules", "formats", "papers", "asking", "reports", "demo", "migrations")
    assert reach(inner, *FACES, "crm_cli.commands", "crm_cli.cli", "crm_cli.tables") == []


def test_rules_and_formats_do_not_write_answers() -> None:
    assert reach(below("rules", "formats", "papers"), "crm_cli.output", "crm_cli.desk") == []


def asks_in_sql(module: str) -> Iterator[str]:
    for node in ast.walk(tree(MODULES[module])):
        if isinstance(node, ast.Constant) and SQL.match(str(node.value)):
            yield f"{module}:{node.lineno} asks in SQL"


def test_commands_leave_sql_to_rules_and_questions() -> None:
    assert list(asks_in_sql("crm_cli.asking.today"))  # what is looked for is seen where it stands
    assert [each for module in below("commands") for each in asks_in_sql(module)] == []


def test_asking_changes_nothing() -> None:
    asking = below("asking", "reports", "filters", "refs", "exact", "output", "tables")
    assert reach(asking, "crm_cli.rules", "crm_cli.changing", "crm_cli.models", *ORM) == []


def test_only_changing_paths_load_the_models() -> None:
    changing = below("models", "records", "changing", "rules", "migrations", "demo")
    rest = [module for module in MODULES if module not in changing]
    assert reach(rest, *ORM) == []
    assert reach(rest, "crm_cli.models") == []
    assert reach(rest, "crm_cli.rules", "crm_cli.changing", "crm_cli.migrations", at_load=True) == []


def test_what_lies_below_does_not_look_up() -> None:
    assert reach(others("commands", "cli", "__main__"), "crm_cli.commands") == []
    lines = (
        "commands.completing",
        "commands.batch",
        "commands.shell",
    )  # they run or complete lines of their own
    assert reach(others("__main__", *lines), "crm_cli.cli") == []
    low = below("choices", "errors", "values", "fields", "clock")
    assert {
        module for module in low if reach([module], "crm_cli.db", "crm_cli.output", "crm_cli.desk")
    } == set()


@pytest.mark.parametrize("module", below("choices", "errors", "fields", "values", "filters", "refs", "db",
                                         "schema", "asking", "reports", "config", "papers"))  # fmt: skip
def test_reading_loads_only_the_standard_library(module: str) -> None:
    loaded = {each.module.partition(".")[0] for each in imports(module) if each.at_load}
    assert loaded - sys.stdlib_module_names == {"crm_cli"} & loaded


def prints(module: str) -> Iterator[str]:
    """Where a module writes to standard output or error itself."""
    asked = {"isatty", "flush", "fileno"}
    harmless = {
        id(node.value)
        for node in ast.walk(tree(MODULES[module]))
        if isinstance(node, ast.Attribute) and node.attr in asked
    }
    for node in ast.walk(tree(MODULES[module])):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in {"print", "typer.echo", "typer.secho", "click.echo"}:
                yield f"{module}:{node.lineno} calls {called}"
        elif isinstance(node, ast.Attribute) and id(node) not in harmless and ast.unparse(node) in STREAMS:
            yield f"{module}:{node.lineno} uses {ast.unparse(node)}"


def test_only_output_prints() -> None:
    assert list(prints("crm_cli.output")) != []
    quiet = others("output", "tables", "migrations.__main__")
    assert [found for module in quiet for found in prints(module)] == []


def test_only_db_opens_a_store() -> None:
    def opens(module: str) -> bool:
        nodes = ast.walk(tree(MODULES[module]))
        return any(
            isinstance(node, ast.Attribute) and ast.unparse(node) == "sqlite3.connect" for node in nodes
        )

    assert opens("crm_cli.db")
    assert [module for module in others("db", "migrations") if opens(module)] == []


def test_every_noun_has_a_module_a_promise_and_a_view() -> None:
    for name in fields.names():
        assert f"crm_cli.commands.{name}" in MODULES
        assert name in cli.NOUNS
        assert fields.plural(name) in schema.views()
    assert set(cli.NOUNS) >= set(fields.names())


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """An empty store."""
    connection = db.ask(tmp_path_factory.mktemp("none") / "missing.db")
    schema.at(connection, "2026-06-15T12:00:00Z", "2026-06-15", "250")
    yield connection
    connection.close()


@pytest.mark.parametrize("name", fields.names())
def test_every_column_of_a_view_has_a_kind(name: str, empty: sqlite3.Connection) -> None:
    noun = fields.noun(name)
    seen = [row[0] for row in empty.execute(f"SELECT * FROM {noun.view} LIMIT 0").description]
    assert [each.name for each in noun.columns.values() if not known_kind(each)] == []
    assert seen == list(noun.columns)


def known_kind(each: fields.Field) -> bool:
    family, colon, to = each.kind.partition(":")
    if colon:
        return bool(to) and family in {"ref", "parts"}
    return each.kind in values.KINDS or each.kind in SEEN


LONGEST = 350  # lines
LISTS = ("crm_cli.choices",)  # one after the other, each told by itself


def test_no_module_is_so_long_that_it_must_be_two_ideas() -> None:
    lengths = {module: len(file.read_text(encoding="utf-8").splitlines()) for module, file in MODULES.items()}
    assert [module for module, length in lengths.items() if length > LONGEST and module not in LISTS] == []
