"""Who asked to be forgotten, as far as an import must know it: keyed hashes of addresses and of import keys.

They keep imports from bringing a person back and say nothing by themselves: without the store's key, which is
random and stands beside them, they cannot be made for a list of addresses. An address that somebody else has too
gets none, since it would keep that person away.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import people
from crm_cli.rules.drafts import Draft
from crm_cli.rules.person import INSTEAD, PEOPLE, THESE, Person, identities, listed
from crm_cli.values import emails

MANY = "asked to be forgotten"
Stone = tuple[str, str, str]
"""A hash, the key that it is made with, and when it was."""


class Tombstones:
    """The hashes of a store, to hold addresses against."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self._key: str = change.value("SELECT key FROM forgotten LIMIT 1") or ""

    def __bool__(self) -> bool:
        """Whether anybody is forgotten."""
        return bool(self._key)

    def known(self, said: Iterable[str]) -> set[str]:
        """Those of some addresses and keys, as `mails`, `numbers` and `identities` say them, that are forgotten."""
        wanted = {self._digest(each): each for each in said} if self._key else {}
        if not wanted:
            return set()
        question = f"SELECT digest FROM forgotten WHERE digest {THESE}"
        return {wanted[row[0]] for row in self.change.rows(question, listed(wanted))}

    def set(self, said: Iterable[str]) -> int:
        """Remember that what somebody was known by is to be forgotten; returns how much of it is new."""
        self._key = self._key or secrets.token_hex(16)
        fresh = [self._digest(each) for each in sorted(set(said))]
        before = self.change.connection.total_changes
        self.change.connection.executemany(
            "INSERT INTO forgotten (digest, key, at) SELECT ?1, ?2, ?3 "
            "WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE digest = ?1)",
            [(each, self._key, self.change.now) for each in fresh],
        )
        return self.change.connection.total_changes - before

    def lift(self, said: Iterable[str]) -> None:
        """Let somebody be known again."""
        digests = listed(map(self._digest, said))
        self.change.connection.execute(f"DELETE FROM forgotten WHERE digest {THESE}", (digests,))

    def _digest(self, said: str) -> str:
        return blake2b(said.encode(), key=bytes.fromhex(self._key), digest_size=32).hexdigest()


def mails(addresses: Iterable[Any]) -> list[str]:
    """E-mail addresses as they are hashed."""
    return [f"email:{emails.key(each)}" for each in addresses if each]


def numbers(keys: Iterable[Any]) -> list[str]:
    """Phone numbers in their comparing form as they are hashed."""
    return [f"phone:{each}" for each in keys if each]


def bury(change: Change, person: Person) -> None:
    """Set the hashes of a person who is gone from the store; addresses that others have are left out."""
    shared = {f"email:{each}" for each in _shared_mails(change, person)}
    shared |= {f"phone:{each}" for each in _shared_numbers(change, person)}
    said = {*mails(person.emails), *numbers(person.phone_keys), *person.identities}
    Tombstones(change).set(said - shared)


def refuse(change: Change, noun: str, draft: Draft, *, force: bool) -> None:
    """Refuse a new contact or lead with an address that is forgotten; by force it is known again from now on.

    Raises:
        ConflictError: somebody with this address asked to be forgotten.
    """
    if noun not in PEOPLE:
        return
    stones = Tombstones(change)
    known = stones.known(said_by(change, draft)) if stones else set()
    if not known:
        return
    if not force:
        raise ConflictError(
            f"somebody with this address {MANY}; give --force where they agree to be known again"
        )
    stones.lift(known)
    change.notes.append(f"the address {MANY}; it is known again")


def said_by(change: Change, draft: Draft) -> list[str]:
    """What a draft of a contact or lead says that somebody may be known by."""
    entered, country = draft.entered, draft.get("country")
    phones = [*(entered.get("phone") or ()), draft.values.get("phone")]
    keys = [people.phone_key(change, each, country) for each in phones if each]
    return [*mails([*(entered.get("email") or ()), draft.values.get("email")]), *numbers(keys)]


def kept(connection: sqlite3.Connection) -> list[Stone]:
    """The hashes as they stand, with their key and time."""
    return connection.execute("SELECT digest, key, at FROM forgotten ORDER BY id").fetchall()


def outlive(change: Change, stones: Sequence[Stone]) -> dict[str, list[int]]:
    """Let hashes stand in a copy that took the store's place; returns whom of them it brought back, ids by noun."""
    change.connection.execute("DELETE FROM forgotten")
    change.connection.executemany("INSERT INTO forgotten (digest, key, at) VALUES (?, ?, ?)", stones)
    known = Tombstones(change)
    told = {
        "contact": "SELECT id, 'uid:' || uid FROM contact UNION ALL "
        "SELECT contact_id, 'email:' || key FROM contact_email",
        "lead": f"SELECT id, 'uid:' || uid FROM lead WHERE name <> '{INSTEAD}' UNION ALL "
        "SELECT id, 'email:' || lower(email) FROM lead WHERE email IS NOT NULL",
    }
    found: dict[str, list[int]] = {}
    for noun, question in told.items():
        pairs = change.rows(question)
        absent = known.known(row[1] for row in pairs)
        found[noun] = sorted({row[0] for row in pairs if row[1] in absent})
    return {noun: ids for noun, ids in found.items() if ids}


def _shared_mails(change: Change, person: Person) -> set[str]:
    keys = listed(person.email_keys | person.emails)
    question = (
        f"SELECT key FROM contact_email WHERE key {THESE} UNION SELECT lower(email) FROM lead WHERE email {THESE} "
        f"UNION SELECT lower(email) FROM user WHERE email {THESE}"
    )
    return {emails.key(row[0]) for row in change.rows(question, keys, keys, keys)}


def _shared_numbers(change: Change, person: Person) -> set[str]:
    keys = listed(person.phone_keys)
    question = (
        f"SELECT key FROM contact_phone WHERE key {THESE} "
        f"UNION SELECT phone_key FROM lead WHERE phone_key {THESE}"
    )
    found = {row[0] for row in change.rows(question, keys, keys)}
    for row in change.rows("SELECT phone, country FROM company WHERE phone IS NOT NULL"):
        if (key := people.phone_key(change, row["phone"], row["country"])) in person.phone_keys:
            found.add(key)
    return found


def of_rows(table: str, rows: Sequence[dict[str, Any]]) -> set[str]:
    """What imports tell some records by."""
    return {each for row in rows for each in identities(table, row)}
