"""Scores of leads: points from rules, 0 to 100 together, each with the reason that it was given for.

A rule is points and the conditions that must all hold: filters of leads, as every list takes them, and signals
(`crm_cli.asking.signals`), which the store has seen of the lead. `score.RULE` in the settings says another rule, or
with none that a usual one does not count. The usual ones are a fifth fit, a third engagement, a tenth recency, a fifth
BANT, the rest the rating; they are a beginning, not a finding: `crm lead score --learn` looks at what outcomes say.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crm_cli import config, fields, filters
from crm_cli.asking import learning, signals
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records, segment
from crm_cli.rules.drafts import Draft

USUAL = {
    "title": "8 title~chief,head,director,owner,founder,president,partner,vp,ceo,cto,cfo",
    "industry": "3 industry!=",
    "size": "5 employees=10..",
    "reach": "4 email!= phone!=",
    "opened": "2 opened=1..",
    "clicked": "5 clicked=1..",
    "responded": "8 responded=1..",
    "replied": "5 replies=1..",
    "called": "5 calls=1..",
    "met": "10 meetings=1..",
    "recent": "10 quiet_days=..30",
    "quiet": "-10 quiet_days=181..",
    "opted_out": "-15 opted_out=1..",
    "bounced": "-5 bounced=1..",
    "need": "5 need!=",
    "budget": "6 budget!=",
    "authority": "5 authority!=",
    "timeframe": "4 timeframe!=",
    "hot": "15 rating=hot",
    "warm": "5 rating=warm",
}
"""The rules that hold where the settings say nothing, by name."""
NONE = "none"
MOST = 100
OPEN = (
    "SELECT id FROM lead WHERE converted_at IS NULL AND status NOT IN ('converted', 'unqualified', 'junk') "
    "ORDER BY id"
)
Term = tuple[str, str, str]
Reason = dict[str, Any]
_WORDS = {"=": "is", "!=": "is not", "~": "has", "!~": "has not", "<": "is below", "<=": "is up to",
          ">": "is above", ">=": "is from"}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Points and the conditions that they are given for."""

    name: str
    points: int
    terms: tuple[Term, ...]

    @property
    def columns(self) -> list[str]:
        """The conditions on the lead itself, as filters."""
        return ["".join(term) for term in self.terms if term[0] not in signals.SIGNALS]

    def holds(self, seen: signals.Signals) -> bool:
        """Whether the conditions on what was seen of a lead hold."""
        return all(
            _within(seen[name], low, high)
            for name, op, text in self._seen()
            for low, high in [_range(op, text)]
        )

    def reason(self, seen: signals.Signals) -> str:
        """The conditions in words; of a signal how much it was."""
        return ", ".join(
            f"{name} {seen[name]}" if name in signals.SIGNALS else _told(name, op, text)
            for name, op, text in self.terms
        )

    def _seen(self) -> Iterator[Term]:
        return (term for term in self.terms if term[0] in signals.SIGNALS)


class Scored(NamedTuple):
    """A lead's score and what it was given for."""

    score: int
    reasons: list[Reason]


def read(name: str, text: str) -> Rule:
    """The rule of a text such as `15 industry=retail responded=1..`.

    Raises:
        InvalidError: it has no points or no condition, or a signal is compared with what is no whole number.
    """
    first, *rest = filters.terms(text) or [""]
    try:
        points = int(first)
    except ValueError:
        raise InvalidError(f"{text!r} begins with no points; write it like 15 industry=retail") from None
    found = []
    for each in rest:
        term = filters.split(each)
        if not term:
            raise InvalidError(f"{each!r} is no condition; write FIELD=VALUE, such as responded=1..")
        if term[0] in signals.SIGNALS:
            _range(term[1], term[2])
        found.append(term)
    if not found or not -MOST <= points <= MOST:
        raise InvalidError(f"{text!r} needs points from -100 to 100 and a condition, like 15 industry=retail")
    return Rule(name, points, tuple(found))


