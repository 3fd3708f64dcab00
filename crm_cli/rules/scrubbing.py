"""The history without a person: what it holds of their rows goes, what other rows held of them is taken out.

Undoing an earlier command then finds nothing of the person to bring back: a link to them comes back empty, and
what was theirs stays away. That something was done, when, and to what others stays.
"""

import json
from collections.abc import Callable
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import former, traces
from crm_cli.rules.person import INSTEAD, THESE, Person, listed
from crm_cli.rules.traces import ALWAYS, CALLED, COUNTED, Ids, Traces

Told = dict[str, Any]


def scrub(change: Change, person: Person, found: Traces, stripped: set[int]) -> None:
    """Take a person out of the log and out of what its commands say of themselves.

    `stripped` are their leads that stay without them: that they were made stays in the log, so that it can be undone.
    """
    columns = former.links(change.connection)
    theirs = {table: set(ids) for table, ids in found.theirs.items()} | person.ids
    others = {table: ids - theirs.get(table, set()) for table, ids in found.every.items()}
    others |= _parts(change, others, theirs)
    touched = _commands(change, theirs) | _commands(change, others)
    for table, ids in theirs.items():
        question = (
            f"DELETE FROM log WHERE tbl = ? AND row_id {THESE} AND op <> 'range' "
            f"AND NOT (tbl = 'lead' AND op = 'insert' AND row_id {THESE})"
        )
        change.connection.execute(question, (table, listed(ids), listed(stripped)))
    for table, ids in others.items():
        _clean(change, table, ids, _cleaner(person, table, columns.get(table, {})))
    _summaries(change, person, touched)


def _parts(change: Change, others: Ids, theirs: Ids) -> Ids:
    """The rows of parts of records, also as far as only the log holds them."""
    nouns = traces.nouns()
    found: Ids = {}
    for table in others.keys() & nouns.keys():
        these = listed(others[table])
        for part in fields.noun(nouns[table]).parts.values():
            question = (
                f'SELECT id FROM {part} WHERE "{table}_id" {THESE} UNION SELECT row_id FROM log WHERE tbl = ? '
                f"AND op = 'delete' AND json_extract(data, '$.{table}_id') {THESE}"
            )
            rows = {row[0] for row in change.rows(question, these, part, these)}
            found[part] = (rows | others.get(part, set())) - theirs.get(part, set())
    return found


def _commands(change: Change, rows: Ids) -> set[int]:
    """The commands that wrote some rows."""
    found = set()
    for table, ids in rows.items():
        question = f"SELECT DISTINCT command_id FROM log WHERE tbl = ? AND row_id {THESE}"
        found |= {row[0] for row in change.rows(question, table, listed(ids))}
    return found - {change.command_id}


def _clean(change: Change, table: str, ids: set[int], clean: Callable[[str, Told], Told]) -> None:
    """Take the person out of what the log holds of rows; a change that says nothing else goes."""
    question = f"SELECT id, op, data FROM log WHERE tbl = ? AND row_id {THESE} AND op IN ('update', 'delete')"
    for number, op, data in change.rows(question, table, listed(ids)):
        told = clean(op, json.loads(data))
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if not told:
            change.connection.execute("DELETE FROM log WHERE id = ?", (number,))
        elif text != data:
            change.connection.execute("UPDATE log SET data = ? WHERE id = ?", (text, number))


def _cleaner(person: Person, table: str, columns: dict[str, str]) -> Callable[[str, Told], Told]:
    """What takes the person out of a state of a row, or of a change from one to another."""
    empty = COUNTED.get(table, ())
    whole = (*ALWAYS, "folded", "name_key") if table in COUNTED else ()

    def one(column: str, value: Any) -> Any:
        if column in columns and value in person.ids[columns[column]]:
            return None
        if column in empty:
            return INSTEAD if (table, column) in CALLED else None
        return person.redact(value) if isinstance(value, str) else value

    def clean(op: str, told: Told) -> Told:
        if op == "delete":
            return {
                column: _blank(column) if column in whole else one(column, value)
                for column, value in told.items()
            }
        made = {column: [one(column, old), one(column, new)] for column, (old, new) in told.items()
                if column not in empty and column not in whole}  # fmt: skip
        return {column: sides for column, sides in made.items() if sides[0] != sides[1]}

    return clean


def _blank(column: str) -> str | None:
    return "" if column in ("folded", "name_key") else None


def _summaries(change: Change, person: Person, touched: set[int]) -> None:
    """Take the person out of what commands say; one that did nothing else says nothing any more."""
    question = (
        "SELECT id, summary, EXISTS (SELECT 1 FROM log WHERE command_id = c.id) AS remains FROM command AS c "
        "WHERE summary <> '' AND id <> ?"
    )
    for number, summary, remains in change.rows(question, change.command_id):
        said = person.redact(summary) if number in touched else person.unaddress(summary)
        if number in touched and not remains:
            said = ""
        if said != summary:
            change.connection.execute("UPDATE command SET summary = ? WHERE id = ?", (said, number))
