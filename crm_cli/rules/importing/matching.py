"""Which record of ours each row is about.

In this order: its uid (our own exports), its key in the other program, then what names a record of its noun: an
e-mail address, a code, a name where names are keys. A row that has none of these is told by its fingerprint: a
hash of its cells and its ordinal among equal rows, kept as external id `row:…` of the source. So the same file
again changes nothing, a record edited meanwhile is still the same one, and one look-up serves all keys.
`--match` puts fields of the user's choice, all of them together, in place of this.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import people, records
from crm_cli.rules.drafts import FINGERPRINT, Draft
from crm_cli.rules.importing.links import stub
from crm_cli.rules.importing.membership import Members, Who
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.rows import Problem, Row
from crm_cli.shelf import Counts
from crm_cli.values import emails
from crm_cli.values.folding import fold

# What names a record of a noun where there is no key; the first that a row has decides, if it finds one.
NAMING: dict[str, tuple[str, ...]] = {
    "contact": ("email",),
    "lead": ("email",),
    "company": ("name",),
    "user": ("email", "name"),
    "product": ("code", "name"),
    "campaign": ("code", "name"),
    "pipeline": ("name",),
    "field": ("name",),
    "case": ("number",),
    "contract": ("number", "name"),
    "invoice": ("number",),
    "sla": ("name",),
    "calendar": ("name",),
    "article": ("name",),
}
# In an export of ours every row has its uid; these are what no two records of a store may share.
UNIQUE: dict[str, tuple[str, ...]] = {
    "user": ("email", "name"),
    "product": ("code",),
    "campaign": ("code",),
    "pipeline": ("name",),
    "field": ("name",),
    "case": ("number",),
    "contract": ("number",),
    "invoice": ("number",),
    "sla": ("name",),
    "calendar": ("name",),
}
# What may change of a row that has no key while it stays the same row: figures that are put right, how far it came.
CHANGING: dict[str, frozenset[str]] = {
    "result": frozenset(
        ("impressions", "clicks", "responses", "sales", "amount", "cost", "currency", "updated_at")
    ),
    "member": frozenset(
        (
            "status",
            "status_original",
            "response",
            "reason",
            "sent_at",
            "first_responded_at",
            "amount",
            "updated_at",
        )
    ),
}
SURE = ("uid", "external", "match", "person")  # keys that no other one outweighs
Key = tuple[str, Any]
Before = dict[str, Any]


class Matching:
    """The look-up of the records that rows are about."""

    def __init__(self, change: Change, plan: Plan) -> None:
        self.change, self.plan = change, plan
        self.table = plan.about.table
        self._mixed: dict[str, list[int]] | None = None
        self._merged: set[Any] = set()
        self._members = Members(change, plan)

    @cached_property
    def _equal(self) -> Counts:
        """How often each fingerprint came: one of each row of the file, so that they lie on disk."""
        return Counts()

    def close(self) -> None:
        """Let go of what lies on disk."""
        if "_equal" in self.__dict__:
            self._equal.close()

    def identify(self, rows: Iterable[Row]) -> None:
        """Give every row the keys that it can be told by, the strongest first, its fingerprint where it has none."""
        for row in rows:
            row.keys = self.told(row)
            who = None if self.plan.noun != "member" or self.plan.own else self._members.person(row)
            if not row.keys and not self.plan.own and row.problem is None:
                key = {"external_id": self._fingerprint(row, who), "external_source": self.plan.source}
                row.values |= key
                row.keys = list(self._outer(row))
            if who:
                row.keys.append(("person", who))

    def told(self, row: Row) -> list[Key]:
        """The keys that a row says, the strongest first."""
        if row.values.get("external_id") and not self.plan.own:
            row.values.setdefault("external_source", self.plan.source)
        chosen = self.plan.wishes.match
        if chosen:
            found = [self._value(row, name) for name in chosen]
            return [("match", tuple(found))] if None not in found and () not in found else []
        return [*self._outer(row), *self._named(row)]

    def split(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """The rows that can be written at once, and those that may be about the same records as they are."""
        now: list[Row] = []
        later: list[Row] = []
        seen: dict[Key, bool] = {}
        for row in rows:
            keyed = bool(row.values.get("external_id"))
            clash = any(
                key in seen and not (keyed and seen[key] and key[0] not in ("external", "uid", "person"))
                for key in row.keys
            )
            (later if clash else now).append(row)
            for key in row.keys:
                seen[key] = seen.get(key, True) and keyed
        return now, later

    def find(self, rows: Sequence[Row]) -> list[Before | None]:
        """The standing record of each row, None for a new one; a row that may be several has a problem."""
        wanted: dict[str, dict[Any, list[int]]] = {}
        for row in rows:
            for kind, value in row.keys:
                wanted.setdefault(kind, {})[value] = []
        for kind, found in wanted.items():
            for value, number in self._ask(kind, list(found)):
                if value in found and number not in found[value]:
                    found[value].append(number)
        ids = {number for found in wanted.values() for each in found.values() for number in each}
        if not ids:
            return [None] * len(rows)
        standing = {
            draft.id: draft.before or {} for draft in records.load(self.change, self.plan.noun, sorted(ids))
        }
        return [
            self._choose(
                row, [(kind, [standing[each] for each in wanted[kind][value]]) for kind, value in row.keys]
            )
            for row in rows
        ]

    def standing(self, kind: str, keys: list[Any]) -> set[Any]:
        """Those of some keys that a record has."""
        return {value for value, _ in self._ask(kind, keys)}

    def _choose(self, row: Row, found: Sequence[tuple[str, Sequence[Before]]]) -> Before | None:
        """The record that the strongest key finds, unless a stronger one says that it is another."""
        for kind, each in found:
            fit = [before for before in each if not self._is_other(kind, row, before)]
            if len(fit) > 1 and row.values.get("name"):
                fit = [before for before in fit if before.get("name") == row.values["name"]] or fit
            if len(fit) == 1:
                return fit[0]
            if fit and not row.values.get("external_id"):
                ids = ", ".join(str(before["id"]) for before in fit[:5])
                said = f"may be any of {self.plan.about.view} {ids}; tell them apart with --match or a key"
                row.problem = Problem("", said)
                return None
        return None

    def _is_other(self, kind: str, row: Row, before: Before) -> bool:
        """Whether a record found by a weaker key has a stronger one that says it is another."""
        if any(before[column] != value for column, value in self.plan.about.only.items()):
            return True
        if kind in SURE:
            return False
        if self.plan.noun == "field" and before["on"] != row.values.get("on"):
            return True
        if kind == "name" and row.values.get("code") and before.get("code"):
            return True
        key, theirs = row.values.get("external_id"), before["external_id"]
        if not key or not theirs or theirs.startswith(FINGERPRINT):
            return False
        return kind == "name" or before["external_source"] == row.values.get("external_source")

    def _outer(self, row: Row) -> list[Key]:
        """The keys of an export of ours and of other programs."""
        found: list[Key] = []
        if uid := row.values.get("uid"):
            found.append(("uid", uid))
        if row.number and self.plan.own:
            found.append(("uid", stub(self.plan.noun, row.number)))
        if row.values.get("external_id"):
            found.append(("external", (row.values["external_id"], row.values.get("external_source"))))
        return found

    def _named(self, row: Row) -> Iterator[Key]:
        for name in (UNIQUE if self.plan.own else NAMING).get(self.plan.noun, ()):
            value = self._value(row, name)
            for each in value if isinstance(value, tuple) else (value,):
                if each:
                    yield name, each

    def _value(self, row: Row, name: str) -> Any:
        """What a row says of a field, in the form in which it is compared."""
        if name in ("email", "phone") and name in row.entered:
            key = emails.key if name == "email" else self._dial
            return tuple(dict.fromkeys(key(each) for each in row.entered[name] if each not in row.kept))
        each = self.plan.about.fields[name]
        value = row.values.get(each.column or name)
        if value is None:
            return self._full_name(row) if name == "name" else None
        if name == "email":
            return None if value in row.kept else emails.key(value)
        return fold(value) if name == "name" else value

    def _full_name(self, row: Row) -> str | None:
        halves = (row.values.get("first_name"), row.values.get("last_name"))
        return fold(" ".join(half for half in halves if half)) or None

    def _dial(self, number: str) -> str:
        return people.phone_key(self.change, number, None)

    def _fingerprint(self, row: Row, who: Who | None) -> str:
        """A hash of what the row says, by field, and its ordinal among equal rows; of a person's of whom it is."""
        if who:
            return FINGERPRINT + blake2b(json.dumps(who).encode(), digest_size=8).hexdigest()
        changing = CHANGING.get(self.plan.noun, frozenset())
        told = sorted(
            (column.name, column.role, (row.cells[column.at] or "").strip())
            for column in self.plan.columns
            if column.name not in changing
        )
        hash_ = blake2b(json.dumps([each for each in told if each[2]]).encode(), digest_size=8).digest()
        ordinal = self._equal.again(int.from_bytes(hash_, signed=True))
        return FINGERPRINT + hash_.hex() + (f":{ordinal}" if ordinal > 1 else "")

    def _ask(self, kind: str, wanted: list[Any]) -> Iterator[tuple[Any, int]]:
        """The pairs of value and id of the records that have one of the values."""
        if kind == "external":
            yield from self._ask_external(wanted)
        elif kind == "match":
            yield from self._ask_fields(wanted)
        elif kind == "email":
            yield from self._ask_email(wanted)
        elif kind == "person":
            yield from self._members.ask(wanted)
        else:
            column = "name_key" if kind == "name" else kind
            question = f'SELECT "{column}", id FROM "{self.table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
            for row in self.change.rows(question, json.dumps(wanted)):
                yield row[0], row[1]

    def _ask_external(self, wanted: list[Any]) -> Iterator[tuple[Any, int]]:
        question = (
            f'SELECT external_id, external_source, id FROM "{self.table}" '
            "WHERE external_id IN (SELECT value FROM json_each(?))"
        )
        keys = json.dumps([each[0] for each in wanted])
        for row in self.change.rows(question, keys):
            yield (row[0], row[1]), row[2]
        merged = (
            f'SELECT k.external_id, k.external_source, t.id FROM merged_key AS k JOIN "{self.table}" AS t '
            "ON t.id = k.record_id WHERE k.noun = ? AND k.external_id IN (SELECT value FROM json_each(?))"
        )
        for row in self.change.rows(merged, self.table, keys):
            self._merged.add((row[0], row[1]))
            yield (row[0], row[1]), row[2]

    def is_merged(self, row: Row, before: Before) -> bool:
        """Whether a row is about a record that was merged into one which the same program knows by another key."""
        key = (row.values.get("external_id"), row.values.get("external_source"))
        return key in self._merged and before["external_source"] == key[1] and before["external_id"] != key[0]

    def _ask_email(self, wanted: list[str]) -> Iterator[tuple[str, int]]:
        """Contacts keep the comparing form of addresses; elsewhere the few with capitals are kept in mind."""
        if self.plan.noun == "contact":
            question = (
                "SELECT key, contact_id FROM contact_email WHERE key IN (SELECT value FROM json_each(?))"
            )
            yield from ((row[0], row[1]) for row in self.change.rows(question, json.dumps(wanted)))
            return
        question = f'SELECT email, id FROM "{self.table}" WHERE email IN (SELECT value FROM json_each(?))'
        yield from ((row[0], row[1]) for row in self.change.rows(question, json.dumps(wanted)))
        if self._mixed is None:
            self._mixed = {}
            for row in self.change.rows(f'SELECT email, id FROM "{self.table}" WHERE email <> lower(email)'):
                self._mixed.setdefault(emails.key(row[0]), []).append(row[1])
        for key in wanted:
            yield from ((key, number) for number in self._mixed.get(key, ()))

    def written(self, rows: Iterable[Row], drafts: Iterable[Draft]) -> None:
        """Keep new addresses with capitals in mind."""
        if self._mixed is None:
            return
        for row, draft in zip(rows, drafts, strict=True):
            email = row.values.get("email")
            if email and email != emails.key(email):
                known = self._mixed.setdefault(emails.key(email), [])
                if draft.id not in known:
                    known.append(draft.id)

    def _ask_fields(self, wanted: list[tuple[Any, ...]]) -> Iterator[tuple[Any, int]]:
        """Records equal in all the fields that the user chose."""
        columns, joins = [], ""
        for name in self.plan.wishes.match:
            each = self.plan.about.fields[name]
            if each.column is None:
                joins += f' JOIN contact_{name} ON contact_{name}.contact_id = "{self.table}".id'
            columns.append(f"contact_{name}.key" if each.column is None else _expression(self.table, each))
        first = [value[0] if isinstance(value, tuple) else value for value in (each[0] for each in wanted)]
        question = (
            f'SELECT {", ".join(columns)}, "{self.table}".id FROM "{self.table}"{joins} '
            f"WHERE {columns[0]} IN (SELECT value FROM json_each(?))"
        )
        known = {
            tuple(value[0] if isinstance(value, tuple) else value for value in each): each for each in wanted
        }
        for row in self.change.rows(question, json.dumps(first)):
            found = tuple(row)[:-1]
            if found in known:
                yield known[found], row[-1]


def _expression(table: str, each: fields.Field) -> str:
    """A column as it is compared."""
    if each.name == "name":
        return f'"{table}".name_key'
    return f'lower("{table}".email)' if each.name == "email" else f'"{table}"."{each.column}"'
