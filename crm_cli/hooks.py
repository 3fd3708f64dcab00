"""Programs of the user's own that hear of changes: `hooks/before-change`, `after-change`, `before-deal` and so on.

They stand beside the settings. Each is given the change as JSON on standard input: verb, summary and rows, whose
values are written as in `-o json`. What runs before may refuse the change, with what it writes to standard error;
what runs after cannot undo it. Sending, demo stores and what hooks change themselves are not told.
"""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from crm_cli import config, fields, values
from crm_cli.errors import CrmError

if TYPE_CHECKING:
    from crm_cli.changing import Change

RUNNING = "CRM_HOOK"  # set while a hook runs, so that what it changes calls none
ALL = "change"
UNTOLD = frozenset(("send", "demo"))  # kinds of changes; a message that went out cannot be refused any more
HIDDEN = frozenset(("folded", "name_key", "phone_key", "import_id"))
PAGE = 2_000  # rows read at a time


def folder() -> Path:
    """Where hooks stand: `hooks` beside the settings."""
    return config.path().parent / "hooks"


def wanted(change: "Change") -> "Hooks | None":
    """The hooks that hear of a change, None where there are none."""
    if RUNNING in os.environ or change.kind in UNTOLD:
        return None
    try:
        names = {each.name for each in folder().iterdir()}
    except OSError:  # there is none
        return None
    if not any(name.startswith(("before-", "after-")) for name in names):
        return None
    if change.value("SELECT kind FROM command ORDER BY id LIMIT 1") == "demo":
        return None
    return Hooks(change, names)


class Hooks(AbstractContextManager["Hooks"]):
    """The hooks of one change, and what they are told; to be closed."""

    def __init__(self, change: "Change", names: set[str]) -> None:
        self._seconds = int(change.config.get("hooks.timeout"))
        self._store = change.value("SELECT file FROM pragma_database_list WHERE name = 'main'")
        self._told: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed on exit
        nouns = _write(change, self._told)
        self._names = [f"{when}-{what}" for when in ("before", "after") for what in (ALL, *nouns)]
        self._names = [name for name in self._names if name in names]

    def __exit__(self, *_: object) -> None:
        self._told.close()

    def before(self) -> list[str]:
        """Run what comes before the change; returns what it said.

        Raises:
            CrmError: one refuses the change, or cannot be run.
        """
        said = []
        for name in self._names:
            if name.startswith("before-"):
                words, refused = self._run(name)
                if refused:
                    raise CrmError(f"{words} (hooks/{name}); nothing was changed")
                said += [f"hooks/{name}: {words}"] * bool(words)
        return said

    def after(self) -> list[str]:
        """Run what comes after the change; returns what it said."""
        found = [(name, self._run(name)[0]) for name in self._names if name.startswith("after-")]
        return [f"hooks/{name}: {words}" for name, words in found if words]

    def _run(self, name: str) -> tuple[str, bool]:
        """Run one; what it said on one line, and whether it failed."""
        import subprocess

        self._told.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - the user's own program
                [folder() / name], stdin=self._told, capture_output=True, check=False, timeout=self._seconds,
                env=os.environ | {RUNNING: name, "CRM_DB": self._store},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"took longer than {self._seconds} s; see `crm config get hooks.timeout`", True
        except PermissionError:
            return "cannot be run; make it executable with chmod +x, or take it away", True
        except OSError as error:
            return f"cannot be run ({error.strerror}); begin it with a line such as #!/bin/sh", True
        words = " ".join((done.stderr + done.stdout).decode(errors="replace").split())
        if done.returncode and not words:
            words = f"ended with exit code {done.returncode}"
        return words, done.returncode != 0


