"""Rows of a file about people who asked to be forgotten: they are passed over and counted.

A person is told by an e-mail address, by a key of the file's program, by our uid; by a phone number only where the
row finds nobody here, since several people may be reached by one.
"""

from collections.abc import Iterable, Sequence

from crm_cli.changing import Change
from crm_cli.rules import people, tombstones
from crm_cli.rules.importing.matching import Before
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.rows import Name, Row
from crm_cli.rules.person import INSTEAD
from crm_cli.values import emails

# The nouns whose rows are about people, and the columns in which these hold an address.
OF_PEOPLE = {"contact": (), "lead": ("email",), "member": ("address",), "delivery": ("to",), "survey": ()}
PEOPLE = frozenset(("contact", "lead"))


class Absent:
    """Who is forgotten, for one import."""

    def __init__(self, change: Change, plan: Plan, source: str) -> None:
        self.change, self.plan, self.source = change, plan, source
        self.stones = tombstones.Tombstones(change)
        self.passed = 0

    def among(self, work: Iterable[tuple[Row, Before | None]]) -> set[int]:
        """The places of rows that are about somebody who is forgotten."""
        if self.plan.noun not in OF_PEOPLE or not self.stones:
            return set()
        said = [self._said(row, before) for row, before in work]
        known = self.stones.known(each for row in said for each in row)
        return {place for place, row in enumerate(said) if known.intersection(row)}

    def named(self, names: Iterable[Name]) -> set[Name]:
        """Names of people who are forgotten, of whom no record is made again."""
        if not self.stones:
            return set()
        said = {name: self._name_says(name) for name in names if name.noun in PEOPLE}
        known = self.stones.known(each for row in said.values() for each in row)
        return {name for name, row in said.items() if known.intersection(row)}

    def note(self) -> list[str]:
        """What is to be said of it."""
        return [f"{self.passed:,} skipped: {tombstones.MANY}"] if self.passed else []

    def _said(self, row: Row, before: Before | None) -> Sequence[str]:
        """What a row says that tells whether it is about somebody who is forgotten.

        Who was added again is told by the address that they were added with.
        """
        values, entered = row.values, row.entered
        addresses = [*entered.get("email", ()), *(values.get(each) for each in OF_PEOPLE[self.plan.noun])]
        said = tombstones.mails(addresses)
        if self.plan.noun not in PEOPLE:  # a row of its own, of which the person is a link or the name
            said += tombstones.mails([name] if "@" in (name := values.get("name") or "") else ())
            said += [each for names in row.names.values() for name in names for each in self._name_says(name)]
        if before is None or self.plan.noun not in PEOPLE or before["name"] == INSTEAD:
            said += tombstones.of_rows(self.plan.about.table, [values])
        if before is None:
            numbers = [*entered.get("phone", ()), values.get("phone"), values.get("address")]
            country = values.get("country")
            keys = [
                people.phone_key(self.change, each, country) for each in numbers if each and "@" not in each
            ]
            said += tombstones.numbers(keys)
        return said

    def _name_says(self, name: Name) -> Sequence[str]:
        if name.noun not in PEOPLE:
            return ()
        keyed = {"external_id": name.external, "external_source": self.source}
        said = tombstones.of_rows(name.noun, [keyed])
        words = name.words or ""
        return [*said, *(tombstones.mails([words]) if "@" in words else ())]


def forgotten(change: Change, addresses: Iterable[str]) -> set[str]:
    """The comparing forms of the e-mail addresses whose owners are forgotten."""
    keys = {emails.key(each) for each in addresses}
    known = tombstones.Tombstones(change).known(tombstones.mails(keys))
    return {each.removeprefix("email:") for each in known}
