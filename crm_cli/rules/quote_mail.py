"""A quote by mail: its text, the same as HTML, and as PDF where that can be drawn; then it counts as sent."""

from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.papers import manner, pdf, quote, writing
from crm_cli.rules import intake, outgoing, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.quote import called

OVER = ("accepted", "rejected", "superseded")


class Sent(NamedTuple):
    """A quote that is on its way: to whom, and its delivery."""

    to: str
    delivery: int


def send(
    change: Change, quote_id: int, *, to: str | None = None, locale: str | None = None,
    override: str | None = None,
) -> Sent:  # fmt: skip
    """Queue a quote to its contact, else its company, else an address that is said; it is sent from now on.

    `override` says why it goes to somebody who wants no e-mail. A quote that was sent may be sent again.

    Raises:
        ConflictError: it was decided or superseded, holds no more, or its receiver wants no e-mail.
        InvalidError: it has no lines, or there is nobody to send it to.
    """
    [draft] = records.load(change, "quote", [quote_id])
    _refuse_over(change, draft)
    name, address = _receiver(change, draft)
    if not (to or address):
        raise InvalidError(
            f"{called(draft)}: {name or 'nobody'} has no e-mail address; say where to with --to"
        )
    draft.values["status"] = "sent"
    if draft.before and draft.before["status"] == "draft":
        records.write(change, "quote", [draft])
    page = quote.page(change.connection, change.config, quote_id, manner.chosen(change.config, locale))
    body = f"{_letter(page, '' if to else name)}\n\n{writing.render(page, 'text')}"
    delivery = outgoing.enqueue(
        change, to=to or address, name="" if to else name, subject=_subject(page), body=body,
        html=writing.render(page, "html"), contact_id=draft.get("contact_id"), override=override,
        activity_id=_noted(change, draft, page, body), attachments=_files(change, page),
    )  # fmt: skip
    return Sent(to or address, delivery)


def _refuse_over(change: Change, draft: Draft) -> None:
    status, until = draft.get("status"), draft.get("valid_until")
    number = draft.get("number")
    if status in OVER:
        raise ConflictError(
            f"{called(draft)} is {status} and is not sent; `crm quote list {number}` tells more"
        )
    if until and until < change.today.isoformat():
        way = (
            f"crm quote edit {number} --valid-until +30d"
            if status == "draft"
            else f"crm quote revise {number}"
        )
        raise ConflictError(f"{called(draft)} held until {until}; let it hold longer first: {way}")
    if draft.get("total") is None:
        raise InvalidError(f"{called(draft)} has no lines; there is nothing to be offered")


def _receiver(change: Change, draft: Draft) -> tuple[str, str]:
    """The name of who gets a quote, and the address, empty where there is none."""
    person = change.one(
        "SELECT name, (SELECT value FROM contact_email WHERE contact_id = contact.id AND NOT invalid "
        'ORDER BY "primary" DESC, id LIMIT 1) AS address FROM contact WHERE id = ?',
        draft.get("contact_id"),
    )
    if person and person["address"]:
        return person["name"], person["address"]
    company = change.one("SELECT name, email FROM company WHERE id = ?", draft.get("company_id"))
    if company and company["email"]:
        return company["name"], company["email"]
    return (person or company or {"name": ""})["name"], ""


def _subject(page: quote.Page) -> str:
    return " ".join(f"{page.title} – {page.seller.name}".split()) if page.seller.name else page.title


def _letter(page: quote.Page, name: str) -> str:
    """The first lines of the message."""
    words = page.words
    greeting = words["greeting"].format(name=name) if name else words["greeting_all"]
    letter = words["letter" if page.valid_until else "letter_open"]
    return f"{greeting}\n\n{letter.format(number=page.number, total=page.total, day=page.valid_until)}"


def _noted(change: Change, draft: Draft, page: quote.Page, body: str) -> int:
    """The message among the activities of the deal, else of the customer."""
    about = [(noun, draft.get(f"{noun}_id")) for noun in ("deal", "contact", "company")]
    known = [(noun, found) for noun, found in about if found][:1]
    mail = Draft(
        values={"kind": "email", "direction": "out", "status": "done", "subject": _subject(page), "body": body,
                "owner_id": intake.me(change)},
        entered={"about": known},
    )  # fmt: skip
    if draft.get("contact_id"):
        mail.parts["participants"] = [{"contact_id": draft.get("contact_id")}]
    records.write(change, "activity", [mail])
    return mail.id


def _files(change: Change, page: quote.Page) -> list[outgoing.Attachment]:
    """The quote as PDF; where that cannot be drawn it goes without, and why is told."""
    try:
        data: Any = pdf.draw(page, change.config.get("quote.font"))
    except InvalidError as error:
        change.notes.append(f"it goes without PDF: {error}")
        return []
    return [outgoing.Attachment(f"{page.number.replace('/', '-')}.pdf", "application/pdf", data)]
