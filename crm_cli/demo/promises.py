"""What the demo business promises: when it works, how soon it answers, and who has a contract."""

from collections import Counter
from datetime import date, timedelta

from crm_cli.demo.days import moment, next_workday
from crm_cli.demo.lives import CARE
from crm_cli.demo.sales import cents_text, net
from crm_cli.demo.story import Course, Row, Story, json_text

TERM = 365
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


def _calendars(today: date) -> list[Row]:
    closed = {"day": str(next_workday(today + timedelta(30))), "hours": "closed", "name": "Roastery feast"}
    return [
        {"name": "Office", "zone": "Europe/Amsterdam", "hours": "mon-fri 09:00-17:00", "is_default": "true",
         "days": json_text([closed])},
        {"name": "Around the clock", "zone": "Europe/Amsterdam", "hours": "24x7", "is_default": "false"},
    ]  # fmt: skip


def _contracts(story: Story) -> None:
    """A year of care for each care plan that was ordered, each after the one it renews."""
    ordered = sorted((course for course in story.courses if course.stage == "Won" and course.order.care),
                     key=lambda course: (course.order.care, course.order.firm))  # fmt: skip
    renewing = {
        course.order.firm: course.row["name"]
        for course in story.courses
        if not course.closed and course.order.kind == "renewal"
    }
    counts: Counter[int] = Counter()
    last: dict[str, Row] = {}
    for course in ordered:
        row = _contract(story, course)
        counts[int(row["starts_on"][:4])] += 1
        row["number"] = f"CT-{row['starts_on'][:4]}-{counts[int(row['starts_on'][:4])]:04}"
        firm = course.order.firm
        row["renewed_from"] = last[firm]["number"] if firm in last else ""
        last[firm] = row
        story.contracts.append(row)
    for firm, deal in renewing.items():
        if firm in last:
            last[firm]["renewal_deal"] = deal


def _contract(story: Story, course: Course) -> Row:
    """A year of a care plan, worth what was paid for it."""
    order, deal, start = course.order, course.row, course.order.care or story.today
    plan = next(item for item in order.items if item.product in CARE)
    end = start + timedelta(TERM)
    return {
        "name": f"{plan.product} for {order.firm}",
        "company": order.firm,
        "contact": deal["contact"],
        "starts_on": str(start),
        "ends_on": str(end),
        "value": cents_text(net(plan, deal["currency"])),
        "currency": deal["currency"],
        "status": "expired" if end < story.today else "active" if start <= story.today else "not_started",
        "sla_policy": "Care Complete" if plan.product == CARE[-1] else "",
        "renewal_reminder_days": "30",
        "owner": deal["owner"],
        "created_at": moment(course.steps[-1].day, story.dice),
    }
