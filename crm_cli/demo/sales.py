"""The deals of the demo: fifteen months of offers won, lost and still open, and their way through the stages.

How many end how is fixed, so that any day and seed make a believable firm; who buys what, and when, is diced.
"""

from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import ago, busy_day, moment, next_workday, workday
from crm_cli.demo.story import Course, Row, Step, Story, json_text

STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
WON, LOST = 60, 58
OPEN = (12, 11, 11, 8)
"""How many deals stand in each open stage."""
STALLED = (3, 2, 3, 2)
"""How many of them nobody has touched for too long."""
MOST = 6
"""How many deals a company has at most."""
ROTTEN = (30, 21, 14, 10)
STAY = ((4, 18), (4, 20), (6, 24), (4, 18))
"""Least and most days that a deal stays in each stage."""
AHEAD = ((45, 130), (30, 100), (14, 60), (4, 30))
"""Days until a deal in each stage is expected to close."""

SOURCES = {
    "Won": ("referral", "referral", "web", "event", "phone", "partner", "social"),
    "Lost": ("web", "web", "advertising", "advertising", "email", "phone", "event"),
}
"""Where new customers came from: what is won came rather by word of mouth."""
MACHINES = tuple(product.name for product in names.PRODUCTS if product.category == "Machines")
BEANS = tuple(product.name for product in names.PRODUCTS if product.category == "Beans")
CARE = tuple(product.name for product in names.PRODUCTS if product.category == "Care plans")
PLACES = (
    "the new wing",
    "the second floor",
    "the canteen",
    "the warehouse",
    "the branch",
    "the annex",
)
_LOST = (
    ("price", "A discounter offered the machine at cost"),
    ("price", ""),
    ("competition", "Their landlord has a framework contract"),
    ("competition", ""),
    ("budget", "All purchases are stopped until next year"),
    ("timing", "They move first and decide then"),
    ("unresponsive", "No answer to three calls and a letter"),
    ("missing_features", "Oat milk without a separate can"),
    ("no_decision_maker", ""),
    ("poor_fit", "Too few people in the office"),
)
_NEXT = {
    "Prospecting": ("Find out who decides", "Call and ask what they need", "Send the brochure"),
    "Qualification": ("Count the cups a day", "Visit the site", "Ask for the budget"),
    "Proposal": ("Go through the offer", "Send the quote", "Arrange a tasting"),
    "Negotiation": ("Agree on the care plan", "Get the signature", "Fix the delivery day"),
}


def tell(story: Story) -> None:
    """Add the deals, the earliest first, so that what a company buys follows from what it has bought."""
    courses = [*_decided(story), *_open(story)]
    courses.sort(key=lambda course: (course.opened, course.steps[-1].day, course.stage))
    for course in courses:
        course.row = _deal(story, course)
        story.courses.append(course)


def _decided(story: Story) -> list[Course]:
    outcomes = ["Won"] * WON + ["Lost"] * LOST
    story.dice.shuffle(outcomes)
    return [_course(story, outcome, busy_day(story.today, 2, 365, story.dice)) for outcome in outcomes]


def _open(story: Story) -> list[Course]:
    courses = []
    for place, count in enumerate(OPEN):
        for number in range(count):
            stalled = number < STALLED[place]
            least, most = (ROTTEN[place] + 4, ROTTEN[place] + 35) if stalled else (1, ROTTEN[place] - 4)
            entered = ago(story.today, story.dice.randint(least, most))
            course = _course(story, STAGES[place], entered)
            course.stalled = stalled
            courses.append(course)
    return courses


def _course(story: Story, last: str, entered: date) -> Course:
    """The way to a stage that was entered on a day, told backwards."""
    if last == "Won":
        passed = len(STAGES)
    elif last == "Lost":
        passed = story.dice.choices((1, 2, 3, 4), (22, 30, 30, 18))[0]
    else:
        passed = STAGES.index(last)
    steps, day = [Step(last, entered)], entered
    for place in reversed(range(passed)):
        day = workday(day - timedelta(story.dice.randint(*STAY[place])))
        steps.insert(0, Step(STAGES[place], day))
    return Course(steps)


def _deal(story: Story, course: Course) -> Row:
    company = _buyer(story, course)
    people = story.people_of(company["name"])
    name, product, quantity, kind = _purchase(story, course, company)
    source, campaign = "existing_customer", ""
    if kind == "new_business":
        source, campaign = origin(story, course.opened, SOURCES.get(course.stage, SOURCES["Won"]))
    row = {
        "name": name,
        "company": company["name"],
        "contact": people[0]["name"],
        "contacts": _roles(story, people[1:]),
        "stage": course.stage,
        "product": product,
        "amount": _amount(story, company["default_currency"], product, quantity),
        "currency": company["default_currency"],
        "type": kind,
        "source": source,
        "campaign": campaign,
        "opened_on": str(course.opened),
        "stages": _history(story, course.steps),
        "owner": company["owner"],
        "tags": story.dice.choice(names.TAGS) if story.chance(12) else "",
        "created_at": f"{course.opened}T07:55:00Z",
    }
    return row | (_future(story, course) if course.closed is None else _end(story, course, course.closed))


