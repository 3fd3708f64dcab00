"""`crm sql`: any question, no change, whatever is tried."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import db, fields, schema
from crm_cli.asking import sql
from crm_cli.errors import InvalidError


@furnished
def held(crm: Crm, store: Path) -> Path:
    """A store with a product for 12.50."""
    crm("product", "add", "Wheel", "--list-price", "12.50", "--currency", "EUR")
    return store


def test_values_come_as_they_are_stored(crm: Crm, held: Path) -> None:
    assert held
    question = "SELECT name, list_price, list_price / 10000.0 AS price, category FROM products"
    assert crm("sql", question).out == "Wheel\t125000\t12.5\t\n"
    assert crm("sql", question, "-o", "json").json == [
        {"name": "Wheel", "list_price": 125_000, "price": 12.5, "category": None}
    ]
    assert crm("sql", question, "-o", "csv").out == "name,list_price,price,category\nWheel,125000,12.5,\n"


def test_the_question_may_come_on_standard_input(crm: Crm, held: Path) -> None:
    assert held
    assert crm("sql", "-", input="SELECT name\nFROM products;\n").out == "Wheel\n"
    assert crm("sql", "-", input=b"SELECT '\xff'").code == 2


def test_values_of_every_kind_in_every_format(crm: Crm) -> None:
    question = "SELECT 1 AS a, 2 AS a, x'00ff' AS b, 9e999 AS c, NULL AS d, 'ü\t\"x\"' AS e"
    found = crm("sql", question, "-o", "json").json
    assert found == [{"a": 1, "a_2": 2, "b": "00ff", "c": "inf", "d": None, "e": 'ü\t"x"'}]
    assert [json.loads(line) for line in crm("sql", question, "-o", "jsonl").lines] == found
    assert crm("sql", question, "-o", "md").code == 0
    assert crm("sql", "SELECT 7 AS id", "-o", "ids").out == "7\n"


WRITES = (
    "UPDATE product SET name = 'x'",
    "DELETE FROM product",
    "INSERT INTO product (name) VALUES ('x')",
    "WITH x AS (SELECT 1) DELETE FROM product",
    "DROP TABLE product",
    "CREATE TABLE mine (id)",
    "CREATE TEMP TABLE mine (id)",
    "CREATE VIEW mine AS SELECT 1",
    "ATTACH '{0}/other.db' AS other",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO '{0}/other.db'",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 9",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "BEGIN",
    "COMMIT",
    "SAVEPOINT mine",
    "REINDEX",
    "ANALYZE",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "SELECT load_extension('{0}/mine')",
    "SELECT writefile('{0}/other.db', 'x')",
    "SELECT 1; DELETE FROM product",
)


@pytest.mark.parametrize("store_exists", [True, False])
@pytest.mark.parametrize("question", WRITES)
def test_nothing_can_be_changed(
    crm: Crm, store: Path, tmp_path: Path, question: str, *, store_exists: bool
) -> None:
    if store_exists:
        crm("product", "add", "Wheel")
    refused = crm("sql", question.format(tmp_path))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("\n") == 1
    assert not (tmp_path / "other.db").exists()
    assert store.exists() == store_exists
    assert crm("product", "list", "--columns", "name").lines == ["Wheel"] * store_exists


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("SELEC 1", 'near "SELEC": syntax error'),
        ("SELECT * FROM product_lines", "crm sql --tables"),
        ("SELECT nme FROM products", "no such column: nme"),
        ("SELECT abs(-9223372036854775808)", "integer overflow"),
        ("", "asks nothing"),
        ("-", "asks nothing"),
        ("SELECT \0", "null character"),
    ],
)
def test_what_is_no_question_is_one_line(crm: Crm, question: str, said: str) -> None:
    refused = crm("sql", question)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert said in refused.err


def test_without_a_question(crm: Crm) -> None:
    assert crm("sql").code == 2


def test_the_search_index_can_be_asked(crm: Crm, held: Path) -> None:
    assert held
    question = "SELECT rowid / 64 FROM search WHERE search MATCH 'wheel' ORDER BY bm25(search)"
    assert crm("sql", question).out == "1\n"


def test_tables_names_every_view_and_column(crm: Crm) -> None:
    rows = crm("sql", "--tables", "-o", "json").json
    assert {row["view"] for row in rows} == set(schema.views())
    for name in fields.names():
        seen = [row["column"] for row in rows if row["view"] == fields.noun(name).view]
        assert set(seen) == set(fields.noun(name).columns)
    named = {(row["view"], row["column"]): row for row in rows}
    assert named["deals", "amount"]["kind"] == "money"
    assert named["deals", "amount"]["meaning"] == "What it is worth"


def test_help_says_how_money_is_read(crm: Crm) -> None:
    shown = crm("sql", "--help").out
    assert "amount / 10000.0" in shown
    assert "as they are stored" in shown


WORDS = "SELECT DELETE FROM product products WHERE 1 ( ) * , ; ' -- id name = NULL AS UNION PRAGMA"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12))
def test_any_words_are_answered_or_refused(words: list[str]) -> None:
    connection = db.ask(Path("/nowhere/crm.db"))
    before = connection.total_changes
    with suppress(InvalidError):
        assert list(sql.answer(connection, " ".join(words)).rows) is not None
    connection.set_authorizer(None)
    assert connection.total_changes == before
    connection.close()
