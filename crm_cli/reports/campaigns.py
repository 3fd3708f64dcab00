"""What campaigns brought: answers, leads, deals, return on what they cost."""

from typing import Any

from crm_cli.asking import campaigns, lift
from crm_cli.asking.groups import Group, Place
from crm_cli.asking.returns import Tally
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import LISTED, Asked, Choice
from crm_cli.values.amounts import SCALE, decimal_text

NOUN = "campaign"
DAY = "coalesce(starts_on, planned_start)"
BY = "campaign"
COLUMNS = (
    Field("targeted", "integer", "People that it was for, without those left out or left alone"),
    Field("sent", "integer", "People that it went to, and impressions of advertisements"),
    Field("responded", "integer", "People who answered, and answers in results"),
    Field("response_rate_pct", "percent", "Responded of sent, where both are told"),
    Field("leads", "integer", "Leads that name it"),
    Field("deals", "integer", "Deals that name it, in this currency"),
    Field("won_amount", "money", "What deals won for, and sales in results"),
    Field("cost", "money", "What it cost, results included"),
    Field("budget", "money", "What it was to cost at most"),
    Field("roi_pct", "percent", "Won amount less cost, by cost"),
    Field("cost_per_response", "money", "Cost of an answer"),
    Field("cost_per_sale", "money", "Cost of a sale"),
    Field("currency", "currency", "Currency of the amounts"),
    Field("campaigns", "integer", "Campaigns in the row"),
    Field("sales", "decimal", "Deals won, and sales in results"),
    Field("excluded", "integer", "People left out, --reasons says why"),
    Field("control", "integer", "People left alone, to measure against"),
    Field("delivered", "integer", "People it went to and did not come back from; of calls, whom they reached"),
    Field("bounced", "integer", "People whom it could not reach"),
    Field("opted_out", "integer", "People who wanted no more of it"),
    Field("impressions", "integer", "How often advertisements were seen"),
    Field("clicks", "integer", "People who clicked, and clicks on advertisements"),
    Field("customers", "integer", "Customers whose first won deal is its own"),
    Field("cac", "money", "Cost of a new customer"),
    Field("cost_per_lead", "money", "Cost of a lead"),
    Field("margin_roi_pct", "percent", "The same as roi_pct of the margin, where the costs of all products are known"),
    Field("budget_used_pct", "percent", "Cost of budget"),
    Field("expected_revenue", "money", "What it was to bring"),
    Field("revenue_reached_pct", "percent", "Won amount of what was expected"),
    Field("expected_response_pct", "percent", "Share of people expected to answer"),
    Field("response_reached_pct", "percent", "Response rate of the one expected"),
    Field("spent", "money", "What its people spent because of it, as members say"),
    Field("control_rate_pct", "percent", "Response rate of the control group"),
    Field("lift_pct", "percent", "Response rate less that of the control group, in points"),
    Field("lift_low_pct", "percent", "The least that it is, 95 times of 100"),
    Field("lift_high_pct", "percent", "The most that it is"),
    Field("lift_verdict", "text", "higher, lower, or too small to tell"),
    Field("spent_each", "decimal", "What a person it went to spent"),
    Field("control_spent_each", "decimal", "What a person of the control group spent"),
    Field("spent_lift", "decimal", "The former less the latter"),
    Field("spent_lift_low", "decimal", "The least that it is, 95 times of 100"),
    Field("spent_lift_high", "decimal", "The most that it is"),
    Field("spent_verdict", "text", "higher, lower, or too small to tell"),
    Field("people_rate_pct", "percent", "Response rate of people alone, without advertisements"),
)  # fmt: skip
MEASURE = "won_amount"
DEAR = ("won_amount", "cost", "roi_pct")
OPTIONS = (
    Choice("rollup", "Add campaigns to those that they are part of"),
    Choice("reasons", "Why people were left out, in place of the figures"),
)
BY_SEGMENT = """,
chosen AS (
  SELECT {columns}, x.segment_id AS "group", purse
  FROM picked LEFT JOIN campaign_segment AS x ON x.campaign_id = picked.id AND NOT x.excluded)"""
BY_CHANNEL = """,
chosen AS (
  SELECT {columns}, coalesce(m.channel, CASE picked.type
    WHEN 'direct_mail' THEN 'mail' WHEN 'email' THEN 'email' WHEN 'sms' THEN 'sms' WHEN 'phone' THEN 'phone' END
  ) AS "group", purse
  FROM picked LEFT JOIN (SELECT DISTINCT campaign_id, channel FROM campaign_message) AS m
    ON m.campaign_id = picked.id)"""
