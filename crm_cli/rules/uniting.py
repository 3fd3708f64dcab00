"""What belongs to records that are merged, and what refers to them, becomes the survivor's; each thing stands once.

The store's own foreign keys say what there is to move. Rows of a part that come to say the same are one: an
address that two people share, a deal in which both take part. What one of them says more is kept.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import later

Row = dict[str, Any]
# What holds for all where it holds for one (opted out), and what holds only where it does for all (inactive).
ANY, ALL = ("opted_out", "invalid"), ("inactive",)


def move(change: Change, table: str, ids: Sequence[int], primary: Mapping[str, int] | None = None) -> None:
    """Let whatever refers to records of a table, their parts included, refer to the first of `ids`.

    `primary` names by part the record whose first row is the primary one then; else it stays the survivor's.
    """
    references = later.references(change.connection)
    nouns = {fields.noun(name).table for name in fields.names()}
    for child, column, parent, only in references:
        if parent == table and child in nouns:
            _repoint(change, child, column, ids, own=child == table)
        elif parent == table:
            identity = _identity(change, child, references)
            _unite(change, (child, column, only), ids, identity, (primary or {}).get(child))


def _repoint(change: Change, child: str, column: str, ids: Sequence[int], *, own: bool) -> None:
    """Move references of records; those of the merged ones to each other are settled with their fields."""
    aside = "AND id NOT IN (SELECT value FROM json_each(?3))" if own else "AND ?3"
    change.connection.execute(
        f'UPDATE "{child}" SET "{column}" = ?1 WHERE "{column}" IN (SELECT value FROM json_each(?2)) {aside}',
        (ids[0], json.dumps(ids[1:]), json.dumps(ids) if own else 1),
    )


def _identity(change: Change, child: str, references: Iterable[later.Reference]) -> list[str]:
    """The columns that tell the rows of a part apart: what they refer to, and their key."""
    columns = {row["name"] for row in change.rows(f'PRAGMA table_info("{child}")')}
    found = {column for name, column, _, _ in references if name == child} | {"key", "noun"}
    return sorted(found & columns)


def _unite(
    change: Change, part: tuple[str, str, str], ids: Sequence[int], identity: list[str], primary: int | None
) -> None:
    """Move the rows of a part, those that come to be the same into the first of them."""
    child, column, only = part
    rank = {each: number for number, each in enumerate(ids)} | ({primary: -1} if primary else {})
    question = f'SELECT * FROM "{child}" WHERE "{column}" IN (SELECT value FROM json_each(?)) AND {only}'
    rows = sorted(change.rows(question, json.dumps(ids)), key=lambda row: (rank[row[column]], row["id"]))
    if all(row[column] == ids[0] for row in rows):
        return
    kept: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        moved = dict(row) | {column: ids[0]}
        same = kept.setdefault(tuple(moved[name] for name in identity), [])
        if not any(_taken_in(standing, moved, keyed="key" in identity) for standing in same):
            same.append(moved)
    stand = [row for same in kept.values() for row in same]
    if stand and "primary" in stand[0]:
        _one_primary(stand)
    _write(change, child, [dict(row) for row in rows], stand)


def _taken_in(standing: Row, row: Row, *, keyed: bool) -> bool:
    """Put what a row says into one that stands for the same; False where they say different things."""
    others = [name for name in row if name not in ("id", "primary", *ANY, *ALL)]
    if not keyed and any(row[name] not in (None, "", standing[name]) and standing[name] for name in others):
        return False
    for name in others:
        standing[name] = row[name] if standing[name] in (None, "") else standing[name]
    for name in (*ANY, *ALL):
        if name in row:
            standing[name] = (max if name in ANY else min)(standing[name], row[name])
    return True


def _one_primary(rows: Sequence[Row]) -> None:
    """Leave one of several addresses the primary one, the first that is it."""
    first = next((row for row in rows if row["primary"]), rows[0])
    for row in rows:
        row["primary"] = int(row is first)


def _write(change: Change, child: str, before: Sequence[Row], after: Sequence[Row]) -> None:
    """Bring a part from the rows that stood to those that shall stand."""
    stood = {row["id"]: row for row in before}
    gone = stood.keys() - {row["id"] for row in after}
    change.connection.executemany(f'DELETE FROM "{child}" WHERE id = ?', [(each,) for each in sorted(gone)])
    for row in after:
        changes = {name: value for name, value in row.items() if stood[row["id"]][name] != value}
        if changes:
            names = ", ".join(f'"{name}" = ?' for name in changes)
            change.connection.execute(
                f'UPDATE "{child}" SET {names} WHERE id = ?', (*changes.values(), row["id"])
            )
