"""What becomes of offers that partners do not take: they go to the next, and after the last back to the owner.

Who is asked next is what the first offer remembers, but for partners who no longer are, or take none now. The
next offer counts from the moment that the one before it was declined or expired, whenever that is noticed; so one
that nobody noticed for long may have passed several partners. Those of whom that is true are written as they were,
and only who can still answer is written to. What is decided meanwhile goes nowhere.

Ten thousand offers may be over at once, in front of a change that somebody waits for: what follows is asked and
written in SQL, where one by one would take several times as long. A test holds that an offer which goes on is
completed like one that is made.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm_cli.changing import Change
from crm_cli.rules import offer, records, telling
from crm_cli.rules.drafts import Draft
from crm_cli.values.dates import local_day

# What offers are about: the lead, or the deal that it has become.
_SUBJECTS = """
CREATE TEMP TABLE subject AS
SELECT o.id AS refused, CASE WHEN d.id IS NULL THEN 'lead' ELSE 'deal' END AS noun, coalesce(d.id, l.id) AS record_id,
  coalesce(d.name, l.name) AS name, coalesce(d.owner_id, l.owner_id) AS owner_id
FROM offer AS o LEFT JOIN lead AS l ON l.id = o.lead_id
LEFT JOIN deal AS d ON d.id = coalesce(o.deal_id, l.deal_id)
WHERE o.id IN (SELECT value FROM json_each(?))
AND CASE WHEN d.id IS NULL THEN l.converted_at IS NULL AND l.status NOT IN ('unqualified', 'junk')
  ELSE d.stage_id IN (SELECT id FROM stage WHERE kind = 'open') END
AND coalesce(d.partner_id, l.partner_id) IS NULL
"""
# The offers that follow refused ones, each from when the one before was over: `step` 0 is the refused one itself.
_FOLLOWING = """
CREATE TEMP TABLE following AS
WITH RECURSIVE partner AS MATERIALIZED (
  SELECT id FROM company WHERE type = 'partner' AND NOT coalesce(offers_paused, 0)),
chain (refused, step, first_id, rank, partner_id, reason, lead_id, deal_id, owner_id, state, offered_at, respond_by,
  over) AS (
  SELECT id, 0, coalesce(first_id, id), coalesce(rank, 0), partner_id, reason, lead_id, deal_id, owner_id, state,
    offered_at, respond_by, answered_at
  FROM offer WHERE id IN (SELECT refused FROM subject)
  UNION ALL
  SELECT refused, step + 1, first_id, next.rank, next.partner_id, next.reason, lead_id, deal_id, owner_id,
    iif({until} < :now, 'expired', 'offered'), over, {until}, {until}
  FROM chain JOIN offer_candidate AS next ON next.id = (
    SELECT id FROM offer_candidate AS x WHERE x.offer_id = chain.first_id AND x.rank > chain.rank
      AND x.partner_id IN partner ORDER BY x.rank, x.id LIMIT 1)
  WHERE chain.state <> 'offered')
SELECT *, NULL AS delivery_id FROM chain ORDER BY offered_at, respond_by, step
""".format(until="strftime('%Y-%m-%dT%H:%M:%SZ', over, :hours)")
_OPEN = "SELECT rowid, * FROM following WHERE state = 'offered' ORDER BY rowid"
_MADE = """
INSERT INTO offer (uid, created_at, updated_at, folded, first_id, rank, partner_id, reason, lead_id, deal_id, owner_id,
  state, offered_at, respond_by, answered_at, delivery_id)
SELECT :stamp || printf('%08x', rowid), :now, :now, fold(coalesce(reason, '')), first_id, rank, partner_id, reason,
  lead_id, deal_id, owner_id, state, offered_at, respond_by, iif(state = 'expired', over, NULL), delivery_id
FROM following WHERE step ORDER BY rowid
"""
# The last offers of those whose partners have all been asked: none of them can be answered any more.
_BACK = """
SELECT subject.*, max(following.step), following.over
FROM subject JOIN following ON following.refused = subject.refused GROUP BY subject.refused
HAVING sum(following.state = 'offered') = 0 ORDER BY following.over, subject.refused
"""


@dataclass(frozen=True)
class Passed:
    """What followed offers that were not taken."""

    open: Sequence[int] = ()
    """The offers that the next partners have to answer."""
    expired: int = 0
    """How many offers had expired again before anybody noticed."""
    back: int = 0
    """How many leads and deals went back to their owners."""


def on(change: Change, refused: Sequence[int]) -> Passed:
    """Offer to the next partners what some have declined or let expire, each from the moment of that."""
    change.connection.execute(_SUBJECTS, (json.dumps(refused),))
    hours = f"+{offer.hours(change)} hours"
    change.connection.execute(_FOLLOWING, {"now": change.now, "hours": hours})
    try:
        _tell(change)
        made = _write(change)
        back = change.rows(_BACK)
    finally:
        change.connection.execute("DROP TABLE following")
        change.connection.execute("DROP TABLE subject")
    _hand_back(change, back)
    question = "SELECT id FROM offer WHERE id >= ? AND state = 'offered' ORDER BY id"
    still = [row[0] for row in change.rows(question, made.start)] if made else []
    return Passed(still, len(made) - len(still), len(back))


def _tell(change: Change) -> None:
    """Queue the messages to those who can answer now."""
    waiting = change.rows(_OPEN)
    told = telling.tell(change, waiting)
    change.connection.executemany(
        "UPDATE following SET delivery_id = ? WHERE rowid = ?",
        ((delivery, row["rowid"]) for row, delivery in zip(waiting, told, strict=True) if delivery),
    )


def _write(change: Change) -> range:
    """Write what follows, in the order in which it was offered; returns the ids."""
    begin = change.next_id("offer")
    values = {"stamp": records.stamp(), "now": change.now}
    made = range(begin, begin + change.connection.execute(_MADE, values).rowcount)
    change.inserted("offer", made)
    return made


def _hand_back(change: Change, back: Sequence[Any]) -> None:
    """Let owners know that nobody took it: a task of the day that the last offer was declined or expired."""
    tasks = [
        Draft(
            values={
                "subject": f"No partner took {row['name']}: decide what to do",
                "owner_id": row["owner_id"],
                "due": local_day(row["over"], change.config.zone),
                "priority": "high",
            },
            entered={"about": [(row["noun"], row["record_id"])]},
        )
        for row in back
    ]
    if tasks:
        records.write(change, "task", tasks)
