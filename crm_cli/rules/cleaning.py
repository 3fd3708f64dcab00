"""Cleaning: what can be mended without asking what was meant, found as fixes and applied as one change.

Blanks around words and doubled between them go, e-mail addresses become lower case, countries their ISO codes;
phone numbers keep their writing and get the key of their record's country, else of the configured one; an
address that can be none is flagged. What only looks like a slip of the pen is proposed by `rules.near`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import drafts, people, records
from crm_cli.values import emails

NOUNS = ("contact", "company", "lead", "deal", "campaign", "product", "user", "activity")
TIDIED = frozenset(("text", "open", "email", "phone", "url", "country"))
# Marks that nobody sees and that join no letters, unlike those of Persian.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_BATCH = 2_000
_KEYS = frozenset(("external_id", "external_source"))
_NAMES = ("name", "first_name", "last_name")


# What is looked at beside the columns of records: the noun and its field, the table, the column that is mended,
# and SQL that gives what is shown, the value, what it becomes, the record and the row.
_BESIDE = (
    ("contact", "email", "contact_email", "value",
     "SELECT value, value, tidied('email', value), contact_id, id FROM contact_email"),
    ("contact", "email", "contact_email", "invalid",
     "SELECT value, invalid, 1, contact_id, id FROM contact_email WHERE NOT is_address(tidied('email', value))"),
    ("contact", "phone", "contact_phone", "value",
     "SELECT value, value, tidied('phone', value), contact_id, id FROM contact_phone"),
    ("contact", "phone", "contact_phone", "key",
     "SELECT value, key, dialled(value, country), c.id, p.id FROM contact_phone p JOIN contact c ON c.id = contact_id"),
    ("lead", "phone", "", "phone_key",
     "SELECT phone, phone_key, dialled(phone, country), id, id FROM lead WHERE phone IS NOT NULL"),
)  # fmt: skip


class Fix(NamedTuple):
    """One value that becomes another in some records; `rows` are those of the table `part`, where it stands there."""

    noun: str
    field: str
    column: str
    before: str
    after: str
    ids: tuple[int, ...]
    part: str = ""
    rows: tuple[int, ...] = ()
    value: Any = None
    """What is stored; `after` says it."""


def fixes(change: Change, nouns: Iterable[str]) -> list[Fix]:
    """Everything that can be mended in the records of nouns."""
    change.connection.create_function("tidied", 2, tidied, deterministic=True)
    change.connection.create_function("dialled", 2, lambda text, own: people.phone_key(change, text, own))
    change.connection.create_function("is_address", 1, emails.is_valid, deterministic=True)
    return [fix for noun in nouns for fix in _fixes(change, noun)]


def accepted(change: Change, nouns: Sequence[str], wish: str) -> list[Fix]:
    """The fixes that a wish such as `industry:technolgy=technology` or `company.industry:…` stands for.

    Raises:
        InvalidError: it has not this form, or no record holds the value.
    """
    place, colon, pair = wish.partition(":")
    before, equals, after = pair.partition("=")
    noun, dot, field = place.rpartition(".")
    if not (colon and equals and before and after):
        raise InvalidError(
            f"--accept {wish!r} is not FIELD:FROM=TO; write it like industry:technolgy=technology"
        )
    found = []
    for name in [noun] if dot else nouns:
        each = fields.noun(name).fields.get(field) if name in fields.names() else None
        if each is None or not each.column or each.kind not in TIDIED:
            continue
        stored = drafts.read(each, [after], change.reading)[0]
        question = f'SELECT id FROM "{fields.noun(name).table}" WHERE "{each.column}" = ?'
        ids = tuple(row[0] for row in change.rows(question, before))
        if ids and stored != before:
            found.append(Fix(name, field, each.column, before, stored, ids, value=stored))
    if not found:
        raise InvalidError(
            f"--accept {wish!r}: no record has {before!r} as its {field}; `crm clean` proposes"
        )
    return found


def apply(change: Change, found: Iterable[Fix]) -> dict[str, list[int]]:
    """Let fixes take place; returns the ids of the changed records by noun."""
    touched: dict[str, dict[int, dict[str, Any]]] = {}
    for fix in found:
        mine = touched.setdefault(fix.noun, {})
        for each in fix.ids:
            mine.setdefault(each, {}).update({} if fix.part else {fix.column: fix.value})
        if fix.part:
            _mend_rows(change, fix)
    for noun, values in touched.items():
        ids = sorted(values)
        for start in range(0, len(ids), _BATCH):
            loaded = records.load(change, noun, ids[start : start + _BATCH])
            for draft in loaded:
                draft.values |= values[draft.id]
                if draft.values.keys() & set(_NAMES) and "first_name" in fields.noun(noun).fields:
                    draft.values |= {
                        key: draft.get(key) for key in _NAMES
                    }  # else one would be made of the others
            records.write(change, noun, loaded)
    return {noun: sorted(values) for noun, values in touched.items()}


def tidied(kind: str, text: str) -> str:
    """A value of a kind as it should be written, where that can be told."""
    lines = (" ".join(line.split()) for line in text.translate(_UNSEEN).splitlines())
    plain = "\n".join(lines).strip() or text
    if kind == "email":
        return emails.check(plain).lower() if emails.is_valid(plain) else plain
    if kind == "country":
        from crm_cli.values import countries

        return countries.code(plain) or plain
    return plain


def _fixes(change: Change, noun: str) -> Iterator[Fix]:
    table = fields.noun(noun).table
    for each in fields.noun(noun).fields.values():
        if each.column and not each.kept and each.kind in TIDIED and each.name not in _KEYS:
            said = f'"{each.column}"'
            tidy = f"tidied('{each.kind}', {said})"
            becomes = f"SELECT {said}, {said}, {tidy}, id, id FROM \"{table}\" WHERE {said} <> ''"
            yield from _grouped(change, (noun, each.name, "", each.column, becomes))
    for look in _BESIDE:
        if look[0] == noun:
            yield from _grouped(change, look)


def _grouped(change: Change, look: tuple[str, str, str, str, str]) -> Iterator[Fix]:
    """A fix for each pair of a value and what it becomes, where these differ."""
    noun, field, part, column, becomes = look
    question = f"""
        WITH looked(said, value, becomes, owner, row) AS ({becomes})
        SELECT said, value, becomes, json_group_array(owner) AS owners, json_group_array(row) AS held FROM looked
        WHERE becomes IS NOT value GROUP BY said, value, becomes ORDER BY min(owner)"""
    for row in change.rows(question):
        flagged = column == "invalid"
        yield Fix(
            noun, field, column,
            str(row["said"] if flagged else row["value"]),
            "flagged as invalid" if flagged else str(row["becomes"]),
            tuple(dict.fromkeys(json.loads(row["owners"]))), part, tuple(json.loads(row["held"])), row["becomes"],
        )  # fmt: skip


def _mend_rows(change: Change, fix: Fix) -> None:
    """Mend the addresses of records; what they are compared by goes with them."""
    values = {fix.column: fix.value}
    if (fix.part, fix.column) == ("contact_email", "value"):
        values["key"] = emails.key(fix.value)
    names = ", ".join(f'"{column}" = ?' for column in values)
    change.connection.execute(
        f"UPDATE {fix.part} SET {names} WHERE id IN (SELECT value FROM json_each(?))",
        (*values.values(), json.dumps(fix.rows)),
    )
