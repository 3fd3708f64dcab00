"""Whom the demo business deals with beside its customers: partners who are offered leads, and who knows whom."""

from collections.abc import Iterator
from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import moment, next_workday
from crm_cli.demo.story import Row, Story

OFFERED = 18  # leads of these days that partners were offered
OPEN = 2  # of these, those that still can be answered
DAYS = 2  # to answer
REFERRALS = 5
_FATES = ("accepted", "accepted", "accepted", "declined", "declined", "expired")
_DECLINED = ("No room this month", "Too far away", "They are a customer of ours already")


def tell(story: Story) -> None:
    """Add the offers to partners and the relationships."""
    partners = [firm for firm in names.COMPANIES if firm.type == "partner"]
    story.offers = _offers(story, [firm.name for firm in partners])
    story.relationships = _relationships(story, [firm.name for firm in partners])


def _offers(story: Story, partners: list[str]) -> list[Row]:
    """Leads that were offered to one partner, and to the next where that one did not want it."""
    worked, brought = [], []
    for lead in story.leads:
        if lead["status"] in ("contacted", "nurturing", "qualified"):
            if lead["first_touch_at"][:10] < str(story.today - timedelta(7)):
                worked.append(lead)
        elif lead["status"] == "converted" and lead["source"] in ("partner", "web", "phone"):
            brought.append(lead)
    rows: list[Row] = []
    for number, lead in enumerate(story.dice.sample(worked, OFFERED)):
        if number < OPEN:
            rows.append(_open(story, lead, partners[number % len(partners)]))
        else:
            rows += _passed(story, lead, partners)
    for lead in brought:
        partner = story.dice.choice(partners)
        rows.append(_answered(story, lead, partner, 1, _asked(lead), "accepted"))
        lead["partner"] = partner
    return sorted(rows, key=lambda row: (row["offered_at"], row["lead"]))


def _asked(lead: Row) -> date:
    """The day on which a partner is asked."""
    return next_workday(date.fromisoformat(lead["first_touch_at"][:10]) + timedelta(1))


def _passed(story: Story, lead: Row, partners: list[str]) -> Iterator[Row]:
    """Offers of a lead from one partner to the next, until one of them takes it."""
    day = _asked(lead)
    for rank, partner in enumerate(partners, 1):
        row = _answered(story, lead, partner, rank, day, story.dice.choice(_FATES))
        yield row
        if row["state"] == "accepted":
            lead["partner"] = partner
            return
        day += timedelta(2)


def _open(story: Story, lead: Row, partner: str) -> Row:
    """An offer of yesterday."""
    return _offer(lead, partner, 1, f"{story.today - timedelta(1)}T13:00:00Z") | {"state": "offered"}


def _answered(story: Story, lead: Row, partner: str, rank: int, day: date, state: str) -> Row:
    """An offer of a day that is over."""
    row = _offer(lead, partner, rank, f"{day}T07:30:00Z")
    answered = (
        row["respond_by"]
        if state == "expired"
        else moment(day + timedelta(story.dice.randint(0, 1)), story.dice)
    )
    reason = story.dice.choice(_DECLINED) if state == "declined" else ""
    return row | {"state": state, "answered_at": answered, "reason": reason}


def _offer(lead: Row, partner: str, rank: int, at: str) -> Row:
    until = date.fromisoformat(at[:10]) + timedelta(DAYS)
    return {
        "lead": lead["name"],
        "partner": partner,
        "rank": str(rank),
        "offered_at": at,
        "respond_by": f"{until}{at[10:]}",
        "owner": lead["owner"],
        "created_at": at,
    }


def _relationships(story: Story, partners: list[str]) -> list[Row]:
    """Who brought whom, whose partner somebody is, who supplies us and our partners."""
    bought = story.joined
    by_day = sorted(bought, key=lambda name: (bought[name], name))
    rows = []
    for name in by_day[-REFERRALS:]:
        referrer = story.dice.choice(by_day[:-REFERRALS])
        rows.append({"kind": "referred_by", "company": name, "to_company": referrer,
                     "created_at": moment(bought[name], story.dice)})  # fmt: skip
    suppliers = [firm.name for firm in names.COMPANIES if firm.type == "supplier"]
    for partner in partners:
        at = story.companies[partner]["created_at"]
        rows.append({"kind": "supplier_of", "company": suppliers[0], "to_company": partner, "created_at": at})
    first = story.companies[partners[0]]["created_at"]
    return [
        *rows,
        {"kind": "partner_of", "company": partners[0], "to_company": partners[1], "created_at": first},
    ]
