"""Undo and redo: exact for any command, refused where later commands have built on it."""

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, CrmError
from crm_cli.rules import deletion, lines, records, stages, undo
from crm_cli.rules.assign import assign
from crm_cli.rules.convert import convert
from crm_cli.rules.drafts import Draft

ASIDE = ("command", "log", "sqlite_sequence", "alembic_version")


@pytest.fixture(autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_CONFIG", str(tmp_path_factory.getbasetemp() / "none.toml"))
        patch.setenv("CRM_TODAY", "2026-11-05")
        yield


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "crm.db"


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, and every word of the search index."""
    with closing(sqlite3.connect(path)) as connection:
        return held(connection)


def held(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """What is in a store that somebody looks at."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = sorted(name for (name,) in names if name not in ASIDE and not name.startswith("search"))
    found = {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY id').fetchall() for name in tables}
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, search, instance)"
    )
    found["words"] = connection.execute("SELECT term, doc, offset FROM words ORDER BY 1, 2, 3").fetchall()
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return found


def back(path: Path, count: int = 1) -> list[int]:
    with db.change(path, "undo", kind="undo") as change:
        return undo.undo(change, count)


def forth(path: Path) -> list[int]:
    with db.change(path, "redo", kind="redo") as change:
        return undo.redo(change)


class Play:
    """Random commands on whatever the store holds."""

    def __init__(self, change: Change, dice: random.Random, words: list[str]) -> None:
        self.change, self.dice, self.words = change, dice, words

    def some(self, noun: str) -> int | None:
        rows = self.change.rows(f'SELECT id FROM "{noun}"')
        return self.dice.choice(rows)[0] if rows else None

    def word(self) -> str:
        return self.dice.choice(self.words)

    def add(self) -> None:
        noun = self.dice.choice(("contact", "company", "lead", "user"))
        values: dict[str, Any] = {"name": self.word(), "notes": self.word()}
        if noun == "contact":
            values["company_id"] = self.some("company")
        email = {"email": [f"a{self.dice.randint(0, 3)}@x.org"]} if noun == "contact" else {}
        records.write(self.change, noun, [Draft(values=values, entered=email)])

    def product(self) -> None:
        values = {"name": self.word(), "code": self.word(), "list_price": self.dice.randint(0, 9) * 12_345}
        records.add(self.change, "product", currency="USD", **values)

    def deal(self) -> None:
        values = {"company_id": self.some("company"), "contact_id": self.some("contact"), "name": self.word()}
        product = self.some("product")
        entered = {"product": [product]} if product else {}
        records.write(self.change, "deal", [Draft(values=values, entered=entered)])

    def move(self) -> None:
        deal = self.some("deal")
        if deal is None:
            return
        what = self.dice.choice(("move", "win", "lose", "reopen"))
        if what == "move":
            stages.move(self.change, deal, self.dice.choice(("proposal", "negotiation", "prospecting")))
        elif what == "win":
            stages.win(self.change, deal, amount=self.dice.randint(0, 10) * 10_000)
        elif what == "lose":
            stages.lose(self.change, deal, "price")
        else:
            stages.reopen(self.change, deal)

    def item(self) -> None:
        deal, product = self.some("deal"), self.some("product")
        if deal and product:
            lines.add(self.change, deal, product, quantity=self.dice.randint(1, 5) * 10_000)

    def activity(self) -> None:
        about = [(noun, found) for noun in ("contact", "deal", "lead") if (found := self.some(noun))]
        kind = self.dice.choice(("call", "task", "meeting"))
        records.write(self.change, "activity", [Draft(values={"kind": kind}, entered={"about": about})])

    def convert(self) -> None:
        found = self.some("lead")
        if found:
            convert(self.change, found, no_deal=self.dice.random() < 0.3)

    def assign(self) -> None:
        noun = self.dice.choice(("lead", "deal"))
        found = self.some(noun)
        if found:
            assign(self.change, noun, [found])

    def edit(self) -> None:
        noun = self.dice.choice(("contact", "company", "lead", "deal"))
        found = self.some(noun)
        if found:
            records.edit(self.change, noun, found, name=self.word(), tags=self.dice.choice((None, '["a"]')))

    def delete(self) -> None:
        noun = self.dice.choice(("contact", "company", "lead", "deal", "product", "activity", "user"))
        found = self.some(noun)
        if found:
            deletion.delete(self.change, noun, [found], with_related=self.dice.random() < 0.8)


