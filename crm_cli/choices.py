"""The vocabularies: every word a status, kind or reason may be, with the other programs' words for it.

A member's value is what is stored and printed. `SYNONYMS` maps words that other programs use to ours;
input takes any case, `-`, `_` or space. Commands read the words from `nouns/words.json`, which is generated from here:
fifty classes cost each start 3 ms.
"""

from enum import EnumType, StrEnum


class Lifecycle(StrEnum):
    """How far a person has come on the way from stranger to customer."""

    SUBSCRIBER = "subscriber"
    LEAD = "lead"
    MQL = "mql"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    EVANGELIST = "evangelist"
    FORMER = "former"


class Channel(StrEnum):
    """How a person prefers to be reached."""

    ANY = "any"
    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    MAIL = "mail"
    FAX = "fax"
    IN_PERSON = "in_person"


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class CompanyType(StrEnum):
    """What a company is to us (open list)."""

    PROSPECT = "prospect"
    CUSTOMER = "customer"
    PARTNER = "partner"
    RESELLER = "reseller"
    SUPPLIER = "supplier"
    INVESTOR = "investor"
    COMPETITOR = "competitor"
    OTHER = "other"


class RevenuePotential(StrEnum):
    """The planned-revenue code of a customer: A is the highest."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"


class PartnerLevel(StrEnum):
    """The standing of a partner."""

    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"


class Source(StrEnum):
    """Where a person or a deal came from (open list)."""

    WEB = "web"
    EMAIL = "email"
    PHONE = "phone"
    REFERRAL = "referral"
    CAMPAIGN = "campaign"
    PARTNER = "partner"
    EVENT = "event"
    ADVERTISING = "advertising"
    SOCIAL = "social"
    EXISTING_CUSTOMER = "existing_customer"
    OTHER = "other"


class LeadStatus(StrEnum):
    """Where a lead stands."""

    NEW = "new"
    CONTACTED = "contacted"
    NURTURING = "nurturing"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    UNQUALIFIED = "unqualified"
    JUNK = "junk"


class Rating(StrEnum):
    """How warm a lead is."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class DisqualifyReason(StrEnum):
    """Why a lead is not worth pursuing (open list)."""

    LOST = "lost"
    CANNOT_CONTACT = "cannot_contact"
    NO_LONGER_INTERESTED = "no_longer_interested"
    DUPLICATE = "duplicate"
    OTHER = "other"


class StageKind(StrEnum):
    """Whether a deal in the stage is still open."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ForecastCategory(StrEnum):
    """How firmly a deal is counted on."""

    OMITTED = "omitted"
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"


class DealType(StrEnum):
    """What kind of business a deal is (open list)."""

    NEW_BUSINESS = "new_business"
    EXISTING = "existing"
    RENEWAL = "renewal"


class LostReason(StrEnum):
    """Why a deal was lost (open list)."""

    PRICE = "price"
    COMPETITION = "competition"
    BUDGET = "budget"
    MISSING_FEATURES = "missing_features"
    TIMING = "timing"
    NO_DECISION_MAKER = "no_decision_maker"
    UNRESPONSIVE = "unresponsive"
    POOR_FIT = "poor_fit"
    OTHER = "other"


class DealRole(StrEnum):
    """What part a person plays in a deal (open list)."""

    DECISION_MAKER = "decision_maker"
    EVALUATOR = "evaluator"
    INFLUENCER = "influencer"
    SPONSOR = "sponsor"
    TECHNICAL = "technical"
    USER = "user"


class ProductKind(StrEnum):
    """Goods are delivered, services are done."""

    GOODS = "goods"
    SERVICE = "service"


class CampaignType(StrEnum):
    """The means of a campaign (open list)."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    DIRECT_MAIL = "direct_mail"
    EVENT = "event"
    ADVERTISING = "advertising"
    WEB = "web"
    SOCIAL = "social"
    OTHER = "other"


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ActivityKind(StrEnum):
    """What an activity is; a task is an activity that is to be done."""

    TASK = "task"
    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    NOTE = "note"


