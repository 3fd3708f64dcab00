"""Values that look like a slip of the pen of a frequent one: proposed with the command that mends them, never assumed.

A value is near another when both fold alike, or differ by a letter (by two where they are long), have the same
digits, and the other is used far more often, is a word of the field's vocabulary, or is the name of a country.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.fields import Field
from crm_cli.values import countries
from crm_cli.values.folding import fold

# Texts whose values repeat, beside open vocabularies; names and titles do not, and are nobody's slip.
REPEATING = frozenset(
    ("industry", "city", "region", "territory", "shipping_city", "shipping_region", "salutation", "language",
     "category", "competitor", "financing")
)  # fmt: skip
FREQUENT = 3  # records from which a value is one that others may be meant to be
MORE = 4  # times as many records as the value that is near it
SHORTEST = 4  # letters of a value that may be a slip
LONG = 9  # letters from which two may differ
MOST = 5_000  # different values of a field that are compared


class Near(NamedTuple):
    """A value, how many records hold it, and what it may be meant to be."""

    noun: str
    field: str
    before: str
    records: int
    after: str


def proposals(change: Change, nouns: Iterable[str]) -> list[Near]:
    """What may be meant otherwise in the records of nouns."""
    return [near for noun in nouns for each in _fields(noun) for near in _near(change, noun, each)]


def _fields(noun: str) -> Iterator[Field]:
    for each in fields.noun(noun).fields.values():
        if each.column and not each.kept and (each.kind in ("open", "country") or each.name in REPEATING):
            yield each


def _near(change: Change, noun: str, each: Field) -> Iterator[Near]:
    question = (
        f'SELECT "{each.column}", count(*) FROM "{fields.noun(noun).table}" WHERE "{each.column}" <> \'\' '
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}"
    )
    counted = {row[0]: row[1] for row in change.rows(question)}
    if each.kind == "country":
        for value, number in counted.items():
            if not countries.name(value) and (found := _nearest(fold(value), countries.words())):
                yield Near(noun, each.name, value, number, found)
        return
    known = {fold(word): word for word in each.choices().values()}
    often: dict[int, dict[str, str]] = {}  # by how often at least
    for value, number in counted.items():
        if known.get(fold(value)) == value:
            continue
        least = max(FREQUENT, MORE * number)
        if least not in often:
            often[least] = {fold(other): other for other, times in counted.items() if times >= least} | known
        if found := _nearest(fold(value), often[least]):
            yield Near(noun, each.name, value, number, found)


def _nearest(key: str, meant: dict[str, str]) -> str | None:
    """The value whose folded form is nearest a key, where it is near enough and no other is as near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if key in meant:
        return meant[key]
    if len(key) < SHORTEST:
        return None
    most = 2 if len(key) >= LONG else 1
    found = process.extract(key, meant.keys(), scorer=OSA.distance, score_cutoff=most, limit=3)
    near = [(word, distance) for word, distance, _ in found if _digits(word) == _digits(key)]
    best = {meant[word] for word, distance in near if distance == near[0][1]}
    return best.pop() if len(best) == 1 else None


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
