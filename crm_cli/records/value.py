"""Value: prices, quotes, invoices and their payments, partners' offers, goals, and what was forecast."""

from typing import Annotated, ClassVar

from sqlmodel import Field

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
    UnitPrice,
    about,
    kept,
    link,
    owned,
)


class PriceList(Named, table=True):
    """Prices that hold for some customers or a time instead of the list price."""

    several: ClassVar[dict[str, str]] = {"prices": "price"}

    name: Text = about("Name", nullable=False)
    currency: Currency = about("Currency of its prices; else the configured one")
    starts_on: Day = about("First day")
    ends_on: Day = about("Last day")
    active: Boolean = about("Is in use", default=True)


class Price(Part, table=True):
    """The price of a product on a list, from a quantity on."""

    pricelist_id: int = owned("pricelist")
    product_id: int = Field(foreign_key="product.id", index=True)
    from_quantity: Decimal = Field(default=10_000, nullable=False)
    unit_price: UnitPrice = Field(nullable=False)


class ProductPart(Part, table=True):
    """A product that a bundle holds, and how many of it."""

    __tablename__ = "product_part"

    product_id: int = owned("product")
    part_id: int = Field(foreign_key="product.id", index=True)
    quantity: Decimal = Field(default=10_000, nullable=False)


class Quote(Record, table=True):
    """What we offer at which price, until when."""

    label: ClassVar[str] = "number"
    several: ClassVar[dict[str, str]] = {"lines": "quote_line"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "items": (
            "text",
            'Its lines, such as "Grinder M x 3; Delivery @ 40": product or words, number, price',
        ),
    }

    number: Text = about("Number; else the next one")
    revision: Integer = kept("Which version of the number it is", 1)
    deal_id: int | None = link("deal", "The deal it belongs to")
    company_id: int | None = link("company", "For whom")
    contact_id: int | None = link("contact", "For the attention of")
    status: Annotated[str | None, Kind("choice", choices.QuoteStatus)] = about(
        "Where it stands", default="draft"
    )
    status_original: Text = kept("The status as the other program named it")
    issued_on: Day = about("The day it is made")
    valid_until: Day = about("The last day it holds")
    currency: Currency = about("Currency of its money; else the deal's")
    rate: Text = kept("One unit of its currency in the base currency, when it was made")
    discount_pct: Percent = about("Discount on all lines together")
    discount: Money = about("Discount on all lines together, as an amount")
    shipping: Money = about("Shipping")
    shipping_tax_pct: Percent = about("Tax on shipping")
    net: Money = kept("Before tax")
    tax: Money = kept("Tax")
    total: Money = kept("To be paid")
    terms: Long = about("Terms, printed below the lines")
    sent_at: Instant = kept("When it was sent")
    decided_on: Day = kept("When it was accepted or rejected")
    reason: Text = kept("Why it was rejected")


class QuoteLine(Part, table=True):
    """A line of a quote: so many of a product at a price, rounded at the currency's digits."""

    __tablename__ = "quote_line"

    quote_id: int = owned("quote")
    position: int = 0
    product_id: int | None = Field(default=None, foreign_key="product.id", index=True)
    text: Text = None
    quantity: Decimal = Field(default=10_000, nullable=False)
    unit_price: UnitPrice = None
    discount_pct: Percent = None
    tax_pct: Percent = None
    net: Money = None
    tax: Money = None


class Invoice(Record, table=True):
    """What a customer owes for something, and has paid of it."""

    label: ClassVar[str] = "number"
    several: ClassVar[dict[str, str]] = {"lines": "invoice_line", "payments": "payment"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "paid_on": ("day", "The day it was paid in full"),
        "open": ("money", "What is still to be paid, where the rest has been"),
    }

    number: Text = about("Number, unique; else the next one", unique=True)
    company_id: int | None = link(
        "company", "The customer, a company", index=False
    )  # ix_invoice_company begins so
    contact_id: int | None = link("contact", "The customer, a person", index=False)  # nor ix_invoice_contact
    deal_id: int | None = link("deal", "The deal it bills")
    quote_id: int | None = link("quote", "The quote it bills")
    issued_on: Day = about("The day it was issued")
    due_on: Day = about("The day it is due; else by the customer's terms")
    amount: Money = about("What is to be paid, tax included", nullable=False)
    tax: Money = about("Tax in it")
    currency: Currency = about("Currency of its money; else the configured one")
    rate: Text = kept("One unit of its currency in the base currency, on the day it was issued")
    paid: Money = kept("What has been paid", 0)
    settled_on: Day = kept("The day it was paid in full")
    void_on: Day = kept("The day it was declared void")
    void_reason: Text = kept("Why it was declared void")
    reference: Text = about("What the customer calls it, such as an order number")
    status_original: Text = kept("The status as the other program named it")


