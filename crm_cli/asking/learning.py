"""What the store's own outcomes say of leads: who converts, how sure that is, and what each field gives.

Leads that converted are held against those closed without (unqualified or junk), by what was known of them: source,
rating, industry, country, title, whether fields are filled, answers to campaigns and what was said before the outcome.
Left out is what the outcome itself brings about: the status, the company that converting makes, the days gone by.

Everything that is told is held out: the leads are dealt into five parts by chance, and each part is predicted by a
model that has seen the other four alone. A field gives nothing where the area under the curve that it reaches by itself
cannot be told from ½; with many fields asked about, each must be surer (Bonferroni).
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p
from random import Random
from statistics import NormalDist

from crm_cli.asking import logistic, signals
from crm_cli.asking.logistic import Area, Feature, Fifth, Model, Row
from crm_cli.errors import InvalidError
from crm_cli.values.folding import fold

FEWEST = 50
"""Leads of each outcome that learning needs."""
MOST = 20_000  # the latest closed leads that are learnt from
PARTS = 5
RARE = 10  # leads that must have a word, and that must not, for it to tell anything
WORDS = ("source", "rating", "industry", "country", "title")
FILLED = (
    "email",
    "phone",
    "company_name",
    "website",
    "need",
    "budget",
    "authority",
    "timeframe",
    "interests",
)
LEVEL = 0.95
FORGOTTEN = (
    "(forgotten)"  # what a lead is called of which only counts are kept: nothing is known of who it was
)

_CLOSED = f"""
SELECT id, converted_at IS NOT NULL AS converted FROM lead
WHERE (converted_at IS NOT NULL OR status IN ('unqualified', 'junk') OR created_at < ?) AND name <> '{FORGOTTEN}'
ORDER BY id DESC LIMIT {MOST}"""
_KNOWN = f"""
SELECT id, {", ".join(WORDS + FILLED)} FROM lead WHERE id IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True)
class Gives:
    """What a field gives by itself: how well it tells apart, and the words that raise and lower the odds most."""

    field: str
    area: Area
    nothing: bool
    odds: list[tuple[str, float, int]]
    """Words with what they multiply the odds by, in the whole model, and how many leads have them."""


@dataclass(frozen=True)
class Learnt:
    """A model of who converts, with what it is worth."""

    converted: int
    closed: int
    area: Area
    fifths: list[Fifth]
    gives: list[Gives]
    model: Model
    kept: frozenset[Feature]

    @property
    def tells(self) -> bool:
        """Whether the model tells leads apart better than chance."""
        return self.area.low > 0.5  # noqa: PLR2004 - chance

    @property
    def base(self) -> float:
        """The share of closed leads that converted."""
        return self.converted / (self.converted + self.closed)


def learn(connection: sqlite3.Connection, now: str, stale: int | None = None) -> Learnt:
    """Learn from the leads whose outcome is known.

    Args:
        connection: the store.
        now: the instant of asking.
        stale: days after which a lead that is still open counts as one that did not convert.

    Raises:
        InvalidError: there are too few of one outcome.
    """
    before = (datetime.fromisoformat(now) - timedelta(stale)).isoformat() if stale else ""
    closed = connection.execute(_CLOSED, (before,)).fetchall()
    outcomes = [bool(row[1]) for row in closed]
    came = sum(outcomes)
    if min(came, len(closed) - came) < FEWEST:
        raise InvalidError(
            f"learning needs {FEWEST} converted leads and {FEWEST} closed without; there are {came:,} and "
            f"{len(closed) - came:,}; --stale DAYS also counts open leads that are so old"
        )
    known = features(connection, [row[0] for row in closed], now)
    told = [known[row[0]] for row in closed]
    counts = Counter(name for row in told for name, _ in row)
    kept = frozenset(name for name, count in counts.items() if RARE <= count <= len(told) - RARE)
    rows = [_kept(row, kept) for row in told]
    names = sorted({name[0] for name in kept})
    strict = NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / max(len(names), 1))
    model = logistic.fit(rows, outcomes)
    parts = _held_out(rows, outcomes)
    area = logistic.area(parts, NormalDist().inv_cdf((1 + LEVEL) / 2))
    gives = [_gives(name, rows, outcomes, model, strict) for name in names]
    gives.sort(key=lambda each: (each.nothing, -each.area.value, each.field))
    return Learnt(came, len(closed) - came, area, logistic.calibration(parts), gives, model, kept)


