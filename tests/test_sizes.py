"""What takes the same time in a store of any size finds what it finds in a small one, and in the same order."""

import pytest
from conftest import Crm

from crm_cli import fields
from crm_cli.asking import search

TEXTS = (
    "s",
    "an",
    "smi",
    "ada l",
    "acme",
    "info acme",
    "@example.org",
    "example.org",
    "+44 20",
    "020",
    "é",
    "b c",
    "z q",
)
NAMED = [name for name in fields.names() if fields.noun(name).named and not fields.noun(name).only]


def test_a_search_of_what_many_records_hold_finds_the_same(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> dict[str, list[str]]:
        limit = ("--limit", "2000", "-o", "csv")
        return {text: sorted(crm("--demo", "search", *limit, "--", text).lines) for text in TEXTS}

    ranked = found()
    assert sum(map(len, ranked.values())) > 100
    monkeypatch.setattr(search, "FEW", -1)
    assert found() == ranked
    monkeypatch.setattr(search, "SPELLED", 1)
    assert found() == ranked


def test_of_what_many_records_hold_names_come_first(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"contact add 'Eve {number}' --title 'Ada'" for number in range(60)]
    lines[30:30] = ["contact add 'Ada Lovelace'", "contact add Ada", "company add 'Adam and Sons'"]
    assert crm("batch", "-", input="\n".join(lines)).code == 0
    for few, best in ((search.FEW, search.BEST), (-1, 1)):  # few are looked at, and none that is called so
        monkeypatch.setattr(search, "FEW", few)
        monkeypatch.setattr(search, "BEST", best)
        done = crm("search", "ada", "--limit", "3", "-o", "json").json
        assert [row["name"] for row in done][:1] == ["Ada"]
        assert len(done) == 3
    assert [row["name"] for row in crm("search", "ada", "--in", "company", "-o", "json").json] == [
        "Adam and Sons"
    ]


def test_the_first_by_name_are_those_of_the_whole_list(crm: Crm) -> None:
    def ids(noun: str, sort: str, *cut: str) -> list[str]:
        return crm("--demo", noun, "list", "--sort", sort, "-o", "ids", *cut).lines

    for noun in NAMED:
        for sort in (label := fields.noun(noun).label, f"-{label}"):
            whole = ids(noun, sort)
            assert ids(noun, sort, "--limit", "7") == whole[:7], noun
            assert ids(noun, sort, "--limit", "5", "--offset", "3") == whole[3:8], noun
