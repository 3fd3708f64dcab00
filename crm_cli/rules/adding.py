"""New records from typed words: looked at one by one, written one by one or many together.

Written together they are what they would be one after the other. So a record does not wait beside one that it would
be held against, that its words could name, or that the rules of its noun would look at.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from crm_cli import fields, refs
from crm_cli.changing import Change
from crm_cli.errors import CrmError
from crm_cli.rules import duplicates, intake, records, tombstones
from crm_cli.rules.drafts import Draft
from crm_cli.rules.intake import Texts
from crm_cli.values.folding import fold

Keys = set[tuple[Any, ...]]
MOST = 1_000  # drafts that wait together
_NUMBER = re.compile(r"[a-z]+:\d+").fullmatch  # how a record is named by its id where nouns mix


def drafted(change: Change, noun: str, texts: Texts, *, force: bool = False) -> Draft:
    """A draft of a new record, held against those that stand; what is odd about it is among the change's notes.

    Raises:
        CrmError: a text is no value of its field, names no record, or another record has its key or address.
    """
    change.reading.lenient = change.forced = force
    draft = intake.new(change, noun, texts)
    duplicates.refuse(change, noun, draft, force=force)
    tombstones.refuse(change, noun, draft, force=force)
    change.notes += duplicates.warn(change, noun, draft)
    return draft


def _of(draft: Draft, *columns: str) -> Keys:
    return {(each, draft.values[each]) for each in columns if draft.values.get(each)}


def _called(noun: str) -> Callable[[Change, Draft], Keys]:
    return lambda change, draft: duplicates.keys(change, noun, draft)


def _coded(_: Change, draft: Draft) -> Keys:
    return {("code", fold(str(code))) for code in [draft.values.get("code")] if code}


def _numbered(_: Change, draft: Draft) -> Keys | None:
    """A number that is told changes those that are given after it."""
    return None if draft.values.get("number") else _of(draft, "deal_id")


def _touching(_: Change, draft: Draft) -> Keys:
    """Whom and what an activity changes that it is about; tasks and notes change nothing."""
    kind = draft.values.get("kind")
    if kind in ("task", "note"):
        return set()
    changed = {"lead", "case", "campaign"} | ({"contact"} if kind == "call" else set())
    return {each for each in draft.entered.get("about") or () if each[0] in changed}


def _belonging(_: Change, draft: Draft) -> Keys | None:
    """A lead may have become a contact who belongs to the campaign already."""
    return None if draft.values.get("lead_id") else _of(draft, "contact_id")


def _related(_: Change, draft: Draft) -> Keys:
    ends = ((draft.values.get(f"{to}company_id"), draft.values.get(f"{to}contact_id")) for to in ("", "to_"))
    return {tuple(ends)}


def _dated(change: Change, draft: Draft) -> Keys:
    return {(draft.values.get("currency"), draft.values.get("day") or change.today.isoformat())}


# By what the rules of a noun hold two new records against each other; None where the record does not wait at all.
GATHERED: dict[str, Callable[[Change, Draft], Keys | None]] = {
    **{noun: _called(noun) for noun in ("contact", "company", "lead", "user", "segment")},
    **dict.fromkeys(("product", "campaign"), _coded),
    **dict.fromkeys(("case", "contract", "invoice", "quote"), _numbered),
    **dict.fromkeys(("task", "activity"), _touching),
    **dict.fromkeys(("deal", "article", "result", "consent", "pricelist", "goal"), lambda *_: set()),
    "survey": lambda _, draft: _of(draft, "case_id"),
    "member": _belonging,
    "relationship": _related,
    "rate": _dated,
}
# Nouns that wait beside each other: the rules of none look at more of another than what is named by its id.
BESIDE = frozenset(
    ("contact", "company", "lead", "deal", "case", "task", "activity", "product", "article", "result")
)


class _UntoldError(CrmError):
    """The rules have said something, and not of which record."""


@dataclass
class Waiting:
    """Drafts that are looked at and not written yet, by their table."""

    change: Change
    drafts: dict[str, list[Draft]] = field(default_factory=dict)
    _keys: Keys = field(default_factory=set)
    _number: int = 0

    def joined(self, wanted: Sequence[tuple[str, Texts]]) -> list[Draft] | None:
        """Drafts of new records that wait from here on, all of them or none; None where they cannot.

        Raises:
            CrmError: as `drafted` does.
        """
        if self._number >= MOST or not intake.is_known(self.change):  # who adds it would be written before it
            return None
        made: dict[str, list[Draft]] = {}
        keys: Keys = set()
        for noun, texts in wanted:
            if noun not in GATHERED or (self.drafts and not self._has_room(noun, texts)):
                return None
            draft = self._looked_at(noun, texts)
            own = GATHERED[noun](self.change, draft)
            if own is None:
                return None
            found = {(_table(noun), *each) for each in own | _of(draft, "external_id")}
            if not found.isdisjoint(self._keys) or not found.isdisjoint(keys):
                return None
            keys |= found
            made.setdefault(_table(noun), []).append(draft)
        self._keys |= keys
        for table, drafts in made.items():
            self.drafts.setdefault(table, []).extend(drafts)
            self._number += len(drafts)
        return list(chain.from_iterable(made.values()))

    def write(self) -> None:
        """Write all that waits.

        Raises:
            CrmError: one of them is wrong, or something is said and not of which.
        """
        waiting, self.drafts, self._keys, self._number = self.drafts, {}, set(), 0
        before = _said(waiting)
        for noun, drafts in waiting.items():
            records.write(self.change, noun, drafts)
        if len(self.change.notes) != _said(waiting) - before:
            raise _UntoldError

    def _looked_at(self, noun: str, texts: Texts) -> Draft:
        """A draft that knows what is said of it."""
        before = len(self.change.notes)
        draft = drafted(self.change, noun, texts)
        draft.values |= fields.noun(noun).only
        draft.said += self.change.notes[before:]
        return draft

    def _has_room(self, noun: str, texts: Texts) -> bool:
        """Whether a record may wait beside what waits, none of which its words could name."""
        tables = self.drafts.keys()
        if tables != {_table(noun)} and not (noun in BESIDE and tables <= BESIDE):
            return False
        known = fields.noun(noun).fields
        return not any(
            _may_name(noun, known[name], text, tables) for name, text in texts.items() if name in known
        )


def _table(noun: str) -> str:
    """The noun that stands for all records of its table."""
    return fields.noun(noun).table if fields.noun(noun).only else noun


def _said(waiting: dict[str, list[Draft]]) -> int:
    return sum(len(draft.said) for drafts in waiting.values() for draft in drafts)


def _may_name(noun: str, each: fields.Field, text: str | list[str], tables: Collection[str]) -> bool:
    """Whether a text could name a record of some tables that does not stand yet; an id cannot."""
    if each.kind == "about":
        texts = [text] if isinstance(text, str) else text
        return not all(map(_NUMBER, texts)) and any(table in refs.ABOUT for table in tables)
    kind, _, to = each.kind.partition(":")
    if kind == "parts":
        return any(part.to in tables and name != noun for name, part in fields.part(to).items())
    return kind == "ref" and to in tables and not (isinstance(text, str) and text.isdecimal())
