"""Taking turns: one command writes at a time, and those that come meanwhile wait for it.

SQLite could wait by itself, but it says nothing then and cannot be interrupted; so it waits in short spells.
"""

import sqlite3
from collections.abc import Callable
from time import monotonic

SPELL = 1.0  # seconds after which the person is told, and until which Ctrl-C is not heard
WAITING = "waiting for another command …"


def begin(connection: sqlite3.Connection, seconds: float, tell: Callable[[str], None]) -> None:
    """Begin a transaction that writes as soon as nobody else does; whoever waits longer than a spell is told so.

    Raises:
        sqlite3.OperationalError: somebody else has been writing for all of `seconds`.
    """
    until, told = monotonic() + seconds, False
    try:
        while not _begun(connection, until):
            if not told:
                tell(WAITING)
                told = True
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _begun(connection: sqlite3.Connection, until: float) -> bool:
    """Wait for a spell at most; whether the transaction has begun."""
    left = until - monotonic()
    connection.execute(f"PRAGMA busy_timeout = {int(max(0.0, min(SPELL, left)) * 1000)}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or left <= SPELL:
            raise
        return False
    return True
