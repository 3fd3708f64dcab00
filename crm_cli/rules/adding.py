"""New records from typed words: looked at one by one, written one by one or several of a noun together.

Written together they are what they would be one after the other. So a record does not wait beside one that it would
be held against, or that its words could name.
"""

from dataclasses import dataclass, field
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import duplicates, intake, records, tombstones
from crm_cli.rules.drafts import Draft
from crm_cli.rules.intake import Texts

# Nouns whose rules look at each draft by itself, so that a batch of them is what each would be alone.
GATHERED = frozenset(("contact", "company", "lead"))
MOST = 1_000  # drafts that wait together


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


@dataclass
class Waiting:
    """Drafts of one noun that are looked at and not written yet."""

    change: Change
    noun: str = ""
    drafts: list[Draft] = field(default_factory=list)
    _keys: set[tuple[str, Any]] = field(default_factory=set)

    def joined(self, noun: str, texts: Texts) -> Draft | None:
        """The draft of a new record that waits from here on; None where it cannot.

        Raises:
            CrmError: as `drafted` does.
        """
        if noun not in GATHERED or (self.drafts and not self._has_room(noun, texts)):
            return None
        if not intake.is_known(self.change):  # who adds it would be written before it
            return None
        draft = drafted(self.change, noun, texts)
        keys = duplicates.keys(self.change, noun, draft)
        if keys & self._keys:
            return None
        self.noun = noun
        self.drafts.append(draft)
        self._keys |= keys
        return draft

    def write(self) -> None:
        """Write all that waits."""
        waiting, self.drafts, self._keys = self.drafts, [], set()
        records.write(self.change, self.noun, waiting)

    def _has_room(self, noun: str, texts: Texts) -> bool:
        known = fields.noun(noun).fields
        named = (known[name].to for name in texts if name in known)
        return noun == self.noun and len(self.drafts) < MOST and noun not in named
