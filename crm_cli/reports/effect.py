"""What marketing brought: spending against what was won, by month and channel."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from crm_cli.asking import effect, outlay
from crm_cli.asking.figures import money, share
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice
from crm_cli.values.amounts import SCALE, money_human

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "campaign"
DAY = "coalesce(starts_on, planned_start)"
_MONTH = Field("month", "text", "The month; empty of what has no day")
_CHANNEL = Field("channel", "open", "The campaign's type; empty of what no campaign asked about brought")
COLUMNS = (
    _MONTH,
    _CHANNEL,
    Field("spent", "money", "What campaigns cost"),
    Field("won_amount", "money", "What deals that name them won for, and sales in results"),
    Field("deals", "integer", "Deals won"),
    Field("roi_pct", "percent", "Won amount less what was spent, by what was spent"),
    Field("currency", "currency", "Currency of the amounts"),
)
MODEL = (
    _CHANNEL,
    Field("spent", "money", "What campaigns cost"),
    Field("brought", "money", "What moved with it beyond what came anyway"),
    Field("brought_low", "money", "The least that it is, 95 times of 100"),
    Field("brought_high", "money", "The most that it is"),
    Field("per_unit", "decimal", "Brought of each unit of money spent"),
    Field("per_unit_low", "decimal", "The least of that"),
    Field("per_unit_high", "decimal", "The most of that"),
    Field("carry_pct", "percent", "What of the spending is felt in the next month"),
    Field("verdict", "text", "brings, costs, or too small to tell"),
    Field("currency", "currency", "Currency of the amounts"),
)
MEASURE = "won_amount"
OPTIONS = (Choice("model", "What each channel brought, by regression, in place of the table"),)
BYS = ("month", "channel")
FORMULA = f"""
spent = dated costs and costs of results on their days; a cost without days evenly over the days that the campaign ran.
won_amount = deals won by the day they closed, under the channel of the campaign that they name, and sales in results;
what was won without one of these campaigns has no channel. roi_pct = (won_amount − spent) ÷ spent.
--by month, --by channel: one of the two alone. A period chooses days of spending and of closing.
--model, and the notes where there are {effect.FEWEST} whole months or more: won of a month = level + trend + wave of
the year + Σ β × ln(1 + s ÷ mean s), s = spent + carry × s of the month before, by least squares; carry is the tenth
from 0 to 0.8 that fits best. brought = β × Σ ln(1 + s ÷ mean s). Intervals of 95 %: Student's t with the errors of
Newey and West, over every carry that is not ruled out. It tells what moved together: whoever spends more when business
is good anyway finds an effect here; only a control group tells the cause (crm report campaigns, lift).
"""
Key = tuple[str | None, str | None]


@dataclass
class Tally:
    """What was spent and won in one currency, by month and channel."""

    spent: "dict[Key, int | Fraction]" = field(default_factory=lambda: defaultdict(int))
    won: "dict[Key, int | Fraction]" = field(default_factory=lambda: defaultdict(int))
    deals: Counter[Key] = field(default_factory=Counter)

    def add(self, key: Key, entry: outlay.Entry, factor: "int | Fraction") -> None:
        """Add an amount of a day."""
        (self.spent if entry.what == outlay.SPENT else self.won)[key] += entry.amount * factor
        self.deals[key] += entry.deals


def answer(asked: Asked) -> Rows:
    """A row for each month, channel and currency, in order; what has no month or channel last."""
    if asked.by not in (None, *BYS):
        raise InvalidError(f"effect is by month and channel, --by month or --by channel, not by {asked.by}")
    asked, by = replace(asked, by=None), asked.by
    tallies = _tallies(asked)
    if asked.option("model"):
        return Rows(list(MODEL), list(_models(asked, tallies)), asked.notes)
    asked.notes += [line for currency, tally in tallies.items() for line in _told(asked, currency, tally)]
    columns = [each for each in COLUMNS if not by or each.name == by or each.name not in BYS]
    rows = [row for currency, tally in tallies.items() for row in _rows(tally, currency, by)]
    return Rows(columns, rows, asked.notes)


def _tallies(asked: Asked) -> dict[str, Tally]:
    """What was spent and won in the period, by currency."""
    question = f'{asked.chosen(("type",), dated=False)}\nSELECT "group", purse, id, type FROM chosen'
    channels: dict[int | None, str | None] = {number: kind for _, _, (number, kind) in asked.ask(question)}
    tallies: dict[str, Tally] = defaultdict(Tally)
    lacking: Counter[str] = Counter()
    found = outlay.entries(
        asked.connection, [each for each in channels if each], asked.today, rates=bool(asked.into)
    )
    for entry in found:
        if not _within(asked, entry.day):
            continue
        purse = asked.purse(entry.currency, entry.rate)
        if purse is None:
            lacking[entry.currency] += 1
            continue
        key = (entry.day[:7] if entry.day else None, channels.get(entry.campaign))
        tallies[purse.currency or ""].add(key, entry, purse.factor)
    asked.notes += [
        f"left out, having no rate for {currency}: {count:,} amounts"
        for currency, count in sorted(lacking.items())
    ]
    return dict(sorted(tallies.items()))


def _within(asked: Asked, day: str | None) -> bool:
    if day is None:
        return not (asked.since or asked.until)
    return (asked.since or "") <= day <= min(asked.until or "9", asked.today.isoformat())


def _rows(tally: Tally, currency: str, by: str | None) -> Iterator[tuple[Any, ...]]:
    """The rows of a currency, summed over what is not grouped by."""
    grouped: dict[tuple[str | None, ...], list[Key]] = defaultdict(list)
    for key in tally.spent.keys() | tally.won.keys():
        grouped[(key[BYS.index(by)],) if by else key].append(key)
    for place in sorted(grouped, key=lambda each: [(name is None, name or "") for name in each]):
        keys = grouped[place]
        spent = sum(tally.spent.get(key, 0) for key in keys)
        won = sum(tally.won.get(key, 0) for key in keys)
        deals = sum(tally.deals[key] for key in keys)
        roi = share(won - spent, spent)
        yield *place, money(spent, currency), money(won, currency), deals, roi, currency


def _model(asked: Asked, tally: Tally) -> effect.Found | str:
    """The model of a currency, over the whole months from the first with money in it."""
    months = _months(asked, {month for month, _ in (*tally.spent, *tally.won) if month})
    spent: dict[str, list[float]] = {}
    won = dict.fromkeys(months, 0.0)
    for (month, _), amount in tally.won.items():
        if month in won:
            won[month] += float(amount) / SCALE
    places = {month: place for place, month in enumerate(months)}
    for (month, channel), amount in tally.spent.items():
        if month in places:
            spent.setdefault(channel or "none", [0.0] * len(months))[places[month]] += float(amount) / SCALE
    return effect.find(list(won.values()), spent)


def _months(asked: Asked, told: Iterable[str]) -> list[str]:
    """The whole months from the first to the last that is told or over."""
    this = asked.today.isoformat()[:7]
    ordered = sorted(each for each in told if each < this)
    if not ordered:
        return []
    year, month = (int(part) for part in ordered[0].split("-"))
    made = []
    while (each := f"{year:04}-{month:02}") <= ordered[-1]:
        made.append(each)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - months of a year
    return made


def _models(asked: Asked, tallies: dict[str, Tally]) -> Iterator[tuple[Any, ...]]:
    for currency, tally in tallies.items():
        found = _model(asked, tally)
        if isinstance(found, str):
            asked.notes.append(f"{currency}: {found}")
            continue
        asked.notes.append(_fitted(currency, found))
        for each in found.effects:
            amounts = [money(round(value * SCALE), currency) for value in (each.spent, *each[3:])]
            ratios = [round(value / each.spent * 100) * SCALE // 100 for value in each[3:]]
            yield each.channel, *amounts, *ratios, round(each.carry * 100) * SCALE, each.verdict, currency


def _told(asked: Asked, currency: str, tally: Tally) -> Iterator[str]:
    """The model in sentences, or why there is none."""
    found = _model(asked, tally)
    if isinstance(found, str):
        yield f"{currency}: {found}"
        return
    yield _fitted(currency, found)
    for each in found.effects:
        brought, low, high = (money_human(round(value * SCALE), currency) for value in each[3:])
        yield f"{currency}: {each.channel} brought {brought} ({low} to {high}), {each.verdict}"


def _fitted(currency: str, found: effect.Found) -> str:
    return f"{currency}: modelled over {found.months} months, {100 * found.explained:.0f} % explained"
