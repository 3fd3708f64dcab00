"""Keeps a store of the present schema for all time to come, with what it holds: `stores/N.db.xz` and `stores/N.json`.

Run it when a schema is released, and again when one is changed that is not; `test_stores.py` upgrades all of them.
"""

import hashlib
import json
import lzma
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from test_import_roundtrip import fill

import crm_cli
from crm_cli import cli, fields

STORES = Path(__file__).with_name("stores")
SURROUNDINGS = {"CRM_CONFIG": os.devnull, "CRM_TODAY": "2026-06-15", "TZ": "UTC", "LANG": "C.UTF-8"}


Held = Mapping[str, list[list[Any]]]
"""By noun the names of the columns, and then the rows."""


def mark() -> str:
    """What tells one form of a schema from another of the same number."""
    return hashlib.sha256(Path(crm_cli.__file__).with_name("schema.sql").read_bytes()).hexdigest()


def held() -> Held:
    """All records of every noun as its view shows them, without what depends on the day."""
    found = {}
    with closing(sqlite3.connect(os.environ["CRM_DB"])) as connection:
        for noun in fields.names():
            rows = connection.execute(f"SELECT * FROM {fields.noun(noun).view} ORDER BY id")
            found[noun] = [[column[0] for column in rows.description], *map(list, rows)]
    return found


def lost(before: Held, now: Held) -> list[str]:
    """What is not any more as it was, leaving out what came since."""
    found = []
    for noun, (names, *rows) in before.items():
        columns, *present = now[noun]
        for row, after in zip(rows, present, strict=True):
            said = dict(zip(columns, after, strict=True))
            found += [
                f"{noun} {row[0]}: {name} was {value!r} and is {said.get(name)!r}"
                for name, value in zip(names, row, strict=True)
                if said.get(name) != value
            ]
    return found


def main() -> None:
    """Make the store and write both files."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "crm.db"
        os.environ |= SURROUNDINGS | {"CRM_DB": str(store)}
        fill(store)
        for command in (
            ("contact", "edit", "1", "--title", "Dr"),
            ("company", "delete", "2", "--with-related", "-y"),
        ):
            with redirect_stdout(StringIO()):
                assert cli.run(["-q", *command]) == 0
        with closing(sqlite3.connect(store, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA journal_mode = DELETE")  # one file
        STORES.mkdir(exist_ok=True)
        number = fields.schema()
        with lzma.open(STORES / f"{number}.db.xz", "wb", preset=9) as packed:
            packed.write(store.read_bytes())
        told = {"schema": mark(), "records": held()}
        (STORES / f"{number}.json").write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
