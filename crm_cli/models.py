"""What is stored: the only declaration of every record and field.

A field is an annotated type (its kind, which knows how to read text and what is valid) and a sentence of
help. From here come the tables, the options of `add` and `edit`, the columns, filters and import headers:
`python -m crm_cli.migrations` regenerates `fields.json` and the migration, and a test holds them equal.

What is stored is what is printed: days as `2026-11-05`, instants as `2026-11-05T09:00:00Z` (UTC), money as
whole ten-thousandths of the currency unit, percentages and decimals as whole ten-thousandths.
A class below `Record` is a noun; a class below `Part` belongs to one record and lives and dies with it.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core.core_schema import CoreSchema, with_info_before_validator_function
from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from crm_cli import choices, values


class Kind:
    """Marks a type with its kind in `crm_cli.values` and, for a vocabulary, its words; reads text as that kind."""

    def __init__(self, name: str, vocabulary: type[StrEnum] | None = None) -> None:
        self.name = name
        self.vocabulary = vocabulary.__name__ if vocabulary else None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Text is read by `values.read`, in the way that the validation's context says; else it passes."""
        words = choices.words(self.vocabulary) if self.vocabulary else None

        def read(value: Any, info: ValidationInfo) -> Any:
            return values.stored(self.name, value, info.context, words)

        return with_info_before_validator_function(read, handler(source))


Text = Annotated[str | None, Kind("text")]
Long = Annotated[str | None, Kind("long")]
Integer = Annotated[int | None, Kind("integer")]
Decimal = Annotated[int | None, Kind("decimal")]
Percent = Annotated[int | None, Kind("percent")]
Money = Annotated[int | None, Kind("money")]
Day = Annotated[str | None, Kind("day")]
Instant = Annotated[str | None, Kind("instant")]
Boolean = Annotated[bool | None, Kind("boolean")]
Email = Annotated[str | None, Kind("email")]
Phone = Annotated[str | None, Kind("phone")]
Url = Annotated[str | None, Kind("url")]
Country = Annotated[str | None, Kind("country")]
Currency = Annotated[str | None, Kind("currency")]
Tags = Annotated[str | None, Kind("tags")]
List = Annotated[str | None, Kind("list")]
Json = Annotated[str | None, Kind("json")]


def about(help: str, default: Any = None, **more: Any) -> Any:  # noqa: A002 - the word users know
    """Declare a field: its help and its value in a new record."""
    return Field(default=default, description=help, **more)


def link(to: str, help: str, *, index: bool = True) -> Any:  # noqa: A002
    """Declare a reference to another record; deleting that record is refused while this one stands."""
    return Field(default=None, foreign_key=f"{to}.id", index=index, description=help)


def owned(by: str) -> Any:
    """Declare the record that a part belongs to; it goes when its record goes."""
    return Field(foreign_key=f"{by}.id", ondelete="CASCADE", index=True)


def hidden(default: Any = None, **more: Any) -> Any:
    """Declare a field that the program keeps for itself: no option, no column."""
    return Field(default=default, schema_extra={"json_schema_extra": {"role": "hidden"}}, **more)


def kept(help: str, default: Any = None, **more: Any) -> Any:  # noqa: A002
    """Declare a field that verbs and imports set and `edit` does not offer."""
    return Field(
        default=default, description=help, schema_extra={"json_schema_extra": {"role": "kept"}}, **more
    )


class Record(SQLModel):
    """What every record has: identity, origin, owner, free words."""

    __table_args__ = {"sqlite_autoincrement": True}
    # Fields of several values, and the parts they stand in.
    several: ClassVar[dict[str, str]] = {}
    # Fields that can be entered and are stored as parts: name → kind and help.
    entered: ClassVar[dict[str, tuple[str, str]]] = {}
    noun: ClassVar[str] = ""

    id: int | None = Field(default=None, primary_key=True, description="Our number for the record")
    uid: str = kept("Its identity across stores", "", unique=True)
    created_at: Instant = kept("When it was first known", nullable=False)
    updated_at: Instant = kept("When it last changed", nullable=False)
    owner_id: int | None = link("user", "Who is responsible: a user, or me")
    tags: Tags = about("Free labels, separated by commas")
    notes: Long = about("Free words")
    external_id: Text = about("Its key in another program")
    external_source: Text = about("The program that the external id comes from")
    custom: Json = hidden()
    import_id: int | None = hidden()
    folded: str = hidden("")


