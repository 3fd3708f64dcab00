"""People and organisations as vCard 4.0 or 3.0: what other programs' address books take in.

A card has what address books have a place for; `export` as CSV has every field. Its UID is the one it came
with, else made of our uid, which stands beside it, so that cards that come back find their records.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crm_cli.formats.card_fields import ADDRESS, OUR_UID, urn
from crm_cli.formats.cards import KIND
from crm_cli.formats.vcard import BEGIN, END, escaped, folded
from crm_cli.values import countries

_MADE_UP = "row:"  # begins the key that an import gives to what came without one
_SHARED = ("uid", "external_id", "external_source", "name", *ADDRESS, "tags", "notes", "updated_at")
COLUMNS: dict[str, tuple[str, ...]] = {
    "contact": (*_SHARED, "salutation", "first_name", "last_name", "title", "company", "emails", "phones",
                "birthday", "language", "timezone", "social"),
    "company": (*_SHARED, "email", "phone", "website"),
}  # fmt: skip
_TYPES = {"work": "work", "home": "home", "mobile": "cell", "fax": "fax"}
_WEB = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^\s\\]+\.[^\s\\]+")

Row = Mapping[str, Any]


def cards(noun: str, rows: Iterable[Row], version: str) -> Iterator[str]:
    """The text of a card for each row.

    Args:
        noun: contact or company.
        rows: the columns of `COLUMNS` in stored form.
        version: `4.0` or `3.0`.
    """
    lines = _person if noun == "contact" else _organisation
    for row in rows:
        found = [BEGIN, f"VERSION:{version}", "PRODID:-//crm-cli//crm//EN", *_identity(row)]
        found += [*lines(row, version), *_words(row), f"REV:{_stamp(row['updated_at'], version)}", END]
        yield "".join(map(folded, found))


def _identity(row: Row) -> Iterator[str]:
    came = row["external_id"] if row["external_source"] == KIND else None
    if came and came.startswith(_MADE_UP):
        came = None
    yield f"UID:{escaped(came or urn(row['uid']))}"
    yield f"{OUR_UID}:{escaped(row['uid'])}"
    yield f"FN:{escaped(row['name'])}"


def _person(row: Row, version: str) -> Iterator[str]:
    halves = (row["last_name"], row["first_name"], None, row["salutation"], None)
    yield "N:" + ";".join(escaped(half or "") for half in halves)
    for name, column in (("ORG", "company"), ("TITLE", "title"), ("LANG", "language")):
        if row[column]:
            yield f"{name}:{escaped(row[column])}"
    if row["timezone"]:
        yield f"TZ{';VALUE=text' if version == '3.0' else ''}:{escaped(row['timezone'])}"
    labels = iter(range(1, 1000))
    for name, column in (("EMAIL", "emails"), ("TEL", "phones")):
        found = json.loads(row[column] or "[]")
        for each in found:
            prefers = len(found) > 1 and each["primary"]
            yield from _address(name, each, version, labels, prefers=prefers)
    yield from _post(row)
    if row["birthday"]:
        yield f"BDAY:{row['birthday'] if version == '3.0' else row['birthday'].replace('-', '')}"
    for place in json.loads(row["social"] or "[]"):
        yield _place(place)


def _organisation(row: Row, version: str) -> Iterator[str]:
    yield "KIND:org" if version == "4.0" else "X-ABShowAs:COMPANY"
    if version == "3.0":
        yield "N:;;;;"
    yield f"ORG:{escaped(row['name'])}"
    for name, column in (("EMAIL", "email"), ("TEL", "phone")):
        if row[column]:
            yield f"{name};TYPE=work:{escaped(row[column])}"
    yield from _post(row)
    if row["website"]:
        yield _place(row["website"])


def _address(
    name: str, each: dict[str, Any], version: str, labels: Iterator[int], *, prefers: bool
) -> Iterator[str]:
    """An e-mail address or phone number; a kind that TYPE has no word for stands beside it as a label."""
    kind: str = each.get("kind") or ""
    types = [_TYPES[kind]] if kind in _TYPES else []
    params = ""
    if prefers and version == "4.0":
        params = ";PREF=1"
    elif prefers:
        types = [*types, "pref"]
    if types:
        params += f";TYPE={','.join(types)}"
    group = f"item{next(labels)}." if kind and kind not in _TYPES else ""
    yield f"{group}{name}{params}:{escaped(each['value'])}"
    if group:
        yield f"{group}X-ABLabel:{escaped(kind)}"


def _post(row: Row) -> Iterator[str]:
    """The address; a country by its name, where that names the same country again."""
    parts = [row[name] or "" for name in ADDRESS]
    named = countries.name(parts[-1])
    if named and countries.code(named) == parts[-1]:
        parts[-1] = named
    if any(parts):
        yield "ADR:;;" + ";".join(map(escaped, parts))


def _place(text: str) -> str:
    """An address in the web as such, any other name of a profile as words."""
    return f"URL:{text}" if _WEB.fullmatch(text) else f"X-SOCIALPROFILE:{escaped(text)}"


def _words(row: Row) -> Iterator[str]:
    tags = json.loads(row["tags"] or "[]")
    if tags:
        yield "CATEGORIES:" + ",".join(map(escaped, tags))
    if row["notes"]:
        yield f"NOTE:{escaped(row['notes'])}"


def _stamp(instant: str, version: str) -> str:
    return instant if version == "3.0" else instant.replace("-", "").replace(":", "")