class ActivityStatus(StrEnum):
    """Where an activity stands; the first three are for what happens, the others for tasks."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    COMPLETED = "completed"
    DEFERRED = "deferred"


class Priority(StrEnum):
    """How urgent something is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Direction(StrEnum):
    """Who spoke: `in` they did, `out` we did."""

    IN = "in"
    OUT = "out"


class AddressKind(StrEnum):
    """What an e-mail address or a phone number is for (open list)."""

    WORK = "work"
    HOME = "home"
    MOBILE = "mobile"
    FAX = "fax"
    OTHER = "other"


class FieldKind(StrEnum):
    """The type of a custom field's values."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DAY = "day"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class CaseType(StrEnum):
    """What a case is (open list)."""

    QUESTION = "question"
    PROBLEM = "problem"
    COMPLAINT = "complaint"
    REQUEST = "request"
    SUGGESTION = "suggestion"


class CaseStatus(StrEnum):
    """Where a case stands; waiting and on hold stop its clock."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING_ON_CUSTOMER = "waiting_on_customer"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class CaseOrigin(StrEnum):
    """How a case reached us (open list)."""

    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"
    SOCIAL = "social"
    IN_PERSON = "in_person"
    CHAT = "chat"


class SlaResult(StrEnum):
    """Whether a promise was kept."""

    MET = "met"
    BREACHED = "breached"


class SlaState(StrEnum):
    """Where the clock of a case stands now, the gravest first."""

    BREACHED = "breached"
    PAUSED = "paused"
    NEARING = "nearing"
    IN_PROGRESS = "in_progress"
    MET = "met"


class ContractStatus(StrEnum):
    """Where a contract stands."""

    NOT_STARTED = "not_started"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class ArticleStatus(StrEnum):
    """Where an article stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class SurveyKind(StrEnum):
    """What was asked: recommendation, contentment or effort."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"


class SegmentKind(StrEnum):
    """How a segment knows its members."""

    STATIC = "static"
    DYNAMIC = "dynamic"
    SUPPRESSION = "suppression"


class SegmentOn(StrEnum):
    """What a segment holds."""

    CONTACT = "contact"
    LEAD = "lead"
    COMPANY = "company"


class MessageChannel(StrEnum):
    """How a message goes out."""

    EMAIL = "email"
    SMS = "sms"
    MAIL = "mail"
    PHONE = "phone"


class SizeSegment(StrEnum):
    """How large a company is, by the bound that is set."""

    LARGE = "large"
    SMALL_MEDIUM = "small_medium"


class CampaignStepName(StrEnum):
    """The ten steps of a campaign, in order."""

    CREATE = "create"
    TARGET = "target"
    OFFER = "offer"
    BUDGET = "budget"
    MESSAGE = "message"
    SEND = "send"
    RESPONSES = "responses"
    MEASURE = "measure"
    ROI = "roi"
    NEXT = "next"


class MemberStatus(StrEnum):
    """How far a campaign came with a person."""

    TARGETED = "targeted"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    RESPONDED = "responded"
    CONVERTED = "converted"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    EXCLUDED = "excluded"


class MemberGroup(StrEnum):
    """Members of a campaign who can be followed up together."""

    RESPONDERS = "responders"
    NON_RESPONDERS = "non_responders"
    OPENERS = "openers"
    NON_OPENERS = "non_openers"
    CLICKERS = "clickers"
    CONVERTED = "converted"
    BOUNCED = "bounced"
    CONTROL = "control"


class ConsentState(StrEnum):
    """What a person said to a purpose."""

    UNKNOWN = "unknown"
    OPTED_IN = "opted_in"
    CONFIRMED = "confirmed"
    OPTED_OUT = "opted_out"


class LegalBasis(StrEnum):
    """On what ground a person may be written to (open list)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


class DeliveryPurpose(StrEnum):
    """Why a message goes out: marketing needs consent, service answers what was asked."""

    MARKETING = "marketing"
    SERVICE = "service"


class DeliveryStatus(StrEnum):
    """Where a message stands on its way out."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


