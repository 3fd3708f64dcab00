"""Who of some people may be reached over a channel for a purpose: preferences, addresses, suppression, consent.

Of the entries of the log of consent for a purpose the latest counts that has not expired; one that has expired
gives way to the one before it. Marketing is also refused to whoever opted out of marketing as a whole, unless they
agreed to the purpose itself later. What a lead said holds for the contact that it became.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from crm_cli import clock, config, fields
from crm_cli.changing import Change

MARKETING, SERVICE = "marketing", "service"
AGREED = ("opted_in", "confirmed")
GROUNDS = ("contract", "legitimate_interest")
# channel → the flag that forbids it, what it is called
CHANNELS = {
    "email": ("do_not_email", "e-mail"),
    "phone": ("do_not_phone", "calls"),
    "sms": ("do_not_sms", "text messages"),
    "mail": ("do_not_mail", "letters"),
}
LACKING = {
    "email": "e-mail address",
    "phone": "phone number",
    "sms": "phone number",
    "mail": "postal address",
}
THESE = "IN (SELECT value FROM json_each(?))"
Reason = tuple[int, str]


class Address(NamedTuple):
    """Where a person is reached over a channel; the key is its comparing form."""

    id: int
    value: str
    key: str
    opted_out: int = 0
    invalid: int = 0


class Entry(NamedTuple):
    """What counts of the log of consent for one purpose."""

    purpose: str
    state: str
    basis: str | None
    source: str | None
    at: str
    expires: str | None


@dataclass
class Question:
    """Who of some records may be reached over a channel for a purpose."""

    connection: sqlite3.Connection
    noun: str
    ids: list[int]
    channel: str
    purpose: str
    bulk: bool
    now: str
    today: str
    required: bool

    @classmethod
    def of(
        cls,
        asked: Change | sqlite3.Connection,
        noun: str,
        record_ids: Iterable[int],
        channel: str,
        purpose: str,
        *,
        bulk: bool,
    ) -> "Question":
        """The question as it is put now, with the settings as they are.

        Raises:
            InvalidError: there is no such channel.
        """
        if channel not in CHANNELS:
            raise fields.nearest(channel, list(CHANNELS), "channel")
        connection = asked if isinstance(asked, sqlite3.Connection) else asked.connection
        settings = config.load()
        now, today = clock.now(settings.zone), clock.today(settings.zone).isoformat()
        required = settings.get("consent.required") == "yes"
        return cls(connection, noun, list(record_ids), channel, purpose.lower(), bulk, now, today, required)

    def reasons(self) -> Iterator[Reason]:
        """Every reason not to reach one of them, those that weigh most first."""
        yield from self.unknown()
        yield from self.unwished()
        yield from self.unreachable()
        yield from self.suppressed()
        yield from self.unconsented()

    @cached_property
    def addresses(self) -> dict[int, Address]:
        """By id the address that would be used: the primary one, another only where that one is invalid."""
        found: dict[int, Address] = {}
        if self.channel == "mail":
            return {
                record_id: Address(record_id, place, place)
                for record_id, place in self._ask(
                    f"SELECT id, coalesce(street, city) FROM {self.noun} WHERE id {THESE} "
                    "AND coalesce(street, city) IS NOT NULL"
                )
            }
        for row in self._ask(self._addresses()):
            if row[0] not in found or (found[row[0]].invalid and not row[4]):
                found[row[0]] = tuple.__new__(Address, row)
        return found

    @cached_property
    def said(self) -> dict[int, dict[str, Entry]]:
        """By id and purpose the entry of the log that counts, for the purpose asked and for marketing."""
        found: dict[int, dict[str, Entry]] = {}
        for record_id, *entry in self._log():
            found.setdefault(record_id, {})[entry[0]] = Entry(*entry)
        return found

    def objection(self, record_id: int) -> str | None:
        """Why the log forbids the purpose for a person, None where it does not."""
        said = self.said.get(record_id, {})
        own, whole = said.get(self.purpose), said.get(MARKETING)
        if own and own.state == "opted_out":
            return f"opted out of {self.purpose} on {own.at[:10]}"
        if self.purpose == SERVICE:
            return None
        if whole and whole.state == "opted_out" and not (own and own.state in AGREED and own.at > whole.at):
            return f"opted out of {MARKETING} on {whole.at[:10]}"
        if self.required and not any(each and _allows(each) for each in (own, whole)):
            return f"has not agreed to {self.purpose}, which the setting consent.required asks for"
        return None

    def unknown(self) -> Iterator[Reason]:
        """Who is not there: deleted, or forgotten."""
        question = f"SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM {self.noun})"
        for (each,) in self._ask(question):
            yield each, f"there is no {self.noun} {each} any more"

    def unwished(self) -> Iterator[Reason]:
        """Who does not want it, as the preferences say."""
        if self.noun == "company":
            return
        flag, called = CHANNELS[self.channel]
        bulk = "do_not_bulk_email" if self.bulk and self.channel == "email" else "0"
        question = f"SELECT id, {flag} FROM {self.noun} WHERE id {THESE} AND ({flag} OR {bulk})"
        for record_id, none_at_all in self._ask(question):
            yield (
                record_id,
                f"wants no {called} at all ({flag})"
                if none_at_all
                else "wants no mass e-mail (do_not_bulk_email)",
            )

    def unreachable(self) -> Iterator[Reason]:
        """Who has no address, or one that reaches nobody; one that opted out may still get what was asked for."""
        refused = self._refused()
        addresses = self.addresses
        for each in self.ids:
            at = addresses.get(each)
            if at is None:
                yield each, f"has no {LACKING[self.channel]}"
            elif at.opted_out and self.purpose != SERVICE:
                yield each, f"{at.value} has opted out"
            elif at.invalid or (refused and (each, at.key) in refused):
                yield each, f"{at.value} is not valid: what is sent there does not arrive"

    def suppressed(self) -> Iterator[Reason]:
        """Who stands in a suppression list: the record, the address or its domain."""
        names = dict(
            self.connection.execute("SELECT id, name FROM segment WHERE kind = 'suppression'").fetchall()
        )
        if not names:
            return
        for record_id, segment in self._ask(self._listed()):
            yield record_id, f"is in the suppression list {names[segment]}"
        listed = {
            address.strip().casefold(): segment
            for address, segment in self.connection.execute(
                "SELECT m.address, m.segment_id FROM segment_member AS m JOIN segment AS s ON s.id = m.segment_id "
                "WHERE s.kind = 'suppression' AND m.address IS NOT NULL"
            )
        }
        domains: dict[str, str] = {}  # the listed one that each is or belongs to
        for record_id, value, key, *_ in self.addresses.values() if listed else ():
            hit = key if key in listed else value.casefold()
            if hit not in listed and self.channel == "email":
                domain = key.rpartition("@")[2] if "@" in key else ""
                if domain not in domains:
                    domains[domain] = next((each for each in _above(domain) if each in listed), "")
                hit = domains[domain]
            if hit in listed:
                yield record_id, f"{hit} is in the suppression list {names[listed[hit]]}"

    def unconsented(self) -> Iterator[Reason]:
        """Whom the log of consent keeps us from reaching."""
        if self.noun == "company":
            return
        for each in self.ids if self.required else self.said:
            if objection := self.objection(each):
                yield each, objection

    def _addresses(self) -> str:
        """The addresses of each record, the primary one first, in the order of an index."""
        if self.noun == "contact":
            part = "contact_email" if self.channel == "email" else "contact_phone"
            return (
                f'SELECT contact_id, value, "key", opted_out, invalid FROM {part} WHERE contact_id IN '
                '(SELECT value FROM json_each(?)) ORDER BY contact_id, "primary" DESC, id'
            )
        column = "email" if self.channel == "email" else "phone"
        key = {"email": "lower(email)", "phone": "phone_key" if self.noun == "lead" else "phone"}[column]
        return f"SELECT id, {column}, {key}, 0, 0 FROM {self.noun} WHERE id {THESE} AND {column} IS NOT NULL"

    def _refused(self) -> set[tuple[int, str]]:
        """The addresses of leads, which hold no mark of their own, that a mail server has refused for good."""
        if self.noun != "lead" or self.channel != "email":
            return set()
        question = (
            "SELECT lead_id, lower(\"to\") FROM delivery WHERE status = 'failed' AND error GLOB '5[0-9][0-9]*' "
            f"AND lead_id {THESE}"
        )
        return {(record_id, to) for record_id, to in self._ask(question)}

    def _listed(self) -> str:
        """The records that stand in suppression lists, by themselves, by their company, or as the lead they were."""
        listed = (
            "SELECT {0}, m.segment_id FROM segment_member AS m JOIN segment AS s ON s.id = m.segment_id {1} "
            "WHERE s.kind = 'suppression' AND m.noun = '{2}' AND {0} IN (SELECT value FROM json_each(?1))"
        )
        found = [listed.format("m.record_id", "", self.noun)]
        if self.noun == "contact":
            found.append(listed.format("c.id", "JOIN contact AS c ON c.company_id = m.record_id", "company"))
            found.append(listed.format("l.contact_id", "JOIN lead AS l ON l.id = m.record_id", "lead"))
        return " UNION ALL ".join(found)

    def _log(self) -> list[Any]:
        """Entries of the log that hold today, for the purpose and for marketing, the earliest first."""
        purposes = (self.purpose,) if self.purpose == SERVICE else (self.purpose, MARKETING)
        columns = "c.purpose, c.state, c.basis, c.source, c.at, c.expires"
        chosen = f"{THESE} AND c.at <= ? AND (c.expires IS NULL OR c.expires >= ?)"
        question = (
            f"SELECT c.{self.noun}_id, {columns}, c.id FROM consent AS c WHERE c.{self.noun}_id {chosen}"
        )
        bound = [self._asked, self.now, self.today]
        if self.noun == "contact":  # what was said before they became one
            question += (
                f" UNION ALL SELECT l.contact_id, {columns}, c.id FROM lead AS l JOIN consent AS c ON c.lead_id = l.id "
                f"WHERE l.contact_id {chosen}"
            )
            bound *= 2
        rows = self.connection.execute(f"{question} ORDER BY 6, 8", bound)
        return [tuple(row)[:7] for row in rows if row[1] in purposes]

    def _ask(self, question: str) -> list[Any]:
        cursor = self.connection.cursor()
        cursor.row_factory = None  # tuples: there may be a hundred thousand
        return cursor.execute(question, (self._asked,)).fetchall()

    @cached_property
    def _asked(self) -> str:
        return json.dumps(self.ids)


def _above(domain: str) -> Iterator[str]:
    """What a suppression list may call a domain by: itself, and those above it."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        yield "@" + ".".join(labels[start:])


def _allows(entry: Entry) -> bool:
    """Whether an entry is ground enough to write: agreed, or lawful without asking."""
    return entry.state in AGREED or (entry.state == "unknown" and entry.basis in GROUNDS)
