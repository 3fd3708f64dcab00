"""Accuracy of the forecast: what was forecast for a month, and what came."""

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crm_cli import fields, filters
from crm_cli.asking import several
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values import show

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "snapshot"
DAY = "period || '-01'"
COLUMNS = (
    Field("period", "text", "The month that was forecast"),
    Field("taken_on", "day", "The day on which it was"),
    Field("accuracy_pct", "percent", "How near the forecast came"),
    Field("actual", "money", "What was won in the month; nothing while it lasts"),
    Field("pipeline", "money", "What was won by then, and all that was open"),
    Field("best_case", "money", "What was won by then, and best case and commit"),
    Field("commit", "money", "What was won by then, and commit"),
    Field("weighted", "money", "What was won by then, and what was open by its probability"),
    Field("currency", "currency", "Currency of the amounts"),
)
MEASURE = "accuracy_pct"
DEAR = ("commit",)
CHART = "line"
CATEGORIES = ("commit", "best_case", "pipeline", "weighted")
OPTIONS = (Choice("category", "Which forecast is held against what came", CATEGORIES),)
FORMULA = """
accuracy_pct = 1 − |F − A| ÷ A: F what was forecast in a snapshot (--category, else commit), A what was won in its
month, by closed_on, once that is over. Below nothing where F is more than twice A; empty where nothing was won.
`crm deal snapshot` takes the snapshots. By owner, a deal is its present owner's. A period chooses the months.
"""
FORECAST = """
SELECT "group", NULL, period, taken_on, currency, sum(pipeline_amount), sum(best_case), sum("commit"),
  sum(closed) + sum(weighted)
FROM chosen GROUP BY "group", period, taken_on, currency
"""
TAKEN = ("period", "taken_on", "currency", "pipeline_amount", "best_case", '"commit"', "closed", "weighted")
CAME = """
SELECT "group", purse, substr(closed_on, 1, 7), sum(amount) FROM chosen WHERE closed_on IS NOT NULL
GROUP BY "group", purse, 3
"""
WON = "stage_id IN (SELECT id FROM stage WHERE kind = 'won')"

Key = tuple[Place, str, str, str | None]
"""The group, the month, the day of the snapshot, the currency."""


def answer(asked: Asked) -> Rows:
    """A row for each group, month, day and currency, in the order of time."""
    if asked.by and asked.by.partition(".")[0] != "owner":
        raise InvalidError(f"forecasts are kept by owner, not by {asked.by}; ask --by owner or owner.region")
    found, came = _forecast(asked), _came(asked)
    rows = []
    for key in sorted(found, key=lambda key: (*key[0].order(), *key[1:3], key[3] or "")):
        place, period, _, currency = key
        over = asked.today.isoformat()[:7] > period
        actual = came.get((place, period, currency), 0) if over else None
        rows.append((place, _row(asked, key, found[key], actual)))
    asked.explain(_counted(place, row) for place, row in rows)
    return asked.table(rows)


def _forecast(asked: Asked) -> "dict[Key, list[int | Fraction]]":
    """What was forecast: pipeline, best case, commit, weighted."""
    found: dict[Key, list[int | Fraction]] = defaultdict(lambda: [0, 0, 0, 0])
    left: set[str] = set()
    begun = asked.chosen(TAKEN, "taken_on <= ?1")
    for place, _, (period, taken_on, currency, *amounts) in asked.ask(begun + FORECAST):
        purse = asked.purse(currency or "")
        if not purse:
            left.add(currency)
            continue
        sums = found[place, period, taken_on, purse.currency or None]
        for at, amount in enumerate(amounts):
            sums[at] += (amount or 0) * purse.factor
    if left:
        asked.notes.append(f"left out, having no rate to convert with: {', '.join(sorted(left))}")
    return found


def _came(asked: Asked) -> "dict[tuple[Place, str, str | None], int | Fraction]":
    """What was won, by group, month and currency: of the owners that are asked about."""
    owners = [text for text in asked.texts if (filters.split(text) or ("",))[0].partition(".")[0] == "owner"]
    where = filters.where(fields.noun("deal"), owners, asked.asking) if owners and asked.asking else ("1", [])
    won = replace(several.deals(asked), where=where, since=None, until=None)
    found: dict[tuple[Place, str, str | None], int | Fraction] = defaultdict(int)
    for place, purse, (month, amount) in won.ask(won.chosen(("closed_on", "amount"), WON) + CAME):
        found[place, month, purse.currency] += (amount or 0) * purse.factor
    return found


def _row(
    asked: Asked, key: Key, forecast: "list[int | Fraction]", actual: "int | Fraction | None"
) -> tuple[Any, ...]:
    _, period, taken_on, currency = key
    said = forecast[("pipeline", "best_case", "commit", "weighted").index(asked.option("category"))]
    near = share(actual - max(said - actual, actual - said), actual) if actual else None
    came = None if actual is None else money(actual, currency)
    return period, taken_on, near, came, *(money(each, currency) for each in forecast), currency


def _counted(place: Place, row: tuple[Any, ...]) -> str:
    group = [str(place.label)] if place.label is not None else []
    return " · ".join(
        [*group, row[0], f"forecast on {row[1]}", f"won {show('money', row[3], row[8]) or 'not over'}"]
    )
