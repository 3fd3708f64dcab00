"""Converting a lead: the company, contact and deal that it becomes, in one transaction.

Who is known already is linked, not doubled, and linking fills only empty fields. Where the lead came from, whose
it is and its labels go along; what was said with it moves to the deal, else the company. The lead is kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import identity, matching, member, people, records
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails

ADDRESS = ("street", "city", "region", "postal_code", "country")
COMPANY = ("website", "industry", "owner_id", *ADDRESS)
CONTACT = (
    "salutation",
    "first_name",
    "last_name",
    "title",
    "interests",
    "source",
    "owner_id",
    "notes",
    *ADDRESS,
)
OPT_OUTS = ("do_not_email", "do_not_bulk_email", "do_not_phone", "do_not_sms", "do_not_mail", "do_not_fax")
WISHES = ("preferred_channel", "preferred_day", "best_time")
DEAL = ("source", "campaign_id", "partner_id", "owner_id", "unmet_need", "notes")


def convert(
    change: Change,
    lead_id: int,
    *,
    links: Mapping[str, int] | None = None,
    no_deal: bool = False,
    deal_name: str | None = None,
    amount: str | None = None,
) -> dict[str, int | None]:
    """Turn a lead into a company, a contact and a deal; returns their ids by noun, None for what there is not.

    Args:
        change: the transaction.
        lead_id: which lead.
        links: ids by noun (company, contact, deal) to link instead of looking or making.
        no_deal: make no deal.
        deal_name: what a new deal is called; else by company and product.
        amount: what the deal is worth, as typed; else the lead's estimate.

    Raises:
        NotFoundError: no such lead.
        ConflictError: it has been converted, or several records could be the one it is.
    """
    lead = _open(change, lead_id)
    said = {noun: lead.get(f"{noun}_id") for noun in ("company", "contact", "deal")} | dict(links or {})
    if said["deal"] and no_deal:
        raise InvalidError("--deal and --no-deal contradict each other; give one of them")
    deal = _standing(change, "deal", said["deal"])
    contact_id = said["contact"] or _found(change, "contact", matching.contact(change, lead))
    company_id = said["company"] or _company_known(change, lead, contact_id, deal)
    company_id = _company(change, lead, company_id)
    contact_id = _contact(change, lead, contact_id, company_id)
    worth = _amount(change, lead, amount)
    deal_id = None if no_deal else _deal(change, lead, deal, (company_id, contact_id), deal_name, worth)
    _move_activities(change, lead.id, deal_id, company_id, contact_id)
    member.converted(change, lead.id, contact_id)
    lead.values |= {"status": "converted", "converted_at": change.now}
    lead.values |= {"company_id": company_id, "contact_id": contact_id, "deal_id": deal_id}
    records.write(change, "lead", [lead])
    return {"company": company_id, "contact": contact_id, "deal": deal_id}


def _open(change: Change, lead_id: int) -> Draft:
    lead = _standing(change, "lead", lead_id)
    if lead is None:
        raise NotFoundError(f"there is no lead {lead_id}; `crm lead list` shows them")
    if lead.get("converted_at"):
        raise ConflictError(
            f"lead {lead_id} {lead.get('name')} was converted on {lead.get('converted_at')[:10]}"
        )
    return lead


def _standing(change: Change, noun: str, record_id: int | None) -> Draft | None:
    found = records.load(change, noun, [record_id]) if record_id else []
    if record_id and not found and noun != "lead":
        raise NotFoundError(f"there is no {noun} {record_id}; `crm {noun} list` shows them")
    return found[0] if found else None


def _found(change: Change, noun: str, found: tuple[int, str] | None) -> int | None:
    """Say what was found and why; linking is not to surprise."""
    if found is None:
        return None
    name = change.value(f'SELECT name FROM "{noun}" WHERE id = ?', found[0])
    change.notes.append(f"linked {noun} {found[0]} {name}: {found[1]}")
    return found[0]


def _company_known(change: Change, lead: Draft, contact_id: int | None, deal: Draft | None) -> int | None:
    """The company that the deal names, or the lead's words; without words the contact's."""
    if deal and deal.get("company_id"):
        return int(deal.get("company_id"))
    if contact_id and not lead.get("company_name"):
        own: int | None = change.value("SELECT company_id FROM contact WHERE id = ?", contact_id)
        if own:
            return own
    return _found(change, "company", matching.company(change, lead))


def _company(change: Change, lead: Draft, company_id: int | None) -> int | None:
    if company_id is None and not lead.get("company_name"):
        return None
    draft = _standing(change, "company", company_id) or Draft(values={"name": lead.get("company_name")})
    _fill(draft, lead, COMPANY)
    if draft.before is None:
        draft.values["domain"] = identity.own_domain(lead.get("website"), lead.get("email"))
    records.write(change, "company", [draft])
    return draft.id


def _contact(change: Change, lead: Draft, contact_id: int | None, company_id: int | None) -> int:
    draft = _standing(change, "contact", contact_id)
    if draft is None:
        draft = Draft(values={"name": lead.get("name"), "company_id": company_id})
        draft.entered = {key: [lead.get(key)] for key in ("email", "phone") if lead.get(key)}
    else:
        _add_addresses(change, draft, lead)
        if not draft.get("company_id"):
            draft.values["company_id"] = company_id
    _fill(draft, lead, CONTACT)
    _honour(draft, lead)
    records.write(change, "contact", [draft])
    if company_id and draft.get("company_id") != company_id:
        _join(change, "contact_company", {"contact_id": draft.id, "company_id": company_id})
    return draft.id


def _honour(contact: Draft, lead: Draft) -> None:
    """Whoever said no as a lead said no for good; wishes fill what the contact leaves open."""
    for column in OPT_OUTS:
        if lead.get(column):
            contact.values[column] = 1
    for column in WISHES:
        if lead.get(column) not in (None, "any") and contact.get(column) in (None, "any"):
            contact.values[column] = lead.get(column)


def _add_addresses(change: Change, contact: Draft, lead: Draft) -> None:
    """Add the lead's addresses to a contact that lacks them, beside the primary one that stands."""
    phone, email = lead.get("phone"), lead.get("email")
    told = {
        "emails": ("contact_email", email, emails.key(email or "")),
        "phones": (
            "contact_phone",
            phone,
            people.phone_key(change, phone, lead.get("country")) if phone else "",
        ),
    }
    for part, (table, text, key) in told.items():
        rows = change.rows(f"SELECT * FROM {table} WHERE contact_id = ? ORDER BY id", contact.id)
        if text and key not in [row["key"] for row in rows]:
            fresh = {
                "value": text,
                "key": key,
                "kind": None,
                "primary": not rows,
                "opted_out": 0,
                "invalid": 0,
            }
            contact.parts[part] = [*map(dict, rows), fresh]


