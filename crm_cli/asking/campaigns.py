"""What came of campaigns, counted: their people, results without persons, leads, deals and money.

Everything is counted for all campaigns at once, a question a table, so that a thousand campaigns cost no more than the
rows that name them.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from crm_cli.asking import asof
from crm_cli.asking.lift import Sample

MONEY = frozenset(("won_amount", "cost", "budget", "expected_revenue", "spent", "margin"))
"""The counts that are amounts, in ten-thousandths."""
BEGUN = "WITH these AS (SELECT value AS id FROM json_each(?2))"
WON = "(SELECT id FROM stage WHERE kind = 'won')"
FACTS = """
SELECT id, name, type, currency, parent_id, control_of_id, coalesce(starts_on, planned_start) AS started, status,
  budget, cost, expected_revenue, expected_response_pct
FROM campaign WHERE id IN these
"""
# Whom something went to: who is past being targeted, and was not left out or left alone. What did not come back was
# delivered, as servers and posts tell no more; who was called is known to have been reached, or was not.
PEOPLE = """
SELECT campaign_id, coalesce(control, 0) AS control, CASE WHEN amount IS NOT NULL THEN currency END AS currency,
  count(*) AS people,
  sum(status = 'excluded' AND sent_at IS NULL) AS excluded,
  sum(sent_at IS NOT NULL OR status NOT IN ('targeted', 'excluded')) AS sent,
  sum(status IN ('delivered', 'opened', 'clicked', 'responded', 'converted', 'opted_out')
    OR (status = 'sent' OR status = 'excluded' AND sent_at IS NOT NULL)
      AND coalesce(channel, (SELECT type FROM campaign WHERE id = campaign_id), '') <> 'phone') AS delivered,
  sum(status = 'clicked' OR status IN ('responded', 'converted') AND EXISTS (
    SELECT 1 FROM member_status AS h WHERE h.member_id = member.id AND h.status = 'clicked')) AS clicks,
  sum(first_responded_at IS NOT NULL OR status IN ('responded', 'converted')) AS responded,
  sum(status = 'bounced') AS bounced, sum(status = 'opted_out') AS opted_out,
  coalesce(sum(amount), 0) AS spent, total(1.0 * amount * amount) AS squares
FROM member WHERE campaign_id IN these GROUP BY 1, 2, 3
"""
RESULTS = """
SELECT campaign_id, currency, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(responses) AS responded,
  sum(sales) AS sales, sum(amount) AS won_amount, sum(cost) AS cost,
  sum(CASE WHEN amount IS NULL THEN sales END) AS unpriced,
  sum(CASE WHEN responses IS NULL THEN impressions END) AS unasked,
  sum(CASE WHEN impressions IS NULL THEN responses END) AS unseen
FROM result WHERE campaign_id IN these GROUP BY 1, 2
"""
LEADS = """
SELECT campaign_id, count(*) AS leads FROM lead WHERE campaign_id IN these GROUP BY 1
"""
DEALS = f"""
SELECT campaign_id, currency, {{rate}} AS rate, count(*) AS deals, sum(stage_id IN {WON}) AS won,
  sum(CASE WHEN stage_id IN {WON} THEN amount END) AS won_amount,
  sum(stage_id IN {WON} AND amount IS NULL) AS empty
FROM deals WHERE campaign_id IN these GROUP BY 1, 2, 3
"""
# Customers whose first won deal is the campaign's; of deals won on one day each may have been the first.
CUSTOMERS = f""",
won AS MATERIALIZED (
  SELECT campaign_id, company_id, CASE WHEN company_id IS NULL THEN contact_id END AS contact_id, closed_on
  FROM deals WHERE campaign_id IN these AND stage_id IN {WON}),
companies AS MATERIALIZED (
  SELECT company_id, min(closed_on) AS day FROM deals
  WHERE stage_id IN {WON} AND company_id IN (SELECT company_id FROM won) GROUP BY 1),
people AS MATERIALIZED (
  SELECT contact_id, min(closed_on) AS day FROM deals
  WHERE stage_id IN {WON} AND company_id IS NULL AND contact_id IN (SELECT contact_id FROM won) GROUP BY 1)
SELECT campaign_id, count(*) AS customers FROM (
  SELECT campaign_id, won.company_id FROM won JOIN companies USING (company_id) WHERE closed_on = day
  UNION SELECT campaign_id, -won.contact_id FROM won JOIN people USING (contact_id) WHERE closed_on = day)
GROUP BY 1
"""
# What is left, after what the goods cost, of won deals whose lines all name products of known cost.
MARGINS = f"""
SELECT campaign_id, currency, {{rate}} AS rate, count(cost) AS costed, sum(amount - cost) AS margin
FROM (
  SELECT campaign_id, currency, rate, amount, (
    SELECT CASE WHEN count(*) = count(p.cost) THEN sum(l.quantity * p.cost / 10000) END
    FROM deal_line AS l LEFT JOIN product AS p ON p.id = l.product_id AND p.currency = d.currency
    WHERE l.deal_id = d.id) AS cost
  FROM deals AS d WHERE campaign_id IN these AND stage_id IN {WON} AND amount IS NOT NULL)
