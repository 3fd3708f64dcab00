"""Open deals by stage: how many, worth what, how old, which rotten."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from crm_cli import clock
from crm_cli.asking.figures import mean, money
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Stage

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "deal"
DAY = "expected_close"
COLUMNS = (
    Field("pipeline", "text", "The pipeline"),
    Field("stage", "text", "The stage"),
    Field("deals", "integer", "Open deals in it"),
    Field("amount", "money", "What they are worth"),
    Field("currency", "currency", "Currency of the amounts; the row counts its deals only"),
    Field("weighted", "money", "Amount times probability"),
    Field("avg_age_days", "decimal", "Mean days in the stage"),
    Field("rotten", "integer", "Deals too long without a touch"),
)
MEASURE = "amount"
DEAR = ("rotten",)
FORMULA = """
Open deals by the stage they are in. One row per currency: each counts the deals in that currency only.
weighted = sum of amount × probability of each deal, rounded once. An empty amount counts as 0.
avg_age_days = days since the deal entered its stage, else since it opened, ÷ deals of which that day is known.
rotten = neither a touch (an outgoing call or e-mail, a meeting held) nor the entry into the stage nor the
opening within the stage's rotten_days. A period chooses by expected_close.
"""
OPEN = "stage_id IN (SELECT id FROM stage WHERE kind = 'open')"
# The days and instants before which a last sign of life is too old stand in ?5, by stage.
STANDING = """,
limits AS (
  SELECT json_extract(value, '$[0]') AS stage_id, json_extract(value, '$[1]') AS day, json_extract(value, '$[2]') AS at
  FROM json_each(?5, '$.limits')),
touched AS MATERIALIZED (
  SELECT record_id, max(at) AS at FROM touches
  WHERE noun = 'deal' AND at >= json_extract(?5, '$.begin') AND at < json_extract(?5, '$.end') GROUP BY record_id)
SELECT "group", purse, chosen.stage_id, count(*), sum(amount), count(*) - count(amount),
  sum(amount / 1000000 * probability), sum(amount % 1000000 * probability),
  sum(julianday(?1) - julianday(in_stage_since)), count(in_stage_since),
  sum(max(in_stage_since, coalesce(opened_on, in_stage_since)) < limits.day
    AND coalesce(touched.at, '') < limits.at)
FROM chosen
LEFT JOIN limits ON limits.stage_id = chosen.stage_id
LEFT JOIN touched ON touched.record_id = chosen.id
"""
BY_STAGE = "GROUP BY chosen.stage_id, purse"


@dataclass
class Tally:
    """The open deals of one stage, group and currency; `weighted` is in millionths of a ten-thousandth."""

    deals: int = 0
    empty: int = 0
    amount: "int | Fraction" = 0
    weighted: "int | Fraction" = 0
    days: int = 0
    dated: int = 0
    rotten: int = 0


def answer(asked: Asked) -> Rows:
    """Open deals, a row for each group, stage and currency, in the order of the stages."""
    order = {stage: place for place, stage in enumerate(asked.stages)}
    tallies = sorted(
        standing(asked).items(), key=lambda item: (*item[0][0].order(), order[item[0][1]], item[0][2] or "")
    )
    asked.explain(
        f"{asked.stages[stage].name} · {currency or 'no currency'} · {tally.deals:,} deals, {tally.empty:,} without "
        f"an amount · age {tally.days:,} days ÷ {tally.dated:,} of which the day is known"
        for (_, stage, currency), tally in tallies
    )
    return asked.table(
        [(place, _row(asked.stages[stage], currency, tally)) for (place, stage, currency), tally in tallies]
    )


def standing(asked: Asked) -> dict[tuple[Place, int, str | None], Tally]:
    """The open deals, by group, stage and currency."""
    tallies: dict[tuple[Place, int, str | None], Tally] = defaultdict(Tally)
    begun = asked.chosen(("stage_id", "amount", "probability", "in_stage_since", "opened_on"), OPEN)
    question = begun + STANDING + BY_STAGE + (', "group"' if asked.group.name else "")
    for place, purse, row in asked.ask(question, limits(asked)):
        stage, deals, amount, empty, whole, part, days, dated, rotten = row
        tally = tallies[place, stage, purse.currency]
        tally.deals += deals
        tally.empty += empty
        tally.amount += (amount or 0) * purse.factor
        tally.weighted += ((whole or 0) * 1_000_000 + (part or 0)) * purse.factor
        tally.days += int(days or 0)
        tally.dated += dated
        tally.rotten += rotten or 0
    return tallies


def limits(asked: Asked) -> str:
    """As JSON: for each stage the day and the instant before which a last sign of life is too old."""
    made = []
    for stage in asked.stages.values():
        if stage.rotten_days is not None:
            day = asked.today - timedelta(days=stage.rotten_days)
            made.append((stage.id, day.isoformat(), _begin(day, asked.zone)))
    end = _begin(asked.today + timedelta(days=1), asked.zone)
    return json.dumps({"limits": made, "begin": min((at for _, _, at in made), default=end), "end": end})


def _begin(day: date, zone: str) -> str:
    return clock.instant_text(datetime.combine(day, time()), clock.zone_of(zone))


def _row(stage: Stage, currency: str | None, tally: Tally) -> tuple[int | str | None, ...]:
    return (
        stage.pipeline,
        stage.name,
        tally.deals,
        money(tally.amount, currency),
        currency,
        money(tally.weighted, currency, 1_000_000),
        mean(tally.days, tally.dated),
        tally.rotten,
    )
