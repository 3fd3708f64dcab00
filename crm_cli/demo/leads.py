"""The leads of the demo: who has asked, who is worth the effort, and who has become a customer."""

from datetime import date, timedelta

from crm_cli.demo import names, people
from crm_cli.demo.days import busy_day, moment, next_workday, workday
from crm_cli.demo.sales import origin
from crm_cli.demo.story import Course, Row, Story

# Status: how many, and how many days ago they asked at the latest and at the earliest.
STATUSES = {
    "new": (16, 1, 20),
    "contacted": (20, 8, 70),
    "nurturing": (15, 40, 330),
    "qualified": (11, 8, 60),
    "unqualified": (52, 30, 1080),
    "junk": (8, 5, 900),
}
CONVERTED = 36
_RATINGS = {
    "new": ("warm", "warm", "cold"),
    "contacted": ("hot", "warm", "warm", "cold"),
    "nurturing": ("warm", "cold"),
    "qualified": ("hot", "hot", "warm"),
    "converted": ("hot", "warm"),
    "unqualified": ("cold", "cold", "warm"),
    "junk": ("cold",),
}
_SCORES = {"hot": (68, 94), "warm": (38, 67), "cold": (8, 37)}
_SOURCES = (
    "web",
    "web",
    "web",
    "advertising",
    "event",
    "email",
    "referral",
    "phone",
    "social",
    "partner",
    "other",
)
_UNQUALIFIED = (
    ("no_longer_interested", "Keeps the old machine"),
    ("cannot_contact", "The number does not exist"),
    ("lost", "Has signed with another supplier"),
    ("duplicate", "Asked twice, by web and by phone"),
    ("other", "Wants to buy for the home"),
)
_MISSED = ("Cold brew from the tap", "A machine that takes badges", "Rent by the month", "")


def tell(story: Story) -> None:
    """Add the leads: first those whom deals have come from, then all others."""
    firsts: dict[str, Course] = {}
    for course in story.courses:
        if course.row["type"] == "new_business":
            firsts.setdefault(course.row["contact"], course)
    for course in story.dice.sample(list(firsts.values()), CONVERTED):
        story.leads.append(_converted(story, course))
    firms = [f"{word} {trade}" for word in names.LEAD_FIRMS for trade in names.LEAD_TRADES]
    story.dice.shuffle(firms)
    for status, (count, latest, earliest) in STATUSES.items():
        for _ in range(count):
            asked = busy_day(story.today, latest, earliest, story.dice)
            story.leads.append(_stranger(story, status, asked, firms.pop()))
    story.leads.sort(key=lambda lead: (lead["created_at"], lead["name"]))


def _converted(story: Story, course: Course) -> Row:
    """Who asked before the deal was opened, and became its contact; until then nobody knew the company."""
    deal = course.row
    for known in (story.companies[deal["company"]], *story.people_of(deal["company"])):
        known["created_at"] = deal["created_at"]
    contact = next(each for each in story.contacts if each["name"] == deal["contact"])
    asked = workday(course.opened - timedelta(story.dice.randint(9, 30)))
    row = {
        key: contact[key]
        for key in ("first_name", "last_name", "name", "title", "email", "phone", "city", "country")
    }
    row |= {
        "company_name": deal["company"],
        "industry": story.companies[deal["company"]]["industry"],
        "source": deal["source"],
        "campaign": deal["campaign"],
        "status": "converted",
        "est_amount": deal["amount"],
        "currency": deal["currency"],
        "owner": deal["owner"],
        "converted_at": deal["created_at"],
        "company": deal["company"],
        "contact": deal["contact"],
        "deal": deal["name"],
    }
    return row | _interest(story, "converted") | _times(story, asked, touched=True)


def _stranger(story: Story, status: str, asked: date, firm: str) -> Row:
    """Who has asked, and has not become anything yet."""
    dice = story.dice
    country = dice.choice(("NL", "NL", "DE", "DE", "DE", "BE", "GB"))
    first, last = people.new_name(story, country)
    source, campaign = origin(story, asked, _SOURCES)
    row = {
        "first_name": first,
        "last_name": last,
        "name": f"{first} {last}",
        "title": dice.choice(names.TITLES),
        "company_name": firm,
        "email": f"{people.local(first, last)}@{people.domain(firm)}",
        "phone": people.phone(story, country) if story.chance(70) else "",
        "country": country,
        "industry": names.LEAD_TRADES[firm.split()[1]],
        "source": source,
        "campaign": campaign,
        "status": status,
        "est_amount": f"{dice.randint(9, 120)}00.00" if status in ("qualified", "nurturing") else "",
        "currency": "GBP" if country == "GB" else "EUR",
        "owner": names.SELLER[country] if status != "new" or story.chance(50) else "",
    }
    if status in ("unqualified", "junk"):
        reason, note = (
            dice.choice(_UNQUALIFIED) if status == "unqualified" else ("other", "Filled in by a machine")
        )
        row |= {"disqualify_reason": reason, "disqualify_note": note}
        if reason == "lost":
            row["unmet_need"] = dice.choice(_MISSED)
    return row | _interest(story, status) | _times(story, asked, touched=status not in ("new", "junk"))


def _interest(story: Story, status: str) -> Row:
    """How warm somebody is, and for the better known the four answers: need, budget, authority, time."""
    dice = story.dice
    rating = dice.choice(_RATINGS[status])
    row = {"rating": rating, "score": str(dice.randint(*_SCORES[rating]))}
    if status in ("qualified", "converted") or (status in ("contacted", "nurturing") and story.chance(40)):
        row |= {
            "need": dice.choice(names.NEEDS),
            "budget": dice.choice(names.BUDGETS),
            "authority": dice.choice(names.AUTHORITIES),
            "timeframe": dice.choice(names.TIMEFRAMES),
        }
    return row


def _times(story: Story, asked: date, *, touched: bool) -> Row:
    """When somebody asked and, once `touched`, when they were first called: mostly the next working day."""
    answered = next_workday(asked + timedelta(story.dice.choice((1, 1, 1, 2, 4))))
    first = moment(answered, story.dice) if touched else ""
    return {"created_at": moment(asked, story.dice), "first_touch_at": first}
