"""The diary of the demo: what was said and held with whom, and what is to be done next."""

from datetime import date, timedelta
from typing import NamedTuple

from crm_cli.demo.days import ago, moment, next_workday, workday
from crm_cli.demo.story import Course, Row, Story, json_text


class Talk(NamedTuple):
    """Something that is said or held, and how long that takes."""

    kind: str
    direction: str
    subject: str
    outcome: str = ""
    least: int = 0
    most: int = 0


_TALKS = {
    "Prospecting": (
        Talk("call", "out", "First call", "Wants to know more", 5, 15),
        Talk("call", "out", "Called, no answer", "No answer", 1, 2),
        Talk("email", "out", "Sent the brochure", "", 5, 10),
        Talk("email", "in", "Asked what a machine costs", "", 5, 5),
    ),
    "Qualification": (
        Talk("meeting", "", "Visited the site and counted the cups", "Two machines would do", 45, 90),
        Talk("call", "out", "Who decides and by when", "Finance has a say", 10, 25),
        Talk("email", "in", "Sent the floor plan", "", 5, 10),
        Talk("note", "", "They pay a caterer 0.85 a cup today"),
    ),
    "Proposal": (
        Talk("email", "out", "Sent the quote", "", 10, 20),
        Talk("meeting", "", "Tasting with the team", "The House Blend won", 40, 75),
        Talk("call", "out", "Went through the offer", "Asks for a longer trial", 10, 30),
        Talk("call", "in", "Asked about the care plan", "Care Plus explained", 5, 15),
    ),
    "Negotiation": (
        Talk("call", "out", "Talked about the price", "Wants five per cent off", 10, 30),
        Talk("email", "out", "Sent the contract", "", 10, 15),
        Talk("meeting", "", "Met the managing director", "Agreed in principle", 30, 60),
        Talk("call", "in", "Asked for another delivery day", "Moved by a week", 5, 10),
    ),
    "Won": (
        Talk("call", "out", "Does everything run", "Content", 5, 15),
        Talk("email", "in", "Thanked for the quick delivery", "", 5, 5),
        Talk("meeting", "", "Showed the staff how to clean it", "Done", 30, 60),
        Talk("note", "", "Would tell others about us"),
    ),
    "Lost": (
        Talk("call", "out", "Asked why they chose otherwise", "May be called next year", 5, 15),
        Talk("note", "", "The contract with the other runs two years"),
    ),
}
_SMALL_TALK = (
    Talk("email", "out", "Sent The Monday Cup", "", 2, 5),
    Talk("call", "out", "Asked how the machine is doing", "All well", 5, 15),
    Talk("call", "in", "Ordered cleaning tablets", "Sent the same day", 5, 10),
    Talk("meeting", "", "Coffee at the fair", "Will call in autumn", 15, 30),
    Talk("note", "", "On leave for a month, write to the assistant"),
)
_FIRST = (
    Talk("call", "out", "First call after the enquiry", "Interested", 5, 20),
    Talk("call", "out", "First call after the enquiry", "Left a message", 1, 3),
    Talk("email", "out", "Answered the enquiry", "", 5, 15),
)
_TASKS = {
    "Prospecting": ("Find out who decides at {}", "Ask {} what they need"),
    "Qualification": ("Visit {} and count the cups", "Ask {} for the budget"),
    "Proposal": ("Send the quote to {}", "Arrange a tasting at {}"),
    "Negotiation": ("Get the signature from {}", "Agree on the care plan with {}"),
}
ACTIVITIES = 660
SMALL = 90  # of them, what was said with somebody without a deal in mind
PLANNED = 6
# Days from today on which open tasks are due: overdue, today, this week, later.
DUE = (-12, -9, -8, -6, -4, -3, -2, -1, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 9, 13, 16, 20, 27, 30)
DONE_TASKS = 12