def _buyer(story: Story, course: Course) -> Row:
    """Rather a company that was never asked, then one that knows us; nobody who is just being won."""
    counts = dict.fromkeys((firm.name for firm in names.COMPANIES if firm.type == "prospect"), 0)
    for other in story.courses:
        counts[other.row["company"]] += 1
    won = _customers(story, course.opened)
    courted = {
        each.row["company"] for each in story.courses if not each.closed or each.closed > course.opened
    }
    firms = [firm for firm, count in counts.items() if count < MOST and firm not in courted - won]
    weights = [2 if firm in won else 5 - min(counts[firm], 4) for firm in firms]
    return story.companies[story.dice.choices(firms, weights)[0]]


def _customers(story: Story, day: date) -> set[str]:
    """The companies that had bought something by a day."""
    won = (each for each in story.courses if each.stage == "Won" and each.closed and each.closed <= day)
    return {each.row["company"] for each in won}


def _purchase(story: Story, course: Course, company: Row) -> tuple[str, str, int, str]:
    """What is offered: a name that no other deal has, the product, how many, the kind of business."""
    employees = int(company["employees"])
    size = sum(employees >= bound for bound in (40, 150))
    machine, care = MACHINES[size], CARE[size]
    machines = max(1, min(6, employees // (25, 50, 100)[size]))
    first = story.dice.randint(1, machines)
    if company["name"] not in _customers(story, course.opened):
        name = _name(story, company["name"], _times(first, machine))
        return name, machine, first, "new_business"
    offers = [
        (f"{care} {course.opened.year}", care, machines, "renewal"),
        (BEANS[0], BEANS[0], 2 * machines, "existing"),
        (BEANS[1], BEANS[1], machines, "existing"),
        (_times(first, machine), machine, first, "existing"),
        (f"{MACHINES[0]} for reception", MACHINES[0], 1, "existing"),
    ]
    taken = {each.row["name"] for each in story.courses}
    fresh = [offer for offer in offers if f"{company['name']} – {offer[0]}" not in taken] or offers
    what, product, quantity, kind = story.dice.choice(fresh)
    return _name(story, company["name"], what), product, quantity, kind


def _times(quantity: int, product: str) -> str:
    return f"{quantity} {product}" if quantity > 1 else product


def _name(story: Story, company: str, what: str) -> str:
    """A name that no other deal has: with a place where the same has been offered before."""
    plain, taken = f"{company} – {what}", {course.row["name"] for course in story.courses}
    return next(name for name in (plain, *(f"{plain} for {place}" for place in PLACES)) if name not in taken)


def _amount(story: Story, currency: str, product: str, quantity: int) -> str:
    """List price times quantity less a discount; a price in pounds is nine tenths of that in euros."""
    price = names.PRICES[product] * 9 // 10 if currency == "GBP" else names.PRICES[product]
    cents = price * quantity * (100 - story.dice.choice((0, 0, 0, 5, 8, 10)))
    return f"{cents // 100}.{cents % 100:02}"


def origin(story: Story, day: date, others: tuple[str, ...]) -> tuple[str, str]:
    """Where somebody came from on a day, and the campaign, one that ran then or in the 60 days before."""
    for each in names.CAMPAIGNS:
        begin, end = (story.today + timedelta(days) for days in (each.first, each.last + 60))
        if begin <= day <= end and story.chance(28):
            return each.brings, each.name
    return story.dice.choice(others), ""


def _roles(story: Story, others: list[Row]) -> str:
    """A further person in the deal and the part they play, where there is one."""
    if not others or not story.chance(40):
        return ""
    role = story.dice.choice(("decision_maker", "evaluator", "technical", "user"))
    return json_text([{"contact": others[0]["name"], "role": role}])


def _history(story: Story, steps: list[Step]) -> str:
    """Every change of the stage, as an export writes it."""
    rows = []
    for before, step in zip([None, *steps], steps, strict=False):
        rows.append(
            {
                "from_stage": before.stage if before else None,
                "stage": step.stage,
                "at": moment(step.day, story.dice),
                "day": str(step.day),
                "days": (step.day - before.day).days if before else None,
            }
        )
    return json_text(rows)


def _future(story: Story, course: Course) -> Row:
    """What is still to come for an open deal; of those left alone, most have slipped."""
    place = STAGES.index(course.stage)
    row = {"next_step": story.dice.choice(_NEXT[course.stage]), "push_count": "0"}
    if course.stalled and place:
        slipped = ago(story.today, story.dice.randint(4, 25))
        row |= {"expected_close": str(max(slipped, course.opened)), "push_count": story.dice.choice("123")}
    elif place or story.chance(75):
        row["expected_close"] = str(next_workday(story.today + timedelta(story.dice.randint(*AHEAD[place]))))
    return row


def _end(story: Story, course: Course, closed: date) -> Row:
    """How a decided deal ended."""
    expected = workday(closed + timedelta(story.dice.randint(-9, 16)))
    row = {"expected_close": str(max(expected, course.opened)), "closed_on": str(closed)}
    row["push_count"] = story.dice.choice("00012")
    if course.stage == "Won":
        delivery = next_workday(closed + timedelta(story.dice.randint(7, 21)))
        delivered = str(delivery) if delivery < story.today else ""
        financing = story.dice.choice(("bought", "bought", "leased over 36 months"))
        return row | {"delivery_on": str(delivery), "delivered_on": delivered, "financing": financing}
    reason, note = story.dice.choice(_LOST)
    row |= {"lost_reason": reason, "lost_note": note}
    if reason in ("competition", "price"):
        row["competitor"] = story.dice.choice(names.RIVALS)
    if reason == "missing_features":
        row["unmet_need"] = note
    return row
