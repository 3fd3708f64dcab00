"""Marketing: who is asked, for what, whether they agreed, what went out, and what came of it."""

from typing import Annotated, ClassVar

from sqlmodel import Field, SQLModel

from crm_cli import choices
from crm_cli.records.base import (
    Boolean,
    Currency,
    Day,
    Decimal,
    Instant,
    Integer,
    Kind,
    Long,
    Money,
    Named,
    Part,
    Percent,
    Record,
    Text,
    about,
    hidden,
    kept,
    link,
    owned,
)


class Segment(Named, table=True):
    """A group of people or companies: listed, told by a filter, or never to be written to."""

    several: ClassVar[dict[str, str]] = {"members": "segment_member"}

    name: Text = about("Name", nullable=False)
    kind: Annotated[str | None, Kind("choice", choices.SegmentKind)] = about(
        "Static: listed; dynamic: whoever fits the filter; suppression: never to be written to",
        default="static",
    )
    on: Annotated[str | None, Kind("choice", choices.SegmentOn)] = about(
        "Whom it holds: contacts, leads or companies", default="contact"
    )
    filter: Text = about('Who belongs to it, such as "company.industry=retail last_touch=..-6m"')
    description: Long = about("What it is for")


class SegmentMember(Part, table=True):
    """A member of a static segment; in a suppression also an address or, with @ before it, a domain."""

    __tablename__ = "segment_member"

    segment_id: int = owned("segment")
    noun: Text = None
    record_id: int | None = None
    address: Text = Field(default=None, index=True)
    added_at: Instant = None


class Campaign(Named, table=True):
    """An effort to win attention; leads and deals name the one they came from."""

    several: ClassVar[dict[str, str]] = {
        "segments": "campaign_segment",
        "messages": "campaign_message",
        "products": "campaign_product",
        "costs": "campaign_cost",
        "steps": "campaign_step",
    }

    name: Text = about("Name", nullable=False)
    code: Text = about("Short code", index=True)
    type: Annotated[str | None, Kind("open", choices.CampaignType)] = about("The means", default="email")
    status: Annotated[str | None, Kind("choice", choices.CampaignStatus)] = about(
        "Where it stands", default="planned"
    )
    planned_start: Day = about("Planned first day")
    planned_end: Day = about("Planned last day")
    starts_on: Day = about("First day")
    ends_on: Day = about("Last day")
    budget: Money = about("What it may cost")
    cost: Money = about("What it has cost; its dated costs together where there are any")
    expected_revenue: Money = about("What it should bring")
    currency: Currency = about("Currency of its money; else the configured one")
    expected_response_pct: Percent = about("Share of people expected to answer")
    objective: Long = about("What it is for")
    offer: Long = about("What is offered")
    promo_code: Text = about("The code that takers of the offer name")
    partner_id: int | None = link("company", "The partner it is done with")
    parent_id: int | None = link("campaign", "The campaign it is part of")
    control_pct: Percent = about("Share of its targets left alone, by chance, to measure against")
    control_of_id: int | None = link("campaign", "The campaign whose control group it shares")
    seed: Integer = about("What the chance that draws the control group begins with", default=1)
    send_at: Instant = about("When it goes out; else when it is sent by hand")


class CampaignSegment(Part, table=True):
    """A segment that a campaign targets, or leaves out."""

    __tablename__ = "campaign_segment"

    campaign_id: int = owned("campaign")
    segment_id: int = Field(foreign_key="segment.id", index=True)
    excluded: bool = False


class CampaignMessage(Part, table=True):
    """What a campaign says over a channel: a template, and what stands in for what a person lacks."""

    __tablename__ = "campaign_message"

    campaign_id: int = owned("campaign")
    channel: Annotated[str | None, Kind("choice", choices.MessageChannel)] = "email"
    subject: Text = None
    body: Long = None
    html: Long = None
    defaults: Text = None


class CampaignProduct(Part, table=True):
    """A product that a campaign offers."""

    __tablename__ = "campaign_product"

    campaign_id: int = owned("campaign")
    product_id: int = Field(foreign_key="product.id", index=True)


class CampaignCost(Part, table=True):
    """What a campaign cost on a day, in its currency."""

    __tablename__ = "campaign_cost"

    campaign_id: int = owned("campaign")
    day: Day = None
    amount: Money = Field(nullable=False)
    note: Text = None


class CampaignStep(Part, table=True):
    """One of the ten steps of a campaign, done on a day."""

    __tablename__ = "campaign_step"

    campaign_id: int = owned("campaign")
    step: Annotated[str | None, Kind("choice", choices.CampaignStepName)] = Field(nullable=False)
    planned_on: Day = None
    done_on: Day = None
    note: Text = None


