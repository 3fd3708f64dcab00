"""What is the same for everyone with a name, an e-mail address and a phone: contacts and leads."""

import json
import re
from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails, phones

ADDRESSES = (("email", "emails", "contact_email"), ("phone", "phones", "contact_phone"))
DAYTIMES = ("morning", "afternoon", "evening")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def name(draft: Draft) -> None:
    """Split a full name into given and family name, or make it from them, whichever was given."""
    values = draft.values
    full, halves = values.get("name"), values.get("first_name") or values.get("last_name")
    if full and not halves:
        values["first_name"], values["last_name"] = split(full)
    elif halves and not full:
        values["name"] = joined(draft.get("first_name"), draft.get("last_name"))
    if draft.before is None and not values.get("name"):
        values["name"] = fallback(draft)


def joined(given: str | None, family: str | None) -> str:
    """The full name of a given and a family name."""
    return " ".join(filter(None, (given, family)))


def split(full: str) -> tuple[str | None, str | None]:
    """Given and family name of a full name: the last word is the family name, or what stands before a comma."""
    family, comma, given = full.partition(",")
    if comma and given.strip():
        return given.strip(), family.strip()
    given, _, family = full.rpartition(" ")
    return (given.strip(), family) if given else (family, None)


def fallback(draft: Draft) -> str:
    """What a person without a name is called: by address, else by phone, else by key."""
    entered = (
        draft.entered.get("email") or draft.entered.get("phone") or draft.get("email") or draft.get("phone")
    )
    if isinstance(entered, list):
        entered = entered[0]
    return called(entered, draft.key)


def called(address: object, key: str | None) -> str:
    """What a person without a name is called who has this address, else this key."""
    return str(address or (f"#{key}" if key else "(no name)"))


def is_name(name: str) -> bool:
    """Whether a name is one, and not what somebody without a name is called by."""
    return "@" not in name and not name.startswith(("#", "(")) and any(map(str.isalpha, name))


def phone_key(change: Change, number: str, country: str | None) -> str:
    """The form in which two writings of a phone number are one: E.164, else its digits."""
    return phones.e164(number, country or change.config.country) or phones.dial_key(number)


def check_wishes(draft: Draft) -> None:
    """Refuse a best time that nobody could keep to; what an import brings is kept as it came.

    Raises:
        InvalidError: it is neither a part of the day nor two times of it.
    """
    said = draft.values.get("best_time")
    if not said or draft.imported:
        return
    wish = said.strip().lower().replace(" ", "")
    first, _, last = wish.partition("-")
    if wish not in DAYTIMES and not (_TIME.fullmatch(first) and _TIME.fullmatch(last) and first != last):
        raise InvalidError(
            f"best_time: {said!r} is no time of day; write morning, afternoon, evening or 09:00-11:30"
        )
    draft.values["best_time"] = wish


def addresses(change: Change, drafts: Sequence[Draft]) -> None:
    """Turn entered e-mails and phones into parts: the first entered is the primary one, others stay.

    None entered, where the field is emptied, leaves none.
    """
    for entered, part, table in ADDRESSES:
        told = [
            draft for draft in drafts if draft.entered.get(entered) is not None and part not in draft.parts
        ]
        standing = _standing(change, table, [draft for draft in told if draft.before is not None])
        for draft in told:
            texts = draft.entered[entered]
            rows = standing.get(draft.id, []) if draft.before is not None and texts else []
            said = draft.entered.get(part) or [{"value": text} for text in texts]
            draft.parts[part] = _merged(change, entered, said, rows, draft)


def moved(change: Change, drafts: Sequence[Draft]) -> None:
    """Read the phones of those whose country has changed as numbers of the new one."""
    gone = [draft for draft in drafts if draft.before and draft.before["country"] != draft.get("country")]
    standing = _standing(change, "contact_phone", [draft for draft in gone if "phones" not in draft.parts])
    for draft in gone:
        if rows := draft.parts.get("phones", standing.get(draft.id)):
            country = draft.get("country")
            draft.parts["phones"] = [row | {"key": phone_key(change, row["value"], country)} for row in rows]


def _standing(change: Change, table: str, drafts: Sequence[Draft]) -> dict[int, list[dict[str, Any]]]:
    """The addresses that contacts have now, by contact."""
    found: dict[int, list[dict[str, Any]]] = {}
    if drafts:
        question = f"SELECT * FROM {table} WHERE contact_id IN (SELECT value FROM json_each(?)) ORDER BY id"
        for row in change.rows(question, json.dumps([draft.id for draft in drafts])):
            found.setdefault(row["contact_id"], []).append(
                {k: row[k] for k in dict(row) if k != "contact_id"}
            )
    return found


def _merged(
    change: Change, entered: str, said: list[dict[str, Any]], standing: list[dict[str, Any]], draft: Draft
) -> list[dict[str, Any]]:
    """The standing rows and those that are said; what is not said of one that stands is kept."""
    is_email, country = entered == "email", draft.get("country")
    rows = standing
    for position, each in enumerate(said):
        text = each["value"]
        key = emails.key(text) if is_email else phone_key(change, text, country)
        row = next((row for row in rows if row["key"] == key), None) if rows else None
        if row is None:
            wrong = int(is_email and not emails.is_valid(text))
            row = {"value": text, "key": key, "kind": None, "primary": 0, "opted_out": 0, "invalid": wrong}
            rows.append(row)
        elif position == 0 and row["value"] != text:
            row["value"] = text
        if len(each) > 1:
            row |= {name: value for name, value in each.items() if name != "value"}
        if position == 0 and not row["primary"]:
            for other in rows:
                other["primary"] = 0
            row["primary"] = 1
    return rows
