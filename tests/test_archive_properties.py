"""Whatever people write into whatever field comes back: noun by noun, and with the whole store."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pytest
from conftest import Crm
from hypothesis import given, settings
from hypothesis import strategies as st
from test_archive import dump

from crm_cli import db, fields
from crm_cli.changing import Change
from crm_cli.errors import CrmError
from crm_cli.rules import intake, records

NOUNS = ("user", "product", "campaign", "company", "contact", "lead", "deal", "activity", "task")
# What the records of a noun may not be without.
FIRST = {"deal": ("pipeline",)}
SNIPPETS = (
    '"', "'", ",", ";", "\\", "\\x00", "\n", "\r", "\r\n", "\t", "\0", "\x1a", "\ufeff", "\u2028", "\u200f",
    " ", "\xa0", "=1+1", "+1", "-1", "@x", "NULL", "None", "nan", "007", "1e5", "1,5", "true", "[]", "{}",
    "[bold]", "%s", "row:1", "#1", "ext:1", "me", "é", "e\u0301", "ي", "۱۲", "👩‍👩‍👧", "\U0001f9ff", "a",
)  # fmt: skip
WORDS = st.one_of(
    st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=6).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
)
LISTS = st.lists(WORDS, max_size=4).map(json.dumps)
NUMBERS = st.decimals(-999_999, 999_999_999, places=2).map(str)
_number = count(1)
BY_KIND: dict[str, st.SearchStrategy[str]] = {
    "text": WORDS,
    "long": WORDS,
    "open": WORDS,
    "tags": LISTS,
    "list": LISTS,
    "integer": st.integers(0, 2**40).map(str),
    "decimal": NUMBERS,
    "money": NUMBERS,
    "percent": st.decimals(0, 100, places=4).map(str),
    "day": st.dates(min_value=date(1900, 1, 1)).map(str),
    "instant": st.datetimes(min_value=datetime(1971, 1, 1)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}"),  # noqa: DTZ001 - UTC by its Z
    "boolean": st.sampled_from(("yes", "no")),
    "country": st.sampled_from(("DE", "Germany", "Atlantis", "=1")),
    "currency": st.sampled_from(("EUR", "USD", "JPY", "KWD")),
    "email": st.builds(lambda: f"A{next(_number)}@example.org"),
    "phone": st.sampled_from(("+49 30 1234567", "0049 (30) 1", "+1-800-FLOWERS 1", "=1+1")),
    "url": st.sampled_from(("https://example.org/?a=1,2;3", "example.org")),
}
CALM = settings(max_examples=10, deadline=None)


def texts_of(noun: str) -> st.SearchStrategy[dict[str, str]]:
    """What somebody may enter for a record of a noun: some of its fields, in any words."""
    known = {each.name: each for each in fields.noun(noun).options() if not each.kind.startswith("ref:")}
    title = "name" if "name" in known else "subject"
    strategies = {
        name: st.sampled_from(sorted(set(each.choices().values())))
        if each.kind == "choice"
        else BY_KIND[each.kind]
        for name, each in known.items()
        if each.kind == "choice" or each.kind in BY_KIND
    }
    rest = {name: each for name, each in strategies.items() if name != title}
    return st.fixed_dictionaries({title: strategies[title]}, optional=rest)


def enter(change: Change, noun: str, texts: dict[str, str]) -> bool:
    """Add a record unless a rule refuses it."""
    try:
        with change.attempt():
            records.write(change, noun, [intake.new(change, noun, texts)])
    except CrmError:
        return False
    return True


@pytest.fixture
def fresh(store: Path) -> Iterator[Path]:
    """New places for stores, one after the other."""
    return (store.with_name(f"{number}.db") for number in count())


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_comes_back_byte_for_byte(crm: Crm, fresh: Iterator[Path], noun: str) -> None:
    entered = []

    @CALM
    @given(st.lists(texts_of(noun), min_size=1, max_size=4))
    def there_and_back(given_: list[dict[str, str]]) -> None:
        here, there = ("--db", str(next(fresh))), ("--db", str(next(fresh)))
        with db.change(Path(here[1]), "enter") as change:
            entered.extend(enter(change, noun, texts) for texts in given_)
        for each in (*FIRST.get(noun, ()), noun):
            brought = crm(*there, each, "import", "-", input=crm(*here, each, "export").out)
            assert brought.code == 0, brought.err
        assert crm(*there, noun, "export").out == crm(*here, noun, "export").out

    there_and_back()
    assert any(entered)  # what is refused shows nothing


def test_a_whole_store_comes_back(crm: Crm, fresh: Iterator[Path]) -> None:
    @CALM
    @given(
        st.lists(
            st.sampled_from(NOUNS).flatmap(lambda noun: st.tuples(st.just(noun), texts_of(noun))),
            min_size=1,
            max_size=6,
        )
    )
    def there_and_back(given_: list[tuple[str, dict[str, str]]]) -> None:
        here, there = next(fresh), next(fresh)
        with db.change(here, "plain") as change:
            records.add(change, "company", name="Acme")
        for noun, texts in given_:
            with db.change(here, f"{noun} add") as change:
                enter(change, noun, texts)
        archive = here.with_suffix(".zip")
        assert crm("--db", str(here), "export", "--all", str(archive)).code == 0
        brought = crm("--db", str(there), "import", str(archive))
        assert brought.code == 0, brought.err
        assert dump(there) == dump(here)

    there_and_back()


def test_a_key_of_no_named_program_stays_so(crm: Crm, fresh: Iterator[Path]) -> None:
    here, there = ("--db", str(next(fresh))), ("--db", str(next(fresh)))
    assert crm(*here, "user", "add", "Ann", "--external-id", "7").code == 0
    exported = crm(*here, "user", "export").out
    assert crm(*there, "user", "import", "-", input=exported).code == 0
    assert crm(*there, "user", "export").out == exported
    assert crm(*there, "user", "import", "-", "-o", "json", input=exported).json["unchanged"] == 1
