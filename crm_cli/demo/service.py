"""The service of the demo: what customers have asked, what was said, and how content they are.

How many cases there are and where the open ones stand is fixed, so that every day has some late, near and waiting;
who asks what is diced. More and more of the promises are kept. One of the best customers has fared badly, and nobody
has called since.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crm_cli.demo import names, troubles, voices
from crm_cli.demo.days import busy_day, moment, next_workday, workday
from crm_cli.demo.story import Row, Story, json_text
from crm_cli.demo.troubles import Trouble

SETTLED = 120
FIRST, LATEST = 1040, 36  # days ago on which they came; the last of them so that all of it lies behind us
BEST = 5  # one of so many customers is of high value
KEPT = (66, 92)  # per cent of the promises kept three years ago and now
HOURS = {"urgent": 8, "high": 16, "normal": 40, "low": 80}
"""Working hours in which a case is to be resolved, by priority; other policies than the standard one promise half."""
DAY = 8
# Open cases: type, priority, working days since they came, where they stand, whether we have answered.
OPEN = (
    ("problem", "urgent", 3, "new", False),
    ("complaint", "normal", 1, "in_progress", True),
    ("problem", "low", 9, "in_progress", True),
    ("question", "normal", 4, "in_progress", True),
    ("request", "normal", 2, "in_progress", True),
    ("question", "low", 1, "new", False),
    ("suggestion", "low", 1, "new", False),
    ("problem", "normal", 5, "waiting_on_customer", True),
    ("question", "normal", 3, "waiting_on_customer", True),
    ("problem", "high", 8, "on_hold", True),
    ("request", "normal", 4, "resolved", True),
    ("question", "high", 2, "resolved", True),
)
_STEPS = ("Answer", "Find the cause", "Settle it", "Ask whether all is well")
_PRIORITIES = ("urgent", "high", "high", "normal", "normal", "normal", "normal", "low")
_ORIGINS = ("email", "email", "email", "phone", "phone", "web", "chat")


@dataclass(slots=True)
class Affair:
    """A case on its way: its row, what it is about, and the statuses it has had."""

    row: Row
    trouble: Trouble
    statuses: list[dict[str, str | None]] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)

    def become(self, status: str, at: str) -> None:
        """Enter a status at an instant."""
        before = self.statuses[-1]["status"] if self.statuses else None
        self.statuses.append({"from_status": before, "status": status, "at": at})
        self.row["status"] = status


def tell(story: Story) -> None:
    """Add the cases with what was said, the articles, and what people answered when they were asked."""
    affairs = [_settled(story) for _ in range(SETTLED)]
    affairs += [_open(story, *each) for each in OPEN]
    affairs.append(unhappy := _unhappy(story))
    _number(story, affairs)
    story.articles = [_article(story, place) for place in range(len(troubles.ARTICLES))]
    settled = [affair.row for affair in affairs if affair.row.get("closed_at")]
    voices.tell(story, settled, unhappy.row, _workdays_ago(story.today, 2))


def _workdays_ago(today: date, days: int) -> date:
    """The day so many working days before today."""
    day = today
    for _ in range(days):
        day = workday(day - timedelta(1))
    return day


def _affair(story: Story, company: str, trouble: Trouble, priority: str, day: date) -> Affair:
    """A case as it comes."""
    created, dice = moment(day, story.dice), story.dice
    goods = [each.name for each in names.PRODUCTS if each.category == trouble.category]
    row = {
        "subject": trouble.subject,
        "description": trouble.description,
        "type": trouble.type,
        "priority": priority,
        "origin": dice.choice(_ORIGINS),
        "company": company,
        "contact": dice.choice(story.people_of(company))["name"],
        "product": dice.choice(goods),
        "contract": next((each["number"] for each in story.contracts if each["company"] == company
                          and each["starts_on"] <= str(day) <= each["ends_on"]), ""),
        "reopened_count": "0",
        "owner": story.companies[company]["owner"],
        "created_at": created,
    }  # fmt: skip
    row |= {"sla_policy": _policy(story, row), "sla_policy_pinned": "false"}
    affair = Affair(row, trouble)
    affair.become("new", created)
    return affair


def _policy(story: Story, case: Row) -> str:
    """What a case was held to when it came: what its contract promises, else what its type does."""
    if any(each["number"] == case["contract"] and each["sla_policy"] for each in story.contracts):
        return "Care Complete"
    return "Complaints" if case["type"] == "complaint" else "Standard"


def _settled(story: Story) -> Affair:
    """A case that is closed: some late, some after a question, some opened a second time."""
    dice = story.dice
    while True:
        day = busy_day(story.today, LATEST, FIRST, dice)
        if firms := story.customers(day - timedelta(2)):
            break
    company = dice.choices(firms, [_weight(story, name, day) for name in firms])[0]
    trouble = dice.choice(troubles.TROUBLES if company in story.left else troubles.MIXED)
    affair = _affair(story, company, trouble, dice.choice(_PRIORITIES), day)
    in_time = story.chance(KEPT[1] - (KEPT[1] - KEPT[0]) * (story.today - day).days // FIRST)
    _answer(
        affair,
        _later(affair.row["created_at"], dice.choice((10, 15, 20, 25) if in_time else (70, 130, 2880))),
    )
    at = affair.row["first_response_at"]
    if story.chance(30):
        at = _wait(story, affair, at)
        at = _back(story, affair, at)
    at = _resolve(affair, _solved(story, affair, at, in_time=in_time))
    if story.chance(8):
        at = _after(story, at, 1)
        affair.become("in_progress", at)
        affair.row["reopened_count"] = "1"
        at = _resolve(affair, _after(story, at, 1))
    affair.row["closed_at"] = _after(story, at, 2)
    affair.become("closed", affair.row["closed_at"])
    return affair


def _weight(story: Story, company: str, day: date) -> int:
    """How likely a case is of a customer: the larger, and of those who will leave, the nearer that is."""
    size = int(story.companies[company]["employees"]) // 4 + 60
    leaving = company in story.left and story.left[company] - day < timedelta(200)
    return size * (4 if leaving else 1)


def _solved(story: Story, affair: Affair, at: str, *, in_time: bool) -> str:
    """When a case is resolved: within what is promised, or well after it."""
    hours = HOURS[affair.row["priority"]]
    if affair.row["sla_policy"] != "Standard":
        hours //= 2
    if not in_time:
        return _after(story, at, 2 * hours // DAY + 2)
    if hours < 2 * DAY:
        return _later(at, story.dice.randint(15, 30 * hours))
    return (
        _after(story, at, story.dice.randint(0, hours // DAY - 2) or 1)
        if hours > 2 * DAY
        else _after(story, at, 1)
    )


def _open(story: Story, kind: str, priority: str, days: int, status: str, answered: bool) -> Affair:
    """A case of these days."""
    hurried = {each["company"] for each in story.contracts if each["sla_policy"]}
    firms = [name for name in _ours(story) if name not in hurried]
    trouble = story.dice.choice([each for each in troubles.TROUBLES if each.type == kind])
    day = _workdays_ago(story.today, days)
    affair = _affair(story, story.dice.choice(firms), trouble, priority, day)
    if answered:
        _answer(affair, _later(affair.row["created_at"], story.dice.randint(5, 25)))
    at = affair.row.get("first_response_at", "")
    steps = [
        {"text": step} | ({"done_at": at} if at and not place else {}) for place, step in enumerate(_STEPS)
    ]
    affair.row["checklist"] = json_text(steps)
    if status == "waiting_on_customer":
        _wait(story, affair, at)
    elif status == "on_hold":
        affair.become("on_hold", _later(at, 30))
    elif status == "resolved":
        _resolve(affair, _later(at, 90))
    return affair


def _ours(story: Story) -> list[str]:
    """Who has been a customer for some time and is one still."""
    return [name for name in story.customers(story.today - timedelta(25)) if name not in story.left]


def _unhappy(story: Story) -> Affair:
    """The complaint, long overdue, of that one among the best customers to whom nobody has spoken for longest."""
    worth: dict[str, float] = {}
    for course in story.courses:
        if course.stage == "Won" and course.row["currency"] == "EUR":
            worth[course.row["company"]] = worth.get(course.row["company"], 0) + float(course.row["amount"])
    old = [name for name in _ours(story) if name in worth]
    best = sorted(old, key=lambda name: (-worth[name], name))[: max(1, len(worth) // BEST)]
    company = min(best, key=lambda name: (_last_talk(story, name), name))
    day = _workdays_ago(story.today, 10)
    affair = _affair(story, company, story.dice.choice(troubles.MOANS), "high", day)
    _answer(affair, _later(affair.row["created_at"], 20))
    return affair


def _last_talk(story: Story, company: str) -> str:
    """When a company was last called or met."""
    people = {f"contact:{each['name']}" for each in story.people_of(company)}
    deals = {f"deal:{each.row['name']}" for each in story.courses if each.row["company"] == company}
    told = [
        row["done_at"]
        for row in story.activities
        if row["about"] in people | deals
        and row.get("done_at")
        and (row["kind"] == "meeting" or (row["kind"] == "call" and row["direction"] == "out"))
    ]
    return max(told, default="")


def _answer(affair: Affair, at: str) -> None:
    """Write for the first time."""
    affair.row["first_response_at"] = at
    affair.become("in_progress", at)
    _message(affair, at, "out", "We look into it and write again today.")


def _wait(story: Story, affair: Affair, at: str) -> str:
    """Ask the customer; returns when."""
    asked = _later(at, story.dice.randint(3, 15))
    affair.become("waiting_on_customer", asked)
    _message(affair, asked, "out", affair.trouble.asked)
    return asked


def _back(story: Story, affair: Affair, at: str) -> str:
    """Hear from the customer; returns when."""
    heard = _after(story, at, story.dice.randint(1, 4))
    affair.become("in_progress", heard)
    _message(affair, heard, "in", affair.trouble.detail)
    return heard


def _resolve(affair: Affair, at: str) -> str:
    affair.row |= {"resolution": affair.trouble.resolution, "resolved_at": at}
    affair.become("resolved", at)
    return at


def _message(affair: Affair, at: str, direction: str, words: str) -> None:
    """Keep what was written with its case."""
    row = affair.row
    affair.messages.append(
        {
            "kind": "email",
            "status": "done",
            "done_at": at,
            "direction": direction,
            "body": words,
            "participants": json_text([{"contact": row["contact"]}]),
            "owner": row["owner"],
            "created_at": at,
        }
    )


def _later(at: str, minutes: int) -> str:
    """So many minutes after an instant, on a working day."""
    moved = datetime.fromisoformat(at) + timedelta(minutes=minutes)
    return f"{next_workday(moved.date())}T{moved:%H:%M:%S}Z"


def _after(story: Story, at: str, days: int) -> str:
    """An office hour so many days after an instant."""
    return moment(next_workday(date.fromisoformat(at[:10]) + timedelta(days)), story.dice)


def _number(story: Story, affairs: list[Affair]) -> None:
    """Number the cases in the order in which they came, and say with each message which one it is about."""
    counts: Counter[str] = Counter()
    for affair in sorted(affairs, key=lambda each: (each.row["created_at"], each.row["company"])):
        row, year = affair.row, affair.row["created_at"][:4]
        counts[year] += 1
        row["number"] = f"C-{year}-{counts[year]:04}"
        row["statuses"] = json_text(affair.statuses)
        story.cases.append(row)
        told = {"subject": f"[{row['number']}] {row['subject']}", "about": f"case:{row['number']}"}
        story.activities += [message | told for message in affair.messages]


def _article(story: Story, place: int) -> Row:
    """An answer that is worth keeping, with the latest cases that it answers."""
    name, body, subject = troubles.ARTICLES[place]
    answered = [row["number"] for row in story.cases if row["subject"] == subject and row.get("closed_at")]
    return {
        "name": name,
        "body": body,
        "status": "draft" if place == len(troubles.ARTICLES) - 1 else "published",
        "cases": json_text([{"case": number} for number in answered[-3:]]),
        "owner": names.HEAD,
    }