def rules(held: config.Config) -> list[Rule]:
    """The rules that hold, the usual ones first, in the order of their names where the settings have more.

    Raises:
        InvalidError: one in the settings is none; names it.
    """
    told = {name: str(text) for name, text in held.values.get("score", {}).items() if text}
    made = []
    for name, text in (USUAL | dict(sorted(told.items()))).items():
        if text.strip() != NONE:
            try:
                made.append(read(name, text))
            except InvalidError as error:
                raise InvalidError(f"score.{name}: {error}") from None
    return made


def scored(change: Change, ids: Sequence[int]) -> dict[int, Scored]:
    """The scores that the rules give to leads; points are added and held between 0 and 100."""
    known = signals.of(change.connection, ids, change.now)
    given: dict[int, list[Reason]] = {each: [] for each in ids}
    for rule in rules(change.config):
        fit = _fitting(change, rule, ids)
        for number in fit:
            if rule.holds(known[number]):
                told = {"rule": rule.name, "points": rule.points, "reason": rule.reason(known[number])}
                given[number].append(told)
    return {
        number: Scored(min(MOST, max(0, sum(each["points"] for each in reasons))), reasons)
        for number, reasons in given.items()
    }


def learnt(change: Change, ids: Sequence[int], stale: int | None = None) -> dict[int, Scored]:
    """The scores that leads have by what outcomes taught: the chance, in percent, that each converts.

    Raises:
        InvalidError: too few outcomes are known.
        ConflictError: what is known of leads does not tell who converts.
    """
    found = learning.learn(change.connection, change.now, stale)
    if not found.tells:
        raise ConflictError(
            f"the outcomes teach nothing: held-out AUC {found.area.low:.2f} to {found.area.high:.2f} holds chance; "
            "score by the rules with `crm lead score --all`"
        )
    known = learning.features(change.connection, ids, change.now)
    made = {}
    for number in ids:
        score, given = learning.points(found, known[number])
        reasons = [{"rule": rule, "points": points, "reason": reason} for rule, points, reason in given]
        made[number] = Scored(score, reasons)
    return made


def by_hand(draft: Draft) -> bool:
    """Whether a lead's score was set by a person or came from elsewhere, and not from rules."""
    return draft.get("score") is not None and draft.get("score_reasons") is None


def write(change: Change, found: dict[int, Scored], *, force: bool = False) -> list[Draft]:
    """Give leads their scores; those set by hand stay unless `force` is said. Returns the leads with a new one."""
    written = []
    for draft in records.load(change, "lead", found):
        if force or not by_hand(draft):
            score, reasons = found[draft.id]
            draft.values |= {"score": score, "score_reasons": json.dumps(reasons, ensure_ascii=False)}
            written.append(draft)
    records.write(change, "lead", written)
    return written


def open_leads(change: Change) -> list[int]:
    """The leads whose outcome is not known yet."""
    return [row["id"] for row in change.rows(OPEN)]


def _fitting(change: Change, rule: Rule, ids: Sequence[int]) -> list[int]:
    """Which of the leads the conditions on the lead itself let through."""
    if not rule.columns:
        return list(ids)
    try:
        where, bound = filters.where(fields.noun("lead"), rule.columns, segment.asking(change))
    except InvalidError as error:
        raise InvalidError(f"score.{rule.name}: {error}") from None
    question = f"SELECT id FROM leads WHERE id IN (SELECT value FROM json_each(?)) AND ({where})"
    return [row["id"] for row in change.rows(question, json.dumps(list(ids)), *bound)]


def _range(op: str, text: str) -> tuple[int | None, int | None]:
    """The least and the most that a signal may be."""
    low, dots, high = text.partition("..")
    try:
        first, last = (int(each) if each else None for each in (low, high if dots else low))
    except ValueError:
        raise InvalidError(f"{text!r} is no whole number or range; write one such as 1..") from None
    ends = {"=": (first, last), ">=": (first, None), "<=": (None, first)}
    if op not in ends or (op != "=" and dots) or (first is None and last is None):
        raise InvalidError(f"{op}{text} does not go with a signal; write a number or a range, such as =1..")
    return ends[op]


def _within(value: int | None, low: int | None, high: int | None) -> bool:
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _told(name: str, op: str, text: str) -> str:
    """A condition in words."""
    if not text:
        return f"{name} is known" if op == "!=" else f"{name} is empty"
    return f"{name} {_WORDS[op]} {' or '.join(filters.commas(text))}"
