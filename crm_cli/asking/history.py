"""What changed: the commands that changed the store, and what each did to its records."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from crm_cli import fields
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.numbers import LIMIT

if TYPE_CHECKING:
    from crm_cli.desk import Desk

HIDDEN = frozenset(("folded", "name_key", "updated_at", "phone_key"))


def commands(desk: "Desk", limit: int | None) -> Rows:
    """The commands that changed the store, the latest first."""
    columns = [
        Field("id", "id"), Field("at", "instant"), Field("verb", "text"), Field("summary", "text"),
        Field("rows", "integer"), Field("state", "text"),
    ]  # fmt: skip
    question = (
        "SELECT c.id, c.at, c.verb, c.summary, "
        "(SELECT sum(CASE op WHEN 'range' THEN data - row_id + 1 ELSE 1 END) FROM log WHERE command_id = c.id), "
        "CASE WHEN c.reverted THEN iif(c.kind = 'undo', 'redone', 'undone') ELSE '' END "
        "FROM command AS c ORDER BY c.id DESC LIMIT ?"
    )
    return Rows(columns, desk.connection.execute(question, (-1 if limit is None else min(limit, LIMIT),)))


def of_record(desk: "Desk", noun: str, record_id: int) -> Rows:
    """Every change of one record and of its parts, the earliest first."""
    columns = [
        Field("at", "instant"), Field("command", "id"), Field("verb", "text"), Field("field", "text"),
        Field("from", "text"), Field("to", "text"),
    ]  # fmt: skip
    return Rows(columns, list(_changes(desk.connection, noun, record_id)))


def _changes(connection: sqlite3.Connection, noun: str, record_id: int) -> list[tuple[Any, ...]]:
    table = fields.noun(noun).table
    question = (
        "SELECT c.at, c.id, c.verb, l.op, l.data FROM log AS l JOIN command AS c ON c.id = l.command_id "
        "WHERE l.tbl = ?1 AND (l.row_id = ?2 OR (l.op = 'range' AND ?2 BETWEEN l.row_id AND CAST(l.data AS INTEGER))) "
        "AND l.row_id <= ?2 ORDER BY l.id"
    )
    made: list[tuple[Any, ...]] = []
    for at, command, verb, op, data in connection.execute(question, (table, record_id)):
        if op in ("insert", "range"):
            made.append((at, command, verb, "", "", "added"))
        elif op == "delete":
            made.append((at, command, verb, "", "deleted", ""))
        else:
            for column, (old, new) in json.loads(data).items():
                if column not in HIDDEN:
                    made.append(
                        (
                            at,
                            command,
                            verb,
                            column.removesuffix("_id"),
                            *_told(connection, noun, column, old, new),
                        )
                    )
    return made


def _told(connection: sqlite3.Connection, noun: str, column: str, old: Any, new: Any) -> tuple[str, str]:
    """Old and new as a person reads them: references by name, money in its unit."""
    from crm_cli import refs, values

    each = next((each for each in fields.noun(noun).fields.values() if each.column == column), None)
    if each is None:
        return str(old or ""), str(new or "")
    if each.to:
        to = each.to
        return tuple(refs.name_of(connection, to, value) if value else "" for value in (old, new))  # type: ignore[return-value]
    return values.show(each.kind, old), values.show(each.kind, new)
