"""Whom we deal with: people, companies, and who works here."""

from typing import Annotated, ClassVar

from sqlmodel import Field

from crm_cli import choices
from crm_cli.records.base import (
    Address,
    Boolean,
    Country,
    Currency,
    Day,
    Email,
    Integer,
    Kind,
    List,
    Long,
    Money,
    Named,
    Part,
    Percent,
    Phone,
    Preferences,
    Text,
    Url,
    about,
    link,
    owned,
)


class User(Named, table=True):
    """A person who works here."""

    name: Text = about("Full name", nullable=False)
    email: Email = about("E-mail address")
    manager_id: int | None = link("user", "Whom this user reports to")
    region: Text = about("Sales region or office")
    commission_pct: Percent = about("Commission on won amounts")
    capacity: Integer = about("How many open leads and deals one can carry")
    territories: List = about("Regions or countries served, separated by commas")
    active: Boolean = about("Takes new work", default=True)


class Company(Named, Address, table=True):
    """An organisation that buys, sells or helps to sell."""

    name: Text = about("Name", nullable=False)
    domain: Text = about("Internet domain", index=True)
    website: Url = about("Web address")
    phone: Phone = about("Phone number, kept as typed")
    email: Email = about("E-mail address", index=True)
    type: Annotated[str | None, Kind("open", choices.CompanyType)] = about(
        "What it is to us", default="prospect"
    )
    industry: Text = about("Industry or sector")
    employees: Integer = about("Number of people")
    annual_revenue: Money = about("Revenue a year")
    default_currency: Currency = about("Currency it buys in; else the configured one")
    tax_number: Text = about("Tax or VAT number", index=True)
    needs: Long = about("What it needs, in free words")
    revenue_potential: Annotated[str | None, Kind("choice", choices.RevenuePotential)] = about(
        "Planned-revenue code, A is the highest"
    )
    parent_id: int | None = link("company", "The company it belongs to")
    shipping_street: Text = about("Street for deliveries")
    shipping_city: Text = about("City for deliveries")
    shipping_region: Text = about("State or province for deliveries")
    shipping_postal_code: Text = about("Postal code for deliveries")
    shipping_country: Country = about("Country for deliveries")
    payment_terms_days: Integer = about("Days until an invoice is due")
    partner_level: Annotated[str | None, Kind("choice", choices.PartnerLevel)] = about(
        "Standing as a partner"
    )
    territory: Text = about("Sales territory; several separated by commas")
    offers_paused: Boolean = about("As a partner, takes no offers for now", default=False)
    pricelist_id: int | None = link("pricelist", "The prices it buys at; else the list prices")
    sla_policy_id: int | None = link("sla", "The SLA policy that its cases are held to")


class Contact(Named, Address, Preferences, table=True):
    """A person we know."""

    several: ClassVar[dict[str, str]] = {
        "emails": "contact_email",
        "phones": "contact_phone",
        "companies": "contact_company",
    }
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "email": ("email", "E-mail address; several separated by commas"),
        "phone": ("phone", "Phone number, kept as typed; several separated by commas"),
    }

    salutation: Text = about("Mr, Ms, Dr …")
    first_name: Text = about("Given name")
    last_name: Text = about("Family name")
    name: Text = about("Full name; split into given and family name", nullable=False)
    title: Text = about("Job title")
    company_id: int | None = link("company", "The company, by any reference")
    birthday: Day = about("Date of birth")
    national_id: Text = about("National identity number", index=True)
    language: Text = about("Language to write in")
    timezone: Text = about("Time zone, such as Europe/Paris")
    lifecycle: Annotated[str | None, Kind("choice", choices.Lifecycle)] = about(
        "How far on the way to customer", default="subscriber"
    )
    interests: List = about("Interests, separated by commas")
    source: Annotated[str | None, Kind("open", choices.Source)] = about("Where the person came from")
    social: List = about("Addresses of profiles, separated by commas")


class ContactEmail(Part, table=True):
    """One of a person's e-mail addresses."""

    __tablename__ = "contact_email"

    contact_id: int = owned("contact", index=False)  # ix_contact_email_first begins with it
    value: Email = Field(nullable=False)
    key: str = Field(index=True)
    kind: Annotated[str | None, Kind("open", choices.AddressKind)] = None
    primary: bool = False
    opted_out: bool = False
    invalid: bool = False


class ContactPhone(Part, table=True):
    """One of a person's phone numbers, as typed and in E.164 where that can be told."""

    __tablename__ = "contact_phone"

    contact_id: int = owned("contact", index=False)  # ix_contact_phone_first begins with it
    value: Phone = Field(nullable=False)
    key: str = Field(index=True)
    kind: Annotated[str | None, Kind("open", choices.AddressKind)] = None
    primary: bool = False
    opted_out: bool = False
    invalid: bool = False


class ContactCompany(Part, table=True):
    """A further company that a person has a part in, or had."""

    __tablename__ = "contact_company"

    contact_id: int = owned("contact")
    company_id: int = Field(foreign_key="company.id", index=True)
    role: Text = None
    inactive: bool = False
