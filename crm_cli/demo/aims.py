"""What the demo business wants to reach, and what it forecast in the months that are over."""

from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import next_workday
from crm_cli.demo.story import Row, Story
from crm_cli.values.dates import add_months

MONTHS = 6  # months that were forecast
STEP = 500  # targets are multiples of it
SELLERS = tuple(user["name"] for user in names.USERS if user["region"] != "United Kingdom")
"""Who sells in euros."""


def tell(story: Story) -> None:
    """Add the goals of this year, quarter and month, then what was forecast."""
    story.goals = _goals(story)
    story.snapshots = _snapshots(story)


def _goals(story: Story) -> list[Row]:
    today = story.today
    year, quarter = str(today.year), f"{today.year}-Q{(today.month + 2) // 3}"
    month = today.isoformat()[:7]
    rows = [_goal(f"Sales {quarter}", "won_amount", quarter, "", names.HEAD, currency="EUR")]
    for name in SELLERS:
        target = _target(story, name, 4)
        more = {"stretch": str(target * 6 // 5), "parent": rows[0]["name"], "currency": "EUR"}
        rows.append(_goal(f"Sales {quarter}, {name}", "won_amount", quarter, str(target), name, **more))
    whole = sum(_target(story, name, 12) for name in SELLERS)
    rows.append(_goal(f"Sales {month}", "won_amount", month, str(whole), "", currency="EUR"))
    rows.append(_goal(f"New customers {year}", "new_customers", year, "30", ""))
    rows.append(_goal(f"Recommended {year}", "nps", year, "45", "", baseline="38"))
    rows += [_goal(f"Calls {month}, {name}", "calls", month, "12", name) for name in SELLERS]
    for row in rows:
        row["created_at"] = f"{_start(today)}T08:00:00Z"
    return rows


def _start(today: date) -> date:
    return min(date(today.year, 1, 8), today - timedelta(1))


def _goal(name: str, metric: str, period: str, target: str, owner: str, **more: str) -> Row:
    return {"name": name, "metric": metric, "period": period, "target": target, "owner": owner} | more


def _target(story: Story, owner: str, parts: int) -> int:
    """A tenth more than what somebody won on average in the same time, in round euros."""
    year = story.today - timedelta(365)
    won = sum(_won(story, owner, "EUR", year, story.today))
    return max(STEP, round(won * 11 / 10 / parts / STEP) * STEP)


def _won(story: Story, owner: str, currency: str, first: date, last: date) -> list[float]:
    """The amounts of the deals that somebody won from one day on and before another."""
    return [
        float(course.row["amount"])
        for course in story.courses
        if course.stage == "Won" and course.closed and first <= course.closed < last
        and (course.row["owner"], course.row["currency"]) == (owner, currency)
    ]  # fmt: skip


def _snapshots(story: Story) -> list[Row]:
    """What was forecast on the first working day of each of the months before this one: near what came."""
    rows, this = [], story.today.replace(day=1)
    for back in range(MONTHS, 0, -1):
        first, last = add_months(this, -back), add_months(this, 1 - back)
        for user in names.USERS:
            for currency in ("EUR", "GBP"):
                won = sum(_won(story, user["name"], currency, first, last))
                if won:
                    rows.append(_snapshot(story, first, user["name"], currency, won))
    return rows


def _snapshot(story: Story, month: date, owner: str, currency: str, won: float) -> Row:
    commit = won * story.dice.randint(78, 112) / 100
    best = commit * story.dice.randint(110, 135) / 100
    taken = next_workday(month)
    figures = {
        "commit": commit,
        "best_case": best,
        "pipeline_amount": best * 1.6,
        "weighted": best * 0.9,
        "closed": 0,
    }
    told = {name: f"{round(figure / 100) * 100}.00" for name, figure in figures.items()}
    return {
        "taken_on": str(taken),
        "period": month.isoformat()[:7],
        "owner": owner,
        "currency": currency,
        "created_at": f"{taken}T08:00:00Z",
    } | told
