"""Words by which a record is found beside those of its columns: its addresses, and every way to dial its phones."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import people
from crm_cli.rules.drafts import Draft
from crm_cli.values import phones

KEYED = {"contact_phone": phones.words}


def of(change: Change, about: fields.Noun, drafts: Sequence[Draft]) -> list[set[str]]:
    """For each draft the words of the parts that it says, else of those that stand, and of its phone."""
    found: list[set[str]] = [set() for _ in drafts]
    for name, part in about.parts.items():
        if "key" not in fields.part(part):
            continue
        kept = [draft for draft in drafts if draft.before is not None and name not in draft.parts]
        stand = standing(change, part, f"{about.table}_id", kept)
        said = said_by(part)
        for draft, words in zip(drafts, found, strict=True):
            rows = draft.parts.get(name)
            if rows is None and stand:
                rows = stand.get(draft.id)
            for row in rows or ():
                words.add(row["value"])
                words.update(said(row["key"]))
    if "phone" in about.fields and about.fields["phone"].column:
        for draft, words in zip(drafts, found, strict=True):
            if number := draft.get("phone"):
                words.update(phones.words(people.phone_key(change, number, draft.get("country"))))
    return found


def said_by(part: str) -> Callable[[str], Iterable[str]]:
    """What gives the words of a part's key: every way to dial a phone, of any other the key itself."""
    return KEYED.get(part) or (lambda key: (key,))


def standing(
    change: Change, part: str, owner: str, drafts: Sequence[Draft]
) -> dict[int, list[dict[str, Any]]]:
    """The rows of a part as they stand, by the id of their record."""
    found: dict[int, list[dict[str, Any]]] = {}
    if drafts:
        ids = json.dumps([draft.id for draft in drafts])
        question = f"SELECT * FROM {part} WHERE {owner} IN (SELECT value FROM json_each(?)) ORDER BY id"
        for row in change.rows(question, ids):
            found.setdefault(row[owner], []).append(dict(row))
    return found
