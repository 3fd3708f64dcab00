"""Which member of its campaign a row is about: whoever has the address that it names, or the key in the other program.

So a file of answers, bounces or opt-outs brings what became of the members that stand, rather than members beside them.
"""

import json
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

from crm_cli.changing import Change
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.rows import Row
from crm_cli.values import emails
from crm_cli.values.folding import fold

THESE = "IN (SELECT value FROM json_each(?))"
# By what a person is told: members, each with the campaign's id, name, code and key in another program.
FOUND = """
SELECT {key}, member.id, campaign.id, campaign.name_key, campaign.code, campaign.external_id, campaign.external_source
FROM {table} JOIN member ON member.{link} JOIN campaign ON campaign.id = member.campaign_id WHERE {key} {these}
"""
LOOKS = {
    "contact_email": ("email", 'contact_email."key"', "contact_id = contact_email.contact_id"),
    "lead": ("email", "lead.email", "lead_id = lead.id"),
}
KEYS = {noun: (noun, f"{noun}.external_id", f"{noun}_id = {noun}.id") for noun in ("contact", "lead")}

Told = tuple[str, Any]
"""By what something is told, and how it is called there."""
Who = tuple[Told, Told]
"""A campaign and a person."""


class Members:
    """The look-up of the members that the rows of one file are about."""

    def __init__(self, change: Change, plan: Plan) -> None:
        self.change, self.plan = change, plan

    def person(self, row: Row) -> Who | None:
        """The campaign and the person that a row names, None where it does not say both so that they can be found."""
        campaign = _campaign(self.plan, row)
        if campaign is None:
            return None
        name = row.values.get("name") or ""
        if "@" in name:
            return campaign, ("email", emails.key(name))
        for noun in KEYS:
            for each in row.names.get(noun, ()):
                if each.external:
                    return campaign, (noun, each.external)
                if each.words and "@" in each.words:
                    return campaign, ("email", emails.key(each.words))
        return None

    def ask(self, wanted: Collection[Who]) -> Iterator[tuple[Who, int]]:
        """The members that stand, by campaign and person."""
        by_kind: dict[str, list[str]] = {}
        for _, (kind, value) in wanted:
            by_kind.setdefault(kind, []).append(value)
        for table, (kind, key, link) in (*LOOKS.items(), *KEYS.items()):
            if kind not in by_kind:
                continue
            question = FOUND.format(key=key, table=table, link=link, these=THESE)
            asked = by_kind[kind]
            if table == "lead" and kind == "email":
                asked = [*asked, *(self._capitals[each] for each in asked if each in self._capitals)]
            values: tuple[str, ...] = (json.dumps(asked),)
            if kind != "email":
                question += f" AND {table}.external_source = ?"
                values += (self.plan.source,)
            for told, member, *campaign in self.change.rows(question, *values):
                who = (kind, emails.key(told) if kind == "email" else told)
                yield from (((each, who), member) for each in _called(campaign, self.plan.source))

    @cached_property
    def _capitals(self) -> dict[str, str]:
        """The few addresses of leads that are written with capitals, by their comparing form."""
        rows = self.change.rows("SELECT email FROM lead WHERE email <> lower(email)")
        return {emails.key(row[0]): row[0] for row in rows}


def _campaign(plan: Plan, row: Row) -> Told | None:
    fixed = plan.fixed.values.get("campaign_id")
    if fixed:
        return "id", fixed
    for each in row.names.get("campaign", ()):
        return ("external", each.external) if each.external else ("name", fold(each.words or ""))
    return None


def _called(campaign: list[Any], source: str) -> Iterator[Told]:
    """The ways in which a file may name a campaign."""
    number, name_key, code, key, key_source = campaign
    yield "id", number
    yield "name", name_key
    if code:
        yield "name", fold(code)
    if key and key_source == source:
        yield "external", key
