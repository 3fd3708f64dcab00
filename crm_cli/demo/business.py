"""The demo business, told anew for any day: what an export of its books would hold on that day.

Rows are text by field name, as in a CSV file of ours; references are by name. The same day and seed give
the same rows, so that docs and tests may quote them. Nothing is read or written here.
"""

from collections.abc import Iterator
from datetime import date
from random import Random

from crm_cli.demo import (
    aims,
    circle,
    diary,
    leads,
    lives,
    marketing,
    names,
    papers,
    people,
    promises,
    sales,
    service,
)
from crm_cli.demo.story import Row, Story
from crm_cli.values.dates import add_months

RATED = 42  # months for which there are rates


def generate(today: date, seed: int = 2026) -> Iterator[tuple[str, list[Row]]]:
    """Tell each noun with its rows; what a row refers to comes before it.

    Args:
        today: the day on which the story is told: tasks are due around it, deals close after it.
        seed: another number tells another story of the same firm.
    """
    story = Story(today, Random(seed))  # noqa: S311 - a story, not a secret
    story.users = [dict(user) for user in names.USERS]
    story.products = _products()
    story.campaigns = marketing.rows(today)
    story.rates = _rates(story)
    people.tell(story)
    lives.tell(story)
    sales.tell(story)
    leads.tell(story)
    diary.tell(story)
    promises.tell(story)
    service.tell(story)
    papers.tell(story)
    circle.tell(story)
    aims.tell(story)
    _settle_customers(story)
    marketing.tell(story)
    told = {
        "user": story.users,
        "rate": story.rates,
        "product": story.products,
        "segment": story.segments,
        "campaign": story.campaigns,
        "calendar": story.calendars,
        "sla": story.policies,
        "company": list(story.companies.values()),
        "contact": story.contacts,
        "deal": [course.row for course in story.courses],
        "contract": story.contracts,
        "case": story.cases,
        "article": story.articles,
        "survey": story.surveys,
        "lead": story.leads,
        "member": story.members,
        "result": story.results,
        "quote": story.quotes,
        "invoice": story.invoices,
        "offer": story.offers,
        "relationship": story.relationships,
        "goal": story.goals,
        "snapshot": story.snapshots,
        "activity": story.activities,
        "task": story.tasks,
    }
    for noun, rows in told.items():
        yield noun, _aligned(rows)


def _aligned(rows: list[Row]) -> list[Row]:
    """Give all rows the same cells, as in a table."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [{column: row.get(column, "") for column in columns} for row in rows]


def _products() -> list[Row]:
    return [
        {
            "code": each.code,
            "name": each.name,
            "kind": each.kind,
            "category": each.category,
            "list_price": f"{each.price}.00",
            "currency": "EUR",
            "cost": f"{each.cost}.00",
            "tax_rate": str(names.TAX[each.name]),
            "active": "true",
        }
        for each in names.PRODUCTS
    ]


def _rates(story: Story) -> list[Row]:
    """What a pound is worth in euros from the first of each month on, for three years and a half."""
    rows, this, rate = [], story.today.replace(day=1), 1165
    for back in range(RATED, -1, -1):
        day = add_months(this, -back)
        rate = min(1205, max(1125, rate + story.dice.randint(-9, 9)))
        rows.append({"currency": "GBP", "day": str(day), "rate": f"{rate / 1000:.3f}"})
    return rows


def _settle_customers(story: Story) -> None:
    """A first win makes a customer of the company and of the person; an open deal makes an opportunity."""
    won = [course.row for course in story.courses if course.stage == "Won"]
    live = [course.row for course in story.courses if course.closed is None]
    customers = {row["company"] for row in won}
    hopes, buyers = {row["contact"] for row in live}, {row["contact"] for row in won}
    for company in story.companies.values():
        if company["name"] in customers:
            company["type"] = "customer"
    for contact in story.contacts:
        if contact["company"] in story.left:
            contact["lifecycle"] = "former" if contact["name"] in buyers else contact["lifecycle"]
        elif contact["name"] in buyers:
            contact["lifecycle"] = "evangelist" if "references" in contact["tags"] else "customer"
        elif contact["name"] in hopes:
            contact["lifecycle"] = "opportunity"
