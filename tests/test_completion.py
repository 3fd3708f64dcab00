"""Completion: what a shell offers for a line so far, from the schema and the store, without the ORM."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Crm

Offers = Callable[..., list[str]]


@pytest.fixture
def offered(crm: Crm) -> Offers:
    for args in (
        ("company", "add", "Acme"),
        ("company", "add", "Acme West"),
        ("contact", "add", "Émile Zola"),
        ("user", "add", "Mara Quist"),
        ("product", "add", "Grinder"),
        ("deal", "add", "Big", "--company", "1"),
    ):
        assert crm(*args).code == 0

    def offers(line: str, *, parted: bool = False) -> list[str]:
        """The offers for the last word of a line; `parted` as bash parts it, at `=`."""
        words = line.replace("=", " = ").rstrip(" ").split(" ") if parted else line.split(" ")
        asked = {
            "_CRM_COMPLETE": "complete_bash",
            "COMP_WORDS": "\n".join(words) if parted else line,
            "COMP_CWORD": str(len(words) - 1),
        }
        done = crm(env=asked)
        assert (done.code, done.err) == (0, "")
        return done.lines

    return offers


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("crm ", {"contact", "deal", "today", "undo"}),
        ("crm con", {"contact", "config"}),
        ("crm contact ", {"add", "list", "edit", "export"}),
        ("crm deal list sta", {"stage=", "status="}),
        ("crm deal list status=", {"status=open", "status=won", "status=lost"}),
        ("crm deal list status=w", {"status=won"}),
        ("crm deal list stage=prop", {"stage=Proposal"}),
        ("crm deal list owner=m", {"owner=me", "owner=Mara Quist"}),
        ("crm deal list company=acme", {"company=Acme", "company=Acme West"}),
        ("crm company show ac", {"Acme", "Acme West"}),
        ("crm contact show emi", {"Émile Zola"}),
        ("crm contact add X --company ac", {"Acme", "Acme West"}),
        ("crm contact add X --lifecycle m", {"mql"}),
        ("crm contact add X --do-not-email ", {"yes", "no"}),
        ("crm deal edit 1 --set prob", {"probability=", "probability_pinned="}),
        ("crm deal edit 1 --set type=re", {"type=renewal"}),
        ("crm deal lose 1 --reason pr", {"price"}),
        ("crm deal move b", {"Big"}),
        ("crm deal move 1 prop", {"Proposal"}),
        ("crm deal item add 1 gr", {"Grinder"}),
        ("crm contact list -o j", {"json", "jsonl"}),
        ("crm contact list --columns id,ti", {"id,title", "id,timezone"}),
        ("crm contact list --so", {"--sort"}),
        ("crm deal list --sort am", {"amount"}),
        ("crm deal list --sort stage,-am", {"stage,-amount"}),
        ("crm show b", {"Big"}),
        ("crm note em", {"Émile Zola"}),
        ("crm today --owner m", {"me", "Mara Quist"}),
    ],
)
def test_a_shell_is_offered(offered: Offers, line: str, some: set[str]) -> None:
    found = offered(line)
    assert some <= set(found)
    assert line.endswith((" ", "=")) or len(found) <= 6


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("crm deal list status=", ["open", "won", "lost"]),
        ("crm deal list status=w", ["won"]),
        ("crm deal list owner=ma", ["Mara\\ Quist"]),
        ("crm deal edit 1 --set type=re", ["renewal"]),
        ("crm company show ac", ["Acme", "Acme\\ West"]),
    ],
)
def test_bash_parts_words_at_equals_and_inserts_what_it_is_given(
    offered: Offers, line: str, found: list[str]
) -> None:
    assert offered(line, parted=True) == found


def test_a_name_in_quotes_is_offered_as_it_is(offered: Offers, crm: Crm) -> None:
    assert offered("crm company show ac") == ["Acme", "Acme West"]
    quoted = {
        "_CRM_COMPLETE": "complete_bash",
        "COMP_WORDS": 'crm\ncompany\nshow\n"Acme w',
        "COMP_CWORD": "3",
    }
    assert crm(env=quoted).out == "Acme West\n"


def test_zsh_keeps_what_was_typed(offered: Offers, crm: Crm) -> None:
    assert offered("crm company show ac") == ["Acme", "Acme West"]
    for line, found in (
        ("company show aC", '"aCme"\n"aCme West"'),
        ("contact show emile", '"emile Zola"'),
        ("deal list company=acme", '"company=acme"\n"company=acme West"'),
        ("deal list stage=pRop", '"stage=pRoposal"'),
    ):
        asked = crm(env={"_CRM_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"crm {line}"})
        assert found in asked.out, asked.out
    assert crm("deal", "list", "stage=pRoposal").code == 0


def test_nothing_is_offered_or_said_where_there_is_no_store_to_read(crm: Crm, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("no store")
    asked = {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": "crm company show a", "COMP_CWORD": "3"}
    for more in (
        {},
        {"CRM_DB": str(broken)},
        {"COMP_WORDS": "crm --demo company show a", "COMP_CWORD": "4"},
    ):
        done = crm(env=asked | more)
        assert (done.out.strip(), done.err) == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.db"]
