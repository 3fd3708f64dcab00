"""Search: the words of a person over all nouns, ranked, names first.

Every word must occur; the last may be a beginning. Text and query are folded alike. The index is FTS5
without content: a row's number is `id * 64 + number of the noun`.

What few records hold is ranked by FTS5. Where many hold it, ranking them would take as long as they are many: then
the words that begin so are looked up one by one, the first and the last records are taken, and beside them those
whose name begins with the text.
"""

import json
import re
import sqlite3
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
FEW = 5_000  # records that are ranked, whoever searches
SPELLED = 200  # words that begin alike and are looked up one by one
# What only says of another record how it stands to a campaign: found where it is asked for.
FOLLOWING = ("member", "consent", "delivery", "result")
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?[\d\s().\-/]{3,}")


def search(desk: "Desk", words: list[str], nouns: list[str], limit: int) -> Rows:
    """The best matches: noun, id, name and where it matched.

    Raises:
        InvalidError: nothing to look for, or an unknown noun.
    """
    for name in nouns:
        if name not in fields.names():
            raise fields.nearest(name, fields.names(), "noun")
    wanted = {fields.noun(name).number for name in nouns or fields.names() if nouns or name not in FOLLOWING}
    text = " ".join(words)
    hits, are_all = _hits(desk.connection, text, wanted, limit)
    found: dict[int, dict[int, float]] = {} if are_all else _called(desk.connection, wanted, fold(text))
    for rowid, rank in hits.items():
        record_id, number = divmod(rowid, NOUN_BITS)
        if number in wanted:
            found.setdefault(number, {})[record_id] = rank
    rows = [row for number, ranks in found.items() for row in _rows(desk, number, ranks, fold(text))]
    rows.sort(key=lambda row: row[0])
    columns = [Field("noun", "choice"), Field("id", "id"), Field("name", "text"), Field("about", "text")]
    return Rows(columns, [row[1:] for row in rows[:limit]])


def _hits(
    connection: sqlite3.Connection, text: str, wanted: set[int], limit: int
) -> tuple[dict[int, float], bool]:
    """The matches of a text with their ranks, and whether these are all that matter."""
    enough = min(max(limit, BEST), LIMIT // 10)
    query, spelled, few, whole = match(text), *_spelled(connection, text)
    if few:
        ranked = "SELECT rowid, bm25(search) FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?"
        return dict(connection.execute(ranked, (query, enough * 10)).fetchall()), True
    found: list[int] | None = _ends(connection, spelled, wanted, enough)
    if not whole and len(found or ()) < limit:
        found = _beginning(connection, text, wanted, enough * 10)
    return dict.fromkeys(_ends(connection, query, wanted, enough) if found is None else found, 0.0), False


def _spelled(connection: sqlite3.Connection, text: str) -> tuple[str, bool, bool]:
    """The query with the words that its beginnings stand for; whether few records have them; whether these are all."""
    *rest, last = _words(text)
    folded, docs, whole = fold(text), 0, True
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.term USING fts5vocab('main', 'search', 'row')"
    )
    groups = []
    for start in [last, dialled(folded)] if _PHONE.fullmatch(folded) else [last]:
        question = f"SELECT term, doc FROM temp.term WHERE term >= ? AND term < ? LIMIT {SPELLED + 1}"
        terms = connection.execute(question, (start, start + "\U0010ffff")).fetchall()
        whole = whole and len(terms) <= SPELLED
        docs += sum(doc for _, doc in terms)
        groups.append(" OR ".join(f'"{term}"' for term, _ in terms[:SPELLED]) or f'"{start}"')
    first = " AND ".join([*(f'"{word}"' for word in rest), f"({groups[0]})"])
    return " OR ".join([f"({first})", *groups[1:]]), whole and docs <= FEW, whole


def _ends(connection: sqlite3.Connection, query: str, wanted: set[int], most: int) -> list[int]:
    """The first and the last rows that match: what there is little of has low numbers, what is new high ones."""
    half = most // 2
    of_them = f"rowid % {NOUN_BITS} IN ({', '.join(map(str, sorted(wanted)))})"
    one = f"SELECT rowid FROM search WHERE search MATCH ? AND {of_them} ORDER BY rowid"
    found = [row[0] for row in connection.execute(f"{one} LIMIT {half}", (query,))]
    if len(found) == half:
        found += [row[0] for row in connection.execute(f"{one} DESC LIMIT {half}", (query,))]
    return list(dict.fromkeys(found))


def _beginning(connection: sqlite3.Connection, text: str, wanted: set[int], most: int) -> list[int] | None:
    """The rows with all words but the last that have one that begins as the last; None where they are many."""
    *rest, last = _words(text)
    if not rest or _PHONE.fullmatch(fold(text)):
        return None
    rows = _ends(connection, " ".join(f'"{word}"' for word in rest), wanted, most)
    if len(rows) >= most // 2:
        return None
    found = []
    for name in fields.names():
        about = fields.noun(name)
        ids = [row // NOUN_BITS for row in rows if row % NOUN_BITS == about.number]
        question = f'SELECT id, folded FROM "{about.table}" WHERE id IN (SELECT value FROM json_each(?))'
        for record_id, folded in connection.execute(question, (json.dumps(ids),)) if ids else ():
            if any(word.startswith(last) for word in _WORD.findall(folded or "")):
                found.append(record_id * NOUN_BITS + about.number)
    return found


def _called(connection: sqlite3.Connection, wanted: set[int], key: str) -> dict[int, dict[int, float]]:
    """The records whose names begin with a text, as many as are ranked by name: number of the noun → id → rank."""
    found = {}
    for about in map(fields.noun, fields.names()):
        if about.number in wanted and about.named and not about.only:
            question = f'SELECT id FROM "{about.table}" WHERE name_key >= ? AND name_key < ? LIMIT {BEST}'
            rows = connection.execute(question, (key, key + "\U0010ffff"))
            found[about.number] = {row[0]: 0.0 for row in rows}
    return {number: ids for number, ids in found.items() if ids}


def _words(text: str) -> list[str]:
    """The words of a text.

    Raises:
        InvalidError: it has none.
    """
    words = _WORD.findall(fold(text))
    if not words:
        raise InvalidError("give at least one word to search for")
    return words


def match(text: str) -> str:
    """The FTS5 query of a text: all of its words, the last as a beginning; or the beginning of a phone number."""
    folded, words = fold(text), _words(text)
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
