"""The records that rows name: found by key, by address, by exact name, and made where they may be.

By an external id within its source, else a tax number, an e-mail address or a code, else a name that one record alone
has: a name that several share joins nothing. Missing companies, contacts, users, campaigns and leads' deals are made;
one known only by its key is called `#386` until it arrives and fills the same record.

An export of ours names records by id and name together. One that has not arrived yet is made with that id where
it is free, and marked by its uid (`~company:12`), by which its own row finds and fills it.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli import fields, refs
from crm_cli.changing import Change
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing.rows import Name
from crm_cli.values import emails
from crm_cli.values.folding import fold

MADE = frozenset(("company", "contact", "user", "campaign"))
"""The nouns of which a missing record is made; from an export of ours also segments, and deals that leads became."""
BY: dict[str, dict[str, dict[str, Any]]] = {"result": {"campaign": {"type": "advertising"}}}
"""What is known of records that are made because others name them, by the noun of these and their own."""
ADDRESSED = {"company": "email", "user": "email", "lead": "email"}
MOST = 50_000  # names that are kept in mind at once


class Links:
    """Names of other records, each looked up once a batch, and the records made for those that are missing."""

    def __init__(self, change: Change, source: str, *, own: bool, create: bool, by: str = "") -> None:
        self.change, self.source, self.own, self.create = change, source, own, create
        self._said = BY.get(by, {})
        self.made: dict[str, int] = {}
        """How many records were made, by noun."""
        self.shared: dict[Name, int] = {}
        """Names that several records share, with how many rows were left without a link."""
        self._makes = MADE | {"deal", "segment"} if own else MADE
        self._known: dict[Name, int] = {}
        self._several: set[Name] = set()
        self._adopted: set[int] = set()

    def look_up(self, names: Iterable[Name]) -> set[Name]:
        """Ask the store who the names are; returns those of which it knows no record."""
        if len(self._known) > MOST:
            self._known.clear()
        by_noun: dict[str, list[Name]] = {}
        asked = dict.fromkeys(names)
        for name in asked:
            if name not in self._known:
                self._several.discard(name)
                by_noun.setdefault(name.noun, []).append(name)
        for noun, wanted in by_noun.items():
            for look in (
                self._by_own_id, self._by_external, self._by_tax, self._by_address, self._by_code, self._by_name
            ):  # fmt: skip
                rest = [name for name in wanted if name not in self._known and name not in self._several]
                if rest:
                    look(noun, rest)
        return {name for name in asked if name not in self._known}

    def id(self, name: Name) -> int | None:
        """The record of a name that was looked up; None where there is none or where several share it."""
        return self._known.get(name)

    def is_shared(self, name: Name) -> bool:
        """Whether several records have the name."""
        return name in self._several

    def refusal(self, name: Name) -> str | None:
        """Why a name without a record cannot stand, None where one is made or the link stays empty."""
        said = _words(name)
        if name in self._several and name.noun == "product":
            return f'several products are called "{said}"; name them by code or key'
        if name in self._known or name in self._several or (name.noun in self._makes and self.create):
            return None
        if name.noun in self._makes:
            return f'there is no {name.noun} "{said}"; leave out --no-create to have it made'
        if name.noun not in ("product", "pipeline"):
            return f'there is no {name.noun} "{said}"; import it first'
        near = refs.like(self.change.connection, name.noun, said)
        if not near:
            return f'unknown {name.noun} "{said}"; add it first with `crm {name.noun} add`'
        return f'unknown {name.noun} "{said}"; did you mean {near[0]}? --map-value "{name.noun}:{said}={near[0]}"'

    def make(self, names: Iterable[Name]) -> list[Name]:
        """Make a record for each name that has none; returns the names for which one was made."""
        wanted: dict[str, dict[tuple[Any, ...], list[Name]]] = {}
        for name in dict.fromkeys(names):
            if name not in self._known and name not in self._several:
                key = (
                    (name.id,)
                    if self.own and name.id
                    else (name.external or name.tax,)
                    if name.external or name.tax
                    else (fold(name.words or ""),)
                )
                wanted.setdefault(name.noun, {}).setdefault(key, []).append(name)
        fresh: list[Name] = []
        for noun, alike in wanted.items():
            drafts = [self._draft(each[0]) for each in alike.values()]
            self._keep_ids(noun, drafts, [each[0] for each in alike.values()])
            records.write(self.change, noun, drafts)
            self.made[noun] = self.made.get(noun, 0) + len(drafts)
            for draft, each in zip(drafts, alike.values(), strict=True):
                self._known |= dict.fromkeys(each, draft.id)
                fresh += each
        return fresh

    def forget(self, names: Sequence[Name]) -> None:
        """Take back what was made for names, whose records are gone again."""
        for noun, number in self._known_records(names).items():
            self.made[noun] -= number
            if not self.made[noun]:
                del self.made[noun]
        for name in names:
            self._known.pop(name, None)

    def _known_records(self, names: Sequence[Name]) -> dict[str, int]:
        found: dict[str, set[int]] = {}
        for name in names:
            found.setdefault(name.noun, set()).add(self._known[name])
        return {noun: len(ids) for noun, ids in found.items()}

    def _draft(self, name: Name) -> Draft:
        words = _words(name)
        told = {"name": words, "import_id": self.change.command_id}
        draft = Draft(values=told | self._said.get(name.noun, {}), imported=True)
        if name.external:
            draft.values |= {"external_id": name.external, "external_source": self.source}
        if name.tax:
            draft.values["tax_number"] = name.tax
        if self.own and name.id:
            draft.values["uid"] = stub(name.noun, name.id)
        elif "@" in words and name.noun == "contact":
            draft.entered["email"] = [words]
        elif "@" in words and name.noun in ADDRESSED:
            draft.values["email"] = words
        return draft

    def _keep_ids(self, noun: str, drafts: Sequence[Draft], names: Sequence[Name]) -> None:
        """Give records of an export of ours the ids they had, where those are free."""
        if not self.own:
            return
        free = free_ids(self.change, noun, (name.id for name in names if name.id))
        for draft, name in zip(drafts, names, strict=True):
            if name.id in free:
                draft.values["id"] = name.id

    def _by_own_id(self, noun: str, wanted: Sequence[Name]) -> None:
        """In an export of ours: the record of that id and name, or the one made in its place."""
        numbered = _grouped((name.id, name) for name in wanted if self.own and name.id)
        if not numbered:
            return
        stubs = {stub(noun, number): number for number in numbered if number}
        label = _label(noun)
        for row in self.change.rows(
            f'SELECT id, uid, "{label}" AS name FROM "{fields.noun(noun).table}" '
            "WHERE id IN (SELECT value FROM json_each(?)) OR uid IN (SELECT value FROM json_each(?))",
            json.dumps(list(numbered)), json.dumps(list(stubs)),
        ):  # fmt: skip
            for number in (row["id"], stubs.get(row["uid"])):
                for name in numbered.get(number, ()):
                    if name.words is None or fold(row["name"]) == fold(name.words):
                        self._known[name] = row["id"]

    def _by_external(self, noun: str, wanted: Sequence[Name]) -> None:
        keyed = _grouped((name.external, name) for name in wanted if name.external)
        if not keyed:
            return
        for row in self.change.rows(
            f'SELECT id, external_id FROM "{fields.noun(noun).table}" WHERE external_source = ? '
            "AND external_id IN (SELECT value FROM json_each(?))",
            self.source, json.dumps(list(keyed)),
        ):  # fmt: skip
            self._known |= dict.fromkeys(keyed[row["external_id"]], row["id"])

    def _by_tax(self, noun: str, wanted: Sequence[Name]) -> None:
        """Companies by their tax numbers, however blanks and dots are set in the file; they take its key."""
        if noun != "company":
            return
        keyed = _grouped((text, name) for name in wanted for text in _tax_texts(name))
        among = "tax_number IN (SELECT value FROM json_each(?))"
        question = f"SELECT tax_number, id, external_id FROM company WHERE {among}"
        rows = self.change.rows(question, json.dumps(list(keyed))) if keyed else []
        self._settle(keyed, ((row[0], row[1]) for row in rows))
        for row in rows:
            for name in keyed[row[0]]:
                if (
                    name.external
                    and self._known.get(name) == row[1]
                    and not row[2]
                    and row[1] not in self._adopted
                ):
                    self._adopt(name, row[1])

    def _by_address(self, noun: str, wanted: Sequence[Name]) -> None:
        keyed = _grouped(
            (emails.key(name.words), name) for name in wanted if name.words and "@" in name.words
        )
        if not keyed or (noun != "contact" and noun not in ADDRESSED):
            return
        question = (
            "SELECT DISTINCT contact_id, key FROM contact_email WHERE key IN (SELECT value FROM json_each(?))"
            if noun == "contact"
            else f'SELECT id, lower(email) FROM "{noun}" WHERE email IN (SELECT value FROM json_each(?))'
        )
        written = (name.words for each in keyed.values() for name in each)
        texts = list(keyed) if noun == "contact" else [*keyed, *written]
        self._settle(keyed, ((row[1], row[0]) for row in self.change.rows(question, json.dumps(texts))))

    def _by_code(self, noun: str, wanted: Sequence[Name]) -> None:
        code = refs.CODES.get(noun)
        keyed = _grouped((name.words, name) for name in wanted if name.words and not name.external)
        if code and keyed:
            question = f'SELECT "{code}", id FROM "{noun}" WHERE "{code}" IN (SELECT value FROM json_each(?))'
            self._settle(keyed, self.change.rows(question, json.dumps(list(keyed))))

    def _by_name(self, noun: str, wanted: Sequence[Name]) -> None:
        about = fields.noun(noun)
        if not about.named:
            return
        keys = _grouped((fold(name.words), name) for name in wanted if name.words)
        found: dict[str, list[Any]] = {}
        for row in self.change.rows(
            f'SELECT id, uid, name_key, "{about.label}" AS name, external_id, external_source FROM "{about.table}" '
            "WHERE name_key IN (SELECT value FROM json_each(?))",
            json.dumps(list(keys)),
        ):  # fmt: skip
            found.setdefault(row["name_key"], []).append(row)
        for key, rows in found.items():
            for name in keys[key]:
                self._choose(name, rows)

    def _choose(self, name: Name, rows: Sequence[Any]) -> None:
        """Take the one record of a name, if it is one and is not known to be another."""
        fit = [row for row in rows if self._may_be(row, name)]
        exact = [row for row in fit if row["name"] == name.words]
        if len(exact) == 1 or len(fit) == 1:
            chosen = (exact if len(exact) == 1 else fit)[0]
            self._known[name] = chosen["id"]
            if name.external:
                self._adopt(name, chosen["id"])
        elif fit and not name.external:
            self._several.add(name)

    def _adopt(self, name: Name, record_id: int) -> None:
        """Let a record that was found otherwise have the key that the other program knows it by."""
        self._adopted.add(record_id)
        key = {"external_id": name.external, "external_source": self.source}
        records.edit(self.change, name.noun, record_id, **key)

    def _may_be(self, row: Any, name: Name) -> bool:
        if self.own and name.id:
            return not row["uid"].startswith("~")
        return not (name.external and (row["external_id"] or row["id"] in self._adopted))

    def _settle(self, keyed: dict[Any, list[Name]], pairs: Iterable[Any]) -> None:
        """Take the one record of each key; several make it a shared name."""
        found: dict[Any, list[int]] = {}
        for key, number in pairs:
            found.setdefault(key, []).append(number)
        for key, ids in found.items():
            if len(ids) == 1:
                self._known |= dict.fromkeys(keyed.get(key, ()), ids[0])
            else:
                self._several.update(keyed.get(key, ()))


def _grouped(pairs: Iterable[tuple[Any, Name]]) -> dict[Any, list[Name]]:
    found: dict[Any, list[Name]] = {}
    for key, name in pairs:
        found.setdefault(key, []).append(name)
    return found


def _words(name: Name) -> str:
    """What a record is called that a row names: by its words, else its key."""
    return name.words or f"#{name.external or name.tax or name.id}"


def _tax_texts(name: Name) -> set[str]:
    """A tax number as it stands in the file, and without what is set between its letters and digits."""
    return {name.tax, "".join(filter(str.isalnum, name.tax)).upper()} if name.tax else set()


def stub(noun: str, number: int) -> str:
    """The uid of a record made in place of one of our own export that has not arrived yet."""
    return f"~{noun}:{number}"


def free_ids(change: Change, noun: str, ids: Iterable[int]) -> set[int]:
    """Those of the ids that no record of the noun has."""
    wanted = set(ids)
    question = f'SELECT id FROM "{fields.noun(noun).table}" WHERE id IN (SELECT value FROM json_each(?))'
    return wanted - {row["id"] for row in change.rows(question, json.dumps(sorted(wanted)))}


def _label(noun: str) -> str:
    return fields.noun(noun).label
