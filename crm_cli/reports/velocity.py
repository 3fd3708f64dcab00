"""What the open deals bring a day, at the pace of those decided."""

from collections import defaultdict

from crm_cli.asking.figures import mean, money, share
from crm_cli.asking.groups import Place
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.reports.winloss import Tally, decided

NOUN = "deal"
DAY = "closed_on"
COLUMNS = (
    Field("open_deals", "integer", "Deals open now"),
    Field("avg_won", "money", "Won amount of a won deal"),
    Field("win_rate_pct", "percent", "Won of won and lost, by number"),
    Field("cycle_days", "decimal", "Mean days from opening to winning"),
    Field("per_day", "money", "What the open deals bring a day"),
    Field("currency", "currency", "Currency of the amounts; the row counts its deals only"),
)
MEASURE = "per_day"
FORMULA = """
per_day = open deals × avg_won × win rate ÷ cycle days, rounded once. One row per currency, of its deals only.
avg_won = amount won ÷ won. Win rate = won ÷ (won + lost). Cycle = closed_on − opened_on of won deals, mean.
A period chooses decided deals by closed_on; open deals are those open now.
"""
OPEN = "stage_id IN (SELECT id FROM stage WHERE kind = 'open')"
COUNTED = 'SELECT "group", purse, count(*) FROM chosen GROUP BY stage_id, purse'


def answer(asked: Asked) -> Rows:
    """A row for each group and currency, the fastest first."""
    if asked.group.period:
        raise InvalidError(
            f"velocity is that of today; choose a {asked.group.name} of decided deals with --period"
        )
    tallies = decided(asked)
    waiting: dict[tuple[Place, str | None], int] = defaultdict(int)
    begun = asked.chosen(("stage_id", "amount"), OPEN, dated=False)
    question = f"{begun}\n{COUNTED}" + (', "group"' if asked.group.name else "")
    for place, purse, (count,) in asked.ask(question):
        waiting[place, purse.currency] += count
    keys = {**tallies, **waiting}
    paces = {key: _per_day(tallies[key], waiting[key], key[1]) for key in keys}
    ordered = sorted(keys, key=lambda key: (key[1] or "", -(paces[key] or 0), *key[0].order()))
    asked.explain(
        f"{currency or 'no currency'}: {waiting[place, currency]:,} open" for place, currency in ordered
    )
    return asked.table([(key[0], _row(tallies[key], waiting[key], paces[key], key[1])) for key in ordered])


def _per_day(tally: Tally, waiting: int, currency: str | None) -> int | None:
    worth = waiting * tally.won_amount * tally.dated
    return money(worth, currency, (tally.won + tally.lost) * tally.total_days)


def _row(
    tally: Tally, waiting: int, per_day: int | None, currency: str | None
) -> tuple[int | str | None, ...]:
    average = money(tally.won_amount, currency, tally.won)
    rate = share(tally.won, tally.won + tally.lost)
    return waiting, average, rate, mean(tally.total_days, tally.dated), per_day, currency