def features(connection: sqlite3.Connection, ids: Sequence[int], now: str) -> dict[int, Row]:
    """What is known of leads, as features named by field and word."""
    import json

    seen = signals.of(connection, ids, now)
    made: dict[int, Row] = {}
    for number, *values in connection.execute(_KNOWN, (json.dumps(list(ids)),)):
        found: set[tuple[Feature, float]] = set()
        for name, value in zip(WORDS, values[: len(WORDS)], strict=True):
            found.add(((name, fold(value) if value else "(empty)"), 1.0))
        for name, value in zip(FILLED, values[len(WORDS) :], strict=True):
            found |= {((name, "known"), 1.0)} if value not in (None, "", "[]") else set()
        for name in signals.COUNTED:
            found |= {((name, "more"), log1p(seen[number][name] or 0))} if seen[number][name] else set()
        made[number] = frozenset(found)
    return made


def points(learnt: Learnt, row: Row) -> tuple[int, list[tuple[str, int, str]]]:
    """A lead's chance in percent, and what of it each field gave: the field, points, its word.

    The points begin with the share of all that converts; what lies between it and the chance is parted by the fields'
    log odds, rounded so that all together are the chance.
    """
    kept = _kept(row, learnt.kept)
    score = round(100 * learnt.model.chance(kept))
    base = round(100 * learnt.base)
    gives = sorted(
        ((*name, learnt.model.weights.get(name, 0.0) * value) for name, value in kept),
        key=lambda each: (-abs(each[2]), each),
    )
    whole = sum(each[2] for each in gives)
    told, rest = [("converts", base, "share of all leads that convert")], score - base
    for name, word, odds in gives:
        part = round((score - base) * odds / whole) if abs(whole) > 1e-9 else 0  # noqa: PLR2004 - nothing to part
        if part:
            told.append((name, part, word))
            rest -= part
    return score, [*told, *([("rounding", rest, "what rounding leaves")] if rest else [])]


def _held_out(rows: Sequence[Row], outcomes: Sequence[bool]) -> list[tuple[list[float], list[bool]]]:
    """The chances and outcomes of each part, by a model that has not seen it."""
    order = list(range(len(rows)))
    Random(1).shuffle(order)  # noqa: S311 - dealt the same way each time
    order.sort(key=outcomes.__getitem__)  # so that each part has its share of both outcomes
    made = []
    for part in range(PARTS):
        out = order[part::PARTS]
        held = set(out)
        seen = [each for each in order if each not in held]
        model = logistic.fit([rows[each] for each in seen], [outcomes[each] for each in seen])
        made.append(([model.chance(rows[each]) for each in out], [outcomes[each] for each in out]))
    return made


def _gives(name: str, rows: Sequence[Row], outcomes: Sequence[bool], model: Model, z: float) -> Gives:
    mine = [frozenset(each for each in row if each[0][0] == name) for row in rows]
    counts: Counter[Feature] = Counter(each[0] for row in mine for each in row)
    area = logistic.area(_held_out(mine, outcomes), z)
    odds = [
        (key[1], _odds(model.weights.get(key, 0.0)), count)
        for key, count in counts.items()
    ]  # fmt: skip
    odds.sort(key=lambda each: (-each[1], each[0]))
    return Gives(name, area, area.low <= 0.5, odds)  # noqa: PLR2004 - chance


def _odds(weight: float) -> float:
    from math import exp

    return exp(min(weight, 50.0))


def _kept(row: Row, kept: frozenset[Feature]) -> Row:
    return frozenset(each for each in row if each[0] in kept)


def told(learnt: Learnt) -> list[str]:
    """What was learnt, in sentences: counts, the area under the curve, calibration, fields that give nothing."""
    whole = learnt.converted + learnt.closed
    area = learnt.area
    lines = [
        f"{learnt.converted:,} of {whole:,} closed leads converted, {100 * learnt.base:.1f} %",
        f"held-out AUC {area.value:.3f} ({area.low:.3f} to {area.high:.3f}, 95 %): "
        + (
            "tells leads apart better than chance" if learnt.tells else
            "cannot be told from chance (0.5), so that no score follows from it"
        ),
    ]  # fmt: skip
    lines += [
        f"fifth {place}: predicted {100 * each.predicted:.1f} %, came {100 * each.came:.1f} % of {each.records:,}"
        for place, each in enumerate(learnt.fifths, 1)
    ]
    nothing = sorted(each.field for each in learnt.gives if each.nothing)
    if nothing:
        lines.append(f"give nothing by themselves: {', '.join(nothing)}")
    seen = {each.field for each in learnt.gives}
    if same := sorted({*WORDS, *FILLED, *signals.COUNTED} - seen):
        lines.append(f"alike in all but a few leads: {', '.join(same)}")
    return lines
