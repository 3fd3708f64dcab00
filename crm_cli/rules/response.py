"""What people answer to a campaign: it is noted with the member, and may make a lead or a deal at once.

Whoever answers without having been asked, to whom the message was passed on, is a member from then on. What comes of
an answer names the campaign, so that it is counted as the campaign's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from crm_cli import refs, values
from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import campaign, convert, intake, lines, member, outgoing, records
from crm_cli.rules.drafts import Draft

PEOPLE = ("contact", "lead")
STATUSES = ("delivered", "opened", "clicked", "responded", "converted", "bounced", "opted_out")
"""What may become of a member once the message is out."""
# What a lead that a contact's answer makes has from the contact.
_OF_CONTACT = ("salutation", "first_name", "last_name", "name", "title", "street", "city", "region", "postal_code",
               "country", "interests")  # fmt: skip

Person = tuple[str, int]
"""contact or lead, and its id."""


class Answer(NamedTuple):
    """What was answered, as it was typed; `deal` is what a deal is worth."""

    status: str = "responded"
    response: str | None = None
    on: str | None = None
    amount: str | None = None
    lead: bool = False
    deal: str | None = None


class Came(NamedTuple):
    """What an answer wrote: ids."""

    members: list[int]
    joined: int
    """How many had not been asked."""
    leads: list[int]
    deals: list[int]


def people(change: Change, texts: Iterable[str]) -> list[Person]:
    """The contacts and leads that references name, each once; a lead that has become a contact is that contact."""
    country = change.config.get("country") or None
    found = [refs.anywhere(change.connection, text, PEOPLE, country) for text in texts]
    wrong = next((noun for noun, _ in found if noun not in PEOPLE), None)
    if wrong:
        raise InvalidError(f"a {wrong} does not answer; name a contact or a lead")
    return list(dict.fromkeys(_now(change, noun, number) for noun, number in found))


def respond(change: Change, campaign_id: int, persons: Sequence[Person], answer: Answer) -> Came:
    """Note the answer of people to a campaign; returns what was written.

    Raises:
        NotFoundError: no such campaign.
        InvalidError: a status that nobody comes to by answering, or an amount or day that is none.
    """
    if answer.status not in STATUSES:
        raise InvalidError(
            f'status: nobody becomes "{answer.status}" by answering; say {", ".join(STATUSES)}'
        )
    row = change.one("SELECT * FROM campaign WHERE id = ?", campaign_id)
    if row is None:
        raise NotFoundError(f"there is no campaign {campaign_id}; `crm campaign list` shows them")
    standing = {person: _member(change, campaign_id, person) for person in persons}
    drafts = [_draft(change, dict(row), person, number, answer) for person, number in standing.items()]
    records.write(change, "member", [draft for draft in drafts if draft.before is not None])
    records.write(change, "member", [draft for draft in drafts if draft.before is None])
    if answer.status == "bounced":
        outgoing.bounced(change, member.addresses(change, [draft.id for draft in drafts]))
    leads = [_lead(change, dict(row), person) for person in persons] if answer.lead else []
    deals = [_deal(change, dict(row), person, answer.deal) for person in persons] if answer.deal else []
    campaign.done(change, campaign_id, "responses")
    joined = sum(number is None for number in standing.values())
    return Came([draft.id for draft in drafts], joined, leads, deals)


def _draft(change: Change, row: dict[str, Any], person: Person, number: int | None, answer: Answer) -> Draft:
    """The member as the answer leaves it; who comes further than it tells stays there."""
    noun, record_id = person
    values_: dict[str, Any] = {"campaign_id": row["id"], f"{noun}_id": record_id}
    draft = records.load(change, "member", [number])[0] if number else Draft(values=values_)
    status = "converted" if answer.deal else answer.status
    if number is None or member.further(draft.get("status"), status):
        draft.values["status"] = status
    if draft.get("status") in member.ANSWERED and not draft.get("first_responded_at"):
        draft.values["first_responded_at"] = _read(change, "instant", answer.on, "on") or change.now
    if answer.response is not None:
        draft.values["response"] = answer.response or None
    if answer.amount is not None:
        draft.values["amount"] = _read(change, "money", answer.amount, "amount", row["currency"])
        draft.values["currency"] = row["currency"]
    return draft


def _lead(change: Change, row: dict[str, Any], person: Person) -> int:
    """The lead that an answer makes of a contact; who is a lead already is the campaign's, if no other's."""
    noun, record_id = person
    if noun == "lead":
        lead = records.load(change, "lead", [record_id])[0]
        lead.values |= {
            "campaign_id": lead.get("campaign_id") or row["id"],
            "source": lead.get("source") or "campaign",
        }
        records.write(change, "lead", [lead])
        return record_id
    contact = records.load(change, "contact", [record_id])[0]
    told = change.one("SELECT company, email, phone FROM contacts WHERE id = ?", record_id)
    held = {column: contact.get(column) for column in _OF_CONTACT if contact.get(column)}
    return records.add(
        change, "lead", **held, company_name=told and told["company"], email=told and told["email"],
        phone=told and told["phone"], contact_id=record_id, company_id=contact.get("company_id"),
        **_origin(change, row, contact),
    ).id  # fmt: skip


def _deal(change: Change, row: dict[str, Any], person: Person, text: str | None) -> int:
    """The deal that an answer makes; a lead is converted to have it."""
    noun, record_id = person
    if noun == "lead":
        deal = convert.convert(change, _lead(change, row, person), amount=text)["deal"]
        records.edit(change, "deal", deal or 0, campaign_id=row["id"])
        return deal or 0
    contact = records.load(change, "contact", [record_id])[0]
    company = change.value("SELECT name FROM company WHERE id = ?", contact.get("company_id"))
    return records.add(
        change, "deal", name=f"{company or contact.get('name')} – {row['name']}", contact_id=record_id,
        company_id=contact.get("company_id"), currency=row["currency"],
        amount=_read(change, "money", text, "deal", row["currency"]), **_origin(change, row, contact),
    ).id  # fmt: skip


def _origin(change: Change, row: dict[str, Any], contact: Draft) -> dict[str, Any]:
    """Where what an answer makes comes from, and whose it is."""
    owner = contact.get("owner_id") or row["owner_id"] or intake.me(change)
    return {"source": "campaign", "campaign_id": row["id"], "owner_id": owner}


def _now(change: Change, noun: str, number: int) -> Person:
    became = change.value("SELECT contact_id FROM lead WHERE id = ? AND converted_at IS NOT NULL", number)
    return ("contact", became) if noun == "lead" and became else (noun, number)


def _member(change: Change, campaign_id: int, person: Person) -> int | None:
    """The member that a person is, also as the lead that a contact was."""
    noun, number = person
    was = " OR lead_id IN (SELECT id FROM lead WHERE contact_id = ?2)" if noun == "contact" else ""
    question = f"SELECT id FROM member WHERE campaign_id = ?1 AND ({noun}_id = ?2{was})"
    found: int | None = change.value(question, campaign_id, number)
    return found


def _read(change: Change, kind: str, text: str | None, name: str, currency: str = "") -> Any:
    if text is None:
        return None
    try:
        found = values.read(kind, text, replace(change.reading, currency=currency))
    except InvalidError as error:
        raise InvalidError(f"{name}: {error}") from None
    if kind == "money" and isinstance(found, int):
        if found < 0:
            raise InvalidError(f"{name}: it cannot be less than nothing; give an amount from 0")
        return lines.rounded(found, currency)
    return found