def _write(change: "Change", out: IO[bytes]) -> list[str]:
    """Write a change as JSON; returns the nouns that it touches."""
    nouns: dict[str, None] = {}
    entry = change.rows("SELECT verb, summary FROM command WHERE id = ?", change.command_id)[0]
    verb, summary = (json.dumps(words, ensure_ascii=False) for words in entry)
    out.write(f'{{"verb": {verb}, "summary": {summary}, "rows": ['.encode())
    between = b"\n"
    for noun, row in _rows(change):
        nouns[noun] = None
        out.write(between + row.encode())
        between = b",\n"
    out.write(b"\n]}\n")
    out.flush()
    return list(nouns)


def _rows(change: "Change") -> Iterator[tuple[str, str]]:
    """Each changed record or part as an object, with its noun."""
    nouns = {fields.noun(name).table: (name, "") for name in reversed(fields.names())}
    for name in fields.names():
        nouns |= {table: (name, part) for part, table in fields.noun(name).parts.items()}
    for table, effects in _effects(change).items():
        if table in nouns:
            yield from _told(change, table, *nouns[table], effects)


def _effects(change: "Change") -> dict[str, dict[int, dict[str, Any]]]:
    """What came of each row in the end: table → id → whether it is new, or gone, and its old values."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    question = "SELECT tbl, row_id, op, data FROM log WHERE command_id = ? ORDER BY id"
    for table, row_id, op, data in change.connection.execute(question, (change.command_id,)):
        rows = found.setdefault(table, {})
        if op in ("insert", "range"):
            for each in range(row_id, int(data or row_id) + 1):
                rows[each] = {
                    "new": each not in rows,
                    "gone": False,
                    "old": rows.get(each, {}).get("old", {}),
                }
            continue
        effect = rows.setdefault(row_id, {"new": False, "gone": False, "old": {}})
        held = json.loads(data)
        before = held if op == "delete" else {column: old for column, (old, _) in held.items()}
        effect["old"], effect["gone"] = before | effect["old"], op == "delete"
    return found


def _told(
    change: "Change", table: str, noun: str, part: str, effects: dict[int, dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """The rows of one table that are not as they were, written."""
    ids = [each for each, effect in effects.items() if not (effect["new"] and effect["gone"])]
    owner = f"{fields.noun(noun).table}_id"
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        question = f'SELECT * FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
        now = {row["id"]: dict(row) for row in change.rows(question, json.dumps(page))}
        for each in page:
            effect, row = effects[each], now.get(each)
            old = None if effect["new"] else effect["old"]
            if row is not None and old is not None:
                old = {column: value for column, value in old.items() if row.get(column) != value}
                new = {column: row.get(column) for column in old}
            else:
                new = row or {}
            whole = row or effect["old"]
            told = {"noun": json.dumps(noun), "id": str(whole[owner] if part else each)}
            told |= {"part": json.dumps(part)} if part else {}
            told |= {
                "op": '"delete"' if effect["gone"] else '"add"' if effect["new"] else '"edit"',
                "old": "null" if old is None else _object(table, noun, part, old, whole),
                "new": "null" if effect["gone"] else _object(table, noun, part, new, whole),
            }
            yield noun, "{" + ", ".join(f'"{key}": {value}' for key, value in told.items()) + "}"


def _object(table: str, noun: str, part: str, held: dict[str, Any], whole: dict[str, Any]) -> str:
    """Values of a row as an object, each written by the kind of its column."""
    known = fields.part(table) if part else fields.noun(noun).fields
    kinds = {each.column: each.kind for each in known.values() if each.column}
    money = whole.get("currency")
    pairs = (
        f"{json.dumps(column)}: {_value(kinds.get(column, ''), value, money, column)}"
        for column, value in held.items()
        if column not in HIDDEN
    )
    return "{" + ", ".join(pairs) + "}"


def _value(kind: str, value: Any, money: str | None, column: str) -> str:
    if column == "custom":
        return value or "null"
    if not kind or kind.startswith("ref:"):
        return json.dumps(value, ensure_ascii=False)
    return values.show_json(kind, value, money)
