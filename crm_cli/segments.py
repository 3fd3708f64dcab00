"""Whom a segment holds, as a condition on ids: what the filters `segment=`, `answered=` and `targeted=` compile to.

A static segment lists its members; a dynamic one is a filter that is evaluated when it is used, within other
segments too; a suppression list holds the records, addresses and whole domains that it names. Contacts are also
in a segment of companies by their company, and in one of leads as what a lead became; what names a contact or a
company, such as a deal, is where these are, and a campaign where it is aimed.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from crm_cli import fields, filters, refs
from crm_cli.conditions import Asking, Where
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.fields import Noun

LISTED = "SELECT record_id FROM segment_member WHERE segment_id = ? AND noun = '{}'"
# (asked, held) → how a question to the held ones becomes a condition on those that are asked for
ACROSS = {
    ("contact", "company"): "company_id IN ({})",
    ("contact", "lead"): "id IN (SELECT contact_id FROM lead WHERE id IN ({}))",
}
# The addresses of a noun: its ids and their comparing forms.
ADDRESSES = {
    "contact": (
        'SELECT contact_id AS id, "key" FROM contact_email',
        'SELECT contact_id AS id, "key" FROM contact_phone',
    ),
    "lead": ('SELECT id, lower(email) AS "key" FROM lead', 'SELECT id, phone_key AS "key" FROM lead'),
    "company": ('SELECT id, lower(email) AS "key" FROM company', 'SELECT id, phone AS "key" FROM company'),
}  # fmt: skip
# The campaigns that are aimed at a segment.
AIMED = "id IN (SELECT campaign_id FROM campaign_segment WHERE segment_id = ? AND NOT excluded)"
# The members of a campaign, as ids of a noun.
MEMBERS = {
    "contact": "SELECT contact_id FROM member WHERE contact_id IS NOT NULL AND {0} "
    "UNION SELECT l.contact_id FROM member JOIN lead AS l ON l.id = member.lead_id "
    "WHERE l.contact_id IS NOT NULL AND {0}",
    "lead": "SELECT lead_id FROM member WHERE lead_id IS NOT NULL AND {0} "
    "UNION SELECT l.id FROM lead AS l JOIN member ON member.contact_id = l.contact_id WHERE {0}",
    "company": "SELECT c.company_id FROM contact AS c JOIN member ON member.contact_id = c.id "
    "WHERE c.company_id IS NOT NULL AND {0}",
}
STATES = {
    "answered": "member.campaign_id = ? AND member.first_responded_at IS NOT NULL",
    "targeted": "member.campaign_id = ? AND member.status <> 'excluded' AND NOT member.control",
}


def condition(noun: Noun, name: str, text: str, asking: Asking) -> Where:
    """The condition that `segment`, `answered` or `targeted` makes with one name.

    Raises:
        InvalidError: nothing is called so, or the segment cannot be used; says which and why.
    """
    if not text:
        raise InvalidError(f"{name}= needs a name; `crm {_named(name)} list` shows them")
    if name == "segment":
        return holding(noun, _find("segment", text, asking), asking)
    return f"id IN ({MEMBERS[noun.name].format(STATES[name])})", [_find("campaign", text, asking)] * (
        MEMBERS[noun.name].count("{0}")
    )


def holding(noun: Noun, segment_id: int, asking: Asking) -> Where:
    """The condition on the ids of a noun that a segment holds them.

    Raises:
        InvalidError: it holds others, or its filter cannot be used.
    """
    if noun.name == "campaign":
        return AIMED, [segment_id]
    number, name, kind, on, text = _row(asking.connection, segment_id)
    if noun.name not in ADDRESSES:
        return _any_of(_by_link(noun, number, on, asking))
    if kind == "suppression":
        return _suppressed(asking.connection, noun, number)
    if noun.name != on and (noun.name, on) not in ACROSS:
        raise InvalidError(
            f'segment "{name}" holds {fields.plural(on)}, not {noun.view}; use a segment of {noun.view}'
        )
    inner, bound = _found(number, name, text, fields.noun(on), asking) if kind == "dynamic" else (
        LISTED.format(on), [number])  # fmt: skip
    return ACROSS.get((noun.name, on), "id IN ({})").format(inner), bound


def belongs(noun: Noun) -> bool:
    """Whether records of a noun are in segments: people and companies, and what names one."""
    return noun.name in ADDRESSES or bool(noun.columns.keys() & {"contact_id", "company_id"})


def spread(noun: Noun, asking: Asking) -> None:
    """Note in the temporary table `segment_holding` which records of a noun each segment holds.

    A record that is neither a person nor a company is where its contact or its company is.
    """
    asking.connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS segment_holding "  # in the order in which records are joined to it
        "(segment_id INTEGER, record_id INTEGER, PRIMARY KEY (record_id, segment_id)) WITHOUT ROWID"
    )
    asking.connection.execute("DELETE FROM segment_holding")
    question = "SELECT id, \"on\" FROM segment WHERE kind <> 'suppression' ORDER BY id"
    for number, on in asking.connection.execute(question).fetchall():
        where, bound = _any_of(_by_link(noun, number, on, asking))
        asking.connection.execute(
            f"INSERT INTO segment_holding SELECT ?, id FROM {noun.view} WHERE {where}", [number, *bound]
        )


def _any_of(found: Iterable[Where]) -> Where:
    listed = list(found)
    where = " OR ".join(f"({each})" for each, _ in listed)
    return where or "0", [value for _, each in listed for value in each]


def _by_link(noun: Noun, number: int, on: str, asking: Asking) -> Iterator[Where]:
    """The conditions on a noun that a segment of `on` holds it, itself or by what it names."""
    for held in (noun.name,) if noun.name in ADDRESSES else ("contact", "company"):
        if held == on or (held, on) in ACROSS:
            where, bound = holding(fields.noun(held), number, asking)
            if held == noun.name:
                yield where, bound
            elif f"{held}_id" in noun.columns:
                yield f"{held}_id IN (SELECT id FROM {fields.plural(held)} WHERE {where})", bound


def _found(number: int, name: str, text: str | None, held: Noun, asking: Asking) -> Where:
    """The ids that a dynamic segment finds."""
    mend = f"mend it with `crm segment edit {number} --filter …`"
    if number in asking.within:
        raise InvalidError(f'segment "{name}" is defined by itself; {mend}')
    if not text:
        raise InvalidError(f'segment "{name}" has no filter; {mend}')
    try:
        inner = replace(asking, within=(*asking.within, number))
        where, bound = filters.where(held, filters.terms(text), inner)
    except InvalidError as error:
        said = str(error)
        if asking.within or "cannot be used" in said or "defined by itself" in said:
            raise
        raise InvalidError(f'segment "{name}" cannot be used: {said}; {mend}') from None
    return f"SELECT id FROM {held.view} WHERE {where}", bound


def _suppressed(connection: sqlite3.Connection, noun: Noun, number: int) -> Where:
    """Who a suppression list names: the record or what it belongs to, an address of it, the domain of one."""
    asked: Any = noun.name
    parts = [f"id IN ({LISTED.format(asked)})"]
    parts += [how.format(LISTED.format(held)) for (who, held), how in ACROSS.items() if who == asked]
    bound: list[Any] = [number] * len(parts)
    question = "SELECT address FROM segment_member WHERE segment_id = ? AND address IS NOT NULL"
    listed = [row[0] for row in connection.execute(question, (number,))]
    for addresses in ADDRESSES[asked] if listed else ():
        parts.append(f'id IN (SELECT id FROM ({addresses}) WHERE "key" IN ({question}))')
        bound.append(number)
    for each in listed:
        if each.startswith("@"):
            parts.append(f"id IN (SELECT id FROM ({ADDRESSES[asked][0]}) WHERE \"key\" LIKE ? ESCAPE '!' "
                         "OR \"key\" LIKE ? ESCAPE '!')")  # fmt: skip
            domain = each[1:].replace("!", "!!").replace("%", "!%").replace("_", "!_")
            bound += [f"%@{domain}", f"%.{domain}"]
    return " OR ".join(f"({each})" for each in parts), bound


def _find(to: str, text: str, asking: Asking) -> int:
    try:
        return refs.resolve(asking.connection, to, text)
    except NotFoundError as error:
        raise InvalidError(str(error)) from None


def _named(name: str) -> str:
    return "segment" if name == "segment" else "campaign"


def _row(connection: sqlite3.Connection, segment_id: int) -> tuple[int, str, str, str, str | None]:
    question = 'SELECT id, name, kind, "on", filter FROM segment WHERE id = ?'
    found = connection.execute(question, (segment_id,)).fetchone()
    if found is None:
        raise InvalidError(f"there is no segment {segment_id}; `crm segment list` shows them")
    number, name, kind, on, text = found
    return number, name, kind, on, text
