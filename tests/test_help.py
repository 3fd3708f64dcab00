"""Every command tells what it does, by example where it is used every day, and a slip of the keys is answered."""

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Crm

from crm_cli import cli
from crm_cli.commands import contact
from crm_cli.lazy import Promise, build

# These do what they say with a reference and nothing else.
PLAIN = {"show", "delete", "tag", "untag", "edit"}
EVERYDAY = {"contact", "company", "lead", "deal", "campaign", "report"}


def commands(made: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The path and the summary of every command and group below one."""
    for name, each in made.commands.items():
        yield (*path, name), each.get_short_help_str(1000)
        built = each.build() if isinstance(each, Promise) else each
        if hasattr(built, "commands"):
            yield from commands(built, (*path, name))


SUMMARIES = dict(commands(cli.group()))
ALL = list(SUMMARIES)


def named(path: tuple[str, ...]) -> str:
    return " ".join(path)


@pytest.mark.parametrize("path", ALL, ids=named)
def test_help_begins_with_a_summary_of_one_line(path: tuple[str, ...], crm: Crm) -> None:
    result = crm(*path, "--help", env={"COLUMNS": "80"})
    assert (result.code, result.err) == (0, "")
    assert result.lines[0].startswith(f"Usage: crm {named(path)}")
    assert len(SUMMARIES[path]) <= 79
    assert SUMMARIES[path].endswith(".")
    begin = next(number for number, line in enumerate(result.lines) if not line) + 1
    assert len(result.lines[begin].strip()) > 10
    if len(path) > 1:  # at the top there is room for other words
        assert " ".join(line.strip() for line in result.lines[begin : begin + 2]).startswith(SUMMARIES[path])
    assert [line for line in result.lines if len(line) > 80 and "crm " not in line] == []


@pytest.mark.parametrize(
    "path", [path for path in ALL if path[0] in EVERYDAY and path[-1] not in PLAIN], ids=named
)
def test_everyday_commands_teach_by_example(path: tuple[str, ...], crm: Crm) -> None:
    lines = [line.strip() for line in crm(*path, "--help").lines]
    assert any(
        line.startswith(f"crm {named(path[:1])} ") or f"| crm {named(path[:1])} " in line for line in lines
    )


def test_building_a_command_leaves_what_was_registered_as_it_is() -> None:
    registered = next(info for info in contact.app.registered_commands if info.name == "add")
    before = dict(vars(registered))
    build(registered)
    assert vars(registered) == before


def test_the_root_shows_the_everyday_first(crm: Crm) -> None:
    shown = [line.split()[0] for line in crm("--help").lines if line.startswith("  ") and line.strip()]
    order = [shown.index(name) for name in ("contact", "company", "lead", "deal", "campaign", "report")]
    assert max(order) < min(shown.index(name) for name in ("task", "product", "undo", "db"))
    assert max(shown.index(name) for name in ("today", "search", "import")) < shown.index("task")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("contcat list", "contact"), ("contact lsit", "list"), ("deal mvoe 1 Won", "move"), ("tody", "today"),
        ("contact list --sorted name", "--sort"), ("contact add Ada --emial a@example.org", "--email"),
        ("report pipelin", "pipeline"), ("deal list amonut=5", "amount"), ("deal list status=wno", "won"),
        ("contact list -o jsn", "json"), ("contact list --columns nmae", "name"),
        ("contact add Ada --set nmae=x", "name"),
    ],
)  # fmt: skip
def test_a_slip_of_the_keys_is_answered_on_one_line_with_what_was_meant(
    typed: str, meant: str, crm: Crm
) -> None:
    result = crm(*typed.split())
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert line.startswith("crm: ")
    assert meant in line


@pytest.mark.parametrize(
    "typed", ["contact add Ada --emial", "contact list --limit x", "deal move", "contact list -1 -2"]
)
def test_wrong_usage_is_one_line_and_exit_2(typed: str, crm: Crm) -> None:
    result = crm(*typed.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("crm: ")
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("typed", ["", "contact", "deal item", "report"])
def test_no_command_shows_the_help(typed: str, crm: Crm) -> None:
    result = crm(*typed.split())
    assert result.code in {0, 2}
    assert "Usage: crm" in result.out + result.err