GROUPS = {
    "campaign": Group("campaign", "text", "id", "value", "(SELECT name FROM campaign WHERE id = value)"),
    "segment": Group("segment", "text", "NULL", "value", "(SELECT name FROM segment WHERE id = value)", BY_SEGMENT),
    "channel": Group("channel", "choice", "NULL", spread=BY_CHANNEL),
}  # fmt: skip
FORMULA = f"""
A campaign counts whole, whenever things came of it; a period chooses campaigns by their first day, else the planned.
won_amount = deals won that name the campaign + amounts of its results; a deal that names none, or another, is not its.
responded counts people once, and the responses of results; sent = people it went to + impressions. The response rate is
responded ÷ sent; results that tell impressions and no responses, or the other way round, are in neither.
delivered = sent − bounced, of people; of those who were called, whom the call reached.
cost = the campaign's cost, once however many deals it has, + the cost of its results.
roi_pct = (won_amount − cost) ÷ cost; margin_roi_pct the same of the margin: amount − quantity × product cost, told only
where all deals won have lines of products whose cost is known. cost_per_sale = cost ÷ (deals won + sales in results).
customers are companies, else persons, whose first won deal is the campaign's: cac = cost ÷ customers.
spent is what members say they spent; it is not in won_amount, since a deal may tell of the same purchase.
lift = treated − control, those it was sent to less the control group, its own or the one it shares; interval of 95 %:
± {lift.Z:.2f} × √(p(1−p)÷n of both added), of spent √(s²÷n of both added). It is too small to tell where the interval
holds 0, or a group has fewer than {lift.FEWEST} people or may be expected to have fewer than
{lift.EXPECTED} with or without an answer.
Each row is in one currency; what came in another is a row of its own, and people stand in that of their campaign.
By segment or channel a campaign counts whole in each. --rollup: a campaign and all that is part of it, in one row.
"""
ASKED = '\nSELECT "group", purse, id FROM chosen'


Tallies = dict[tuple[Place, str | None], Tally]


def answer(asked: Asked) -> Rows:
    """A row for each group and currency, those that brought the most first, spans of time in order."""
    places = _places(asked)
    if asked.option("reasons"):
        return _reasons(asked, places)
    found = sorted(_tallies(asked, places).items(), key=lambda item: _order(asked, *item))
    asked.explain(_counted(place, currency, tally) for (place, currency), tally in found)
    if empty := sum(tally.counts["unpriced"] + tally.counts["empty"] * SCALE for _, tally in found):
        asked.notes.append(f"{decimal_text(empty)} sales without an amount, which counts as 0")
    made = []
    for (place, currency), tally in found:
        values = tally.values(currency)
        made.append((place, [values.get(each.name) for each in COLUMNS]))
    return asked.table(made)


def _places(asked: Asked) -> dict[int, list[Place]]:
    """Every campaign asked about and the groups that it stands in; rolled up, those that are part of it too."""
    chosen: dict[int, list[Place]] = {}
    for place, _, (number,) in asked.ask(asked.chosen(("type",)) + ASKED):
        chosen.setdefault(number, []).append(place)
    if not asked.option("rollup"):
        return chosen
    families = campaigns.families(asked.connection, chosen)
    places: dict[int, list[Place]] = {}
    for number, family in families.items():
        for each in family:
            places[each] = chosen[number]
    return places


def _tallies(asked: Asked, places: dict[int, list[Place]]) -> Tallies:
    """What came of campaigns, by the groups that each stands in and by currency."""
    found = campaigns.campaigns(asked.connection, places)
    made: Tallies = {}
    lacking: dict[str, set[int]] = {}
    for each in campaigns.counted(asked.connection, found, asked.today, rates=bool(asked.into)):
        purse = asked.purse(each.currency, each.rate)
        if purse is None:
            lacking.setdefault(each.currency, set()).add(each.campaign)
            continue
        for place in places[each.campaign]:
            made.setdefault((place, purse.currency), Tally()).add(each.counts, purse.factor)
    for campaign in found.values():
        for place in places[campaign.id]:
            if tally := made.get((place, asked.into or campaign.currency)):
                tally.campaigns.append(campaign)
    asked.notes += [
        f"left out, having no rate for {currency}: amounts and people of {len(ids):,} campaigns ({_named(ids)})"
        for currency, ids in sorted(lacking.items())
    ]
    return made


def _reasons(asked: Asked, places: dict[int, list[Place]]) -> Rows:
    """Why people were left out, the most frequent first."""
    people: dict[tuple[Place, str], int] = {}
    for number, reason, count in campaigns.reasons(asked.connection, places):
        for place in places[number]:
            people[place, reason] = people.get((place, reason), 0) + count
    ordered = sorted(people.items(), key=lambda item: (*item[0][0].order(), -item[1], item[0][1]))
    columns = [
        Field(asked.group.name, "text", "What is grouped by"),
        Field("reason", "text", "Why they were left out"),
        Field("people", "integer", "How many"),
    ]
    return Rows(columns, [(place.label, reason, count) for (place, reason), count in ordered], asked.notes)


def _order(asked: Asked, key: tuple[Place, str | None], tally: Tally) -> tuple[Any, ...]:
    place, currency = key
    if asked.group.period:
        return *place.order(), currency or ""
    won = tally.amounts.get("won_amount", 0)
    return currency or "", -won, -tally.sales, -tally.counts["responded"], *place.order()


def _counted(place: Place, currency: str | None, tally: Tally) -> str:
    return " · ".join((str(place.label), currency or "no currency", *tally.counted()))


def _named(ids: set[int]) -> str:
    listed = ", ".join(str(each) for each in sorted(ids)[:LISTED])
    return listed + (" …" if len(ids) > LISTED else "")
