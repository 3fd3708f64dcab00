"""The deals of the demo: three years of what was ordered, offered in vain and is still open, stage by stage.

What is won follows from the lives of the customers; how many are lost and open is fixed, whose they are is diced.
"""

from collections import defaultdict
from datetime import date, timedelta
from itertools import chain, count

from crm_cli.demo import lives, marketing, names
from crm_cli.demo.days import ago, busy_day, moment, next_workday, workday
from crm_cli.demo.lives import BEANS, CARE, MACHINES
from crm_cli.demo.story import Course, Item, Order, Row, Step, Story, json_text

STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
LOST = 110
"""Deals that were lost, beside the renewals that customers who left refused."""
PAST = 1085  # days back to the first that was decided
OPEN = (12, 11, 11, 8)
"""How many deals stand in each open stage."""
STALLED = (3, 2, 3, 2)
"""How many of them nobody has touched for too long."""
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
    ("missing_features", "A machine that takes badges"),
    ("missing_features", "Cold brew from the tap"),
    ("no_decision_maker", ""),
    ("poor_fit", "Too few people in the office"),
)
_REMINDING = ("email", "direct_mail", "phone", "sms", "social")
_REFUSED = (
    ("price", "A discounter does the service at half"),
    ("competition", "The new caterer brings machines of its own"),
    ("budget", "They save wherever they can"),
    ("other", "They give up the office"),
)
_NEXT = {
    "Prospecting": ("Find out who decides", "Call and ask what they need", "Send the brochure"),
    "Qualification": ("Count the cups a day", "Visit the site", "Ask for the budget"),
    "Proposal": ("Go through the offer", "Send the quote", "Arrange a tasting"),
    "Negotiation": ("Agree on the care plan", "Get the signature", "Fix the delivery day"),
}


def tell(story: Story) -> None:
    """Add the deals, the earliest first."""
    courses = [_settled(story, order) for order in story.orders if order.outcome]
    busy: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for course in courses:
        busy[course.order.firm].append((course.opened, course.steps[-1].day))
    courses += [_lost(story, busy) for _ in range(LOST)]
    courses += _open(story, busy)
    courses.sort(
        key=lambda course: (course.opened, course.steps[-1].day, course.order.firm, course.order.what)
    )
    taken: set[str] = set()
    for course in courses:
        course.row = _deal(story, course, taken)
        taken.add(course.row["name"])
        story.courses.append(course)


def _settled(story: Story, order: Order) -> Course:
    """The way of what a customer ordered or refused: short where it had the same the year before."""
    steps = _steps(story, order.outcome, order.day, len(STAGES))
    return Course(steps[2:] if order.kind == "renewal" else steps, order)


def _lost(story: Story, busy: dict[str, list[tuple[date, date]]]) -> Course:
    """What somebody was offered in vain, at any stage."""
    passed = story.dice.choices((1, 2, 3, 4), (22, 30, 30, 18))[0]
    steps = _steps(story, "Lost", busy_day(story.today, 2, PAST, story.dice), passed)
    return Course(steps, _wish(story, steps, busy)._replace(outcome="Lost"))


def _open(story: Story, busy: dict[str, list[tuple[date, date]]]) -> list[Course]:
    """What is not decided yet; renewals first where somebody has just talked of them."""
    courses = []
    renewals = [order for order in story.orders if not order.outcome]
    for place in reversed(range(len(OPEN))):
        for number in range(OPEN[place]):
            stalled = number < STALLED[place]
            least, most = (ROTTEN[place] + 4, ROTTEN[place] + 35) if stalled else (1, ROTTEN[place] - 4)
            entered = ago(story.today, story.dice.randint(least, most))
            steps = _steps(story, STAGES[place], entered, place)
            order = renewals.pop() if renewals and not stalled and place > 1 else None
            if order:
                steps = steps[2:]
            courses.append(Course(steps, order or _wish(story, steps, busy), stalled=stalled))
    return courses


def _steps(story: Story, last: str, entered: date, passed: int) -> list[Step]:
    """The way through so many stages to one that was entered on a day, told backwards."""
    steps, day = [Step(last, entered)], entered
    for place in reversed(range(passed)):
        day = workday(day - timedelta(story.dice.randint(*STAY[place])))
        steps.insert(0, Step(STAGES[place], day))
    return steps


def _wish(story: Story, steps: list[Step], busy: dict[str, list[tuple[date, date]]]) -> Order:
    """What somebody wants: a first machine, or more of a customer who has one; nobody who is just being won."""
    opened, closed = steps[0].day, steps[-1].day
    last = closed if steps[-1].stage == "Lost" else story.today
    customers = [name for name in story.companies if story.joined.get(name, date.max) <= opened]
    others = [
        firm.name for firm in names.COMPANIES
        if firm.type == "prospect" and firm.name not in customers
        and all(last < begin or end < opened for begin, end in busy[firm.name])
    ]  # fmt: skip
    firm = story.dice.choice([*customers, *others * 2])
    busy[firm].append((opened, last))
    suits = lives.means(story, firm)
    if firm in others:
        many = story.dice.randint(1, suits.most)
        items = lives.machine(story, suits, many)
        return Order(
            firm, closed, f"{many} {suits.machine}" if many > 1 else suits.machine, "new_business", items
        )
    what, items = story.dice.choice(
        (
            (suits.machine, lives.machine(story, suits, 1)),
            (BEANS[1], (Item(BEANS[1], suits.most),)),
            (BEANS[2], (Item(BEANS[2], suits.most, 5),)),
            (f"{MACHINES[0]} for reception", (Item(MACHINES[0], 1), Item(CARE[0], 1))),
        )
    )
    return Order(firm, closed, what, "existing", items)


