"""What the parts of the demo share: the day, the dice and the rows told so far."""

import json
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

Row = dict[str, str]


@dataclass(slots=True)
class Step:
    """A deal's arrival at a stage."""

    stage: str
    day: date


@dataclass(slots=True)
class Course:
    """A deal's way through the stages, with its row and whether nobody has cared for it lately."""

    steps: list[Step]
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
        return [contact for contact in self.contacts if contact["company"] == company]


def json_text(value: Any) -> str:
    """Several values in one cell, as an export writes them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
