"""A segment's own rules: its kind, its filter and its members agree; and putting into it, taking out of it.

A filter is checked when it is written. Whether it still holds is seen when it is used, since a field that it
names may go.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from crm_cli import choices, fields, filters, refs
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.filters import Asking
from crm_cli.rules import people, records
from crm_cli.rules.drafts import Draft
from crm_cli.shelf import Shelf
from crm_cli.values import emails
from crm_cli.values.folding import fold

HELD = tuple(choices.SegmentOn)
HEADS = ("email", "e-mail", "email address", "address", "domain", "phone")  # columns of a list that has one
PAGE = 2_000
Row = dict[str, Any]
Shelved = tuple[Any, ...]
"""An entry as a shelf gives it back."""
_AMONG = "IN (SELECT value FROM json_each(?))"
# From the wanted ones to the rows, never through all that the segment lists.
_STANDING = (
    "SELECT m.id, m.record_id, m.address FROM json_each(?) AS wanted CROSS JOIN segment_member AS m "
    "ON m.{column} = wanted.value AND m.noun IS ? WHERE +m.segment_id = ?"
)


class Entry(NamedTuple):
    """What stands in a segment: a record, or in a suppression list also an address or a domain."""

    noun: str | None = None
    record_id: int | None = None
    address: str | None = None


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Check that kind, filter and members of each segment agree.

    Raises:
        InvalidError: they do not, or the filter is none of what the segment holds.
        ConflictError: the name is taken.
    """
    _refuse_taken(change, drafts)
    for draft in drafts:
        draft.values["filter"] = (draft.get("filter") or "").strip() or None
        if draft.before is None and draft.values["filter"] and "kind" not in draft.given:
            draft.values["kind"] = "dynamic"
        for row in draft.parts.get("members", ()):
            _complete(change, draft, row)
        _agree(change, draft)
        said = {"filter", "on", "kind"} & draft.values.keys()
        if draft.get("kind") == "dynamic" and (draft.before is None or said):
            _check(change, draft)


def asking(change: Change) -> Asking:
    """What filters depend on within a change."""
    week_start = list(choices.Weekday).index(choices.Weekday(change.config.get("week_start")))
    return Asking(change.connection, change.reading, change.config.get("me"), week_start)


@contextmanager
def entries(change: Change, segment_id: int, texts: Iterable[str]) -> Iterator[Shelf]:
    """What texts name that may stand in a segment, each once: records of what it holds.

    In a suppression list also addresses, domains, records of any kind, and lines of a table with an address in them.

    Raises:
        InvalidError: it is dynamic.
        NotFoundError, ConflictError: a reference names no record, or several.
    """
    segment = _listing(change, segment_id)
    country = change.config.get("country") or None
    with Shelf(len(Entry._fields)) as shelf:
        if segment["kind"] == "static":
            on = str(segment["on"])
            shelf.put(Entry(on, refs.resolve(change.connection, on, text, country=country)) for text in texts)
        else:
            shelf.put(_suppressed(change, texts))
        yield shelf


def include(change: Change, segment_id: int, wanted: Shelf) -> int:
    """Put entries into a segment; returns how many were not in it yet."""
    _listing(change, segment_id)
    number = 0
    for page in wanted.pages(PAGE):
        standing = _standing(change, segment_id, page)
        told = {"segment_id": segment_id, "added_at": change.now}
        rows = [told | Entry(*each)._asdict() for each in page if each not in standing]
        records.append(change, "segment_member", rows)
        number += len(rows)
    return number


def remove(change: Change, segment_id: int, unwanted: Shelf) -> int:
    """Take entries out of a segment; returns how many were in it."""
    _listing(change, segment_id)
    number = 0
    for page in unwanted.pages(PAGE):
        gone = list(_standing(change, segment_id, page).values())
        change.connection.execute(f"DELETE FROM segment_member WHERE id {_AMONG}", (json.dumps(gone),))
        number += len(gone)
    return number


def make_static(
    change: Change, name: str, on: str, ids: Sequence[int], description: str | None = None
) -> int:
    """A new static segment of records; returns its id."""
    made = records.add(change, "segment", name=name, kind="static", on=on, description=description).id
    hold(change, made, on, ids)
    return made


def hold(change: Change, segment_id: int, on: str, ids: Iterable[int]) -> int:
    """Put records of what a segment holds into it; returns how many were not in it yet."""
    with Shelf(len(Entry._fields)) as shelf:
        shelf.put(Entry(on, each) for each in ids)
        return include(change, segment_id, shelf)


def free_name(change: Change, name: str) -> str:
    """The name, with a number after it where segments bear it already."""
    taken = {row["name_key"] for row in change.rows("SELECT name_key FROM segment")}
    names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    return next(each for each in names if fold(each) not in taken)


def normal(change: Change, text: str) -> str:
    """An address, number or domain as a suppression list keeps it, so that it is found."""
    text = text.strip()
    if text.startswith("@"):
        return text.casefold()
    if "@" in text:
        return emails.key(emails.check(text))
    return people.phone_key(change, text, None)