def _deal(story: Story, course: Course, taken: set[str]) -> Row:
    order = course.order
    company = story.companies[order.firm]
    people, currency = story.people_of(order.firm), company["default_currency"]
    source, campaign = "existing_customer", ""
    if order.kind == "new_business":
        source, campaign = origin(story, course.opened, SOURCES.get(course.stage, SOURCES["Won"]))
    elif order.kind == "existing":
        campaign = _reminder(story, course.opened)
    row = {
        "name": _name(f"{order.firm} – {order.what}", taken),
        "company": order.firm,
        "contact": people[0]["name"],
        "contacts": _roles(story, people[1:]),
        "stage": course.stage,
        "lines": json_text([line(item, currency) for item in order.items]),
        "amount": cents_text(sum(net(item, currency) for item in order.items)),
        "amount_pinned": "false",
        "currency": currency,
        "type": order.kind,
        "source": source,
        "campaign": campaign,
        "opened_on": str(course.opened),
        "stages": _history(story, course.steps),
        "owner": company["owner"],
        "tags": story.dice.choice(names.TAGS) if story.chance(12) else "",
        "created_at": f"{course.opened}T07:55:00Z",
    }
    return row | (_future(story, course) if course.closed is None else _end(story, course, course.closed))


def _name(plain: str, taken: set[str]) -> str:
    """A name that no other deal has: with a place where the same has been offered before."""
    places = (f"{plain} for {place}" for place in PLACES)
    more = (f"{plain}, {number}" for number in count(2))
    return next(name for name in chain([plain], places, more) if name not in taken)


def net(item: Item, currency: str, bills: int = 1) -> int:
    """What a line comes to before tax, or one of the parts it is billed in, in cents."""
    return price(item.product, currency) * item.quantity * (100 - item.discount) // (100 * bills)


def price(product: str, currency: str) -> int:
    """The price of a product in cents; in pounds it is nine tenths of that in euros."""
    return names.PRICES[product] * (90 if currency == "GBP" else 100)


def line(item: Item, currency: str, bills: int = 1) -> dict[str, str]:
    """A line of a deal or a paper, as an export writes it."""
    return {
        "product": item.product,
        "quantity": str(item.quantity),
        "unit_price": cents_text(price(item.product, currency) // bills),
        "discount_pct": str(item.discount),
        "tax_pct": str(names.TAX[item.product]),
    }


def cents_text(cents: int) -> str:
    """An amount as an export writes it."""
    return f"{cents // 100}.{cents % 100:02}"


def origin(story: Story, day: date, others: tuple[str, ...]) -> tuple[str, str]:
    """Where somebody came from on a day, and the campaign, one that ran then or in the 60 days before."""
    days = (day - story.today).days
    running = [each for each in names.CAMPAIGNS if each.first <= days <= each.last + 60]
    if running and story.chance(45):
        each = story.dice.choice(running)
        return each.brings, each.name
    return story.dice.choice(others), ""


def _reminder(story: Story, day: date) -> str:
    """The campaign that made a customer think of more: a letter, a parcel or a call of the last 90 days."""
    days = (day - story.today).days
    running = [
        each.name for each in (*names.CAMPAIGNS, *marketing.MORE)
        if each.type in _REMINDING and each.first <= days <= each.last + 90
    ]  # fmt: skip
    return story.dice.choice(running) if running and story.chance(50) else ""


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
    elif course.order.kind == "renewal":
        row["expected_close"] = str(workday(course.order.day))
    elif place or story.chance(75):
        row["expected_close"] = str(next_workday(story.today + timedelta(story.dice.randint(*AHEAD[place]))))
    return row


def _end(story: Story, course: Course, closed: date) -> Row:
    """How a decided deal ended."""
    expected = workday(closed + timedelta(story.dice.randint(-9, 16)))
    row = {"expected_close": str(max(expected, course.opened)), "closed_on": str(closed)}
    row["push_count"] = story.dice.choice("00012")
    if course.stage == "Won":
        if not any(item.product in MACHINES for item in course.order.items):
            return row
        delivery = next_workday(closed + timedelta(story.dice.randint(7, 21)))
        delivered = str(delivery) if delivery < story.today else ""
        financing = story.dice.choice(("bought", "bought", "leased over 36 months"))
        return row | {"delivery_on": str(delivery), "delivered_on": delivered, "financing": financing}
    reason, note = story.dice.choice(_REFUSED if course.order.kind == "renewal" else _LOST)
    row |= {"lost_reason": reason, "lost_note": note}
    if reason in ("competition", "price"):
        row["competitor"] = story.dice.choice(names.RIVALS)
    if reason == "missing_features":
        row["unmet_need"] = note
    return row
