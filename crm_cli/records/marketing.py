"""Efforts to win attention."""

from typing import Annotated

from crm_cli import choices
from crm_cli.records.base import (
    Currency,
    Day,
    Kind,
    Long,
    Money,
    Named,
    Percent,
    Text,
    about,
    link,
)


class Campaign(Named, table=True):
    """An effort to win attention; leads and deals name the one they came from."""

    name: Text = about("Name", nullable=False)
    code: Text = about("Short code", index=True)
    type: Annotated[str | None, Kind("open", choices.CampaignType)] = about("The means", default="email")
    status: Annotated[str | None, Kind("choice", choices.CampaignStatus)] = about(
        "Where it stands", default="planned"
    )
    planned_start: Day = about("Planned first day")
    planned_end: Day = about("Planned last day")
    starts_on: Day = about("First day")
    ends_on: Day = about("Last day")
    budget: Money = about("What it may cost")
    cost: Money = about("What it has cost")
    expected_revenue: Money = about("What it should bring")
    currency: Currency = about("Currency of its money; else the configured one")
    expected_response_pct: Percent = about("Share of people expected to answer")
    objective: Long = about("What it is for")
    parent_id: int | None = link("campaign", "The campaign it is part of")
