"""Needs that were not met: what was wanted in vain, how often, what it cost."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from crm_cli.asking import several
from crm_cli.asking.figures import money
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked
from crm_cli.values.folding import fold

NOUN = "deal"
NOUNS = ("lead", "deal")
DAYS = {"lead": "local_day(created_at)", "deal": "coalesce(closed_on, local_day(created_at))"}
DAY = DAYS[NOUN]
COLUMNS = (
    Field("need", "text", "What was wanted"),
    Field("leads", "integer", "Leads who wanted it"),
    Field("deals", "integer", "Deals in which it was wanted"),
    Field("lost_amount", "money", "What deals were worth that were lost and in which it was wanted"),
    Field("currency", "currency", "Currency of the amount; the row counts what is in it"),
    Field("latest", "day", "When it was last wanted"),
)
MEASURE = "leads"
MEASURES = ("deals",)
FORMULA = """
Needs as they were noted on leads and deals (unmet_need), several parted by commas, semicolons or lines. They are one
where they differ in case, accents, marks or an article in front only, and are shown as they were written most often.
A lead that became a deal counts as the deal. The day is that a deal closed on, else on which it or the lead came.
lost_amount = amounts of the lost deals; a deal with two needs counts with its whole amount in both.
"""
# What a group is called of leads where the word that is asked for means a field of deals.
OF_LEADS = {"reason": "disqualify_reason", "lost_reason": "disqualify_reason"}
ONLY = {"lead": "unmet_need IS NOT NULL AND deal_id IS NULL", "deal": "unmet_need IS NOT NULL"}
ASKED = {
    "lead": ("unmet_need", "created_at"),
    "deal": ("unmet_need", "amount", "closed_on", "created_at", "stage_id"),
}
QUESTION = """
SELECT "group", purse, unmet_need, count(*), max({day}), sum({lost}) FROM chosen
GROUP BY "group", purse, unmet_need ORDER BY min(id)"""
LOST = "CASE WHEN stage_id IN (SELECT id FROM stage WHERE kind = 'lost') THEN coalesce(amount, 0) END"
_PARTS, _MARKS, _ARTICLE = re.compile(r"[;,\n]"), re.compile(r"[^\w\s]|_"), re.compile(r"^(an?|the) ")


@dataclass
class Tally:
    """What is known of one need in one group and currency."""

    lead: int = 0
    deal: int = 0
    lost: "int | Fraction" = 0
    latest: str = ""


Key = tuple[Place, str, str | None]


@dataclass
class Found:
    """What is known of the needs by group, need and currency, and how each need is written."""

    tallies: dict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))
    written: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def answer(asked: Asked) -> Rows:
    """A row for each group, need and currency, what was wanted most often first, spans of time in order."""
    found = Found()
    # Deals first: groups are called as they are of them.
    parts = sorted(several.each(asked, NOUNS, partial(_put, asked)), key=lambda part: part.report.NOUN)
    for part in parts:
        _count(part, asked.into, found)
    ordered = sorted(found.tallies.items(), key=lambda item: _order(parts[0], *item))
    asked.explain(_told(need, written) for need, written in sorted(found.written.items()))
    return parts[0].table([(key[0], _row(found, key, tally)) for key, tally in ordered])


def needs(text: str) -> Iterator[tuple[str, str]]:
    """The needs that a text names: the form in which they are compared, and as they are written."""
    for part in _PARTS.split(text):
        key = _ARTICLE.sub("", " ".join(_MARKS.sub(" ", fold(part)).split()))
        if key:
            yield key, " ".join(part.split()).strip(".!? ")


def _put(asked: Asked, noun: str) -> Asked:
    """The question put to deals or leads; leads have no amounts to convert."""
    report = several.about(asked.report, noun, DAYS[noun])
    if noun == "deal":
        return replace(asked, report=report)
    return replace(asked, report=report, by=OF_LEADS.get(asked.by or "", asked.by), into=None)


def _count(asked: Asked, into: str | None, found: Found) -> None:
    """Count the needs of one noun."""
    noun = asked.report.NOUN
    begun = asked.chosen(ASKED[noun], ONLY[noun])
    question = QUESTION.format(day=asked.report.DAY, lost=LOST if noun == "deal" else "NULL")
    for place, purse, (text, many, day, lost) in asked.ask(f"{begun}{question}"):
        for key, written in dict(needs(text)).items():
            tally = found.tallies[place, key, into or purse.currency]
            tally.lead += many if noun == "lead" else 0
            tally.deal += many if noun == "deal" else 0
            tally.lost += (lost or 0) * purse.factor
            tally.latest = max(tally.latest, day or "")
            found.written[key][written] += many


def _order(asked: Asked, key: Key, tally: Tally) -> tuple[Any, ...]:
    place, need, currency = key
    often = (-tally.lead - tally.deal, need, currency or "")
    return (*place.order(), *often) if asked.group.name else often


def _row(found: Found, key: Key, tally: Tally) -> tuple[Any, ...]:
    _, need, currency = key
    written = found.written[need].most_common(1)[0][0]
    return written, tally.lead, tally.deal, money(tally.lost, currency), currency, tally.latest or None


def _told(need: str, written: Counter[str]) -> str:
    return f"{need}: " + ", ".join(f"{words!r} {times:,}" for words, times in written.most_common())
