"""Telling partners of offers: to whom a message goes, and what it says.

It goes to the first person at the partner who may be written to, else to the company's own address. It says which
company wants what, but names no person: how to reach them is for the partner who takes it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.clock import local_text
from crm_cli.errors import InvalidError
from crm_cli.rules import outgoing, permission
from crm_cli.values import emails
from crm_cli.values.amounts import money_human
from crm_cli.values.countries import name as country_name

_LEADS = """
SELECT id, 'a lead' AS what, company_name AS who, industry, city, region, country, need AS wanted, timeframe, budget,
  est_amount AS amount, currency FROM lead WHERE id IN (SELECT value FROM json_each(?))
"""
_DEALS = """
SELECT d.id, 'a deal' AS what, c.name AS who, c.industry, c.city, c.region, c.country, d.name AS wanted,
  d.expected_close AS timeframe, d.financing AS budget, d.amount, d.currency
FROM deal AS d LEFT JOIN company AS c ON c.id = d.company_id WHERE d.id IN (SELECT value FROM json_each(?))
"""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_QUESTIONS = {"lead": _LEADS, "deal": _DEALS}
ANSWER = "whether you take it and what you do next, or why not. After that it goes to the next partner."
TOLD = {"industry": "Industry", "wanted": "Wanted", "timeframe": "When", "budget": "Budget"}

Offer = Any
"""An offer by column: `partner_id`, `respond_by`, and `lead_id` or `deal_id`, of which the other is None."""


class Addressee(NamedTuple):
    """Who reads a partner's offers."""

    to: str
    name: str
    contact_id: int | None


def tell(change: Change, offers: Sequence[Offer]) -> list[int | None]:
    """Queue a message for each offer about to be written; returns the ids of the deliveries.

    A partner without an address has none, and is noted.
    """
    if not offers:
        return []
    readers = _readers(change, {each["partner_id"] for each in offers})
    abouts = {noun: _abouts(change, question, noun, offers) for noun, question in _QUESTIONS.items()}
    regards = "\n".join(filter(None, ("Thank you", change.config.get("me"))))
    endings = {
        each: f"Please answer this message by {local_text(each, change.config.zone)}: {ANSWER}\n\n{regards}"
        for each in {offer["respond_by"] for offer in offers}
    }
    messages = [
        _message(each, reader, abouts, endings[each["respond_by"]])
        for each in offers
        if (reader := readers.get(each["partner_id"]))
    ]
    queued = iter(outgoing.enqueue_all(change, messages))
    _note_silent(change, sorted({each["partner_id"] for each in offers} - readers.keys()))
    return [next(queued) if each["partner_id"] in readers else None for each in offers]


def _note_silent(change: Change, partners: Sequence[int]) -> None:
    question = "SELECT name FROM company WHERE id IN (SELECT value FROM json_each(?))"
    for (name,) in change.rows(question, json.dumps(partners)):
        change.notes.append(f"{name} has no address that may be written to; tell them of the offer yourself")


def _abouts(change: Change, question: str, noun: str, offers: Iterable[Offer]) -> dict[int, Any]:
    ids = sorted({each[f"{noun}_id"] for each in offers if each[f"{noun}_id"]})
    return {row["id"]: row for row in change.rows(question, json.dumps(ids))} if ids else {}


def _readers(change: Change, partners: set[int]) -> dict[int, Addressee]:
    """By partner who is written to."""
    companies = json.dumps(sorted(partners))
    found: dict[int, Addressee] = {}
    for row in change.rows(
        "SELECT id, name, email FROM company WHERE id IN (SELECT value FROM json_each(?))", companies
    ):
        if row["email"] and _can_be(row["email"]):
            found[row["id"]] = Addressee(row["email"], _line(row["name"]), None)
    people = change.rows(
        "SELECT id, name, company_id FROM contact WHERE company_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY id DESC",
        companies,
    )
    asked = permission.Question.of(
        change, "contact", [row["id"] for row in people], "email", permission.SERVICE, bulk=False
    )
    refused = {record_id for record_id, _ in asked.reasons()} if people else set()
    for row in people:  # the first at each partner is the last to be put
        if row["id"] not in refused and _can_be(asked.addresses[row["id"]].value):
            found[row["company_id"]] = Addressee(
                asked.addresses[row["id"]].value, _line(row["name"]), row["id"]
            )
    return found


def _can_be(address: str) -> bool:
    try:
        emails.check(address)
    except InvalidError:
        return False
    return True


def _message(
    offer: Offer, reader: Addressee, abouts: dict[str, dict[int, Any]], ending: str
) -> dict[str, Any]:
    noun = "lead" if offer["lead_id"] else "deal"
    row = abouts[noun][offer[f"{noun}_id"]]
    place = _place(row)
    known = "\n".join(_lines(row, place)) or "Ask us for what we know."
    return {
        "to": reader.to,
        "to_name": reader.name,
        "contact_id": reader.contact_id,
        "purpose": permission.SERVICE,
        "subject": _line(f"An offer for you: {row['what']}{f' in {place}' if place else ''}"),
        "body": f"Hello {reader.name},\n\nwe offer you {row['what']}:\n\n{known}\n\n{ending}",
    }


def _lines(row: Any, place: str) -> Iterable[str]:
    """What is known of a lead or deal and can be told before it is taken."""
    if row["who"]:
        yield f"Who: {_line(row['who'])}"
    if place:
        yield f"Where: {place}"
    yield from (f"{called}: {_line(row[column])}" for column, called in TOLD.items() if row[column])
    if row["amount"] is not None:
        yield f"Worth: {money_human(row['amount'], row['currency'] or 'USD')} {row['currency'] or ''}".rstrip()


def _place(row: Any) -> str:
    country = row["country"] and (country_name(row["country"]) or row["country"])
    return _line(", ".join(filter(None, (row["city"], row["region"], country))))


def _line(words: str) -> str:
    """Words as they can stand in the head of a message: on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", words).split())
