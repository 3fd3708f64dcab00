"""What customers of the demo say when they are asked: of a case, how easy it was, whether they would recommend us."""

from datetime import date, timedelta

from crm_cli.demo import troubles
from crm_cli.demo.days import busy_day, moment, next_workday
from crm_cli.demo.story import Row, Story

SCORED = 66  # settled cases after which somebody was asked how content they are
EASED = 24  # and how easy it was
ASKED = 110  # times that people were asked what they think of us
PAST = 1040  # days ago that the first of them was


def tell(story: Story, settled: list[Row], unhappy: Row, lately: date) -> None:
    """Add what people answered of cases and of us; the last one, lately, is he who fares badly with a case."""
    dice = story.dice
    for row in dice.sample(settled, SCORED):
        score = dice.choice((1, 2, 3, 4) if row["type"] == "complaint" else (3, 4, 4, 5, 5, 5))
        row["satisfaction"] = str(score)
        _survey(story, row, "csat", score, (2, 4))
    for row in dice.sample(settled, EASED):
        _survey(story, row, "ces", dice.choice((3, 4, 5, 6, 6, 7, 7)), (3, 6))
    for _ in range(ASKED):
        _judged(story, busy_day(story.today, 3, PAST, dice))
    told = {key: unhappy[key] for key in ("company", "contact")} | {"touchpoint": "support"}
    at = moment(lately, dice)
    story.surveys.append(told | _answered("nps", 3, "Nobody called back", at))
    story.surveys.sort(key=lambda row: (row["at"], row["company"]))


def _survey(story: Story, case: Row, kind: str, score: int, bounds: tuple[int, int]) -> None:
    """What the person of a case said on the working day after it was closed."""
    told = {
        "case": case["number"],
        "company": case["company"],
        "contact": case["contact"],
        "touchpoint": "support",
    }
    at = moment(next_workday(date.fromisoformat(case["closed_at"][:10]) + timedelta(1)), story.dice)
    story.surveys.append(told | _answered(kind, score, _words(story, score, *bounds), at))


def _judged(story: Story, day: date) -> None:
    """Whether somebody would recommend us: rather in these days than years ago, hardly before they leave."""
    firms, dice = story.customers(day - timedelta(9)), story.dice
    if not firms:
        return
    person = dice.choice(story.people_of(dice.choice(firms)))
    scores: tuple[int, ...] = (5, 6, 7, 8, 8, 9, 9, 9, 10, 10)
    if person["company"] in story.left:
        scores = (2, 4, 5, 6, 7, 7, 8, 9)
    elif (story.today - day).days < PAST // 2:
        scores = (6, 7, 8, 8, 9, 9, 9, 10, 10, 10)
    score = dice.choice(scores)
    told = {"company": person["company"], "contact": person["name"],
            "touchpoint": dice.choice(("delivery", "support", "yearly letter"))}  # fmt: skip
    story.surveys.append(told | _answered("nps", score, _words(story, score, 6, 9), moment(day, dice)))


def _answered(kind: str, score: int, comment: str, at: str) -> Row:
    return {"kind": kind, "score": str(score), "comment": comment, "at": at, "created_at": at}


def _words(story: Story, score: int, bad: int, good: int) -> str:
    said = troubles.BLAME if score <= bad else troubles.PRAISE if score >= good else troubles.NEUTRAL
    return story.dice.choice(said)
