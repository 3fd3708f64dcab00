"""What the demo business promises: when it works, how soon it answers, and who has a contract."""

from collections import Counter
from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import moment, next_workday
from crm_cli.demo.sales import CARE, MACHINES
from crm_cli.demo.story import Course, Row, Story, json_text

TERM = 365
ENDING = (9, 24)  # days until the contracts end that come first
_POLICIES = (
    ("Standard", "", "urgent:1h/8h, high:4h/16h, normal:8h/40h, low:16h/80h"),
    ("Complaints", "type=complaint", "urgent:1h/4h, high:2h/16h, normal:4h/24h, low:8h/40h"),
    ("Care Complete", "", "urgent:30m/4h, high:1h/8h, normal:4h/16h, low:8h/40h"),
)


def tell(story: Story) -> None:
    """Add calendars, policies and contracts."""
    story.calendars = _calendars(story.today)
    story.policies = [
        {"name": name, "calendar": "Office", "warn_pct": "80", "condition": condition, "promise": promise,
         "rank": "1" if condition else "", "is_default": str(name == "Standard").lower()}
        for name, condition, promise in _POLICIES
    ]  # fmt: skip
    _contracts(story)


def customers(story: Story) -> dict[str, date]:
    """Since when each customer is one."""
    since: dict[str, date] = {}
    for course in story.courses:
        if course.stage == "Won" and course.closed:
            name = course.row["company"]
            since[name] = min(course.closed, since.get(name, course.closed))
    return since


def _calendars(today: date) -> list[Row]:
    closed = {"day": str(next_workday(today + timedelta(30))), "hours": "closed", "name": "Roastery feast"}
    return [
        {"name": "Office", "zone": "Europe/Amsterdam", "hours": "mon-fri 09:00-17:00", "is_default": "true",
         "days": json_text([closed])},
        {"name": "Around the clock", "zone": "Europe/Amsterdam", "hours": "24x7", "is_default": "false"},
    ]  # fmt: skip


def _contracts(story: Story) -> None:
    """A year of care for whoever has bought a care plan, or a machine, which brings one; some end soon."""
    counts: Counter[int] = Counter()
    for number, course in enumerate(_cared_for(story)):
        start, deal = course.steps[-1].day, course.row
        plan = deal["product"] if deal["product"] in CARE else CARE[MACHINES.index(deal["product"])]
        end = story.today + timedelta(ENDING[number]) if number < len(ENDING) else start + timedelta(TERM)
        counts[start.year] += 1
        story.contracts.append(
            {
                "number": f"CT-{start.year}-{counts[start.year]:04}",
                "name": f"{plan} for {deal['company']}",
                "company": deal["company"],
                "contact": deal["contact"],
                "starts_on": str(start),
                "ends_on": str(end),
                "value": deal["amount"] if deal["product"] in CARE else f"{names.PRICES[plan]}.00",
                "currency": deal["currency"],
                "status": "active",
                "sla_policy": "Care Complete" if plan == "Care Complete" else "",
                "renewal_reminder_days": "30",
                "owner": deal["owner"],
                "created_at": moment(start, story.dice),
            }
        )


def _cared_for(story: Story) -> list[Course]:
    """The deal by which each customer came under a contract, the earliest first: of a care plan, else of a machine."""
    won = [
        each for each in story.courses if each.stage == "Won" and each.row["product"] in (*CARE, *MACHINES)
    ]
    first: dict[str, Course] = {}
    for course in sorted(won, key=lambda each: (each.row["product"] not in CARE, each.steps[-1].day)):
        first.setdefault(course.row["company"], course)
    return sorted(first.values(), key=lambda each: (each.steps[-1].day, each.row["company"]))
