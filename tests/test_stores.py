"""Stores of every schema that there ever was come along: upgraded, whole, with all that they held."""

import json
import lzma
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import keep_store
import pytest
from conftest import Crm

from crm_cli import fields

KEPT = sorted(int(file.stem) for file in keep_store.STORES.glob("*.json"))


def test_every_schema_before_the_present_one_is_kept() -> None:
    assert KEPT[: fields.schema()] == list(range(1, fields.schema() + 1))


@pytest.mark.parametrize("number", KEPT)
def test_a_store_of_any_schema_comes_along(number: int, crm: Crm, store: Path) -> None:
    told = json.loads((keep_store.STORES / f"{number}.json").read_text(encoding="utf-8"))
    if number == fields.schema() and told["schema"] != keep_store.mark():
        pytest.skip("the present schema, which is not released, has changed; run tests/keep_store.py")
    with lzma.open(keep_store.STORES / f"{number}.db.xz") as packed, store.open("wb") as file:
        shutil.copyfileobj(packed, file)
    assert crm("db", "upgrade").code == 0
    assert crm("db", "check").code == 0
    assert keep_store.lost(told["records"], keep_store.held()) == []
    assert crm("undo", "--yes").code == 0  # the history goes back across the upgrade
    assert crm("redo", "--yes").code == 0
    assert keep_store.lost(told["records"], keep_store.held()) == []


def test_a_store_of_a_newer_schema_says_what_to_do(crm: Crm, store: Path) -> None:
    crm("company", "add", "Acme")
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(f"PRAGMA user_version = {fields.schema() + 1}")
    before = store.read_bytes()
    for command in (("company", "list"), ("company", "add", "New"), ("db", "upgrade"), ("db", "check")):
        refused = crm(*command)
        assert (refused.code, refused.out, refused.err.count("\n")) == (5, "", 1), command
        assert "upgrade crm" in refused.err
    assert store.read_bytes() == before