class Named(Record):
    """A record that is found by its name."""

    name_key: str = hidden("", index=True)


class Part(SQLModel):
    """What belongs to one record and has no life of its own."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)


class Address(SQLModel):
    """Where a letter goes."""

    street: Text = about("Street and house number")
    city: Text = about("City")
    region: Text = about("State, province or county")
    postal_code: Text = about("Postal code, kept as text")
    country: Country = about("Country: its ISO code or name")


class Preferences(SQLModel):
    """How a person wants to be reached, and how not."""

    do_not_email: Boolean = about("No e-mail at all", default=False)
    do_not_bulk_email: Boolean = about("No mass e-mail", default=False)
    do_not_phone: Boolean = about("No calls", default=False)
    do_not_sms: Boolean = about("No text messages", default=False)
    do_not_mail: Boolean = about("No letters", default=False)
    do_not_fax: Boolean = about("No fax", default=False)
    preferred_channel: Annotated[str | None, Kind("choice", choices.Channel)] = about(
        "How to reach the person", default="any"
    )
    preferred_day: Annotated[str | None, Kind("choice", choices.Weekday)] = about("Best day")
    best_time: Text = about("Best time: morning, afternoon, evening or HH:MM-HH:MM")


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
    territory: Text = about("Sales territory")


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

    contact_id: int = owned("contact")
    value: Email = Field(nullable=False)
    key: str = Field(index=True)
    kind: Annotated[str | None, Kind("open", choices.AddressKind)] = None
    primary: bool = False
    opted_out: bool = False
    invalid: bool = False


class ContactPhone(Part, table=True):
    """One of a person's phone numbers, as typed and in E.164 where that can be told."""

    __tablename__ = "contact_phone"

    contact_id: int = owned("contact")
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


class Campaign(Named, table=True):
    """An effort to win attention; leads and deals name the one they came from."""

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
    cost: Money = about("What it has cost")
    expected_revenue: Money = about("What it should bring")
    currency: Currency = about("Currency of its money; else the configured one")
    expected_response_pct: Percent = about("Share of people expected to answer")
    objective: Long = about("What it is for")
    parent_id: int | None = link("campaign", "The campaign it is part of")


class Lead(Named, Address, Preferences, table=True):
    """Somebody who is not yet known to be worth the effort."""

    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "converted": ("boolean", "Has become a customer record; for imports that say no more"),
    }

    salutation: Text = about("Mr, Ms, Dr …")
    first_name: Text = about("Given name")
    last_name: Text = about("Family name")
    name: Text = about("Full name; split into given and family name", nullable=False)
    title: Text = about("Job title")
    company_name: Text = about("The company as the lead named it")
    email: Email = about("E-mail address", index=True)
    phone: Phone = about("Phone number, kept as typed")
    phone_key: str = hidden("", index=True)
    website: Url = about("Web address")
    industry: Text = about("Industry or sector")
    source: Annotated[str | None, Kind("open", choices.Source)] = about("Where the lead came from")
    status: Annotated[str | None, Kind("choice", choices.LeadStatus)] = about(
        "Where it stands", default="new"
    )
    status_original: Text = kept("The status as the other program named it")
    rating: Annotated[str | None, Kind("choice", choices.Rating)] = about("How warm it is", default="warm")
    score: Integer = about("Score, 0 to 100")
    est_amount: Money = about("Estimated amount")
    currency: Currency = about("Currency of the amount; else the configured one")
    need: Long = about("BANT: what they need")
    budget: Text = about("BANT: what they can spend")
    authority: Text = about("BANT: who decides")
    timeframe: Text = about("BANT: when they will decide")
    interests: List = about("Interests, separated by commas")
    campaign_id: int | None = link("campaign", "The campaign that brought it")
    first_touch_at: Instant = kept("When we first reached out")
    disqualify_reason: Annotated[str | None, Kind("open", choices.DisqualifyReason)] = kept(
        "Why it is not worth pursuing"
    )
    disqualify_note: Text = kept("More on why")
    unmet_need: Text = about("What they wanted and could not have")
    converted_at: Instant = kept("When it became a customer record")
    company_id: int | None = link("company", "The company it became")
    contact_id: int | None = link("contact", "The contact it became")
    deal_id: int | None = link("deal", "The deal it became")


