"""What is stored: every record and every part of one, each declared in a room of `crm_cli.records`.

A field is an annotated type (its kind, which knows how to read text and what is valid) and a sentence of
help. From here come the tables, the options of `add` and `edit`, the columns, filters and import headers:
`python -m crm_cli.migrations` regenerates `nouns/` and the migration, and a test holds them equal.

What is stored is what is printed: days as `2026-11-05`, instants as `2026-11-05T09:00:00Z` (UTC), money as
whole ten-thousandths of the currency unit, percentages and decimals as whole ten-thousandths.
A class below `Record` is a noun; a class below `Part` belongs to one record and lives and dies with it.
"""

from typing import Any

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from crm_cli.records.activities import Activity, ActivityAbout, ActivityParticipant
from crm_cli.records.base import Address, Kind, Named, Part, Preferences, Record
from crm_cli.records.keeping import Command, CustomField, Log, MergedKey, NotDuplicate
from crm_cli.records.marketing import (
    Campaign,
    CampaignCost,
    CampaignMessage,
    CampaignProduct,
    CampaignSegment,
    CampaignStep,
    Consent,
    Delivery,
    Forgotten,
    Member,
    MemberStatusChange,
    Result,
    Segment,
    SegmentMember,
)
from crm_cli.records.people import Company, Contact, ContactCompany, ContactEmail, ContactPhone, User
from crm_cli.records.selling import Deal, DealContact, DealLine, DealStage, Lead, Pipeline, Product, Stage
from crm_cli.records.service import (
    Article,
    ArticleCase,
    Calendar,
    CalendarDay,
    Case,
    CaseStatusChange,
    CaseStep,
    Contract,
    Sla,
    SlaTarget,
    Survey,
)
from crm_cli.records.value import (
    Goal,
    Invoice,
    InvoiceLine,
    Offer,
    OfferCandidate,
    Payment,
    Price,
    PriceList,
    ProductPart,
    Quote,
    QuoteLine,
    Rate,
    Relationship,
    Snapshot,
)

__all__ = ["NOUNS", "PARTS", "Address", "Kind", "Named", "Part", "Preferences", "Record"]

# A record's place here is its number in the search index: new ones stand at the end.
NOUNS: dict[str, type[Record]] = {
    model.noun or model.__name__.lower(): model
    for model in (
        Contact, Company, Lead, Deal, Campaign, Product, Pipeline, User, Activity, CustomField,
        Case, Contract, Sla, Calendar, Article, Survey, Segment, Member, Result, Consent, Delivery,
        PriceList, Quote, Invoice, Offer, Relationship, Goal, Snapshot, Rate,
    )
}  # fmt: skip
PARTS: tuple[type[Part], ...] = (
    ContactEmail, ContactPhone, ContactCompany, Stage, DealLine, DealContact, DealStage, ActivityAbout,
    ActivityParticipant, NotDuplicate, MergedKey, CalendarDay, SlaTarget, CaseStep, CaseStatusChange, ArticleCase,
    SegmentMember, CampaignSegment, CampaignMessage, CampaignProduct, CampaignCost, CampaignStep, MemberStatusChange,
    Price, ProductPart, QuoteLine, InvoiceLine, Payment, OfferCandidate,
)  # fmt: skip
LOGGED: tuple[type[SQLModel], ...] = (*NOUNS.values(), *PARTS, Forgotten)


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


for _model in NOUNS.values():
    Index(
        f"ix_{_table(_model).name}_external",
        _table(_model).c.external_id,
        _table(_model).c.external_source,
        unique=True,
        sqlite_where=text("external_id IS NOT NULL"),
    )
# The first address of each person, which every list asks for: found without sorting, or reading its row.
for _part in (ContactEmail, ContactPhone):
    Index(f"ix_{_table(_part).name}_first", _table(_part).c.contact_id, _table(_part).c.primary.desc(),
          _table(_part).c.id, _table(_part).c.value)  # fmt: skip
Index("ix_deal_company_stage", _table(Deal).c.company_id, _table(Deal).c.stage_id,
      _table(Deal).c.currency, _table(Deal).c.amount)  # fmt: skip
# What reports sum and count over all deals, so that they read no other column; a row is about 70 bytes.
Index("ix_deal_report", *(_table(Deal).c[_name] for _name in (
    "stage_id", "currency", "closed_on", "opened_on", "amount", "probability", "stage_since",
    "expected_close", "forecast_category", "owner_id", "rate")))  # fmt: skip
