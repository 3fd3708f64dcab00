"""Writing records of any noun: one path for add, edit, import and every verb.

A noun's own rules stand in `crm_cli.rules.NOUN` as `prepare` (before the rows are written) and `settle`
(after), both over a batch of drafts, so that a typed record and an imported file meet the same rules. How records
go again stands in `crm_cli.rules.deletion`.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from types import ModuleType
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import words
from crm_cli.rules.drafts import Draft
from crm_cli.values.folding import fold

# Values of one INSERT, of which SQLite takes 32,766: rows cost less together, and meanwhile Python is free.
AT_ONCE = 16_000


def write(
    change: Change, noun: str, drafts: Sequence[Draft], *, meanwhile: Callable[[], object] | None = None
) -> None:
    """Write a batch of drafts of a noun: new ones get ids, standing ones only what differs.

    `meanwhile` is called when the rows are ready and the store has work that another thread can use.
    """
    about = fields.noun(noun)
    rule = rule_of(noun)
    known = defaults(change, noun)
    for draft in drafts:
        values = draft.values
        if draft.before is None and None in values.values():
            draft.given = frozenset(key for key in values if values[key] is not None)
        else:
            draft.given = frozenset(values)
        if draft.before is None:
            draft.values = {**known, **values, **about.only}
    if rule and hasattr(rule, "prepare"):
        rule.prepare(change, drafts)
    _identify(change, about, [draft for draft in drafts if draft.before is None])
    searched = searched_columns(noun)
    said = set().union(*(draft.values for draft in drafts))
    told = [column for column in searched if column in said]
    named = about.label if about.named else None
    for draft, more in zip(drafts, words.of(change, about, drafts), strict=True):
        draft.changed = draft.before is None
        _fold(draft, told if draft.before is None else searched, more, named=named)
    if meanwhile:
        meanwhile()
    _insert(change, about.table, [draft.values for draft in drafts if draft.before is None])
    _update(change, about.table, [draft for draft in drafts if draft.before is not None])
    _write_parts(change, about, drafts)
    if rule and hasattr(rule, "settle"):
        rule.settle(change, drafts)


def load(change: Change, noun: str, ids: Iterable[int]) -> list[Draft]:
    """Drafts of standing records, in the order of `ids`."""
    wanted = list(ids)
    table = fields.noun(noun).table
    found = {
        row["id"]: dict(row)
        for row in change.rows(
            f'SELECT * FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))', json.dumps(wanted)
        )
    }
    return [Draft(before=found[each]) for each in wanted if each in found]


def edit(change: Change, noun: str, record_id: int, **changes: Any) -> Draft:
    """Change columns of one standing record by the noun's rules."""
    draft = load(change, noun, [record_id])[0]
    draft.values.update(changes)
    write(change, noun, [draft])
    return draft


def add(change: Change, noun: str, **columns: Any) -> Draft:
    """Write one new record by the noun's rules."""
    draft = Draft(values=columns)
    write(change, noun, [draft])
    return draft