class InvoiceLine(Part, table=True):
    """A line of an invoice."""

    __tablename__ = "invoice_line"

    invoice_id: int = owned("invoice")
    position: int = 0
    product_id: int | None = Field(default=None, foreign_key="product.id", index=True)
    text: Text = None
    quantity: Decimal = Field(default=10_000, nullable=False)
    unit_price: UnitPrice = None
    discount_pct: Percent = None
    tax_pct: Percent = None
    net: Money = None
    tax: Money = None


class Payment(Part, table=True):
    """Money that came for an invoice on a day; less than nothing: paid back."""

    invoice_id: int = Field(foreign_key="invoice.id", ondelete="CASCADE")  # ix_payment_invoice begins so
    day: Day = Field(nullable=False)
    amount: Money = Field(nullable=False)
    method: Text = None
    reference: Text = None


class Offer(Record, table=True):
    """A lead or deal offered to a partner, who must answer in time."""

    label: ClassVar[str] = "state"
    several: ClassVar[dict[str, str]] = {"candidates": "offer_candidate"}

    lead_id: int | None = link("lead", "The lead that is offered")
    deal_id: int | None = link("deal", "The deal that is offered")
    partner_id: int | None = link("company", "The partner")
    rank: Integer = about("The partner's place among the candidates")
    state: Annotated[str | None, Kind("choice", choices.OfferState)] = kept("Where it stands", "offered")
    offered_at: Instant = about("When it was offered", nullable=False)
    respond_by: Instant = about("Until when the partner must answer")
    answered_at: Instant = kept("When it was accepted, declined or expired")
    reason: Text = about("Why it was declined; else why this partner was asked")
    delivery_id: int | None = link("delivery", "The message that told the partner")
    first_id: int | None = link(
        "offer", "The first offer of those it goes on from, which remembers who is asked"
    )


class OfferCandidate(Part, table=True):
    """A partner who is asked where an offer is not taken, and why."""

    __tablename__ = "offer_candidate"

    offer_id: int = owned("offer")
    rank: int = Field(nullable=False)
    partner_id: int = Field(foreign_key="company.id", index=True)
    reason: Text = None


class Relationship(Record, table=True):
    """How two companies or people stand to each other."""

    label: ClassVar[str] = "kind"

    kind: Annotated[str | None, Kind("open", choices.RelationshipKind)] = about(
        "What the first is to the second", nullable=False
    )
    company_id: int | None = link("company", "The first, a company")
    contact_id: int | None = link("contact", "The first, a person")
    to_company_id: int | None = link("company", "The second, a company")
    to_contact_id: int | None = link("contact", "The second, a person")


class Goal(Named, table=True):
    """What shall be reached, by whom, in which time, measured how."""

    name: Text = about("What it is called", nullable=False)
    metric: Annotated[str | None, Kind("choice", choices.GoalMetric)] = about(
        "What is measured", default="won_amount"
    )
    period: Text = about("In which time, such as 2026-Q3, 2026-11 or 2026")
    starts_on: Day = kept("The first day of its period")
    ends_on: Day = kept("The last day of its period")
    baseline: Money = about("Where it stood before")
    target: Money = about(
        "What shall be reached, in money or a number; a parent's is the sum of its children's where none is said"
    )
    stretch: Money = about("What would be better still")
    currency: Currency = about("Currency where money is measured, else the configured one; none of a number")
    pipeline_id: int | None = link("pipeline", "Only deals of this pipeline")
    parent_id: int | None = link("goal", "The goal it is part of")


class Snapshot(Record, table=True):
    """What was forecast for a month, on a day, for an owner's deals."""

    label: ClassVar[str] = "period"

    taken_on: Day = about("The day it was taken", nullable=False, index=True)
    period: Text = about("The month that was forecast, such as 2026-11", nullable=False)
    currency: Currency = about("Currency of its money")
    pipeline_amount: Money = about("All open deals and what is closed")
    best_case: Money = about("Best case, commit and closed")
    commit: Money = about("Commit and closed")
    closed: Money = about("Won by then")
    weighted: Money = about("Open deals by their probability")


class Rate(Record, table=True):
    """What one unit of a currency is worth in the base currency from a day on."""

    label: ClassVar[str] = "currency"

    currency: Currency = about("The currency", nullable=False)
    day: Day = about("From which day", nullable=False)
    rate: Text = about("One unit of it in the base currency, such as 1.0842", nullable=False)
