"""How many deals enter each stage, how many move on, after how long."""

from collections import defaultdict
from dataclasses import dataclass, field

from crm_cli.asking.figures import median, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Stage

NOUN = "deal"
DAY = "h.day"
COLUMNS = (
    Field("stage", "text", "The stage"),
    Field("entered", "integer", "Deals that entered it"),
    Field("moved_on", "integer", "Of those, the ones that went on to a later stage, or were won"),
    Field("conversion_pct", "percent", "Moved on of entered"),
    Field("median_days", "decimal", "Median days of the stays that ended"),
    Field("n", "integer", "How many stays that is the median of"),
    Field("pipeline", "text", "The pipeline"),
)
MEASURE = "entered"
CHART = "funnel"
FORMULA = """
Counted from the history of stages: conversion_pct = moved_on ÷ entered, deals, each once a stage.
entered = came into the stage; moved_on = later left it for a stage further on or won; lost or gone back is not.
median_days = of the n stays that ended, whichever way. An imported deal has entered the stage it came in.
A period, and --by month, go by the day of entering.
"""
# The day that a stay which ended began.
BEGAN = "date(h.day, -h.days || ' days')"
ENTERED = """
SELECT {group} AS "group", NULL, h.stage_id, count(DISTINCT h.deal_id)
FROM deal_stage AS h{deals} WHERE {when} GROUP BY h.stage_id{by_group}
"""
MOVED_ON = """
SELECT {group} AS "group", NULL, h.from_stage_id, count(DISTINCT h.deal_id)
FROM deal_stage AS h{deals}
WHERE {when} AND (h.from_stage_id, h.stage_id) IN (
  SELECT here.id, there.id FROM stage AS here JOIN stage AS there ON there.pipeline_id = here.pipeline_id
  WHERE here.kind = 'open' AND (there.kind = 'won' OR (there.kind = 'open' AND there.position > here.position)))
GROUP BY h.from_stage_id{by_group}
"""
STAYED = """
SELECT {group} AS "group", NULL, h.from_stage_id, h.days, count(*)
FROM deal_stage AS h{deals} WHERE {when} AND h.from_stage_id IS NOT NULL AND h.days IS NOT NULL
GROUP BY h.from_stage_id, h.days{by_group}
"""


@dataclass
class Tally:
    """What happened in one stage; `days` counts the stays that ended by their days."""

    entered: int = 0
    moved_on: int = 0
    days: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def answer(asked: Asked) -> Rows:
    """A row for each group and stage of the pipelines in use, from the first open stage to won."""
    tallies: dict[Place, dict[int, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for place, _, (stage, deals) in asked.ask(_question(asked, ENTERED, DAY)):
        tallies[place][stage].entered += deals
    for place, _, (stage, deals) in asked.ask(_question(asked, MOVED_ON, BEGAN)):
        tallies[place][stage].moved_on += deals
    for place, _, (stage, days, stays) in asked.ask(_question(asked, STAYED, BEGAN)):
        tallies[place][stage].days[days] += stays
    rows = []
    for place, found in sorted(tallies.items(), key=lambda item: item[0].order()):
        used = {asked.stages[stage].pipeline for stage in found}
        shown = (stage for stage in asked.stages.values() if stage.pipeline in used and stage.kind != "lost")
        rows += [(place, _row(stage, found[stage.id])) for stage in shown]
    asked.explain(
        f"{row[0]}: {row[2]:,} moved on ÷ {row[1]:,} entered" for _, row in rows if row[2] is not None
    )
    return asked.table(rows)


def _question(asked: Asked, question: str, day: str) -> str:
    """The question over the whole history or, where deals are chosen or grouped, over that of those deals."""
    begun, group = asked.chosen((), dated=False), asked.group
    key = group.key.replace(DAY, day) if group.period else 'chosen."group"'
    joined = asked.where[0] != "1" or (group.name and not group.period)
    return begun + question.format(
        group=key if group.name else "NULL",
        by_group=f", {key}" if group.name else "",
        deals=" JOIN chosen ON chosen.id = h.deal_id" if joined else "",
        when=f"h.day <= ?1{asked.within(day)}",
    )


def _row(stage: Stage, tally: Tally) -> tuple[int | str | None, ...]:
    moved_on = tally.moved_on if stage.kind == "open" else None
    conversion = None if moved_on is None else share(moved_on, tally.entered)
    return (
        stage.name,
        tally.entered,
        moved_on,
        conversion,
        median(tally.days),
        sum(tally.days.values()),
        stage.pipeline,
    )
