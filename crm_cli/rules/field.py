"""The user's own fields: a name and a kind on one noun; the values stand in the records, under that name.

Renaming a field, or giving it another kind or other words, takes the values along or is refused.
"""

import json
import re
from collections.abc import Sequence

from crm_cli import fields, values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.fields import Field
from crm_cli.rules import deletion, records
from crm_cli.rules import drafts as reading
from crm_cli.rules.drafts import Draft
from crm_cli.values.folding import fold

BATCH = 2000  # records whose values are changed at a time
WORDS = frozenset(("tag",))  # words of filters that no field may take


def name_of(text: str) -> str:
    """A text as the name of a field: folded, in letters, digits and `_`; empty where nothing is left."""
    name = re.sub(r"\W+", "_", fold(text)).strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def target(text: str) -> tuple[str, str]:
    """The noun and the name in `contact.size`.

    Raises:
        InvalidError: there is no such noun, or no name after the point.
    """
    noun, _, name = text.partition(".")
    noun = noun.strip().lower()
    if noun not in fields.names() or noun == "field":
        raise fields.nearest(noun, [each for each in fields.names() if each != "field"], "noun")
    if not name_of(name):
        raise InvalidError(f"{text!r} names no field; write it like {noun}.size")
    return noun, name_of(name)


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Refuse a name that is taken, and words or kinds that do not go together."""
    for draft in drafts:
        noun, name = target(f"{draft.get('on')}.{draft.get('name')}")
        if draft.before and draft.before["on"] != noun:
            raise InvalidError(f"a field stays with its noun; add {noun}.{name} beside it")
        draft.values["on"], draft.values["name"] = noun, name
        about = fields.noun(noun)
        if name in about.fields or name in about.columns or name in WORDS:
            raise ConflictError(f"{noun} has {name} already; choose another name")
        taken = change.value('SELECT id FROM custom_field WHERE "on" = ? AND name = ?', noun, name)
        if taken and not (draft.before and taken == draft.before["id"]):
            raise ConflictError(f"there is a field {noun}.{name} already; `crm field edit` changes it")
        _words(draft)


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Take the values of a changed field along."""
    for draft in drafts:
        before = draft.before
        if before and any(draft.get(key) != before[key] for key in ("name", "kind", "words")):
            fresh = fields.custom(change.connection, draft.get("on"))[draft.get("name")]
            words = tuple(json.loads(before["words"] or "[]"))
            _carry(
                change,
                draft.get("on"),
                fresh._replace(name=before["name"], kind=before["kind"], words=words),
                fresh,
            )


def holders(change: Change, noun: str, name: str) -> list[int]:
    """The ids of the records that hold a value of a field."""
    about = fields.noun(noun)
    only = "".join(f" AND {column} = '{word}'" for column, word in about.only.items())
    question = f'SELECT id FROM "{about.table}" WHERE json_extract(custom, ?) IS NOT NULL{only} ORDER BY id'
    return [row[0] for row in change.rows(question, f'$."{name}"')]


def delete(change: Change, record_id: int, *, with_related: bool) -> int:
    """Delete a field; returns how many records lost a value by it.

    Raises:
        ConflictError: records hold values of it and `with_related` is not given.
    """
    held = records.load(change, "field", [record_id])[0]
    noun, name = held.get("on"), held.get("name")
    ids = holders(change, noun, name)
    if ids and not with_related:
        raise ConflictError(
            f"{len(ids):,} {fields.plural(noun) if len(ids) > 1 else noun} have a {name}; "
            "give --with-related to clear it there"
        )
    for batch in _loaded(change, noun, ids):
        for draft in batch:
            draft.custom = {name: None}
        records.write(change, noun, batch)
    deletion.delete(change, "field", [record_id])
    return len(ids)


def _words(draft: Draft) -> None:
    words = json.loads(draft.get("words") or "[]")
    if draft.get("kind") == "choice":
        keys = [values.word_key(word) for word in words]
        if not words:
            raise InvalidError("a choice needs its words; give --words small,medium,large")
        if len(set(keys)) < len(keys) or "" in keys:
            raise InvalidError(f"the words {', '.join(words)} cannot be told apart")
    elif not draft.values.get("words"):
        draft.values["words"] = None  # those of the choice that it was
    else:
        raise InvalidError(f"words go with a choice, not with {draft.get('kind')}; give --type choice")


def _carry(change: Change, noun: str, old: Field, new: Field) -> None:
    for batch in _loaded(change, noun, holders(change, noun, old.name)):
        for draft in batch:
            value = json.loads(draft.get("custom"))[old.name]
            if (old.kind, old.words) != (new.kind, new.words):
                try:
                    value = reading.read(new, [values.show(old.kind, value)], change.reading)[0]
                except InvalidError as error:
                    raise ConflictError(f"{noun} {draft.id} cannot keep its value: {error}") from error
            draft.custom = {old.name: None} | {new.name: value}
        records.write(change, noun, batch)


def _loaded(change: Change, noun: str, ids: list[int]) -> list[list[Draft]]:
    return [records.load(change, noun, ids[first : first + BATCH]) for first in range(0, len(ids), BATCH)]
