"""What a template may say: its names, and what they stand for where one member of a campaign is meant.

A plain name is what both contacts and leads have, or what the campaign is; `contact.`, `lead.`, `company.` and
`campaign.` with a column of their lists, or a field of the user's own, reach all the rest. For a member who is a lead,
`contact.` tells the lead. Values are as people read them; what a person lacks is not there.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from crm_cli import clock, config, fields, values
from crm_cli.values.amounts import money_human

# Of a person: name → column of a contact, column of a lead.
PERSON = {
    name: (name, name)
    for name in ("name", "first_name", "last_name", "salutation", "title", "email", "phone", "street", "city",
                 "region", "postal_code", "country")
} | {"company": ("company", "company_name")}  # fmt: skip
# Of a campaign: name → column.
CAMPAIGN = {"campaign": "name", "code": "code", "offer": "offer", "promo_code": "promo_code", "products": "products",
            "starts_on": "starts_on", "ends_on": "ends_on"}  # fmt: skip
OURS = ("sender", "sender_email", "unsubscribe", "today")
# How what is no person's is set, where it is missing.
SET_BY = {
    "sender": "crm config set me NAME",
    "sender_email": "crm config set email ADDRESS",
    "unsubscribe": "crm config set email ADDRESS",
    "promo_code": "crm campaign offer CAMPAIGN --promo-code CODE",
    "offer": "crm campaign offer CAMPAIGN --text WORDS",
    "products": "crm campaign offer CAMPAIGN --product REF",
}
GROUPS = ("contact", "lead", "company", "campaign")
THESE = "IN (SELECT value FROM json_each(?))"

Facts = dict[str, str]


@dataclass(frozen=True)
class Known:
    """The names that templates may use, the dotted ones by group."""

    plain: tuple[str, ...]
    dotted: dict[str, dict[str, fields.Field]]

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> "Known":
        """The names of a store, whose fields of the user's own count too."""
        dotted = {}
        for noun in GROUPS:
            columns = fields.noun(noun).columns | fields.custom(connection, noun)
            dotted[noun] = {name: each for name, each in columns.items() if _is_told(each)}
        return cls((*PERSON, *CAMPAIGN, *OURS), dotted)

    def refuse(self, name: str) -> None:
        """Refuse a name that stands for nothing.

        Raises:
            InvalidError: names the nearest.
        """
        group, dot, column = name.partition(".")
        if not dot:
            if name not in self.plain:
                raise fields.nearest(name, [*self.plain, *(f"{each}." for each in GROUPS)], "field")
        elif group not in self.dotted:
            raise fields.nearest(group, list(GROUPS), "group of fields")
        elif column not in self.dotted[group]:
            raise fields.nearest(column, list(self.dotted[group]), f"field of {group}")


def is_common(name: str) -> bool:
    """Whether a name stands for the same for everybody: it is the campaign's, or ours."""
    return name in CAMPAIGN or name in OURS or name.startswith("campaign.")


def _is_told(each: fields.Field) -> bool:
    return not each.kind.startswith("parts:") and each.kind not in ("json", "about")


