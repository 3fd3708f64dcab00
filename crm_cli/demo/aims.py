"""What the demo business wants to reach, and what it forecast in the months that are over."""

from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import next_workday
from crm_cli.demo.story import Row, Story
from crm_cli.values.dates import add_months

MONTHS = 34  # months that were forecast
QUARTERS = 6  # quarters before this one that had goals
YEARS = 2  # and years
GOOD, BAD = (9, 10), (0, 6)  # answers of who would recommend us and who would not
ANSWERS = 10  # from how many answers on a score is told
STEP = 500  # targets are multiples of it
SELLERS = tuple(user["name"] for user in names.USERS if user["region"] != "United Kingdom")
"""Who sells in euros."""


def tell(story: Story) -> None:
    """Add the goals of years, quarters and this month, then what was forecast in the months before."""
    for course in story.courses:
        if course.stage == "Won" and course.closed:
            whose = (course.row["owner"], course.row["currency"])
            story.won.setdefault(whose, []).append((course.closed, float(course.row["amount"])))
    quarter = story.today.replace(month=(story.today.month - 1) // 3 * 3 + 1, day=1)
    for back in range(QUARTERS, -1, -1):
        story.goals += _quarter(story, add_months(quarter, -3 * back))
    for back in range(YEARS, -1, -1):
        story.goals += _year(story, story.today.year - back)
    story.goals += _month(story)
    story.snapshots = _snapshots(story)


def _quarter(story: Story, first: date) -> list[Row]:
    """What a quarter is to bring: each seller, and all under the head, which is their sum; past aims were near."""
    period = f"{first.year}-Q{(first.month + 2) // 3}"
    rows = [_goal(f"Sales {period}", "won_amount", period, "", names.HEAD, first, currency="EUR")]
    for name in SELLERS:
        target = _target(story, name, 4, story.today)
        if first < story.today - timedelta(92):
            came = sum(_won(story, name, "EUR", first, add_months(first, 3)))
            target = max(STEP, round(came * story.dice.randint(82, 128) / 100 / STEP) * STEP)
        more = {"stretch": str(target * 6 // 5), "parent": rows[0]["name"], "currency": "EUR"}
        rows.append(_goal(f"Sales {period}, {name}", "won_amount", period, str(target), name, first, **more))
    return rows


def _year(story: Story, year: int) -> list[Row]:
    """New customers of a year, beside those of the year before, and how many would recommend us."""
    first, before = date(year, 1, 1), sum(day.year == year - 1 for day in story.joined.values())
    known = str(before) if before and year > story.today.year - YEARS else ""
    aim = max(10, before * 11 // 10)
    score = _score(story, year - 1)
    return [
        _goal(f"New customers {year}", "new_customers", str(year), str(aim), "", first, baseline=known),
        _goal(f"Recommended {year}", "nps", str(year), str(max(20, (score or 0) + 5) // 5 * 5), "", first,
              baseline="" if score is None else str(score)),
    ]  # fmt: skip


def _month(story: Story) -> list[Row]:
    """What this month is to bring, and how many calls of each seller."""
    first = story.today.replace(day=1)
    month = first.isoformat()[:7]
    whole = sum(_target(story, name, 12, first) for name in SELLERS)
    return [
        _goal(f"Sales {month}", "won_amount", month, str(whole), "", first, currency="EUR"),
        *(_goal(f"Calls {month}, {name}", "calls", month, "12", name, first) for name in SELLERS),
    ]


def _score(story: Story, year: int) -> int | None:
    """Who would recommend us less who would not, of a hundred, in a year; of few answers nothing is told."""
    latest = {row["contact"]: int(row["score"]) for row in story.surveys
              if row["kind"] == "nps" and row["at"].startswith(str(year))}  # fmt: skip
    if len(latest) < ANSWERS:
        return None
    good, bad = (sum(low <= each <= high for each in latest.values()) for low, high in (GOOD, BAD))
    return round(100 * (good - bad) / len(latest))


def _goal(name: str, metric: str, period: str, target: str, owner: str, first: date, **more: str) -> Row:
    row = {"name": name, "metric": metric, "period": period, "target": target, "owner": owner}
    return row | more | {"created_at": f"{first - timedelta(4)}T08:00:00Z"}


def _target(story: Story, owner: str, parts: int, day: date) -> int:
    """A tenth more than what somebody won on average in the year before a day, in round euros."""
    won = sum(_won(story, owner, "EUR", day - timedelta(365), day))
    return max(STEP, round(won * 11 / 10 / parts / STEP) * STEP)


def _won(story: Story, owner: str, currency: str, first: date, last: date) -> list[float]:
    """The amounts of the deals that somebody won from one day on and before another."""
    return [amount for day, amount in story.won.get((owner, currency), []) if first <= day < last]


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
