"""Service: cases and the clock they are answered by, contracts, articles, and what customers say of it."""

from typing import Annotated, ClassVar

from sqlmodel import Field

from crm_cli import choices
from crm_cli.records.base import (
    Boolean,
    Currency,
    Day,
    Instant,
    Integer,
    Kind,
    List,
    Long,
    Money,
    Named,
    Part,
    Percent,
    Record,
    Text,
    about,
    kept,
    link,
    owned,
)


class Calendar(Named, table=True):
    """When we work: the hours of a week in a zone, without holidays, with exceptions."""

    several: ClassVar[dict[str, str]] = {"days": "calendar_day"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "exceptions": (
            "text",
            'Days unlike their weekday, such as "2026-12-24 09:00-12:00; 2026-12-31 closed"',
        ),
    }

    name: Text = about("Name", nullable=False)
    zone: Text = about("Time zone, such as Europe/Paris; else the configured one")
    hours: Text = about('Weekly hours, such as "mon-fri 09:00-17:00; sat 10:00-14:00", or 24x7')
    holidays: List = about("Countries whose holidays are free, such as DE or DE-BY, separated by commas")
    is_default: Boolean = about("Serves where no other calendar is named", default=False)


class CalendarDay(Part, table=True):
    """A day of a calendar that is unlike its weekday."""

    __tablename__ = "calendar_day"

    calendar_id: int = owned("calendar")
    day: Day = Field(nullable=False)
    hours: Text = None
    name: Text = None


class Sla(Named, table=True):
    """A policy: how soon a case of a priority is answered and resolved, on which calendar."""

    several: ClassVar[dict[str, str]] = {"targets": "sla_target"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "promise": ("text", 'Response and resolution by priority, such as "urgent:1h/8h, normal:8h/40h"'),
    }

    name: Text = about("Name", nullable=False)
    calendar_id: int | None = link("calendar", "The calendar it counts in; else the default one")
    warn_pct: Percent = about("Share of the time after which a deadline is near", default=800_000)
    condition: Text = about('The cases it is for, as a filter, such as "type=complaint priority=high,urgent"')
    rank: Integer = about("Order in which conditions are tried, the lowest first")
    is_default: Boolean = about("Serves where nothing else says", default=False)


class SlaTarget(Part, table=True):
    """What a policy promises for a priority, in minutes of working time; empty: no promise."""

    __tablename__ = "sla_target"

    sla_id: int = owned("sla")
    priority: Annotated[str | None, Kind("choice", choices.Priority)] = Field(nullable=False)
    response_minutes: Integer = None
    resolution_minutes: Integer = None


class Contract(Named, table=True):
    """What a customer is entitled to, for a term."""

    number: Text = about("Number, unique; else the next one", unique=True)
    name: Text = about("What it is about", nullable=False)
    company_id: int | None = link("company", "The customer")
    contact_id: int | None = link("contact", "The person to talk to")
    product_id: int | None = link("product", "What it covers; else everything")
    starts_on: Day = about("First day")
    ends_on: Day = about("Last day")
    value: Money = about("What it is worth over its term")
    currency: Currency = about("Currency of its value; else the configured one")
    status: Annotated[str | None, Kind("choice", choices.ContractStatus)] = about(
        "Where it stands; its days say the rest", default="active"
    )
    status_original: Text = kept("The status as the other program named it")
    sla_policy_id: int | None = link("sla", "The SLA policy that its cases are held to")
    renewal_reminder_days: Integer = about("Days before its end from which its renewal is due", default=30)
    next_ends_on: Day = about("Last day of the term that follows; else as long again")
    renewal_deal_id: int | None = link("deal", "The deal that renews it")
    renewed_from_id: int | None = link("contract", "The contract it follows")