@dataclass
class Telling:
    """Finds what the names of one template stand for, for members of one campaign."""

    connection: sqlite3.Connection
    campaign_id: int
    names: frozenset[str]
    settings: config.Config = field(default_factory=config.load)

    def __post_init__(self) -> None:
        self._known = Known.of(self.connection)
        self._common = self._of_campaign() | self._of_us()

    def of(self, people: Iterable[tuple[int, str, int]]) -> dict[int, Facts]:
        """By member what is known; each is given as its id, `contact` or `lead`, and the id of that."""
        asked = list(people)
        found: dict[int, Facts] = {}
        for noun in ("contact", "lead"):
            ids = {member: person for member, kind, person in asked if kind == noun}
            told = self._of_people(noun, sorted(set(ids.values()))) if ids else {}
            found |= {member: self._common | told.get(person, {}) for member, person in ids.items()}
        return found

    def _of_people(self, noun: str, ids: list[int]) -> dict[int, Facts]:
        columns = dict(self._columns(noun))
        found = self._asked(noun, columns, ids)
        firms = dict(self._columns("company", dotted="company"))
        if not firms:
            return found
        question = f'SELECT id, company_id FROM "{noun}" WHERE id {THESE} AND company_id IS NOT NULL'
        of_firm = dict(map(tuple, self.connection.execute(question, (json.dumps(ids),))))
        told = self._asked("company", firms, sorted(set(of_firm.values())))
        return {each: found.get(each, {}) | told.get(of_firm.get(each, 0), {}) for each in ids}

    def _columns(self, noun: str, dotted: str | None = None) -> Iterable[tuple[str, fields.Field]]:
        """The names that are told by a noun, with the column of each."""
        has = self._known.dotted[noun]
        for name in self.names:
            group, dot, column = name.partition(".")
            if not dot and name in PERSON and not dotted:
                yield name, has[PERSON[name][noun == "lead"]]
            elif dot and group in ((dotted,) if dotted else ("contact", noun)) and column in has:
                yield name, has[column]

    def _asked(self, noun: str, columns: dict[str, fields.Field], ids: Sequence[int]) -> dict[int, Facts]:
        """By id what the columns hold, as people read it; what is empty is left out."""
        about = fields.noun(noun)
        money = '"currency"' if "currency" in about.columns else "NULL"
        chosen = ", ".join([money, *(_expression(about, each) for each in columns.values())])
        rows = self.connection.execute(
            f"SELECT id, {chosen} FROM {about.view} WHERE id {THESE}", (json.dumps(list(ids)),)
        )
        return {
            row[0]: {
                name: text
                for (name, each), value in zip(columns.items(), tuple(row)[2:], strict=True)
                if value is not None and (text := self._text(each, value, row[1]))
            }
            for row in rows
        }

    def _of_campaign(self) -> Facts:
        has = self._known.dotted["campaign"]
        plain = {name: has[column] for name, column in CAMPAIGN.items() if column in has}
        dotted = {f"campaign.{name}": each for name, each in has.items() if f"campaign.{name}" in self.names}
        found = self._asked("campaign", plain | dotted, [self.campaign_id]).get(self.campaign_id, {})
        question = (
            "SELECT p.name FROM campaign_product AS x JOIN product AS p ON p.id = x.product_id "
            "WHERE x.campaign_id = ? ORDER BY x.id"
        )
        names = [row[0] for row in self.connection.execute(question, (self.campaign_id,))]
        if names:
            found["products"] = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        return found

    def _of_us(self) -> Facts:
        own = self.settings.get("email").partition(",")[0].strip()
        name, address = parseaddr(self.settings.get("smtp.from"))
        answers = own or address
        told = {
            "sender": name or self.settings.get("me"),
            "sender_email": answers,
            "unsubscribe": f"mailto:{answers}?subject=unsubscribe" if answers else "",
            "today": self._day(clock.today(self.settings.zone).isoformat()),
        }
        return {name: text for name, text in told.items() if text}

    def _text(self, each: fields.Field, value: Any, currency: str | None) -> str:
        if each.is_money:
            amount = money_human(value, currency or self.settings.currency, fine=each.kind == "price")
            return f"{amount} {currency or ''}".strip()
        if each.kind == "day":
            return self._day(value)
        if each.kind == "instant":
            return clock.local_text(value, self.settings.zone)
        if each.kind == "percent":
            return values.show(each.kind, value) + "%"
        if each.kind == "boolean":
            return "yes" if value else "no"
        if each.kind in ("tags", "list"):
            return ", ".join(values.tag_words(value))
        if each.kind == "country":
            from crm_cli.values import countries

            return countries.name(value) or str(value)
        return values.show(each.kind, value).strip()

    def _day(self, day: str) -> str:
        from crm_cli.values.jalali import shown

        return shown(day, self.settings.get("calendar"))


def _expression(about: fields.Noun, each: fields.Field) -> str:
    if not each.custom:
        return f'"{each.name}"'
    value = fields.custom_value(each.name)
    return f'(SELECT {value} FROM "{about.table}" AS held WHERE held.id = {about.view}.id)'
