"""Whether what is stored can be what it says: the faults that `report quality` counts and `crm clean --list` names.

A fault is a condition in SQL over a row of a noun's view, called `it`; ?1 is the day of today. What takes more
than SQL to tell (an address, a number, a country, a web address) is asked of `fault(kind, value, country)`,
which `on` gives to a connection.
"""

import sqlite3
from functools import lru_cache

from crm_cli import values
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.values import emails

ASKED = frozenset(("email", "phone", "url", "country"))
STALE_MONTHS = 12
# Whom the next step is asked of, and what has one: a thing that is still to be done, or a word of it.
OPEN_ACTIVITY = "status IN ('planned', 'not_started', 'in_progress', 'waiting', 'deferred')"
WORKED_ON = {
    "deal": "stage_id IN (SELECT id FROM stage WHERE kind = 'open')",
    "lead": "converted_at IS NULL AND status NOT IN ('converted', 'unqualified', 'junk')",
}
_TOLD_APART = (
    "EXISTS (SELECT 1 FROM not_duplicate AS two WHERE two.noun = '{}' "
    "AND two.a_id = min(it.id, other.{id}) AND two.b_id = max(it.id, other.{id}))"
)
# Records that another one equals, unless somebody has said that they are two: over a row called `it`.
EQUALS = {
    "contact": "EXISTS (SELECT 1 FROM contact_email AS mine JOIN contact_email AS other ON other.key = mine.key "
    "WHERE mine.contact_id = it.id AND other.contact_id <> it.id AND NOT mine.invalid "
    f"AND NOT {_TOLD_APART.format('contact', id='contact_id')})",
    "company": "EXISTS (SELECT 1 FROM company AS other WHERE other.id <> it.id AND (other.name_key = "
    "(SELECT name_key FROM company WHERE id = it.id) OR other.domain = it.domain) "
    f"AND NOT {_TOLD_APART.format('company', id='id')})",
    "lead": "it.converted_at IS NULL AND EXISTS (SELECT 1 FROM lead AS other WHERE other.email = it.email "
    f"AND other.id <> it.id AND other.converted_at IS NULL AND NOT {_TOLD_APART.format('lead', id='id')})",
}


def on(connection: sqlite3.Connection, country: str | None) -> None:
    """Let a connection ask `fault`; `country` is that of numbers whose record names none."""
    connection.create_function(
        "fault", 3, lambda kind, value, own: fault(kind, value, own or country), deterministic=True
    )


@lru_cache(maxsize=10_000)
def fault(kind: str, value: str | None, country: str | None = None) -> str | None:
    """Why a value cannot be what its kind says; None where it can, or where there is nothing to say."""
    if value is None:
        return None
    if kind == "email":
        return None if emails.is_valid(value) else "is no e-mail address"
    if kind == "phone":
        return _phone(value, country)
    if kind == "country":
        from crm_cli.values import countries

        return None if countries.name(value) else "is no country of ISO 3166"
    try:
        values.stored(kind, value)
    except InvalidError as error:
        return str(error).removeprefix(f'"{value}" ').partition(";")[0]
    return None


def wrong(noun: str, each: Field) -> str:
    """The condition that a row called `it` holds something wrong in a field; empty where nothing can be."""
    if noun == "contact" and each.name in ("email", "phone"):
        told = f"fault('{each.kind}', part.value, it.country)"
        return (
            f"EXISTS (SELECT 1 FROM contact_{each.name} AS part WHERE part.contact_id = it.id "
            f"AND (part.invalid OR {told} IS NOT NULL))"
        )
    if each.kind in ASKED:
        return f"fault('{each.kind}', it.{each.name}, {own_country(noun)}) IS NOT NULL"
    if each.name == "birthday":
        return "it.birthday > ?1"
    return ""


def own_country(noun: str) -> str:
    """The column of a record's country, `NULL` for a noun that has none."""
    return "it.country" if noun in ("contact", "company", "lead") else "NULL"


def has_next(noun: str) -> str:
    """The condition that something is still to be done about a row called `it`."""
    said = "it.next_step IS NOT NULL OR " if noun == "deal" else ""
    return (
        f"({said}EXISTS (SELECT 1 FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id "
        f"WHERE l.noun = '{noun}' AND l.record_id = it.id AND a.{OPEN_ACTIVITY}))"
    )


def _phone(value: str, country: str | None) -> str | None:
    from crm_cli.values import phones

    if phones.e164(value, country):
        return None
    return f"is no number of {country}" if country else "does not say its country"
