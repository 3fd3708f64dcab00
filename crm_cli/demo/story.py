"""What the parts of the demo share: the day, the dice and the rows told so far."""

import json
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, NamedTuple

Row = dict[str, str]


class Item(NamedTuple):
    """A line of an order: so many of a product, at so many per cent below the list price."""

    product: str
    quantity: int
    discount: int = 0


class Order(NamedTuple):
    """What a firm orders, was offered in vain, or may order: the day of that, and in how many parts it is billed."""

    firm: str
    day: date
    what: str
    kind: str
    items: tuple[Item, ...]
    outcome: str = "Won"
    bills: int = 1
    care: date | None = None
    """Since when a care plan among the items holds."""


@dataclass(slots=True)
class Step:
    """A deal's arrival at a stage."""

    stage: str
    day: date


@dataclass(slots=True)
class Course:
    """A deal's way through the stages, with what it is about, its row and whether nobody has cared for it lately."""

    steps: list[Step]
    order: Order
    row: Row = field(default_factory=dict)
    stalled: bool = False

    @property
    def opened(self) -> date:
        """The day work on it began."""
        return self.steps[0].day

    @property
    def stage(self) -> str:
        """The stage it has reached."""
        return self.steps[-1].stage

    @property
    def closed(self) -> date | None:
        """The day it was decided, None while it is open."""
        return self.steps[-1].day if self.stage in ("Won", "Lost") else None

    def stage_on(self, day: date) -> str:
        """The stage it was in at the end of a day."""
        return [step.stage for step in self.steps if step.day <= day][-1]


@dataclass(slots=True)
class Story:
    """The business as told so far; the same day and seed tell the same."""

    today: date
    dice: Random
    joined: dict[str, date] = field(default_factory=dict)
    """When each customer first bought."""
    left: dict[str, date] = field(default_factory=dict)
    """When those who are customers no more left."""
    orders: list[Order] = field(default_factory=list)
    people: dict[str, list[Row]] = field(default_factory=dict)
    """The contacts of each company, the first known first."""
    won: dict[tuple[str, str], list[tuple[date, float]]] = field(default_factory=dict)
    """What each owner has won in a currency: the days and the amounts."""
    rates: list[Row] = field(default_factory=list)
    users: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    segments: list[Row] = field(default_factory=list)
    members: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    companies: dict[str, Row] = field(default_factory=dict)
    contacts: list[Row] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    leads: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    calendars: list[Row] = field(default_factory=list)
    policies: list[Row] = field(default_factory=list)
    contracts: list[Row] = field(default_factory=list)
    cases: list[Row] = field(default_factory=list)
    articles: list[Row] = field(default_factory=list)
    surveys: list[Row] = field(default_factory=list)
    quotes: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    relationships: list[Row] = field(default_factory=list)
    goals: list[Row] = field(default_factory=list)
    snapshots: list[Row] = field(default_factory=list)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.dice.randrange(100) < percent

    def people_of(self, company: str) -> list[Row]:
        """The contacts at a company, the first known first."""
        return self.people.get(company, [])

    def customers(self, day: date) -> list[str]:
        """The companies that were customers at the end of a day, in order."""
        return sorted(name for name, since in self.joined.items()
                      if since <= day < self.left.get(name, date.max))  # fmt: skip


def json_text(value: Any) -> str:
    """Several values in one cell, as an export writes them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