class QuoteStatus(StrEnum):
    """Where a quote stands; one whose next revision has taken its place is superseded."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class InvoiceStatus(StrEnum):
    """Where an invoice stands, by its payments and its due day."""

    UNPAID = "unpaid"
    PARTIAL = "partial"
    PAID = "paid"
    OVERDUE = "overdue"
    VOID = "void"


class OfferState(StrEnum):
    """Where an offer to a partner stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class RelationshipKind(StrEnum):
    """What one is to the other (open list)."""

    PARTNER_OF = "partner_of"
    REFERRED_BY = "referred_by"
    REPORTS_TO = "reports_to"
    SUPPLIER_OF = "supplier_of"
    INVESTOR_IN = "investor_in"


class GoalMetric(StrEnum):
    """What a goal is measured by."""

    WON_AMOUNT = "won_amount"
    WON_COUNT = "won_count"
    LEADS = "leads"
    CALLS = "calls"
    MEETINGS = "meetings"
    CASES_RESOLVED = "cases_resolved"
    NPS = "nps"
    REVENUE = "revenue"
    NEW_CUSTOMERS = "new_customers"


SYNONYMS: dict[str, dict[str, str]] = {
    "Lifecycle": {"client": "customer", "marketing_qualified_lead": "mql", "sales_qualified_lead": "sql"},
    "Channel": {"telephone": "phone", "letter": "mail", "post": "mail", "e_mail": "email"},
    "CompanyType": {"client": "customer", "vendor": "supplier", "analyst": "other"},
    "Source": {
        "website": "web",
        "web_form": "web",
        "advertisement": "advertising",
        "social_media": "social",
        "telephone": "phone",
        "e_mail": "email",
    },
    "LeadStatus": {
        "open": "new",
        "not_contacted": "new",
        "open_not_contacted": "new",
        "attempted": "contacted",
        "attempted_to_contact": "contacted",
        "working": "contacted",
        "working_contacted": "contacted",
        "contact_in_future": "nurturing",
        "nurture": "nurturing",
        "pre_qualified": "qualified",
        "closed_converted": "converted",
        "closed_not_converted": "unqualified",
        "not_qualified": "unqualified",
        "disqualified": "unqualified",
        "lost_lead": "unqualified",
        "junk_lead": "junk",
        "spam": "junk",
    },
    "DealType": {"new": "new_business", "existing_business": "existing"},
    "CampaignStatus": {
        "planning": "planned",
        "in_progress": "active",
        "running": "active",
        "complete": "completed",
        "inactive": "paused",
        "aborted": "cancelled",
        "canceled": "cancelled",
    },
    "ActivityStatus": {
        "canceled": "cancelled",
        "complete": "completed",
        "closed": "completed",
        "open": "not_started",
        "todo": "not_started",
        "pending": "waiting",
        "waiting_on_someone_else": "waiting",
        "waiting_for_input": "waiting",
        "held": "done",
        "not_held": "cancelled",
    },
    "ActivityKind": {"mail": "email", "e_mail": "email", "to_do": "task", "todo": "task", "event": "meeting"},
    "Priority": {"medium": "normal", "moderate": "normal", "highest": "urgent", "critical": "urgent",
                 "lowest": "low", "p1": "urgent", "p2": "high", "p3": "normal", "p4": "low", "p5": "low",
                 "blocker": "urgent", "emergency": "urgent", "immediate": "urgent", "major": "high", "minor": "low",
                 "trivial": "low"},
    "Direction": {"incoming": "in", "inbound": "in", "outgoing": "out", "outbound": "out"},
    "ProductKind": {"good": "goods", "product": "goods", "services": "service"},
    "FieldKind": {"number": "decimal", "date": "day", "bool": "boolean", "string": "text", "int": "integer",
                  "list": "choice", "select": "choice"},
    "CaseType": {"incident": "problem", "bug": "problem", "issue": "problem", "feature_request": "suggestion",
                 "idea": "suggestion", "service_request": "request", "inquiry": "question", "enquiry": "question"},
    "CaseStatus": {
        "open": "in_progress",
        "assigned": "in_progress",
        "active": "in_progress",
        "working": "in_progress",
        "escalated": "in_progress",
        "reopened": "in_progress",
        "pending": "waiting_on_customer",
        "awaiting_user_info": "waiting_on_customer",
        "awaiting_customer": "waiting_on_customer",
        "waiting_for_customer": "waiting_on_customer",
        "waiting": "waiting_on_customer",
        "awaiting_problem": "on_hold",
        "awaiting_vendor": "on_hold",
        "awaiting_evidence": "on_hold",
        "hold": "on_hold",
        "solved": "resolved",
        "done": "resolved",
        "canceled": "cancelled",
        "rejected": "cancelled",
    },
    "CaseOrigin": {"e_mail": "email", "mail": "email", "telephone": "phone", "website": "web", "portal": "web",
                   "live_chat": "chat", "social_media": "social"},
    "ContractStatus": {"draft": "not_started", "in_force": "active", "activated": "active", "paused": "on_hold",
                       "ended": "expired", "canceled": "cancelled", "terminated": "cancelled"},
    "ArticleStatus": {"online": "published", "public": "published", "offline": "archived"},
    "SlaResult": {"kept": "met", "true": "met", "missed": "breached", "violated": "breached", "false": "breached"},
    "MemberStatus": {"planned": "targeted", "invited": "sent", "processed": "sent", "deferred": "sent",
                     "received": "delivered", "read": "opened", "open": "opened", "click": "clicked",
                     "bounce": "bounced", "hard_bounce": "bounced", "hard_bounced": "bounced",
                     "soft_bounce": "bounced", "soft_bounced": "bounced", "dropped": "bounced",
                     "reply": "responded", "replied": "responded", "attended": "responded", "registered": "responded",
                     "unsubscribe": "opted_out", "unsubscribed": "opted_out", "opt_out": "opted_out",
                     "opted_out_of_email": "opted_out", "complaint": "opted_out", "spam_report": "opted_out"},
    "ConsentState": {"subscribed": "opted_in", "granted": "opted_in", "double_opt_in": "confirmed",
                     "unsubscribed": "opted_out", "withdrawn": "opted_out", "denied": "opted_out"},
    "MessageChannel": {"e_mail": "email", "letter": "mail", "post": "mail", "call": "phone", "telephone": "phone"},
    "QuoteStatus": {"open": "sent", "presented": "sent", "approved": "accepted", "won": "accepted",
                    "denied": "rejected", "declined": "rejected", "lost": "rejected"},
    "InvoiceStatus": {"open": "unpaid", "sent": "unpaid", "authorised": "unpaid", "approved": "unpaid",
                      "outstanding": "unpaid", "offen": "unpaid", "partially_paid": "partial", "teilbezahlt": "partial",
                      "closed": "paid", "settled": "paid", "cleared": "paid", "paid_in_full": "paid",
                      "fully_paid": "paid", "bezahlt": "paid", "late": "overdue", "past_due": "overdue",
                      "voided": "void", "cancelled": "void", "canceled": "void", "deleted": "void",
                      "storniert": "void"},
    "AddressKind": {"cell": "mobile", "cellular": "mobile", "office": "work", "private": "home"},
}  # fmt: skip


def names() -> list[str]:
    """Every vocabulary."""
    return sorted(
        name for name, each in globals().items() if isinstance(each, EnumType) and each is not StrEnum
    )


def words(name: str) -> dict[str, str]:
    """Every accepted word of the vocabulary called `name`, ours and the synonyms, to our word."""
    vocabulary: type[StrEnum] = globals()[name]
    return {member.value: member.value for member in vocabulary} | SYNONYMS.get(name, {})