class Pipeline(Named, table=True):
    """A way of selling: an ordered row of stages."""

    several: ClassVar[dict[str, str]] = {"stages": "stage"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "stages": ("stages", 'Stages, such as "Talk:20,Offer:60,Won:won,Lost:lost"'),
        "requires": ("text", 'What must hold to leave a stage, such as "Offer:amount,contact"; more after ;'),
    }

    name: Text = about("Name", nullable=False)
    is_default: Boolean = about("Takes the deals that name no pipeline", default=False)


class Stage(Part, table=True):
    """A step of a pipeline, with what must hold to leave it."""

    pipeline_id: int = owned("pipeline")
    position: int = 0
    name: Text = Field(nullable=False)
    name_key: str = ""
    kind: Annotated[str | None, Kind("choice", choices.StageKind)] = "open"
    probability: Percent = None
    forecast_category: Annotated[str | None, Kind("choice", choices.ForecastCategory)] = "pipeline"
    rotten_days: Integer = None
    requires: Text = None


class Product(Named, table=True):
    """Something we sell."""

    code: Text = about("Short code, unique", unique=True)
    name: Text = about("Name", nullable=False)
    kind: Annotated[str | None, Kind("choice", choices.ProductKind)] = about(
        "Goods or service", default="goods"
    )
    category: Text = about("Category or series")
    list_price: Money = about("Price of one")
    currency: Currency = about("Currency of its money; else the configured one")
    cost: Money = about("What one costs us")
    tax_rate: Percent = about("Tax on top")
    in_stock: Decimal = about("How many are in stock")
    active: Boolean = about("Is sold now", default=True)


class Deal(Named, table=True):
    """An opportunity to sell, on its way through the stages of a pipeline."""

    several: ClassVar[dict[str, str]] = {
        "lines": "deal_line",
        "contacts": "deal_contact",
        "stages": "deal_stage",
    }
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "product": ("ref:product", "A product, as a line of the deal"),
    }

    name: Text = about("Name; else company and product", nullable=False)
    company_id: int | None = link("company", "Who buys")
    contact_id: int | None = link("contact", "The person to talk to")
    pipeline_id: int | None = link("pipeline", "The pipeline it is in; else the default one")
    stage_id: int | None = link("stage", "The stage it is in", index=False)  # ix_deal_report begins with it
    stage_since: Day = hidden()
    amount: Money = about("What it is worth")
    amount_pinned: Boolean = about("The amount stays when the lines change", default=False)
    currency: Currency = about("Currency of the amount; else the configured one")
    rate: Text = kept("One unit of its currency in the base currency, fixed at close")
    probability: Percent = about("Chance to win; else the stage's")
    probability_pinned: Boolean = about("The probability stays when the stage changes", default=False)
    forecast_category: Annotated[str | None, Kind("choice", choices.ForecastCategory)] = about(
        "How firmly it is counted on; else the stage's"
    )
    type: Annotated[str | None, Kind("open", choices.DealType)] = about(
        "Kind of business", default="new_business"
    )
    source: Annotated[str | None, Kind("open", choices.Source)] = about("Where it came from")
    campaign_id: int | None = link("campaign", "The campaign that brought it")
    opened_on: Day = about("The day work on it began")
    expected_close: Day = about("The day it should be decided")
    next_step: Text = about("What happens next")
    closed_on: Day = about("The day it was won or lost")
    lost_reason: Annotated[str | None, Kind("open", choices.LostReason)] = about("Why it was lost")
    lost_note: Text = about("More on why it was lost")
    unmet_need: Text = about("What they wanted and could not have")
    competitor: Text = about("Against whom")
    financing: Text = about("How it is paid for")
    delivery_on: Day = about("Promised delivery")
    delivered_on: Day = about("Delivered")
    push_count: Integer = kept("How often the expected close moved later", 0)
    status_original: Text = kept("The stage as the other program named it")


class DealLine(Part, table=True):
    """A line of a deal: so many of a product at a price."""

    __tablename__ = "deal_line"

    deal_id: int = owned("deal")
    position: int = 0
    product_id: int = Field(foreign_key="product.id", index=True)
    quantity: Decimal = Field(default=10_000, nullable=False)
    unit_price: Money = None
    discount_pct: Percent = None
    tax_pct: Percent = None