class Case(Named, table=True):
    """Something a customer asks, misses or complains of, until it is settled."""

    label: ClassVar[str] = "subject"
    several: ClassVar[dict[str, str]] = {"checklist": "case_step", "statuses": "case_status"}

    number: Text = about("Number, unique; else the next one", unique=True)
    subject: Text = about("In a few words", nullable=False)
    description: Long = about("In full")
    type: Annotated[str | None, Kind("open", choices.CaseType)] = about("What it is", default="question")
    status: Annotated[str | None, Kind("choice", choices.CaseStatus)] = about(
        "Where it stands", default="new"
    )
    status_original: Text = kept("The status as the other program named it")
    priority: Annotated[str | None, Kind("choice", choices.Priority)] = about("How urgent", default="normal")
    origin: Annotated[str | None, Kind("open", choices.CaseOrigin)] = about("How it reached us")
    company_id: int | None = link("company", "The customer")
    contact_id: int | None = link("contact", "Who asks")
    product_id: int | None = link("product", "What it is about")
    deal_id: int | None = link("deal", "The deal it concerns")
    contract_id: int | None = link("contract", "The contract it falls under; else the customer's active one")
    parent_id: int | None = link("case", "The case it is part of")
    sla_policy_id: int | None = link(
        "sla", "The SLA policy; else by contract, customer, condition or default"
    )
    sla_policy_pinned: Boolean = about("The policy stays whatever else would choose one", default=False)
    resolution: Long = about("How it was settled")
    first_response_at: Instant = kept("When we first answered")
    resolved_at: Instant = kept("When it was last resolved")
    closed_at: Instant = kept("When it was last closed")
    reopened_count: Integer = kept("How often it was opened again", 0)
    satisfaction: Integer = about("How content the customer is, 1 to 5")
    sla_result: Annotated[str | None, Kind("choice", choices.SlaResult)] = kept(
        "Whether it was resolved in time, as another program says"
    )
    odd: Text = kept("What cannot be right in its history")
    # Facts of its clock, written by crm_cli.rules.sla: nothing ticks, and no question walks a calendar.
    first_response_due: Instant = kept("Until when it is to be answered; empty while its clock is paused")
    first_response_warn: Instant = kept("From when that is near")
    first_response_left: Integer = kept("Working seconds left to answer, while its clock is paused")
    first_response_met: Boolean = kept("Whether it was answered in time")
    resolution_due: Instant = kept("Until when it is to be resolved; empty while its clock is paused")
    resolution_warn: Instant = kept("From when that is near")
    resolution_left: Integer = kept("Working seconds left to resolve it, while its clock is paused")
    resolution_met: Boolean = kept("Whether it was resolved in time")


class CaseStep(Part, table=True):
    """A step of the checklist that guides how a case is handled."""

    __tablename__ = "case_step"

    case_id: int = owned("case")
    position: int = 0
    text: Text = Field(nullable=False)
    done_at: Instant = None


class CaseStatusChange(Part, table=True):
    """A change of a case's status; what its clock and its reports are counted from."""

    __tablename__ = "case_status"

    case_id: int = owned("case")
    from_status: Annotated[str | None, Kind("choice", choices.CaseStatus)] = None
    status: Annotated[str | None, Kind("choice", choices.CaseStatus)] = Field(nullable=False)
    at: Instant = Field(nullable=False)
    reason: Text = None


class Article(Named, table=True):
    """An answer that is worth keeping."""

    several: ClassVar[dict[str, str]] = {"cases": "article_case"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "case": ("ref:case", "A case that it answers"),
    }

    name: Text = about("Title", nullable=False)
    body: Long = about("The answer")
    status: Annotated[str | None, Kind("choice", choices.ArticleStatus)] = about(
        "Where it stands", default="draft"
    )
    product_id: int | None = link("product", "The product it is about")


class ArticleCase(Part, table=True):
    """A case that an article answers."""

    __tablename__ = "article_case"

    article_id: int = owned("article")
    case_id: int = Field(foreign_key="case.id", ondelete="CASCADE", index=True)


class Survey(Record, table=True):
    """What a customer answered when asked how it went."""

    label: ClassVar[str] = "kind"

    kind: Annotated[str | None, Kind("choice", choices.SurveyKind)] = about(
        "nps 0 to 10, csat 1 to 5, ces 1 to 7", default="nps"
    )
    score: Integer = about("The answer", nullable=False)
    comment: Long = about("In the customer's words")
    at: Instant = about("When it was answered; else now", nullable=False)
    contact_id: int | None = link("contact", "Who answered")
    company_id: int | None = link("company", "For which customer")
    case_id: int | None = link("case", "After which case")
    deal_id: int | None = link("deal", "After which deal")
    touchpoint: Text = about("Where they met us, such as delivery, support or website")
