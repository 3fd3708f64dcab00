"""Goals: what shall be reached, what has been, and whether that is in time."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crm_cli.asking import goals
from crm_cli.asking.achieved import Achieved
from crm_cli.asking.figures import money
from crm_cli.asking.goals import Goal, Progress
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.values import show

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "goal"
DAY = "starts_on"
COLUMNS = (
    Field("goal", "text", "What it is called"),
    Field("owner", "text", "Whose it is; nobody's is everybody's"),
    Field("period", "text", "In which time"),
    Field("target", "money", "What shall be reached"),
    Field("actual", "money", "What has been achieved"),
    Field("pct", "percent", "Achieved of the target"),
    Field("pace", "decimal", "Share achieved ÷ share of the period that has passed: 1 is in time"),
    Field("missing", "money", "What is left to the target"),
    Field("per_day", "money", "What that is a day, today included"),
    Field("metric", "choice", "What is measured"),
    Field("stretch", "money", "What would be better still"),
    Field("baseline", "money", "Where it stood before"),
    Field("currency", "currency", "Currency of money; a number has none"),
    Field("parent", "text", "The goal it is part of"),
    Field("goal_id", "id", "Our number for the goal"),
)
MEASURE = "pct"
FORMULA = """
A goal counts what its owner and the owners of all goals below it have achieved in its period, each once, until today;
a goal that nobody owns what everybody has. Without a target its target is the sum of those right below it.
won_amount, won_count: deals won, by closed_on, of the goal's pipeline if it names one. revenue: invoices that are not
void, by issued_on. new_customers: by the day of their first purchase, the company's owner's, else the contact's.
A store without invoices takes won deals for both. leads: by the day they came. calls, meetings: done. cases_resolved:
by the day. nps: % promoters − % detractors, of each person the latest answer in the period.
pct = actual ÷ target. pace = pct ÷ (days that have begun ÷ days of the period). missing = target − actual, not below
nothing; per_day = missing ÷ days left, today included. A score has neither pace nor per_day.
Amounts in other currencies count by the rates on their records. A period chooses the goals that lie within it.
"""
CHOSEN = 'SELECT "group", NULL, id FROM chosen'


def answer(asked: Asked) -> Rows:
    """A row a goal, in the order of their periods, each followed by those that are part of it."""
    known = goals.load(asked.connection)
    begun = asked.chosen(("starts_on",), "ends_on <= ?3" if asked.until else "1")
    places = {number: place for place, _, (number,) in asked.ask(f"{begun}\n{CHOSEN}")}
    achieved = Achieved(asked.connection, asked.today, asked.zone, asked.rates)
    counts: list[str] = []
    chosen = [goal for goal in _ordered(known.values()) if goal.id in places]
    rows = [(places[goal.id], row) for goal in chosen if (row := _row(asked, goal, achieved, counts))]
    if asked.group.name:
        rows.sort(key=lambda row: row[0].order())
    asked.explain(counts)
    _note(asked, achieved, chosen)
    return asked.table(rows)


def _ordered(found: Iterable[Goal]) -> Iterable[Goal]:
    """Each goal that is part of no other, and after it those that are part of it."""
    for goal in found:
        if goal.parent_id is None:
            yield from _with_below(goal)


def _with_below(goal: Goal) -> Iterable[Goal]:
    yield goal
    for each in goal.below:
        yield from _with_below(each)


def _row(asked: Asked, goal: Goal, achieved: Achieved, counts: list[str]) -> tuple[Any, ...] | None:
    """The row of a goal; None where it is in a currency that no rate converts."""
    purse = asked.purse(goal.currency) if goal.currency else None
    if goal.currency and not purse:
        asked.notes.append(f"left out, having no rate to convert with: goal {goal.id} in {goal.currency}")
        return None
    currency = purse.currency if purse else None

    def worth(value: "int | Fraction | None") -> int | None:
        return None if value is None else money(value * purse.factor if purse else value, currency)

    found = goals.progress(goal, achieved, asked.today)
    counts.append(_counted(asked, goal, found))
    return (
        goal.name, goal.owner, goal.period, worth(goal.target), worth(found.actual), found.pct, found.pace,
        worth(found.missing), worth(found.per_day), goal.metric, worth(goal.stretch), worth(goal.baseline), currency,
        goal.parent, goal.id,
    )  # fmt: skip


def _counted(asked: Asked, goal: Goal, found: Progress) -> str:
    whole, begun = goal.days(asked.today)
    owners = "everybody" if goal.owners is None else f"{len(goal.owners)} of its owners"
    actual = "no answer" if found.actual is None else show("decimal", money(found.actual, None))
    target = "no target" if goal.target is None else show("decimal", goal.target)
    return f"{goal.name}: {actual} ÷ {target} · day {begun:,} of {whole:,} · what {owners} achieved"


def _note(asked: Asked, achieved: Achieved, chosen: Iterable[Goal]) -> None:
    if achieved.unrated:
        asked.notes.append(
            f"left out, having no rate to convert with: what is in {', '.join(sorted(achieved.unrated))}"
        )
    if not achieved.invoiced and any(goal.metric in ("revenue", "new_customers") for goal in chosen):
        asked.notes.append("there are no invoices: won deals stand for revenue and first purchases")
