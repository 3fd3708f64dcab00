"""Cases like a case, and articles that answer it: by the words that tell most.

Words are weighed as BM25 does (Robertson & Zaragoza 2009): the fewer cases hold a word, the more it tells; a word
said often tells little more than one said once; a long text holds many words by chance. Being about the same
product is weighed as one more word. Any word may match, not all must. The search index names the records that hold
the rarest of the words; only these are read and weighed in full, so that among 100,000 cases it takes no longer.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from math import log
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_cli import fields, refs
from crm_cli.asking.search import NOUN_BITS
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.folding import fold

if TYPE_CHECKING:
    import sqlite3

    from crm_cli.desk import Desk

SHOWN = 3
CONSIDERED = 100  # different words of a text, the first ones
COUNTED = 1_000  # cases up to which the holders of a word are counted one by one
LOOKED_UP = 20_000  # records that are looked up by the rarest words, all of those words together
WEIGHED = 50  # records that are read and weighed in full
FEW = 10  # records from which on a word that most of them hold is known to tell nothing
# Among fewer records than that, words of so few letters are taken to tell nothing.
SHORT = ((FEW, 3), (100, 2))
NEAR = 0.3  # the share of the best score below which nothing is shown
SATURATION, LENGTH = 1.2, 0.75  # the usual k1 and b of BM25
SCALE = 10_000
COLUMNS = [
    Field("id", "id"),
    Field("number", "text"),
    Field("subject", "text"),
    Field("status", "choice"),
    Field("resolution", "long"),
    Field("score", "decimal"),
    Field("noun", "choice"),
]
# What is weighed of a record, and what is shown: id, number, subject, status, resolution, whether it comes first,
# its other words, its product.
_READ = {
    "case": """
        SELECT id, number, subject, status, resolution, status IN ('resolved', 'closed') AND resolution IS NOT NULL,
          description, product_id, (SELECT name FROM product WHERE product.id = product_id)
        FROM "case" WHERE status <> 'cancelled' AND id IN (SELECT value FROM json_each(?))""",
    "article": """
        SELECT id, NULL, name, status, body, status = 'published',
          NULL, product_id, (SELECT name FROM product WHERE product.id = product_id)
        FROM article WHERE status <> 'archived' AND id IN (SELECT value FROM json_each(?))""",
}
_NUMBER = re.compile(r"\d+|ext:.+|case:.+|[a-z]+-\d{4}-\d+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


@dataclass
class Sought:
    """What others are to be like: its words in order, each once, its product and, of a case, its id."""

    words: list[str]
    product_id: int | None = None
    case_id: int | None = None
    weights: dict[str, float] = field(default_factory=dict)
    """How much each word tells; those that tell nothing are left out."""
    product_weight: float = 0.0


class Found(NamedTuple):
    """A record that is like what was sought."""

    noun: str
    score: float
    first: bool
    id: int
    number: str | None
    subject: str
    status: str
    resolution: str | None


def meant(desk: "Desk", words: list[str]) -> int | None:
    """The case that is named by id or number, None where words are to be looked for.

    Raises:
        NotFoundError: it can only be a number, and no case has it.
    """
    if len(words) != 1:
        return None
    question = 'SELECT id FROM "case" WHERE number = ? COLLATE NOCASE'
    found = desk.connection.execute(question, words).fetchone()
    if found:
        return int(found[0])
    return refs.resolve(desk.connection, "case", words[0]) if _NUMBER.fullmatch(words[0]) else None


def similar_to(desk: "Desk", case_id: int, limit: int = SHOWN) -> Rows:
    """The cases most like a case, those with a resolution first, then the articles, at most `limit` of each."""
    return _table(desk, _like(desk.connection, _case(desk.connection, case_id)), limit)


def similar_words(desk: "Desk", words: list[str], limit: int = SHOWN) -> Rows:
    """The cases that hold most of what the words tell, and the articles, as `similar_to` has them.

    Raises:
        InvalidError: there is no word to look for.
    """
    sought = Sought(_words(" ".join(words)))
    if not sought.words:
        raise InvalidError("give a case, or at least one word to look for")
    return _table(desk, _like(desk.connection, sought), limit)


def answer(desk: "Desk", case_id: int) -> tuple[str, int] | None:
    """The noun and id of the most similar record that tells how it was settled; None where there is none."""
    found = _like(desk.connection, _case(desk.connection, case_id))
    known = [each for each in found if each.first and each.resolution]
    best = max(known, key=lambda each: each.score, default=None)
    return (best.noun, best.id) if best else None


def is_answered(desk: "Desk", case_id: int) -> bool:
    """Whether a case has a resolution."""
    question = 'SELECT resolution IS NOT NULL FROM "case" WHERE id = ?'
    return bool(desk.connection.execute(question, (case_id,)).fetchone()[0])


def _table(desk: "Desk", found: list[Found], limit: int) -> Rows:
    nouns = ("case",) if desk.style.chosen == "ids" else ("case", "article")  # ids say no noun
    rows = []
    for noun in nouns:
        own = sorted(
            (each for each in found if each.noun == noun), key=lambda each: (not each.first, -each.score)
        )
        rows += [
            (each.id, each.number, each.subject, each.status, each.resolution, round(each.score * 100) * SCALE // 100,
             noun)
            for each in own[:limit]
        ]  # fmt: skip
    return Rows(COLUMNS, rows)


def _case(connection: "sqlite3.Connection", case_id: int) -> Sought:
    question = 'SELECT subject, description, product_id FROM "case" WHERE id = ?'
    subject, description, product = connection.execute(question, (case_id,)).fetchone()
    return Sought(_words(f"{subject} {description or ''}"), product, case_id)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(fold(text))))[:CONSIDERED]


def _like(connection: "sqlite3.Connection", sought: Sought) -> list[Found]:
    """Everything that is like what is sought, nothing that is much less like it than the best."""
    _weigh(connection, sought)
    found: list[Found] = []
    for noun in _READ:
        held = _holders(connection, noun, sought)
        best = nlargest(WEIGHED, held, key=held.__getitem__)
        found += _scored(connection, noun, {*best, *_of_product(connection, noun, sought)}, sought)
    least = NEAR * max((each.score for each in found), default=0.0)
    return [each for each in found if each.score >= least]


def _weigh(connection: "sqlite3.Connection", sought: Sought) -> None:
    """Give each word the weight log(1 + (N − n + ½) / (n + ½)), n of the N other records holding it."""
    own = int(sought.case_id is not None)
    question = (
        'SELECT (SELECT count(*) FROM "case"), (SELECT max(id) FROM "case"), (SELECT count(*) FROM article)'
    )
    cases, last, articles = connection.execute(question).fetchone()
    others = cases - own + articles
    # What is no letter to the index, as some of New Tai Lue, not even its own case holds.
    held_by = {word: max(0.0, _held_by(connection, word, last or 0) - own) for word in sought.words}
    if articles:
        for word in (word for word, holders in held_by.items() if not holders):
            held_by[word] = len(_looked_up(connection, word, "article", LOOKED_UP))
    known = {word: holders for word, holders in held_by.items() if holders}
    told = {word: holders for word, holders in known.items() if _tells(word, holders, others)}
    # Where every word is one that most of them hold, these are what is asked for.
    chosen = known if len(known) == len(held_by) and not told else told
    sought.weights = {word: _weight(holders, others) for word, holders in chosen.items()}
    if sought.product_id:
        question = 'SELECT count(*) FROM "case" WHERE product_id = ?'
        alike = connection.execute(question, (sought.product_id,)).fetchone()[0] - own
        if alike * 2 <= others or others < FEW:
            sought.product_weight = _weight(alike, others)


def _tells(word: str, holders: float, others: int) -> bool:
    """Whether a word tells anything: most do not hold it and, where few records show that, it is not short."""
    short = next((letters for most, letters in SHORT if others < most), 0)
    return (holders * 2 <= others or others < FEW) and (len(word) > short or not word.isalpha())


def _weight(holders: float, others: int) -> float:
    return log(1 + max(0.5, others - holders + 0.5) / (holders + 0.5))


def _held_by(connection: "sqlite3.Connection", word: str, last: int) -> float:
    """How many cases hold a word; where they are many, as the first of them let expect."""
    counted, latest = connection.execute(
        "SELECT count(*), max(rowid) FROM (SELECT rowid FROM search WHERE search MATCH ? AND rowid % ? = ? LIMIT ?)",
        (f'"{word}"', NOUN_BITS, fields.noun("case").number, COUNTED),
    ).fetchone()
    return float(counted if counted < COUNTED else counted * last / (latest // NOUN_BITS))


def _holders(connection: "sqlite3.Connection", noun: str, sought: Sought) -> dict[int, float]:
    """The records of a noun that hold the rarest words, with how much the words tell that each holds."""
    held: dict[int, float] = {}
    left = LOOKED_UP
    for word, weight in sorted(sought.weights.items(), key=lambda each: -each[1]):
        found = _looked_up(connection, word, noun, left)
        for record_id in found:
            held[record_id] = held.get(record_id, 0.0) + weight
        left -= len(found)
        if not left:
            break
    return held


def _looked_up(connection: "sqlite3.Connection", word: str, noun: str, most: int) -> list[int]:
    """The newest records of a noun that hold a word."""
    rows = connection.execute(
        "SELECT rowid / ?2 FROM search WHERE search MATCH ?1 AND rowid % ?2 = ?3 ORDER BY rowid DESC LIMIT ?4",
        (f'"{word}"', NOUN_BITS, fields.noun(noun).number, most),
    )
    return [row[0] for row in rows]


def _of_product(connection: "sqlite3.Connection", noun: str, sought: Sought) -> Iterator[int]:
    """The newest records about the same product, where that tells something."""
    if sought.product_weight:
        question = f'SELECT id FROM "{noun}" WHERE product_id = ? ORDER BY id DESC LIMIT ?'
        yield from (row[0] for row in connection.execute(question, (sought.product_id, WEIGHED)))


def _scored(
    connection: "sqlite3.Connection", noun: str, ids: Iterable[int], sought: Sought
) -> Iterator[Found]:
    """The records of ids that share anything with what is sought, each with its score."""
    wanted = json.dumps(sorted(set(ids) - ({sought.case_id} if noun == "case" else set())))
    rows = [(row, _counted(row)) for row in connection.execute(_READ[noun], (wanted,))]
    usual = sum(words.total() for _, words in rows) / len(rows) if rows else 1
    for row, words in rows:
        score = _score(words, usual, sought)
        if sought.product_id and row[7] == sought.product_id:
            score += sought.product_weight
        if score:
            number, subject, status, resolution, first = row[1:6]
            yield Found(noun, score, bool(first), row[0], number, subject, status, resolution)


def _counted(row: tuple[Any, ...]) -> Counter[str]:
    """The words of a record; what it is called says more of it than the rest, and counts twice."""
    _, number, subject, _, resolution, _, description, _, product = row
    texts = (number, subject, subject, description, resolution, product)
    return Counter(_WORD.findall(fold(" ".join(filter(None, texts)))))


def _score(words: Counter[str], usual: float, sought: Sought) -> float:
    """The sum of weight × tf × (k1 + 1) / (tf + k1 × (1 − b + b × length / usual length)) over the words."""
    least = SATURATION * (1 - LENGTH + LENGTH * words.total() / usual)
    return sum(
        weight * words[word] * (SATURATION + 1) / (words[word] + least)
        for word, weight in sought.weights.items()
        if word in words
    )
