"""Questions that are asked every day find their rows by an index, and by it the same rows as without."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from conftest import Crm
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm_cli import db, fields
from crm_cli.conditions import Asking, Place, condition
from crm_cli.desk import Desk
from crm_cli.filters import where
from crm_cli.output import Style
from crm_cli.rules import records
from crm_cli.values import Reading
from crm_cli.values.folding import fold

# Filters that must not read every row of the table of their noun. Plain columns of days, words and numbers are read
# through: that takes 0.2 µs a row, and an index of them a twentieth of what importing a row takes.
ASKED = {
    "contact": (
        "id=3", "name=Jane Doe", "email=jane@acme.example", "phone=+31 20 765 4321", "company=1", "owner=1",
        "external_id=A-7", "uid=x", "national_id=7", "last_name=Doe", "city=Rome", "company.industry=retail",
        "company.name=Acme",
    ),
    "company": (
        "id=3", "name=Acme", "email=info@acme.example", "phone=+31 20 765 4321", "domain=acme.example", "owner=1",
        "external_id=A-7", "uid=x", "tax_number=7", "parent=1", "pricelist=1",
    ),
    "lead": (
        "id=3", "name=Max", "email=max@roe.example", "phone=+31 20 765 4321", "owner=1", "external_id=A-7", "uid=x",
        "campaign=1", "company=1", "contact=1", "deal=1", "partner=1", "company_name=Roe Inc",
    ),
    "deal": (
        "id=3", "name=Machines", "company=1", "contact=1", "owner=1", "campaign=1", "partner=1", "external_id=A-7",
        "uid=x", "stage=Proposal", "status=open", "pipeline=Sales", "product=1", "region=West", "company.name=Acme",
    ),
    "case": (
        "id=3", "number=C-2026-0001", "subject=It squeaks", "company=1", "contact=1", "owner=1", "product=1", "deal=1",
        "contract=1", "parent=1", "external_id=A-7", "uid=x", "status=new",
    ),
    "activity": (
        "id=3", "subject=Lunch", "owner=1", "about=company:1", "about=deal:1", "external_id=A-7", "uid=x", "due=today",
    ),
    "task": ("id=3", "subject=Lunch", "owner=1", "about=contact:1", "due=today"),
    "invoice": ("id=3", "number=INV-1", "company=1", "contact=1", "deal=1", "owner=1", "external_id=A-7",
                "issued_on=today"),
    "member": ("campaign=1", "contact=1", "lead=1"),
    "delivery": ("campaign=1", "status=sent"),
    "consent": ("contact=1",),
    "quote": ("number=Q-1", "deal=1", "company=1"),
    "contract": ("number=CT-1", "company=1", "ends_on=this-month"),
    "product": ("code=P1", "name=Press"),
    "survey": ("contact=1", "kind=nps"),
}  # fmt: skip


@pytest.fixture
def desk(store: Path, crm: Crm) -> Iterator[Desk]:
    """A store with a record for each number that is asked for."""
    for command in (
        ("user", "add", "Ann Smith", "--region", "West"),
        ("company", "add", "Acme"),
        ("contact", "add", "Jane Doe"),
        ("deal", "add", "Machines", "--company", "1"),
        ("lead", "add", "Max"),
        ("product", "add", "Press"),
        ("campaign", "add", "Spring"),
        ("case", "add", "It squeaks"),
        ("contract", "add", "CT-1", "--company", "1"),
        ("pricelist", "add", "Usual"),
    ):
        done = crm(*command)
        assert done.code == 0, done.err
    with closing(Desk(store, Style())) as made:
        yield made


def test_what_is_asked_every_day_has_an_index(desk: Desk) -> None:
    scans = {}
    for noun, text in ((noun, text) for noun, texts in ASKED.items() for text in texts):
        about = fields.noun(noun)
        condition, bound = where(about, [text], desk.asking)
        question = f"EXPLAIN QUERY PLAN SELECT notes FROM {about.view} WHERE {condition} ORDER BY id"
        steps = [row[3] for row in desk.connection.execute(question, bound)]
        if f"SCAN {about.table}" in steps:
            scans[noun, text] = steps
    assert scans == {}


texts = st.text(
    st.sampled_from("abAB12 .-@'\"*^():{}[]\\/&|+,;_~=éÉıİßاعي١字\u0301\u200b\U0001f469\0"), min_size=1
)


@given(st.lists(texts, min_size=1, max_size=12), texts)
@example(["NEAR(a b)", "a AND b", 'a "b" c', "a*", "^a", "text:a", "-a"], "a")
@example(["AB", "ab", "ab c", "a b", "áb", "ａｂ"], "ab")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_equal_texts_are_found_by_the_index_as_without(tmp_path: Path, held: list[str], asked: str) -> None:
    store = tmp_path / "equal.db"
    store.unlink(missing_ok=True)
    with db.change(store, "test") as change:
        for text in held:
            records.add(change, "lead", name="x", title=text)
    lead = fields.noun("lead")
    with closing(db.ask(store)) as connection:
        asking = Asking(connection, Reading(date(2026, 6, 15)))
        kept = [title for (title,) in connection.execute("SELECT title FROM leads ORDER BY id")]
        for text in filter(str.strip, (asked, *held)):
            sql, bound = condition(Place(lead, lead.columns["title"]), "=", text, asking)
            found = connection.execute(f"SELECT title FROM leads WHERE {sql} ORDER BY id", bound).fetchall()
            assert [title for (title,) in found] == [
                each for each in kept if each and fold(each) == fold(text)
            ]
