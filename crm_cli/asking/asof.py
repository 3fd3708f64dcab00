"""Deals as they stood at the end of the day that is asked about: what changed their state later does not count.

The history of stages tells where a deal was. Of one that came in decided, and was decided later, it tells
nothing: that one stands in the first stage of its pipeline. Amounts have no history and are as they are now.
"""

import sqlite3
from datetime import date

from crm_cli import clock, fields

# What a deal's state decides, where that has changed since: SQL over `d` the deal, `moved` its first later
# move, `s` the stage that it was in then.
THEN = {
    "stage_id": "s.id",
    "stage": "s.name",
    "status": "s.kind",
    "probability": "CASE WHEN d.probability_pinned THEN d.probability ELSE s.probability END",
    "forecast_category": "s.forecast_category",
    "closed_on": "CASE WHEN s.kind <> 'open' THEN moved.since END",
    "in_stage_since": "coalesce(moved.since, d.opened_on)",
    "lost_reason": "CASE WHEN s.kind = 'lost' THEN d.lost_reason END",
}
LATER = """
SELECT EXISTS (SELECT 1 FROM deal_stage WHERE day > ?1 AND from_stage_id IS NOT NULL)
  OR EXISTS (SELECT 1 FROM deal WHERE closed_on > ?1) OR EXISTS (SELECT 1 FROM deal WHERE opened_on > ?1)
"""
DEALS = """moved AS MATERIALIZED (
  SELECT deal_id, from_stage_id AS stage_id, (
    SELECT before.day FROM deal_stage AS before
    WHERE before.deal_id = later.deal_id AND before.id < later.id ORDER BY before.id DESC LIMIT 1) AS since
  FROM deal_stage AS later
  WHERE id IN (SELECT min(id) FROM deal_stage WHERE day > ?1 AND from_stage_id IS NOT NULL GROUP BY deal_id)),
deals AS (
  SELECT {columns}
  FROM main.deals AS d LEFT JOIN moved ON moved.deal_id = d.id
  LEFT JOIN stage AS s ON s.id = CASE
    WHEN moved.deal_id IS NOT NULL THEN moved.stage_id
    WHEN d.closed_on > ?1 THEN (
      SELECT id FROM stage WHERE pipeline_id = d.pipeline_id AND kind = 'open' ORDER BY position LIMIT 1) END
  WHERE d.opened_on IS NULL OR d.opened_on <= ?1)"""


def deals(connection: sqlite3.Connection, today: date) -> str:
    """A common table `deals` that takes the place of the view; ?1 is the day.

    Empty where it is the present day, or nothing has happened since.
    """
    if not clock.is_told() or not connection.execute(LATER, (today.isoformat(),)).fetchone()[0]:
        return ""
    columns = [_column(name) for name in fields.noun("deal").columns]
    return DEALS.format(columns=",\n    ".join(columns))


def _column(name: str) -> str:
    if name == "weighted":
        chance = f"CASE WHEN s.id IS NULL THEN d.probability ELSE {THEN['probability']} END"
        return (
            f"d.amount / 1000000 * {chance} + (d.amount % 1000000 * {chance} + 500000) / 1000000 AS weighted"
        )
    then = THEN.get(name)
    return f'CASE WHEN s.id IS NULL THEN d."{name}" ELSE {then} END AS "{name}"' if then else f'd."{name}"'