class Member(Record, table=True):
    """A person whom a campaign is for, and how far it came with them."""

    several: ClassVar[dict[str, str]] = {"statuses": "member_status"}

    # Each is the first column of an index that says more: see the models.
    campaign_id: int | None = link("campaign", "The campaign", index=False)
    contact_id: int | None = link("contact", "The person, a contact", index=False)
    lead_id: int | None = link("lead", "The person, a lead", index=False)
    name: Text = about("What the person is called; else as the record says")
    status: Annotated[str | None, Kind("choice", choices.MemberStatus)] = about(
        "How far it came", default="targeted"
    )
    status_original: Text = kept("The status as the other program named it")
    channel: Annotated[str | None, Kind("choice", choices.MessageChannel)] = about(
        "How the person is reached"
    )
    address: Text = kept("The address or number it went to")
    control: Boolean = about("Is left alone, to measure against", default=False)
    reason: Text = kept("Why the person is excluded")
    sent_at: Instant = kept("When it went out")
    first_responded_at: Instant = about("When the person first answered")
    response: Text = about("What the person answered")
    amount: Money = about("What the person spent because of it")
    currency: Currency = about("Currency of the amount; else the campaign's")


class MemberStatusChange(Part, table=True):
    """A change of a member's status."""

    __tablename__ = "member_status"

    member_id: int = owned("member")
    status: Annotated[str | None, Kind("choice", choices.MemberStatus)] = Field(nullable=False)
    at: Instant = Field(nullable=False)


class Result(Record, table=True):
    """What came of a campaign where nobody is named, such as an advertisement on a day."""

    campaign_id: int | None = link("campaign", "The campaign")
    name: Text = about("What it was, such as the advertisement")
    day: Day = about("The day, or the first one")
    impressions: Integer = about("How often it was seen")
    clicks: Integer = about("How often it was clicked")
    responses: Integer = about("How many answered")
    sales: Decimal = about("How many bought; a part of one where several advertisements share it")
    amount: Money = about("What they bought for")
    cost: Money = about("What it cost")
    currency: Currency = about("Currency of its money; else the campaign's")


class Consent(Record, table=True):
    """An entry of the log of what a person agreed to or refused."""

    label: ClassVar[str] = "purpose"

    contact_id: int | None = link("contact", "The person, a contact")
    lead_id: int | None = link("lead", "The person, a lead")
    purpose: Text = about("For what, such as marketing or newsletter", default="marketing")
    state: Annotated[str | None, Kind("choice", choices.ConsentState)] = about(
        "What was said", default="unknown", nullable=False
    )
    basis: Annotated[str | None, Kind("open", choices.LegalBasis)] = about(
        "On what ground", default="consent"
    )
    source: Text = about("Where it was said, such as web form or fair")
    wording: Long = about("The words that were agreed to")
    at: Instant = about("When it was said; else now", nullable=False)
    expires: Day = about("Until when it holds")


class Delivery(Record, table=True):
    """One message on its way out to one person.

    It is committed as `sending` before it is handed over and as `sent` after; what a crash leaves `sending`
    is uncertain, and goes out again only on demand.
    """

    label: ClassVar[str] = "subject"

    channel: Annotated[str | None, Kind("choice", choices.MessageChannel)] = about(
        "How it goes", default="email"
    )
    purpose: Annotated[str | None, Kind("choice", choices.DeliveryPurpose)] = about(
        "Marketing needs consent; service answers what was asked", default="service"
    )
    to: Text = about("Address or number", nullable=False)
    to_name: Text = about("Whom it is for")
    subject: Text = about("Subject")
    body: Long = about("Text; a campaign's is made from its template when it goes out")
    html: Long = about("The same as HTML")
    status: Annotated[str | None, Kind("choice", choices.DeliveryStatus)] = about(
        "Where it stands", default="queued"
    )
    send_at: Instant = about("Not before")
    sent_at: Instant = kept("When it was handed over")
    message_id: Text = kept("Its Message-ID", index=True)
    attempts: Integer = kept("How often it was tried", 0)
    error: Text = kept("What the server said")
    campaign_id: int | None = link("campaign", "The campaign it belongs to")
    member_id: int | None = link("member", "The member of the campaign")
    contact_id: int | None = link("contact", "The person, a contact")
    lead_id: int | None = link("lead", "The person, a lead")
    case_id: int | None = link("case", "The case it is about")
    activity_id: int | None = link("activity", "The activity that tells of it")
    in_reply_to: Text = kept("The Message-ID of what it answers")
    override: Text = kept("Why it goes out although the person is not to be written to")
    claimed: str | None = hidden(None)
    attachments: str | None = hidden(None)


class Forgotten(SQLModel, table=True):
    """What a person who asked to be forgotten was known by, as a keyed hash, so that no import brings them back.

    Every row of a store has the same key.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    key: str
    at: str
