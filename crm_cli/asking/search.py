"""Search: the words of a person over all nouns, ranked, names first.

Every word must occur; the last may be a beginning. Text and query are folded alike. The index is FTS5
without content: a row's number is `id * 64 + number of the noun`.
"""

import json
import re
from typing import TYPE_CHECKING

from crm_cli import fields
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.folding import fold
from crm_cli.values.numbers import LIMIT

if TYPE_CHECKING:
    from crm_cli.desk import Desk

NOUN_BITS = 64
BEST = 200  # matches that are ranked by name as well
# What only says of another record how it stands to a campaign: found where it is asked for.
FOLLOWING = ("member", "consent", "delivery", "result")
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?[\d\s().\-/]{3,}")


def search(desk: "Desk", words: list[str], nouns: list[str], limit: int) -> Rows:
    """The best matches: noun, id, name and where it matched.

    Raises:
        InvalidError: nothing to look for, or an unknown noun.
    """
    query = match(" ".join(words))
    for name in nouns:
        if name not in fields.names():
            raise fields.nearest(name, fields.names(), "noun")
    wanted = {fields.noun(name).number for name in nouns or fields.names() if nouns or name not in FOLLOWING}
    hits = desk.connection.execute(
        "SELECT rowid, bm25(search) FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?",
        (query, min(max(limit, BEST) * 10, LIMIT)),
    ).fetchall()
    found: dict[int, dict[int, float]] = {}
    for rowid, rank in hits:
        record_id, number = divmod(rowid, NOUN_BITS)
        if number in wanted:
            found.setdefault(number, {})[record_id] = rank
    rows = [
        row for number, ranks in found.items() for row in _rows(desk, number, ranks, fold(" ".join(words)))
    ]
    rows.sort(key=lambda row: row[0])
    columns = [Field("noun", "choice"), Field("id", "id"), Field("name", "text"), Field("about", "text")]
    return Rows(columns, [row[1:] for row in rows[:limit]])


def match(text: str) -> str:
    """The FTS5 query of a text: all of its words, the last as a beginning; or the beginning of a phone number."""
    folded = fold(text)
    words = _WORD.findall(folded)
    if not words:
        raise InvalidError("give at least one word to search for")
    query = " ".join(f'"{word}"' for word in words[:-1]) + f' "{words[-1]}"*'
    if not _PHONE.fullmatch(folded):
        return query
    return f'({query}) OR "{dialled(folded)}"*'


def dialled(number: str) -> str:
    """The digits of a number as numbers are indexed: without what stands for the country code's `+`."""
    digits = "".join(filter(str.isdigit, number))
    return digits.removeprefix("00") or digits


def _rows(
    desk: "Desk", number: int, ranks: dict[int, float], key: str
) -> list[tuple[float, str, int, str, str]]:
    """The matches of one noun, with what they are called; a name that holds the words goes before the rest."""
    name = next(each for each in fields.names() if fields.noun(each).number == number)
    about = fields.noun(name)
    hint = {"contact": "coalesce(company, email)", "company": "industry", "lead": "company_name", "deal": "stage",
            "product": "code", "activity": "kind", "campaign": "status", "user": "email", "case": "status",
            "contract": "company", "article": "status", "survey": "score"}.get(name, "NULL")  # fmt: skip
    question = (
        f'SELECT id, "{about.label}", {hint} FROM {about.view} WHERE id IN (SELECT value FROM json_each(?))'
    )
    made = []
    for record_id, called, more in desk.connection.execute(question, (json.dumps(list(ranks)),)):
        folded = fold(str(called))
        bonus = 100.0 if folded == key else 50.0 if folded.startswith(key) else 20.0 if key in folded else 0.0
        made.append((ranks[record_id] - bonus, name, record_id, str(called), str(more or "")))
    return made
