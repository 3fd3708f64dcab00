"""Which of our fields a column's header means, in the words of other programs.

The words are data: `headers.json` gives, for each noun and field, the headers that mean it, the best first;
"every" holds what all nouns share. Case, accents, blanks and punctuation do not count, nor does the noun
itself before a word: "Lead - Status", "lead_status" and "Status" are one.

A field's own name is its best word, and no other field takes a column of that name. A field whose list ends
with its own name gives way: where there is a "Job Title", "Title" is the salutation.
"""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from crm_cli.values.folding import fold

_PREFIXES = {
    "contact": ("contact", "person", "customer", "client"),
    "company": ("company", "account", "organization", "organisation"),
    "deal": ("deal", "opportunity"),
    "case": ("case", "ticket", "incident"),
}
_NAMES = {"name", "نام"}


def recognise(noun: str, header: Sequence[str], known: Collection[str]) -> dict[int, str]:
    """Tell which field each column holds.

    Args:
        noun: the kind of record the rows are, in the singular.
        header: the columns' names.
        known: the fields that may be filled, custom ones included.

    Returns:
        Field by column index, each field once. A column of another program's keys for a linked record is the
        link's `external_id`, dotted: "Account Id" is `company.external_id`. Unknown columns are left out.
    """
    columns = _by_word(noun, header)
    words_of = _asked_for(noun, frozenset(known), columns)
    reserved = {words[0]: field for field, words in words_of.items() if not _gives_way(noun, field)}
    found: dict[int, str] = {}
    for field, words in words_of.items():
        for word in words:
            column = columns.get(word)
            if (
                column is not None
                and column not in found
                and reserved.get(_word(header[column]), field) == field
            ):
                found[column] = field
                break
        reserved.pop(words[0], None)
    return _parted_names(found, header, known)


def score(noun: str, cells: Sequence[str]) -> int:
    """Count the cells that name a field of the noun: what tells a header from a row of data."""
    return len(recognise(noun, cells, _fields(noun)))


def bare_words(noun: str, header: str) -> list[str]:
    """The word of a header, as written and without the noun before it."""
    word = _word(header)
    return list(
        dict.fromkeys([word, *(word.removeprefix(prefix) for prefix in _PREFIXES.get(noun, (noun,)))])
    )


def _by_word(noun: str, header: Sequence[str]) -> dict[str, int]:
    """Give the column of each header word, as written and without the noun before it; the first one wins."""
    columns: dict[str, int] = {}
    for at, name in enumerate(header):
        columns.setdefault(_word(name), at)
    for word, at in list(columns.items()):
        for prefix in _PREFIXES.get(noun, (noun,)):
            columns.setdefault(word.removeprefix(prefix), at)
    columns.pop("", None)
    return columns


def _parted_names(found: dict[int, str], header: Sequence[str], known: Collection[str]) -> dict[int, str]:
    """Read a bare "name" beside a last name as the first name, and beside a first name as the last."""
    halves = {"first_name", "last_name"}
    missing = halves & set(known) - set(found.values())
    bare = (at for at, name in enumerate(header) if _word(name) in _NAMES and found.get(at, "name") == "name")
    if len(missing) == 1 and halves & set(found.values()) and (column := next(bare, None)) is not None:
        found[column] = missing.pop()
    return found


def _gives_way(noun: str, field: str) -> bool:
    return _table().get(noun, {}).get(field, [])[-1:] == [field]


def _asked_for(noun: str, known: frozenset[str], columns: Collection[str]) -> dict[str, list[str]]:
    """The fields that any of the columns may mean, in order: of a row of data hardly any of a hundred."""
    words_of, takers = _words(noun, known), _takers(noun, known)
    asked = sorted({taker for word in columns for taker in takers.get(word, ())})
    return {field: words_of[field] for _, field in asked}


@lru_cache(maxsize=64)
def _takers(noun: str, known: frozenset[str]) -> dict[str, list[tuple[int, str]]]:
    """Which fields a word may mean, each with its turn to choose."""
    found: dict[str, list[tuple[int, str]]] = {}
    for turn, (field, words) in enumerate(_words(noun, known).items()):
        for word in words:
            found.setdefault(word, []).append((turn, field))
    return found


@lru_cache(maxsize=64)
def _words(noun: str, known: frozenset[str]) -> dict[str, list[str]]:
    """Give the known fields in the order they choose their columns, each with its words in order."""
    shared, special = _table()["every"], _table().get(noun, {})
    chosen = {}
    for field in dict.fromkeys([*special, *shared, *sorted(known)]):
        if field in known or field.rpartition(".")[0] in known:
            words = [_word(word) for word in special.get(field, [])]
            own = [] if _gives_way(noun, field) else [_word(field)]
            chosen[field] = [*own, *words, *map(_word, shared.get(field, []))]
    return chosen


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = json.loads(
        Path(__file__).with_suffix(".json").read_text("utf-8")
    )
    return table


@lru_cache(maxsize=64)
def _fields(noun: str) -> frozenset[str]:
    table = _table()
    return frozenset(field for field in (*table["every"], *table.get(noun, {})) if "." not in field)


@lru_cache(maxsize=4096)
def _word(header: str) -> str:
    """Reduce a header to the letters and digits that count."""
    return "".join(filter(str.isalnum, fold(header)))