def append(change: Change, part: str, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows to a part beside those that stand; they get ids."""
    following = change.next_id(part)
    _insert(change, part, [row | {"id": following + number} for number, row in enumerate(rows)])


def refold(change: Change, rows: Iterable[tuple[str, int]]) -> None:
    """Make the search text of records anew from what they hold."""
    nouns = {fields.noun(name).table: name for name in reversed(fields.names())}
    for table, record_id in rows:
        if table not in nouns:
            continue
        about = fields.noun(nouns[table])
        for draft in load(change, about.name, [record_id]):
            more = words.of(change, about, [draft])[0]
            _fold(draft, searched_columns(about.name), more, named=about.label if about.named else None)
            _update(change, table, [draft])


def stamp() -> str:
    """What the uids of a batch begin with: the time, so that a large one appends to its index, and chance."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


@cache
def searched_columns(noun: str) -> list[str]:
    """The columns whose words are found by search and by `~`."""
    known = fields.noun(noun).fields.values()
    return [each.column for each in known if each.column and each.is_searched]


@cache
def rule_of(noun: str) -> ModuleType | None:
    """The module with a noun's own rules."""
    name = f"crm_cli.rules.{_base(noun)}"
    return import_module(name) if find_spec(name) else None


def _base(noun: str) -> str:
    about = fields.noun(noun)
    return about.table if about.only else noun


def defaults(change: Change, noun: str) -> dict[str, Any]:
    """What a new record has where nothing else is said; said to be empty, it is empty."""
    known = fields.noun(noun).fields.values()
    found = {each.column: each.default for each in known if each.column and each.default is not None}
    return found | {"created_at": change.now, "updated_at": change.now}


def _identify(change: Change, about: fields.Noun, drafts: list[Draft]) -> None:
    """Give ids and uids."""
    if not drafts:
        return
    following = change.next_id(about.table)
    following = max([following, *(draft.values.get("id", 0) + 1 for draft in drafts)])
    for draft, uid in zip(drafts, uids(len(drafts)), strict=True):
        if not draft.values.get("id"):
            draft.values["id"] = following
            following += 1
        if not draft.values.get("uid"):
            draft.values["uid"] = uid


def uids(count: int) -> list[str]:
    """New uids."""
    begin = stamp()
    return [f"{begin}{number:08x}" for number in range(count)]


def _fold(draft: Draft, searched: list[str], more: Iterable[str], *, named: str | None) -> None:
    """Set the folded name, which stands in the column `named`, and the search text; `more` are words beside it."""
    if draft.custom:
        standing = json.loads(draft.get("custom") or "{}") | draft.custom
        kept = {key: value for key, value in sorted(standing.items()) if value is not None}
        draft.values["custom"] = json.dumps(kept, ensure_ascii=False) if kept else None
    value_of = draft.values.get if draft.before is None else draft.get
    found = [*filter(None, map(value_of, searched)), *sorted(more)]
    values = draft.values
    if named and "name_key" not in values:
        values["name_key"] = fold(value_of(named) or "")
    values["folded"] = fold(" ".join(found))


def _insert(change: Change, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    shapes = dict.fromkeys(map(tuple, rows))
    columns = list(dict.fromkeys(chain.from_iterable(shapes)))
    values = [row.values() if len(shapes) == 1 else list(map(row.get, columns)) for row in rows]
    put(change, table, columns, values, [row["id"] for row in rows])


def put(
    change: Change,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Iterable[Any]],
    ids: Sequence[int],
    same: dict[str, Any] | None = None,
) -> None:
    """Insert rows, the values of each in the order of the columns; `same` is what all of them have by column."""
    alike = same or {}
    names = ", ".join(f'"{column}"' for column in (*alike, *columns))
    marks = f"({', '.join('?' * len(columns))})"
    most = AT_ONCE // len(columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        rest = f"VALUES {', '.join([marks] * len(some))}"
        if alike:
            rest = f"SELECT {'?, ' * len(alike)}* FROM ({rest})"
        change.connection.execute(
            f'INSERT INTO "{table}" ({names}) {rest}', [*alike.values(), *chain.from_iterable(some)]
        )
    change.inserted(table, ids)


def _update(change: Change, table: str, drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        before = draft.before or {}
        changes = {key: value for key, value in draft.values.items() if before.get(key) != value}
        if changes.keys() - {"updated_at"}:
            draft.changed = True
            changes.setdefault("updated_at", change.now)
            names = ", ".join(f'"{column}" = ?' for column in changes)
            try:
                change.connection.execute(
                    f'UPDATE "{table}" SET {names} WHERE id = ?', (*changes.values(), before["id"])
                )
            except sqlite3.IntegrityError as error:
                raise _refused(error) from error


def _refused(error: sqlite3.IntegrityError) -> Exception:
    """What the store refuses of a record that stands, in the words of who set it; else the error itself."""
    rule, _, where = str(error).partition(" constraint failed: ")
    column = where.rpartition(".")[2]
    if rule == "NOT NULL":
        return InvalidError(f"{column} may not be empty")
    return (
        ConflictError(f"another record has the same {column}; give one of its own")
        if rule == "UNIQUE"
        else error
    )


def _write_parts(change: Change, about: fields.Noun, drafts: Sequence[Draft]) -> None:
    """Let the parts of each draft stand as it says, touching only rows that differ."""
    for name, part in about.parts.items():
        given = [draft for draft in drafts if name in draft.parts]
        if not given:
            continue
        owner, following = f"{about.table}_id", change.next_id(part)
        standing = words.standing(change, part, owner, [draft for draft in given if draft.before is not None])
        fresh: list[dict[str, Any]] = []
        for draft in given:
            if draft.before is None:
                record_id = draft.id
                for row in draft.parts[name]:
                    fresh.append({"id": following, owner: record_id, **row})
                    following += 1
                continue
            rest = standing.get(draft.id, [])
            for row in draft.parts[name]:
                if not _matched(change, part, row, rest, draft):
                    fresh.append(row | {"id": following, owner: draft.id})
                    following += 1
                    draft.changed = True
            for row in rest:
                change.connection.execute(f"DELETE FROM {part} WHERE id = ?", (row["id"],))
                draft.changed = True
        _insert(change, part, fresh)


def _matched(
    change: Change, part: str, row: dict[str, Any], rest: list[dict[str, Any]], draft: Draft
) -> bool:
    """Find the standing row that a wanted one is; mend what differs, and take it from the rest."""
    for standing in rest:
        same = standing["id"] == row["id"] if "id" in row else all(standing[k] == v for k, v in row.items())
        if same:
            rest.remove(standing)
            changes = {key: value for key, value in row.items() if standing[key] != value}
            if changes:
                names = ", ".join(f'"{column}" = ?' for column in changes)
                change.connection.execute(
                    f"UPDATE {part} SET {names} WHERE id = ?", (*changes.values(), standing["id"])
                )
                draft.changed = True
            return True
    return False
