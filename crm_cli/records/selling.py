"""What is sold, to whom, and how far it is: leads, pipelines, products, deals."""

from typing import Annotated, ClassVar

from sqlmodel import Field

from crm_cli import choices
from crm_cli.records.base import (
    Address,
    Boolean,
    Currency,
    Day,
    Decimal,
    Email,
    Instant,
    Integer,
    Json,
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
    UnitPrice,
    Url,
    about,
    hidden,
    kept,
    link,
    owned,
)


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
    score_reasons: Json = kept("What its points were given for, where rules gave them")
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
    partner_id: int | None = link("company", "The partner who works on it")
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

    several: ClassVar[dict[str, str]] = {"parts": "product_part"}

    code: Text = about("Short code, unique", unique=True)
    name: Text = about("Name", nullable=False)
    kind: Annotated[str | None, Kind("choice", choices.ProductKind)] = about(
        "Goods or service", default="goods"
    )
    category: Text = about("Category or series")
    list_price: UnitPrice = about("Price of one")
    currency: Currency = about("Currency of its money; else the configured one")
    cost: UnitPrice = about("What one costs us")
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
    partner_id: int | None = link("company", "The partner who works on it")
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
    unit_price: UnitPrice = None
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
