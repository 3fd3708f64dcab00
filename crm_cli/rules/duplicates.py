"""Records that may stand already: refused when a key is equal, warned of when a name or a phone is.

Only indexed look-ups, so that an `add` costs the same among 100,000 records.
"""

from typing import Any

from crm_cli import emails, fields
from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.folding import fold
from crm_cli.rules import people
from crm_cli.rules.drafts import Draft

CODES = {"product": "code", "campaign": "code"}
MOST = 3  # records that a warning names


def refuse(change: Change, noun: str, draft: Draft, *, force: bool = False) -> None:
    """Refuse a new record whose external id, number, code or e-mail address another one has.

    Raises:
        ConflictError: names the record; an equal e-mail address lets pass with `force`.
    """
    for said, found in _equal_keys(change, noun, draft):
        if found is not None:
            raise ConflictError(f"{_named(change, noun, found)} has this {said}; change that one instead")
    if force:
        return
    for address in _addresses(draft):
        found = _with_address(change, noun, address)
        if found is not None:
            raise ConflictError(
                f"{_named(change, noun, found)} has the e-mail address {address}; change that one, or give --force"
            )


def warn(change: Change, noun: str, draft: Draft) -> list[str]:
    """What else might be the same: records of the same name, or with the same phone number."""
    made = []
    name = draft.values.get("name")
    if name and noun in ("contact", "company", "lead"):
        same = change.rows(f'SELECT id FROM "{noun}" WHERE name_key = ? LIMIT {MOST}', fold(name))
        made += [f"{_named(change, noun, row['id'])} has the same name" for row in same]
    for number in draft.entered.get("phone") or [draft.values.get("phone")]:
        if number and noun in ("contact", "lead"):
            key = people.phone_key(change, number, draft.get("country"))
            table, column = ("contact_phone", "contact_id") if noun == "contact" else ("lead", "id")
            where = "key" if noun == "contact" else "phone_key"
            same = change.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {where} = ? LIMIT {MOST}", key)
            made += [f"{_named(change, noun, row[0])} has the same phone number" for row in same]
    return made


def _equal_keys(change: Change, noun: str, draft: Draft) -> list[tuple[str, int | None]]:
    table = fields.noun(noun).table
    made: list[tuple[str, int | None]] = []
    if draft.values.get("external_id"):
        question = f'SELECT id FROM "{table}" WHERE external_id = ? AND external_source IS ?'
        bound = (draft.values["external_id"], draft.values.get("external_source"))
        made.append(("external id", change.value(question, *bound)))
    code = CODES.get(noun)
    if code and draft.values.get(code):
        question = f'SELECT id FROM "{table}" WHERE "{code}" = ? COLLATE NOCASE'
        made.append((code, change.value(question, draft.values[code])))
    return made


def _addresses(draft: Draft) -> list[Any]:
    return draft.entered.get("email") or [each for each in [draft.values.get("email")] if each]


def _with_address(change: Change, noun: str, address: str) -> int | None:
    found: int | None = None
    if noun == "contact":
        found = change.value("SELECT contact_id FROM contact_email WHERE key = ?", emails.key(address))
    elif noun in ("company", "lead", "user"):
        found = change.value(f'SELECT id FROM "{noun}" WHERE email IN (?, ?)', address, emails.key(address))
    return found


def _named(change: Change, noun: str, record_id: int) -> str:
    title = "name" if "name" in fields.noun(noun).fields else "subject"
    name = change.value(f'SELECT "{title}" FROM "{fields.noun(noun).table}" WHERE id = ?', record_id)
    return f"{noun} {record_id} {name}"