class DealContact(Part, table=True):
    """A further person in a deal, and the part they play."""

    __tablename__ = "deal_contact"

    deal_id: int = owned("deal")
    contact_id: int = Field(foreign_key="contact.id", index=True)
    role: Annotated[str | None, Kind("open", choices.DealRole)] = None


class DealStage(Part, table=True):
    """A change of a deal's stage; the facts that conversion and velocity are counted from."""

    __tablename__ = "deal_stage"

    deal_id: int = owned("deal")
    from_stage_id: int | None = Field(default=None, foreign_key="stage.id")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    at: str
    day: str
    days: int | None = None


class Activity(Record, table=True):
    """Something said, held, sent or to be done, about any records."""

    several: ClassVar[dict[str, str]] = {"participants": "activity_participant"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "about": ("about", "The records it is about, such as deal:12 or a name"),
    }

    kind: Annotated[str | None, Kind("choice", choices.ActivityKind)] = about("What it is", default="note")
    subject: Text = about("In a few words", nullable=False)
    body: Long = about("In full")
    status: Annotated[str | None, Kind("choice", choices.ActivityStatus)] = about("Where it stands")
    status_original: Text = kept("The status as the other program named it")
    priority: Annotated[str | None, Kind("choice", choices.Priority)] = about("How urgent", default="normal")
    start: Instant = about("When it begins")
    due: Day = about("The day it is due", index=True)
    done_at: Instant = about("When it was done")
    minutes: Integer = about("How long it took or will take")
    direction: Annotated[str | None, Kind("choice", choices.Direction)] = about("In: they did; out: we did")
    outcome: Text = about("What came of it")
    recurrence: Text = about("Repeats: daily, weekly, monthly or yearly")


class ActivityAbout(Part, table=True):
    """A record that an activity is about: its noun and id."""

    __tablename__ = "activity_about"

    activity_id: int = owned("activity")
    noun: str
    record_id: int


class ActivityParticipant(Part, table=True):
    """A person who takes part."""

    __tablename__ = "activity_participant"

    activity_id: int = owned("activity")
    contact_id: int = Field(foreign_key="contact.id", ondelete="CASCADE", index=True)


class NotDuplicate(Part, table=True):
    """Two records of a noun that look like one and that somebody knows to be two; the smaller id first."""

    __tablename__ = "not_duplicate"

    noun: str
    a_id: int
    b_id: int


class MergedKey(Part, table=True):
    """What another program calls a record that was merged into this one, so that an import finds it."""

    __tablename__ = "merged_key"

    noun: str
    record_id: int
    external_id: str
    external_source: str | None = None


class CustomField(Named, table=True):
    """A field of the user's own on one noun."""

    __tablename__ = "custom_field"
    noun: ClassVar[str] = "field"

    on: Text = about("The noun that has it", nullable=False)
    name: Text = about("Its name, in lower case", nullable=False)
    kind: Annotated[str | None, Kind("choice", choices.FieldKind)] = about(
        "Type of its values", default="text"
    )
    help: Text = about("What it means")
    words: List = about("The allowed words of a choice, separated by commas")


class Command(SQLModel, table=True):
    """One command that changed the store: one transaction, one thing to undo.

    `open` is 1 only inside its own transaction; triggers log against the open command, and a row logged
    without one was written by another tool.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    at: str
    verb: str
    summary: str = ""
    kind: str = "change"
    reverts_id: int | None = Field(default=None, foreign_key="command.id", index=True)
    reverted: bool = False
    open: int | None = None


class Log(SQLModel, table=True):
    """One changed row, written by triggers: the id of an insert, old and new of an update, a deleted row."""

    id: int | None = Field(default=None, primary_key=True)
    command_id: int | None = Field(default=None, foreign_key="command.id", index=True)
    tbl: str
    row_id: int
    op: str
    data: str | None = None


NOUNS: dict[str, type[Record]] = {
    model.noun or model.__name__.lower(): model
    for model in (Contact, Company, Lead, Deal, Campaign, Product, Pipeline, User, Activity, CustomField)
}
PARTS: tuple[type[Part], ...] = (
    ContactEmail,
    ContactPhone,
    ContactCompany,
    Stage,
    DealLine,
    DealContact,
    DealStage,
    ActivityAbout,
    ActivityParticipant,
    NotDuplicate,
    MergedKey,
)
LOGGED: tuple[type[SQLModel], ...] = (*NOUNS.values(), *PARTS)


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