def tell(story: Story) -> None:
    """Add what was done, what is in the calendar, and the tasks."""
    for lead in story.leads:
        if lead["first_touch_at"] and lead["status"] != "converted":
            done = lead["first_touch_at"]
            story.activities.append(
                _activity(story, _FIRST, f"lead:{lead['name']}", done, owner=lead["owner"])
            )
    for course in story.courses:
        _talk(story, course)
    live = [course for course in story.courses if course.closed is None and not course.stalled]
    while len(story.activities) < ACTIVITIES - SMALL:
        _talk(story, story.dice.choice(live))
    while len(story.activities) < ACTIVITIES:
        contact = story.dice.choice(story.contacts)
        known = date.fromisoformat(contact["created_at"][:10])
        latest = min((story.today - known).days, 1000)
        done = moment(max(known, ago(story.today, story.dice.randint(1, max(1, latest)))), story.dice)
        about = f"contact:{contact['name']}"
        story.activities.append(_activity(story, _SMALL_TALK, about, done, owner=contact["owner"]))
    story.activities.sort(key=lambda row: (row["done_at"], row["about"]))
    for number, course in enumerate(story.dice.sample(live, PLANNED)):
        story.activities.append(_planned(story, course, number))
    _tasks(story, live)


def _talk(story: Story, course: Course) -> None:
    """Add something said on the way of a deal, before yesterday's end; of a stalled one, long ago."""
    last = course.steps[-1].day + timedelta(1 if course.stalled else 12)
    span = (min(last, story.today - timedelta(1)) - course.opened).days
    day = max(course.opened, workday(course.opened + timedelta(story.dice.randint(0, max(0, span)))))
    talks, row = _TALKS[course.stage_on(day)], course.row
    about, done = f"deal:{row['name']}", moment(day, story.dice)
    story.activities.append(_activity(story, talks, about, done, owner=row["owner"], contact=row["contact"]))


def _activity(
    story: Story, talks: tuple[Talk, ...], about: str, done: str, *, owner: str, contact: str = ""
) -> Row:
    talk = story.dice.choice(talks)
    return {
        "kind": talk.kind,
        "subject": talk.subject,
        "status": "done",
        "done_at": done,
        "minutes": str(story.dice.randint(talk.least, talk.most)) if talk.most else "",
        "direction": talk.direction,
        "outcome": talk.outcome,
        "about": about,
        "participants": json_text([{"contact": contact}]) if contact and talk.kind != "note" else "",
        "owner": owner,
        "created_at": done,
    }


def _planned(story: Story, course: Course, number: int) -> Row:
    """A meeting that is still to be held: one this afternoon, the others on the next days."""
    day = next_workday(story.today + timedelta(2 * number)) if number else story.today
    return {
        "kind": "meeting",
        "subject": f"Tasting at {course.row['company']}",
        "status": "planned",
        "start": f"{day}T13:30:00Z",
        "minutes": "60",
        "about": f"deal:{course.row['name']}",
        "participants": json_text([{"contact": course.row["contact"]}]),
        "owner": course.row["owner"],
        "created_at": moment(max(course.opened, ago(story.today, 2)), story.dice),
    }


def _tasks(story: Story, live: list[Course]) -> None:
    """Add a task for each due day, then those that the latest wins took."""
    # What is most overdue belongs to the oldest deal: no task is older than its deal.
    busy = sorted(story.dice.sample(live, len(DUE)), key=lambda course: course.opened)
    for days, course in zip(DUE, busy, strict=True):
        due = story.today + timedelta(days)
        story.tasks.append(_task(story, course, course.stage, workday(due) if days < 0 else due))
    won = [course for course in story.courses if course.stage == "Won"]
    for course in sorted(won, key=lambda course: (course.steps[-1].day, course.row["name"]))[-DONE_TASKS:]:
        done = course.steps[-1].day
        task = _task(story, course, "Negotiation", done)
        story.tasks.append(task | {"status": "completed", "done_at": moment(done, story.dice)})


def _task(story: Story, course: Course, stage: str, due: date) -> Row:
    made, deal = min(due, story.today) - timedelta(story.dice.randint(2, 9)), course.row
    return {
        "subject": story.dice.choice(_TASKS[stage]).format(deal["company"]),
        "status": story.dice.choice(("not_started",) * 5 + ("in_progress", "waiting")),
        "priority": story.dice.choice(("normal", "normal", "normal", "high", "low", "urgent")),
        "due": str(due),
        "about": f"deal:{deal['name']}",
        "owner": deal["owner"],
        "created_at": moment(max(course.opened, workday(made)), story.dice),
    }
