"""Whose an e-mail address is: our own, that of contacts, or that of leads; asked once a batch.

A lead that has become a contact with the same address is that contact.
"""

import json
from collections.abc import Iterable

from crm_cli.changing import Change
from crm_cli.values import emails

Who = tuple[str, int]
"""A noun and an id."""


class Addresses:
    """The people of the store by address."""

    def __init__(self, change: Change) -> None:
        self.change = change
        told = change.config.get("email").split(",")
        users = (row[0] for row in change.rows("SELECT email FROM user WHERE email IS NOT NULL"))
        self.ours = {emails.key(each) for each in (*told, *users) if each.strip()}
        self._known: dict[str, list[Who]] = {}
        self._mixed = {
            emails.key(row[0]): row[0]
            for row in change.rows("SELECT email FROM lead WHERE email <> lower(email)")
        }

    def look_up(self, addresses: Iterable[str]) -> None:
        """Ask the store who has the addresses; what was asked before is forgotten."""
        keys = dict.fromkeys(map(emails.key, addresses))
        self._known = {key: [] for key in keys}
        contacts = "SELECT key, contact_id FROM contact_email WHERE key IN (SELECT value FROM json_each(?)) ORDER BY id"
        for row in self.change.rows(contacts, json.dumps(list(keys))):
            self._known[row[0]].append(("contact", row[1]))
        written = [*keys, *(self._mixed[key] for key in keys if key in self._mixed)]
        leads = "SELECT email, id, converted_at FROM lead WHERE email IN (SELECT value FROM json_each(?)) ORDER BY id"
        for row in self.change.rows(leads, json.dumps(written)):
            known = self._known[emails.key(row[0])]
            if row[2] is None or not any(noun == "contact" for noun, _ in known):
                known.append(("lead", row[1]))

    def of(self, addresses: Iterable[str]) -> list[Who]:
        """Those who have one of the addresses that were looked up, each once."""
        return list(dict.fromkeys(who for each in addresses for who in self._known.get(emails.key(each), ())))

    def is_ours(self, address: str) -> bool:
        """Whether an address is ours."""
        return emails.key(address) in self.ours

    def is_known(self, address: str) -> bool:
        """Whether somebody has an address that was looked up, or it is ours."""
        return bool(self.is_ours(address) or self._known.get(emails.key(address)))
