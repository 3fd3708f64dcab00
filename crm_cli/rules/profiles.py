"""Reading from the store what tells whose a record is: the profiles that evidence compares."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from crm_cli.rules import identity, people
from crm_cli.rules.evidence import Profile
from crm_cli.rules.likeness import words
from crm_cli.values import emails, phones
from crm_cli.values.folding import fold

NOUNS = ("contact", "company", "lead")
MANY = 20  # records that share a key from which it is taken for a switchboard, a team's mailbox or a filler
SHORTEST = 4  # characters of a number that tells anybody apart
_ADDRESS = "street, postal_code, city"
_QUESTIONS = {
    "contact": f"""
        SELECT id, name, national_id AS number, birthday, {_ADDRESS}, NULL AS domain,
          (SELECT name FROM company WHERE company.id = company_id) AS company,
          (SELECT json_group_array(key) FROM contact_email WHERE contact_id = contact.id) AS emails,
          (SELECT json_group_array(key) FROM contact_phone WHERE contact_id = contact.id) AS phones
        FROM contact""",
    "lead": f"""
        SELECT id, name, NULL AS number, NULL AS birthday, {_ADDRESS}, NULL AS domain,
          company_name AS company, json_array(email) AS emails, json_array(phone_key) AS phones
        FROM lead""",
    "company": f"""
        SELECT id, name, tax_number AS number, NULL AS birthday, {_ADDRESS}, domain,
          NULL AS company, json_array(email) AS emails, json_array(phone) AS phones, country
        FROM company""",
}


def profiles(
    connection: sqlite3.Connection, noun: str, ids: Collection[int] | None = None, country: str | None = None
) -> dict[int, Profile]:
    """The profiles of records, or of all, by id; `country` is that of phone numbers that name none."""
    where, bound = (
        ("", ())
        if ids is None
        else (" WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
    )
    answer = connection.execute(_QUESTIONS[noun] + where + " ORDER BY id", bound)
    names = [each[0] for each in answer.description]
    return {row[0]: _profile(noun, dict(zip(names, row, strict=True)), country) for row in answer}


def telling(found: dict[int, Profile]) -> dict[int, Profile]:
    """The profiles without the keys that too many share to tell anybody apart."""
    shared = Counter(key for each in found.values() for key in _keys(each))
    common = {key for key, times in shared.items() if times > MANY}
    if not common:
        return found
    return {number: _without(each, common) for number, each in found.items()}


def _keys(each: Profile) -> Iterator[tuple[str, str]]:
    yield from (("e", key) for key in each.emails)
    yield from (("p", key) for key in each.phones)
    if each.number:
        yield "n", each.number
    if each.domain:
        yield "d", each.domain


def _without(each: Profile, common: set[tuple[str, str]]) -> Profile:
    from dataclasses import replace

    if common.isdisjoint(_keys(each)):
        return each
    return replace(
        each,
        emails=frozenset(key for key in each.emails if ("e", key) not in common),
        phones=frozenset(key for key in each.phones if ("p", key) not in common),
        number=None if ("n", each.number) in common else each.number,
        domain=None if ("d", each.domain) in common else each.domain,
    )


def _profile(noun: str, row: dict[str, Any], country: str | None) -> Profile:
    name = row["name"] if people.is_name(row["name"]) else ""
    numbers = [key for key in json.loads(row["phones"]) if key]
    if noun == "company":
        numbers = [_dial(key, row["country"] or country) for key in numbers]
    return Profile(
        id=row["id"],
        name=() if noun == "company" else words(name),
        bare=identity.bare_name(name) if noun == "company" and name else "",
        emails=frozenset(emails.key(key) for key in json.loads(row["emails"]) if key),
        phones=frozenset(numbers),
        number=_number(row["number"]),
        birthday=row["birthday"],
        street=" ".join(words(row["street"])),
        place=(fold(row["postal_code"] or "").replace(" ", ""), " ".join(words(row["city"]))),
        company=_bare(row["company"]) if row["company"] else "",
        domain=row["domain"] if row["domain"] not in identity.FREE_MAIL else None,
    )


@lru_cache(maxsize=100_000)
def _bare(name: str) -> str:
    return identity.bare_name(name)


def _number(text: str | None) -> str | None:
    """A national or tax number without its punctuation; a filler such as 00000000 is none."""
    found = "".join(filter(str.isalnum, fold(text or "")))
    return found if len(found) >= SHORTEST and len(set(found)) > 1 else None


def _dial(number: str, country: str | None) -> str:
    return phones.e164(number, country) or phones.dial_key(number)
