"""What a store is made of: tables, the views that are seen, the triggers of the history, the marks of whose file it is.

All of it is SQL: `schema.sql` and `triggers.sql` are generated, `views/*.sql` are written by hand.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from crm_cli import fields

HERE = Path(__file__).parent
APPLICATION = 0x43524D31  # "CRM1", in the header of every store


def build(connection: sqlite3.Connection) -> None:
    """Make an empty store of a database that holds nothing, in one transaction."""
    connection.execute("BEGIN")
    for statement in statements(tables()):
        connection.execute(statement)
    decorate(connection)
    connection.execute("COMMIT")


def tables() -> str:
    """The script that makes the tables, their indexes and the search index."""
    return (HERE / "schema.sql").read_text(encoding="utf-8")


def views() -> dict[str, str]:
    """The name and question of every view."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted((HERE / "views").glob("*.sql"))}


def decorate(connection: sqlite3.Connection) -> None:
    """Create the views, the triggers and the marks that say whose file this is."""
    for name, question in views().items():
        connection.execute(f"CREATE VIEW {name} AS {question}")
    for statement in statements((HERE / "triggers.sql").read_text(encoding="utf-8")):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {fields.schema()}")


def at(connection: sqlite3.Connection, now: str, today: str, small_up_to: str) -> None:
    """Let a connection see the views as they are at a moment: an instant, and the day it is for the user.

    `small_up_to` is how many people a small or medium company has at most.

    What is seen only so (a deadline that has passed) is nothing that the store holds, and other tools that
    read the store's views see facts alone.
    """
    for name, question in fields.momentary().items():
        told = question.replace(":now", f"'{now}'").replace(":today", f"'{today}'")
        told = told.replace(":small_up_to", str(int(small_up_to)))
        connection.execute(f"CREATE TEMP VIEW {name} AS {told}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would commit what is under way."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