MOVES = [name for name in vars(Play) if not name.startswith("_") and name not in ("some", "word")]


def play(path: Path, eye: sqlite3.Connection, move: str, seed: int, words: list[str]) -> bool:
    """Run one random command; whether it left an entry in the history, as another connection sees it."""
    try:
        with db.change(path, move) as change:
            getattr(Play(change, random.Random(seed), words), move)()  # noqa: S311 - no secret
    except CrmError:
        return False
    found = eye.execute("SELECT 1 FROM command WHERE id = ?", (change.command_id,)).fetchone()
    return found is not None


WORDS = st.lists(
    st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip())), min_size=1, max_size=4
)
SCRIPT = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 10**6)), min_size=1, max_size=8)


@contextmanager
def watched() -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A fresh store, and a connection that looks at it throughout: one that is new reads the whole schema first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crm.db"
        db.create(path)
        with closing(sqlite3.connect(path)) as eye:
            yield path, eye


@settings(max_examples=20, deadline=None)
@given(script=SCRIPT, words=WORDS)
def test_every_undo_gives_the_store_before_and_every_redo_the_store_after(
    script: list[tuple[str, int]], words: list[str]
) -> None:
    with watched() as (path, eye):
        states = [held(eye)]
        for move, seed in [("add", 1), ("product", 2), ("deal", 3), *script]:
            if play(path, eye, move, seed, words):
                states.append(held(eye))
        for state in reversed(states[:-1]):
            assert len(back(path)) == 1
            assert held(eye) == state
        assert back(path) == []
        for state in states[1:]:
            assert len(forth(path)) == 1
            assert held(eye) == state
        assert forth(path) == []
        number = len(states) - 1
        assert len(back(path, number + 5)) == number
        assert held(eye) == states[0]
        assert len(forth(path)) == number
        assert held(eye) == states[-1]


@settings(max_examples=20, deadline=None)
@given(
    script=st.lists(
        st.tuples(st.sampled_from([*MOVES, "undo", "undo", "redo"]), st.integers(0, 10**6)), max_size=30
    )
)
def test_any_mixture_leaves_a_sound_store(script: list[tuple[str, int]]) -> None:
    with watched() as (path, eye):
        for move, seed in [("add", 1), ("product", 2), ("deal", 3), *script]:
            before = held(eye)
            try:
                if move in ("undo", "redo"):
                    (back if move == "undo" else forth)(path)
                else:
                    play(path, eye, move, seed, ["Ann", "Bo"])
            except ConflictError:
                assert held(eye) == before
        lost = (
            "SELECT 1 FROM activity_about AS a WHERE (noun = 'contact' AND record_id NOT IN (SELECT id FROM contact)) "
            "OR (noun = 'deal' AND record_id NOT IN (SELECT id FROM deal)) "
            "OR (noun = 'lead' AND record_id NOT IN (SELECT id FROM lead))"
        )
        assert eye.execute(lost).fetchall() == []
        assert eye.execute("SELECT count(*) FROM command WHERE open").fetchone() == (0,)


def add(path: Path, noun: str, **values: Any) -> int:
    with db.change(path, f"{noun} add") as change:
        return records.add(change, noun, **values).id


def test_a_command_whose_rows_a_later_one_changed_is_refused_naming_it(store: Path) -> None:
    deal = add(store, "deal", name="D")
    with db.change(store, "deal win") as change:
        stages.win(change, deal)
    back(store)
    assert forth(store) == [2]
    connection = sqlite3.connect(store)
    connection.execute("UPDATE deal SET notes = 'by hand' WHERE id = ?", (deal,))
    connection.commit()
    connection.close()
    before = dump(store)
    with pytest.raises(
        ConflictError, match=r"command 5 `changed by another program` changed deal 1 after it"
    ):
        back(store)
    assert dump(store) == before