def _deal(
    change: Change,
    lead: Draft,
    deal: Draft | None,
    links: tuple[int | None, int],
    name: str | None,
    amount: int | None,
) -> int:
    company_id, contact_id = links
    draft = deal or Draft(values={"name": name, "currency": lead.get("currency")})
    if amount is not None:
        draft.values["amount"] = amount
    elif draft.get("amount") is None and lead.get("est_amount") is not None:
        # An estimate gives way to the lines that will come.
        draft.values |= {
            "amount": lead.get("est_amount"),
            "amount_pinned": False,
            "currency": lead.get("currency"),
        }
    for column, link in (("company_id", company_id), ("contact_id", contact_id)):
        if not draft.get(column):
            draft.values[column] = link
    _fill(draft, lead, DEAL)
    records.write(change, "deal", [draft])
    if draft.get("contact_id") != contact_id:
        _join(change, "deal_contact", {"deal_id": draft.id, "contact_id": contact_id})
    return draft.id


def _amount(change: Change, lead: Draft, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        found = values.read("money", text, replace(change.reading, currency=lead.get("currency")))
    except InvalidError as error:
        raise InvalidError(f"amount: {error}") from None
    return found if isinstance(found, int) else None


def _fill(draft: Draft, lead: Draft, columns: tuple[str, ...]) -> None:
    """Fill what is empty from the lead; labels are united."""
    for column in columns:
        if draft.get(column) in (None, "") and lead.get(column) not in (None, ""):
            draft.values[column] = lead.get(column)
    labels = {*values.tag_words(draft.get("tags")), *values.tag_words(lead.get("tags"))}
    if labels:
        draft.values["tags"] = values.tags(labels)


def _join(change: Change, part: str, row: dict[str, Any]) -> None:
    """Add a row to a part unless it stands."""
    (one, first), (other, second) = row.items()
    question = f"SELECT EXISTS (SELECT 1 FROM {part} WHERE {one} = ? AND {other} = ?)"
    if not change.value(question, first, second):
        records.append(change, part, [row])


def _move_activities(
    change: Change, lead_id: int, deal_id: int | None, company_id: int | None, contact_id: int
) -> None:
    """Let what was said with the lead be about what it became, the contact taking part."""
    noun, record_id = next(
        (noun, number)
        for noun, number in (("deal", deal_id), ("company", company_id), ("contact", contact_id))
        if number
    )
    rows = change.rows("SELECT * FROM activity_about WHERE noun = 'lead' AND record_id = ?", lead_id)
    for row in rows:
        change.connection.execute("DELETE FROM activity_about WHERE id = ?", (row["id"],))
        _join_about(change, row["activity_id"], noun, record_id)
        _join(change, "activity_participant", {"activity_id": row["activity_id"], "contact_id": contact_id})


def _join_about(change: Change, activity_id: int, noun: str, record_id: int) -> None:
    question = "SELECT 1 FROM activity_about WHERE activity_id = ? AND noun = ? AND record_id = ?"
    if not change.value(question, activity_id, noun, record_id):
        row = {"activity_id": activity_id, "noun": noun, "record_id": record_id}
        records.append(change, "activity_about", [row])