def moved(change: Change, noun: str, ids: Sequence[int]) -> None:
    """Let segments that hold merged records hold the first of `ids` in their place, once."""
    rows = change.rows(
        "SELECT id, segment_id FROM segment_member WHERE noun = ? AND record_id IN "
        "(SELECT value FROM json_each(?)) ORDER BY record_id <> ?, id",
        noun, json.dumps(list(ids)), ids[0],
    )  # fmt: skip
    held: set[int] = set()
    for row in rows:
        if row["segment_id"] in held:
            change.connection.execute("DELETE FROM segment_member WHERE id = ?", (row["id"],))
        else:
            question = "UPDATE segment_member SET record_id = ? WHERE id = ? AND record_id <> ?"
            change.connection.execute(question, (ids[0], row["id"], ids[0]))
        held.add(row["segment_id"])


def _refuse_taken(change: Change, drafts: Sequence[Draft]) -> None:
    taken = {row["name_key"]: row["id"] for row in change.rows("SELECT id, name_key FROM segment")}
    for number, draft in enumerate(drafts, 1):
        own = draft.id if draft.before else -number
        if taken.setdefault(fold(draft.get("name") or ""), own) != own:
            raise ConflictError(f"there is a segment {draft.get('name')} already; choose another name")


def _agree(change: Change, draft: Draft) -> None:
    kind, before = draft.get("kind"), draft.before or {}
    if kind == "dynamic" and not draft.get("filter"):
        raise InvalidError("a dynamic segment needs a filter, such as --filter 'tag=vip last_touch=..-6m'")
    if kind != "dynamic" and draft.get("filter"):
        raise InvalidError(f"a {kind} segment has no filter; make it --kind dynamic, or leave --filter out")
    listed: Sequence[Any] | None = draft.parts.get("members")
    if listed is None and before:
        listed = change.rows("SELECT DISTINCT noun FROM segment_member WHERE segment_id = ?", draft.id)
    if kind == "dynamic" and listed:
        raise InvalidError("a dynamic segment holds whoever fits its filter; remove its members first")
    if kind == "static" and any(row["noun"] != draft.get("on") for row in listed or ()):
        raise InvalidError(
            f"it holds other than {fields.plural(draft.get('on'))}; remove those first, or make another segment"
        )


def _complete(change: Change, draft: Draft, row: Row) -> None:
    """Give a stated member what it was not told."""
    row["added_at"] = row.get("added_at") or change.now
    row["address"] = normal(change, row["address"]) if row.get("address") else None
    row["record_id"] = int(row["record_id"]) if row.get("record_id") else None
    row["noun"] = (row.get("noun") or draft.get("on")) if row["record_id"] else None
    row.pop("name", None)
    if bool(row["record_id"]) == bool(row["address"]) or row["noun"] not in (None, *HELD):
        raise InvalidError(
            "members: each is a record (noun contact, lead or company, and record_id) or an address"
        )


def _check(change: Change, draft: Draft) -> None:
    """Refuse a filter that cannot be used; what an import brings may name what comes later."""
    how = asking(change)
    how.within = (draft.id,) if draft.before else (0,)
    try:
        filters.where(fields.noun(draft.get("on")), filters.terms(draft.get("filter")), how)
    except InvalidError as error:
        if not draft.imported:
            said = str(error)
            raise InvalidError(said if said.startswith("filter ") else f"filter: {said}") from None
        change.notes.append(f"segment {draft.get('name')}: {error}")


def _listing(change: Change, segment_id: int) -> Any:
    """The segment, as long as it is one that lists its members."""
    found = change.one('SELECT id, name, kind, "on", filter FROM segment WHERE id = ?', segment_id)
    if found is None:
        raise NotFoundError(f"there is no segment {segment_id}; `crm segment list` shows them")
    if found["kind"] == "dynamic":
        raise InvalidError(
            f"segment {found['name']} holds whoever fits {found['filter']!r}; change the filter"
        )
    return found


def _standing(change: Change, segment_id: int, page: Sequence[Shelved]) -> dict[Shelved, int]:
    """Those of a page of entries that stand in a segment, by the ids of their rows."""
    found: dict[Shelved, int] = {}
    for noun in {noun for noun, _, _ in page}:
        column, place = ("record_id", 1) if noun else ("address", 2)
        wanted = json.dumps([each[place] for each in page if each[0] == noun])
        question = _STANDING.format(column=column)
        found |= {
            (noun, row["record_id"], row["address"]): row["id"]
            for row in change.rows(question, wanted, noun, segment_id)
        }
    return found


def _suppressed(change: Change, texts: Iterable[str]) -> Iterator[Entry]:
    """Entries of a suppression list, from references, addresses, or lines of a table."""
    country = change.config.get("country") or None
    heads = True  # the line of column names comes before the first of a table that has an address
    for text in texts:
        cells = next(csv.reader([text], delimiter=_delimiter(text)))
        address = next((cell for cell in cells if "@" in cell), None)
        if address is not None:
            heads = heads and len(cells) == 1
            yield Entry(address=normal(change, address))
        elif len(cells) > 1 and not heads:
            raise InvalidError(f"no cell of {text!r} is an address; write an address or @domain in each line")
        elif len(cells) == 1 and fold(text) not in HEADS:
            yield _person_or_number(change, text, country)


def _person_or_number(change: Change, text: str, country: str | None) -> Entry:
    try:
        return Entry(*refs.anywhere(change.connection, text, HELD, country))
    except NotFoundError:
        if not text.startswith("+"):
            raise
        return Entry(address=normal(change, text))


def _delimiter(line: str) -> str:
    return next((mark for mark in ("\t", ";", ",") if mark in line), ",")


def size(change: Change, segment_id: int) -> int:
    """How many a segment lists."""
    return int(change.value("SELECT count(*) FROM segment_member WHERE segment_id = ?", segment_id))