def test_what_a_later_command_built_on_is_not_brought_back_or_taken(store: Path) -> None:
    person = add(store, "contact", name="Jane Doe")
    back(store)
    forth(store)
    with db.change(store, "expire", kind="clock") as change:
        records.write(
            change, "activity", [Draft(values={"kind": "note"}, entered={"about": [("contact", person)]})]
        )
    with pytest.raises(ConflictError, match=r"`expire`: activity_about 1 refers to contact 1"):
        back(store)


def test_a_redo_is_refused_where_a_new_command_has_taken_what_it_needs(store: Path) -> None:
    company = add(store, "company", name="Acme")
    person = add(store, "contact", name="Jane Doe")
    with db.change(store, "contact edit") as change:
        records.edit(change, "contact", person, company_id=company)
    back(store)
    with db.change(store, "company delete") as change:
        deletion.delete(change, "company", [company])
    with pytest.raises(ConflictError, match=r"`company delete`: company 1 is needed and gone"):
        forth(store)


def test_a_redo_is_refused_where_a_new_record_has_taken_the_code(store: Path) -> None:
    add(store, "product", name="Old", code="A")
    back(store)
    add(store, "product", name="New", code="A")
    with pytest.raises(ConflictError, match=r"product\.code"):
        forth(store)


def test_the_clock_is_skipped(store: Path) -> None:
    add(store, "company", name="Acme")
    with db.change(store, "expire", kind="clock") as change:
        records.add(change, "company", name="Other")
    assert back(store) == [1]
    assert len(dump(store)["company"]) == 1


def test_a_bulk_import_is_one_thing_to_undo(store: Path) -> None:
    with db.change(store, "contact import") as change, change.bulk(["contact", "contact_email"]):
        for start in range(0, 5_000, 1_000):
            drafts = [
                Draft(
                    values={"name": f"Person {number}"},
                    entered={"email": [f"p{number}@x.org"]},
                    imported=True,
                )
                for number in range(start, start + 1_000)
            ]
            records.write(change, "contact", drafts)
    after = dump(store)
    connection = db.ask(store)
    assert undo.preview(connection)[1:] == ["  - 5,000 contacts", "  and rows of: 5,000 contact_email"]
    connection.close()
    back(store)
    assert [name for name, rows in dump(store).items() if rows] == []
    forth(store)
    assert dump(store) == after


def test_a_record_changed_in_the_command_that_imports_it_is_found_by_its_last_words_only(store: Path) -> None:
    with db.change(store, "company import") as change, change.bulk(["company"]):
        company = records.add(change, "company", name="Acme").id
        records.edit(change, "company", company, name="Zenith")
    terms = {term for term, _, _ in dump(store)["words"]}
    assert "zenith" in terms
    assert "acme" not in terms


def test_the_preview_says_what_goes_returns_and_changes_back(store: Path) -> None:
    deal = add(store, "deal", name="Machines", amount=50_000_000)
    with db.change(store, "deal win") as change:
        stages.win(change, deal)
        change.summary = "Machines"
    connection = db.ask(store)
    [head, line, rest] = undo.preview(connection)
    assert head.startswith("command 2 ")
    assert head.endswith(" deal win: Machines")
    assert line.startswith("  ~ deal 1 Machines: ")
    assert "stage Won → Prospecting" in line
    assert "closed_on 2026-11-05 → (empty)" in line
    assert rest == "  and rows of: 1 deal_stage"
    assert "  - deal 1 Machines" in undo.preview(connection, 2)
    assert undo.preview(connection, redo=True) == ["nothing to redo"]
    connection.close()
    back(store, 2)
    connection = db.ask(store)
    assert "  + deal 1 Machines" in undo.preview(connection, redo=True)
    assert undo.preview(connection) == ["nothing to undo"]
    connection.close()