WHERE cost IS NOT NULL GROUP BY 1, 2, 3
"""
REASONS = """
SELECT campaign_id, coalesce(reason, '') AS reason, count(*) AS people
FROM member WHERE campaign_id IN these AND status = 'excluded' GROUP BY 1, 2
"""


class Amounts(NamedTuple):
    """What was counted of a campaign in one currency; `rate` is what deals keep, None where none is kept."""

    campaign: int
    currency: str
    rate: str | None
    counts: Counter[str]


@dataclass
class Campaign:
    """A campaign as its record says, and the people that its lift is told from."""

    id: int
    name: str
    type: str | None
    currency: str
    parent: int | None
    control_of: int | None
    started: str | None
    status: str | None
    plan: dict[str, int | None]
    """Budget, cost, expected revenue (ten-thousandths) and expected response (of a per cent)."""
    treated: Sample = field(default_factory=Sample)
    control: Sample = field(default_factory=Sample)


def campaigns(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Campaign]:
    """The campaigns of ids, with what is needed to compare who was written to with who was left alone."""
    found: dict[int, Campaign] = {}
    for row in _rows(connection, FACTS, ids):
        plan = {
            name: row.pop(name) for name in ("budget", "cost", "expected_revenue", "expected_response_pct")
        }
        found[row["id"]] = Campaign(
            row["id"], row["name"], row["type"], row["currency"], row["parent_id"], row["control_of_id"],
            row["started"], row["status"], plan,
        )  # fmt: skip
    return found


def families(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[int]]:
    """The campaigns that are part of none of the others, each with all that are part of it, itself first."""
    children: dict[int, list[int]] = {}
    above: dict[int, int] = {}
    for child, parent in connection.execute("SELECT id, parent_id FROM campaign WHERE parent_id IS NOT NULL"):
        children.setdefault(parent, []).append(child)
        above[child] = parent
    chosen = list(ids)
    known = set(chosen)
    return {each: _below(each, children) for each in chosen if not known & set(_above(each, above))}


def counted(
    connection: sqlite3.Connection, found: dict[int, Campaign], today: date, *, rates: bool = False
) -> Iterator[Amounts]:
    """Everything that came of campaigns, by campaign and currency, the one that a campaign is in for what has none.

    Deals count as they stood at the end of `today`. With `rates` they are told apart by the rate that they keep.
    """
    for each in found.values():
        plan = {name: value for name, value in each.plan.items() if value is not None}
        plan.pop("expected_response_pct", None)
        yield Amounts(each.id, each.currency, None, Counter({"campaigns": 1, **plan}))
    yield from _people(connection, found)
    for question in (RESULTS, LEADS):
        yield from _amounts(_rows(connection, question, found), found)
    yield from _deals(connection, found, today, "rate" if rates else "NULL")


def reasons(connection: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[int, str, int]]:
    """Why people were left out: campaign, reason, how many."""
    return [(row["campaign_id"], row["reason"], row["people"]) for row in _rows(connection, REASONS, ids)]


def _people(connection: sqlite3.Connection, found: dict[int, Campaign]) -> Iterator[Amounts]:
    """The members of campaigns, and the samples of those written to and left alone."""
    shared = {each.control_of for each in found.values() if each.control_of}
    controls: dict[int, Sample] = {}
    for row in _rows(connection, PEOPLE, {*found, *shared}):
        number, control = row.pop("campaign_id"), row.pop("control")
        people, squares, currency = row.pop("people"), row.pop("squares"), row.pop("currency")
        sample = Sample(people if control else row["sent"], row["responded"], row["spent"], squares, currency)
        if control:
            controls[number] = controls.get(number, Sample()) + sample
            counts = Counter(control=people)
        else:
            counts = Counter(targeted=people - row["excluded"], **row)
        if number in found:
            each = found[number]
            each.treated = each.treated if control else each.treated + sample
            spent = Counter(spent=counts.pop("spent", 0))
            yield Amounts(number, each.currency, None, counts)
            if currency:
                yield Amounts(number, currency, None, spent)
    for each in found.values():
        each.control = controls.get(each.control_of or each.id, Sample())


def _deals(
    connection: sqlite3.Connection, found: dict[int, Campaign], today: date, rate: str
) -> Iterator[Amounts]:
    """The deals of campaigns, the customers that they won first, and what they left after the goods' cost."""
    then = asof.deals(connection, today)
    begun = f",\n{then}" if then else ""
    known = connection.execute("SELECT EXISTS (SELECT 1 FROM product WHERE cost IS NOT NULL)").fetchone()[0]
    for question in (DEALS, CUSTOMERS, MARGINS) if known else (DEALS, CUSTOMERS):
        rows = _rows(connection, begun + question.format(rate=rate), found, today.isoformat())
        yield from _amounts(rows, found)


def _amounts(rows: Iterable[dict[str, Any]], found: dict[int, Campaign]) -> Iterator[Amounts]:
    for row in rows:
        number = row.pop("campaign_id")
        currency, rate = row.pop("currency", None) or found[number].currency, row.pop("rate", None)
        yield Amounts(number, currency, rate, Counter({key: n for key, n in row.items() if n is not None}))


def _rows(
    connection: sqlite3.Connection, question: str, ids: Iterable[int], today: str | None = None
) -> list[dict[str, Any]]:
    cursor = connection.execute(BEGUN + question, (today, json.dumps(sorted(ids))))
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _below(each: int, children: dict[int, list[int]]) -> list[int]:
    found = [each]
    for number in found:
        found += [child for child in children.get(number, ()) if child not in found]
    return found


def _above(each: int, above: dict[int, int]) -> list[int]:
    found: list[int] = []
    while (each := above.get(each, 0)) and each not in found:
        found.append(each)
    return found