Index("ix_activity_about_record", _table(ActivityAbout).c.noun, _table(ActivityAbout).c.record_id,
      _table(ActivityAbout).c.activity_id)  # fmt: skip
Index("ix_not_duplicate_pair", _table(NotDuplicate).c.noun, _table(NotDuplicate).c.a_id,
      _table(NotDuplicate).c.b_id, unique=True)  # fmt: skip
Index("ix_merged_key_record", _table(MergedKey).c.noun, _table(MergedKey).c.record_id)
Index("ix_merged_key_external", _table(MergedKey).c.external_id)
Index("ix_custom_field_on_name", _table(CustomField).c.on, _table(CustomField).c.name, unique=True)
Index("ix_command_open", _table(Command).c.open, unique=True, sqlite_where=text("open IS NOT NULL"))
Index("ix_log_row", _table(Log).c.tbl, _table(Log).c.row_id)
# What questions about cases and their clocks look for: the open ones, and what is due.
Index("ix_case_status_due", _table(Case).c.status, _table(Case).c.resolution_due)
Index("ix_case_company_status", _table(Case).c.company_id, _table(Case).c.status, _table(Case).c.type)
# Who is in a campaign and how far; a person is in a campaign once.
Index("ix_member_campaign_status", _table(Member).c.campaign_id, _table(Member).c.status)
Index("ix_member_contact", _table(Member).c.contact_id, _table(Member).c.campaign_id, unique=True,
      sqlite_where=text("contact_id IS NOT NULL"))  # fmt: skip
Index("ix_member_lead", _table(Member).c.lead_id, _table(Member).c.campaign_id, unique=True,
      sqlite_where=text("lead_id IS NOT NULL"))  # fmt: skip
Index("ix_segment_member_record", _table(SegmentMember).c.noun, _table(SegmentMember).c.record_id)
Index("ix_delivery_status", _table(Delivery).c.status, _table(Delivery).c.campaign_id)
# What went wrong lately: complaints, promises that were not kept (few, so their indexes hold those alone), scores.
Index("ix_case_type_created", _table(Case).c.type, _table(Case).c.created_at)
Index("ix_case_late", _table(Case).c.resolution_due, sqlite_where=text("resolution_met = 0"))
Index("ix_case_late_answer", _table(Case).c.first_response_due, sqlite_where=text("first_response_met = 0"))
Index("ix_case_told_late", _table(Case).c.created_at, sqlite_where=text("sla_result = 'breached'"))
Index(
    "ix_survey_kind_at",
    *(_table(Survey).c[_name] for _name in ("kind", "at", "score", "contact_id", "company_id")),
)
# How many inquiries a customer has in a time, and which contracts come to an end.
Index("ix_case_company_created", _table(Case).c.company_id, _table(Case).c.created_at)
Index("ix_contract_ends_on", _table(Contract).c.ends_on)
# What receivables and revenue sum over all invoices and payments, so that they read no other column.
Index("ix_invoice_company", *(_table(Invoice).c[_name] for _name in (
    "company_id", "issued_on", "due_on", "settled_on", "currency", "amount", "paid", "void_on")))  # fmt: skip
Index("ix_invoice_contact", *(_table(Invoice).c[_name] for _name in (
    "contact_id", "issued_on", "due_on", "settled_on", "currency", "amount", "paid", "void_on")))  # fmt: skip
Index(
    "ix_invoice_open", _table(Invoice).c.due_on, sqlite_where=text("settled_on IS NULL AND void_on IS NULL")
)
Index("ix_invoice_issued", *(_table(Invoice).c[_name] for _name in (
    "issued_on", "due_on", "settled_on", "currency", "amount", "paid", "void_on", "rate", "company_id",
    "contact_id")))  # fmt: skip
Index("ix_payment_invoice", _table(Payment).c.invoice_id, _table(Payment).c.day, _table(Payment).c.amount)
Index("ix_quote_number", _table(Quote).c.number, _table(Quote).c.revision, unique=True)
Index("ix_price_product", _table(Price).c.pricelist_id, _table(Price).c.product_id)
Index("ix_offer_state", _table(Offer).c.state, _table(Offer).c.respond_by)
Index("ix_rate_currency", _table(Rate).c.currency, _table(Rate).c.day, unique=True)
