"""What a store wears over its tables, set aside while these are worked on directly and made anew after it.

Views name columns that may change; triggers would log the work as if the user had done it, row by row. The
search index follows from the tables. All of it happens in the caller's transaction, so nobody sees a store undressed.
"""

import sqlite3

from crm_cli import fields, schema


def undress(connection: sqlite3.Connection) -> None:
    """Drop views and triggers."""
    found = "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')"
    for kind, name in connection.execute(found).fetchall():
        connection.execute(f'DROP {kind} "{name}"')


def dress(connection: sqlite3.Connection) -> None:
    """Create views and triggers, and fill the search index from the tables."""
    schema.decorate(connection)
    index(connection)


def index(connection: sqlite3.Connection) -> None:
    """Fill the search index from the tables."""
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
    for name in fields.names():
        about = fields.noun(name)
        if not about.only:
            connection.execute(
                "INSERT INTO search (rowid, text) "
                f'SELECT id * 64 + {about.number}, folded FROM "{about.table}"'
            )
