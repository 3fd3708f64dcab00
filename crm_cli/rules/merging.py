"""Merging: several records of a noun become one, and whatever referred to any of them refers to that one.

A field keeps the first value that is not empty, the survivor's first, unless another record's is chosen. Addresses,
labels, lists and free words are united, and the strictest wish not to be reached stands. What refers is read from
the store's own foreign keys, so a table that comes later is covered. The keys that other programs know the
merged records by are kept, so that the next import finds the survivor.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crm_cli import fields, values
from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import consent, distinct, memberships, people, records, relationship, segment, uniting
from crm_cli.rules.drafts import FINGERPRINT, Draft

# Columns that say nothing without the one that they follow: they come from the record that it comes from.
FOLLOWERS: dict[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    "external_id": ("external_source",),
    "est_amount": ("currency",),
    "annual_revenue": ("default_currency",),
    "converted_at": ("status", "status_original", "company_id", "contact_id", "deal_id"),
    # Where a case stands and what its clock shows follow from its own history.
    "number": (
        "status", "status_original", "created_at", "resolution", "resolved_at", "closed_at", "reopened_count",
        "satisfaction", "odd", "sla_result", "sla_policy_id", "sla_policy_pinned",
        "first_response_due", "first_response_warn", "first_response_left", "first_response_met",
        "resolution_due", "resolution_warn", "resolution_left", "resolution_met",
    ),
}  # fmt: skip
# Columns that are one thing: a record fills them only where it contradicts nothing that stands.
WHOLE: tuple[tuple[str, ...], ...] = (
    ("street", "city", "region", "postal_code", "country"),
    ("shipping_street", "shipping_city", "shipping_region", "shipping_postal_code", "shipping_country"),
    ("annual_revenue", "default_currency"),
)
OWN = frozenset(("uid", "updated_at"))
STRICT = "do_not_"
Taken = Mapping[str, int]


def merge(change: Change, noun: str, ids: Sequence[int], take: Taken | None = None) -> Draft:
    """Merge records into the first of `ids`; returns it as it stands then.

    Args:
        change: the transaction.
        noun: contact, company, lead or case.
        ids: the survivor, then those that it takes in.
        take: by field the id of the record whose value is to stand.

    Raises:
        NotFoundError: one of them is not there.
        InvalidError: one is named twice, or a field cannot be chosen.
    """
    drafts = _drafts(change, noun, ids)
    about, survivor = fields.noun(noun), drafts[0]
    chosen = _choices(change, noun, drafts, take or {})
    found = _values(about, drafts, chosen)
    change.connection.execute("PRAGMA defer_foreign_keys = ON")  # they may refer to each other
    if noun == "contact":
        _keep_companies(change, drafts, found["company_id"])
    if noun in ("contact", "lead"):
        consent.keep_strictest(change, noun, ids)
        memberships.unite(change, noun, ids)
    primary = {part: chosen[name[:-1]].id for name, part in about.parts.items() if name[:-1] in chosen}
    uniting.move(change, about.table, ids, primary)
    distinct.move(change, noun, ids)
    segment.moved(change, noun, ids)
    _keep_keys(change, about.table, drafts, found)
    change.connection.executemany(f'DELETE FROM "{about.table}" WHERE id = ?', [(each,) for each in ids[1:]])
    survivor.values |= {name: value for name, value in found.items() if value != survivor.get(name)}
    survivor.custom = _custom(drafts, chosen)
    records.write(change, noun, [survivor])
    _break_circle(change, about, survivor)
    if noun in ("company", "contact"):
        relationship.tidy(change, noun, survivor.id)
    return survivor


def _drafts(change: Change, noun: str, ids: Sequence[int]) -> list[Draft]:
    if len(set(ids)) < len(ids):
        raise InvalidError(f"a {noun} cannot be merged into itself; name each once, the one that stays first")
    drafts = records.load(change, noun, ids)
    gone = set(ids) - {draft.id for draft in drafts}
    if gone:
        raise NotFoundError(f"there is no {noun} {min(gone)}; `crm {noun} list` shows them")
    return drafts


def _choices(change: Change, noun: str, drafts: Sequence[Draft], take: Taken) -> dict[str, Draft]:
    """By field the record that its value is taken from; what leads others comes first."""
    about = fields.noun(noun)
    known = {each.name: each for each in about.options() if each.column or f"{each.name}s" in about.parts}
    known |= fields.custom(change.connection, noun)
    by_id = {draft.id: draft for draft in drafts}
    for name, number in take.items():
        if name not in known:
            raise fields.nearest(name, list(known), f"field of {noun}")
        if name.startswith(STRICT):
            raise InvalidError(f"{name} is not chosen: said of any of them, it stands")
        if known[name].kind in ("tags", "list"):
            raise InvalidError(f"{name} is not chosen: those of all are kept; change them afterwards")
        if number not in by_id:
            raise InvalidError(f"{name}={number}: take it from one of {', '.join(map(str, by_id))}")
    return {name: by_id[take[name]] for name in sorted(take, key=lambda each: each not in FOLLOWERS)}


def _values(about: fields.Noun, drafts: Sequence[Draft], chosen: Mapping[str, Draft]) -> dict[str, Any]:
    """The columns of the merged record."""
    stored = [each for each in about.fields.values() if each.column and each.column not in OWN]
    found = {str(each.column): _united(each, drafts, about.table) for each in stored}
    found["created_at"] = min(draft.get("created_at") for draft in drafts)
    for group in WHOLE:
        if group[0] in found:
            found |= _agreeing(group, drafts)
    for head in FOLLOWERS.keys() & found.keys() - {"annual_revenue"}:
        leader = next((draft for draft in drafts if _says(head, draft.get(head))), drafts[0])
        found |= {column: leader.get(column) for column in (head, *FOLLOWERS[head]) if column in found}
    for name, draft in chosen.items():
        own = about.fields[name].column if name in about.fields else None
        columns = (own, *FOLLOWERS.get(name, ())) if own else ()
        found |= {column: draft.get(column) for column in columns}
    return found


def _united(each: fields.Field, drafts: Sequence[Draft], table: str) -> Any:
    """One field of all: the first value that says something, of what is listed all."""
    column, merged = each.column or "", {draft.id for draft in drafts}
    said = [draft.get(column) for draft in drafts if _says(each.name, draft.get(column))]
    if each.to == table:
        said = [value for value in said if value not in merged] or [None]
    if each.name.startswith(STRICT):
        return max(map(int, said), default=0)
    if each.kind in ("tags", "list") and said:
        united = list(dict.fromkeys(word for value in said for word in values.tag_words(value)))
        return (
            values.tags(united)
            if each.kind == "tags"
            else json.dumps(united, ensure_ascii=False, separators=(",", ":"))
        )
    if each.name == "notes":
        return "\n\n".join(dict.fromkeys(said)) or None
    return said[0] if said else drafts[0].get(column)


def _says(name: str, value: Any) -> bool:
    """Whether a value says something: not what stands where a name or a key is missing, nor that any way will do."""
    if value is None or value == "" or (name == "preferred_channel" and value == "any"):
        return False
    if name == "external_id":
        return not value.startswith(FINGERPRINT)
    return name != "name" or people.is_name(value)


def _agreeing(group: tuple[str, ...], drafts: Sequence[Draft]) -> dict[str, Any]:
    """The columns of a group, filled from records that contradict nothing of it."""
    found = {column: drafts[0].get(column) for column in group}
    for draft in drafts[1:]:
        theirs = {column: draft.get(column) for column in group if draft.get(column) not in (None, "")}
        if all(found[column] in (None, "", value) for column, value in theirs.items()):
            found |= theirs
    return found


def _custom(drafts: Sequence[Draft], chosen: Mapping[str, Draft]) -> dict[str, Any]:
    """The user's own fields, the survivor's first."""
    held = {draft.id: json.loads(draft.get("custom") or "{}") for draft in drafts}
    found: dict[str, Any] = {}
    for draft in reversed(drafts):
        found |= held[draft.id]
    names = {name for each in held.values() for name in each}
    return found | {name: held[draft.id].get(name) for name, draft in chosen.items() if name in names}


def _keep_companies(change: Change, drafts: Sequence[Draft], main: int | None) -> None:
    """A person's other company stays one of the person's companies, with what the person is there."""
    known = {main, None}
    for draft in drafts:
        company = draft.get("company_id")
        if company not in known:
            known.add(company)
            row = {
                "contact_id": drafts[0].id,
                "company_id": company,
                "role": draft.get("title"),
                "inactive": 0,
            }
            records.append(change, "contact_company", [row])


def _keep_keys(change: Change, table: str, drafts: Sequence[Draft], found: dict[str, Any]) -> None:
    stands = (found["external_id"], found["external_source"])
    keys = dict.fromkeys((draft.get("external_id"), draft.get("external_source")) for draft in drafts)
    rows = [
        {"noun": table, "record_id": drafts[0].id, "external_id": key, "external_source": source}
        for key, source in keys
        if key and (key, source) != stands
    ]
    if rows:
        records.append(change, "merged_key", rows)


def _break_circle(change: Change, about: fields.Noun, survivor: Draft) -> None:
    """What was above one of the merged may have been below another: nothing belongs to itself."""
    if "parent" not in about.fields:
        return
    climbing = (
        f'WITH RECURSIVE up (id) AS (SELECT parent_id FROM "{about.table}" WHERE id = ?1 UNION '
        f'SELECT parent_id FROM "{about.table}" AS t JOIN up ON t.id = up.id) SELECT 1 FROM up WHERE id = ?1'
    )
    if change.value(climbing, survivor.id):
        records.edit(change, about.name, survivor.id, parent_id=None)
        change.notes.append(f"{survivor.get('name')} was above and below itself, and belongs to nothing now")
