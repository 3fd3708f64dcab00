"""References: how a person names a record, in one place for all nouns.

A bare number is our id; `ext:386` an external id; then an e-mail address, a phone, a number or code, an exact
name, an unambiguous start of a name; where nouns mix, `deal:12`. Names are compared folded.
"""

import re
import sqlite3
from typing import Any

from crm_cli import fields
from crm_cli.errors import ConflictError, NotFoundError
from crm_cli.values.folding import fold

# The column in which a noun's own numbers or codes stand.
CODES = {"product": "code", "campaign": "code", "case": "number", "contract": "number", "invoice": "number",
         "quote": "number"}  # fmt: skip
# The nouns that activities are about.
ABOUT = ("contact", "company", "deal", "lead", "case", "contract", "campaign", "product")
# Who has a number by its key; and the numbers of a record, with its country where they have no key.
_BY_KEY = {
    "contact": "SELECT DISTINCT contact_id FROM contact_phone WHERE key IN (?, ?)",
    "lead": "SELECT id FROM lead WHERE phone_key IN (?, ?)",
    "company": "SELECT id FROM company WHERE phone IN (?, ?)",
}
_NUMBERS = {
    "contact": "SELECT key, NULL FROM contact_phone WHERE contact_id = ?",
    "lead": "SELECT phone_key, NULL FROM lead WHERE id = ?",
    "company": "SELECT phone, country FROM company WHERE id = ?",
}
_PHONE = r"\+?[\d\s().\-/]{7,}"
_BESIDE = ("company", "company_name", "email", "phone", "city")  # what tells records of one name apart
_MOST = 10  # candidates that an error names
_NEAR = 2000  # names among which the nearest is looked for
_BEGUN = 200  # records that are counted where a reference names several
_SHORTEST_PHONE = 7  # digits from which a bare number that is no id may be a phone
_LONGEST_ID = 18  # digits of an id that SQLite can hold


class UnknownError(NotFoundError):
    """No record of a noun answers to a reference; `hint` is what else can be done."""

    def __init__(self, noun: str, text: str, hint: str) -> None:
        super().__init__(f"no {noun} answers to {text!r}; {hint}")
        self.noun, self.text, self.hint = noun, text, hint

    @property
    def is_name(self) -> bool:
        """Whether the reference may be the name of a record that is not there yet."""
        return not (self.text.isdecimal() or "@" in self.text or ":" in self.text)


class AmbiguousError(ConflictError):
    """Several records answer to a reference; `candidates` are their ids and names."""

    def __init__(self, noun: str, text: str, candidates: list[tuple[int, str]]) -> None:
        super().__init__()
        self.noun, self.text, self.candidates = noun, text, candidates

    def __str__(self) -> str:
        """One line with the candidates."""
        named = ", ".join(f"{number} {name}" for number, name in self.candidates[:_MOST])
        more = f" and {len(self.candidates) - _MOST} more" if len(self.candidates) > _MOST else ""
        return f"{len(self.candidates)} {fields.plural(self.noun)} answer to {self.text!r}: {named}{more}; give the id"


def resolve(
    connection: sqlite3.Connection, noun: str, text: str, me: str = "", country: str | None = None
) -> int:
    """The id of the one record that a reference names.

    Raises:
        UnknownError: none does; names the nearest.
        AmbiguousError: several do.
    """
    prefix, colon, rest = text.partition(":")
    if colon and prefix == noun:
        text = rest
    if noun == "user" and text == "me":
        text = me or text
    for look in (_by_id, _by_external, _by_address, _by_phone, by_code, _by_name, _by_start):
        found = look(connection, noun, text, country)
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousError(noun, text, _told_apart(connection, noun, found))
        if look is _by_id and text.isdecimal() and len(text) < _SHORTEST_PHONE:
            break
    if text.isdecimal() and (named := _by_name(connection, noun, text, country)):
        raise NotFoundError(f"no {noun} has the id {text}; {noun} {named[0]} is called so")
    raise UnknownError(noun, text, _instead(connection, noun, text))


def _instead(connection: sqlite3.Connection, noun: str, text: str) -> str:
    """What to try where nothing answers to a reference."""
    field = text.partition(" ")[0]
    if noun in fields.names() and field in (*fields.noun(noun).columns, "tag"):
        return f"a filter is written in one word: {field}=VALUE"
    near = like(connection, noun, text)
    return f"did you mean {', '.join(near)}?" if near else f"`crm {noun} list` shows them"


def anywhere(
    connection: sqlite3.Connection, text: str, nouns: tuple[str, ...], country: str | None = None
) -> tuple[str, int]:
    """The noun and id of the one record that a reference names among several nouns, tried in order.

    Raises:
        NotFoundError: none answers.
        AmbiguousError: several records of the first noun that has any do.
    """
    prefix, colon, rest = text.partition(":")
    if colon and prefix in fields.names():
        return prefix, resolve(connection, prefix, rest, country=country)
    for noun in nouns:
        try:
            return noun, resolve(connection, noun, text, country=country)
        except NotFoundError:
            continue
    near = [name for noun in nouns for name in like(connection, noun, text)][:5]
    hint = f"did you mean {', '.join(near)}?" if near else "`crm contact add` adds a person"
    raise NotFoundError(f"no {', '.join(nouns[:-1])} or {nouns[-1]} answers to {text!r}; {hint}")


def like(connection: sqlite3.Connection, noun: str, text: str) -> list[str]:
    """The names most like a text as a whole or in one word, among those that begin alike (all in a small store)."""
    from difflib import get_close_matches

    table, label, key = _table(noun), _label(noun), fold(text)
    if noun in CODES and (near := _near_codes(connection, noun, text.upper())):
        return near
    if not _is_named(noun):
        return []
    most = f'SELECT name_key, "{label}" FROM "{table}" WHERE {{}} LIMIT {_NEAR}'
    rows = connection.execute(
        most.format("name_key >= ? AND name_key < ?"), (key[:1], key[:1] + "\U0010ffff")
    )
    names = dict(rows.fetchall())
    if len(names) < _NEAR:
        names |= dict(connection.execute(most.format("1")).fetchall())
    words = {word: name for each, name in names.items() for word in each.split()} | names
    near = get_close_matches(key, list(words), n=5, cutoff=0.6)
    return list(dict.fromkeys(words[each] for each in near))[:3]


def _near_codes(connection: sqlite3.Connection, noun: str, text: str) -> list[str]:
    """The numbers or codes most like a text that has a digit, among those that begin alike."""
    from difflib import get_close_matches

    if not any(map(str.isdigit, text)):
        return []
    code = CODES[noun]
    question = f'SELECT "{code}" FROM "{noun}" WHERE "{code}" >= ? AND "{code}" < ? LIMIT {_NEAR}'
    for start in (text[:-2], text[:1]):
        found = [row[0] for row in connection.execute(question, (start, start + "\U0010ffff"))]
        if near := get_close_matches(text, found, n=3, cutoff=0.6):
            return near
    return []


def beginning(connection: sqlite3.Connection, noun: str, text: str, most: int) -> list[str]:
    """The names of a noun's records that begin so, at most so many of them."""
    table, label, only = noun, "name", dict[str, str]()
    if noun != "stage":
        about = fields.noun(noun)
        if not about.named:
            return []
        table, label, only = about.table, about.label, about.only
    key, also = fold(text), "".join(f' AND "{column}" = ?' for column in only)
    question = f'SELECT DISTINCT "{label}" FROM "{table}" WHERE name_key >= ? AND name_key < ?{also} LIMIT ?'
    bound = (key, key + "\U0010ffff", *only.values(), most)
    return [row[0] for row in connection.execute(question, bound)]


def name_of(connection: sqlite3.Connection, noun: str, record_id: int) -> str:
    """What a record is called."""
    found = _named(connection, noun, [record_id])
    return found[0][1] if found else f"{noun} {record_id}"


def _table(noun: str) -> str:
    return "stage" if noun == "stage" else fields.noun(noun).table


def _label(noun: str) -> str:
    return "name" if noun == "stage" else fields.noun(noun).label


def _is_named(noun: str) -> bool:
    """Whether records of a noun have names by which they are found."""
    return noun == "stage" or fields.noun(noun).named


def _named(connection: sqlite3.Connection, noun: str, ids: list[int]) -> list[tuple[int, str]]:
    marks = ", ".join("?" * len(ids[:_BEGUN]))
    return connection.execute(
        f'SELECT id, "{_label(noun)}" FROM "{_table(noun)}" WHERE id IN ({marks})', ids[:_BEGUN]
    ).fetchall()


def _told_apart(connection: sqlite3.Connection, noun: str, ids: list[int]) -> list[tuple[int, str]]:
    """Records by their names and, where several are called alike, what stands beside them."""
    named = _named(connection, noun, ids)
    about = None if noun == "stage" else fields.noun(noun)
    beside = [name for name in _BESIDE if about and name in about.columns]
    if not about or not beside or len({fold(name or "") for _, name in named}) == len(named):
        return named
    marks = ", ".join("?" * len(named))
    rows = connection.execute(
        f"SELECT id, {', '.join(beside)} FROM {about.view} WHERE id IN ({marks})", [each[0] for each in named]
    )
    known = {row[0]: ", ".join(str(value) for value in row[1:] if value) for row in rows}
    return [(number, f"{name} ({known[number]})" if known.get(number) else name) for number, name in named]


def _ids(connection: sqlite3.Connection, question: str, *bound: Any) -> list[int]:
    return [row[0] for row in connection.execute(question, bound)]


def _by_id(connection: sqlite3.Connection, noun: str, text: str, _: str | None) -> list[int]:
    if not text.isdecimal() or len(text) > _LONGEST_ID:
        return []
    only = {} if noun == "stage" else fields.noun(noun).only
    also = "".join(f' AND "{column}" = ?' for column in only)
    return _ids(connection, f'SELECT id FROM "{_table(noun)}" WHERE id = ?{also}', int(text), *only.values())


def _by_external(connection: sqlite3.Connection, noun: str, text: str, _: str | None) -> list[int]:
    if not text.startswith("ext:"):
        return []
    return _ids(connection, f'SELECT id FROM "{_table(noun)}" WHERE external_id = ?', text[4:])


def _by_address(connection: sqlite3.Connection, noun: str, text: str, _: str | None) -> list[int]:
    if "@" not in text:
        return []
    from crm_cli.values import emails

    if noun == "contact":
        return _ids(
            connection, "SELECT DISTINCT contact_id FROM contact_email WHERE key = ?", emails.key(text)
        )
    if noun in ("company", "lead", "user"):
        return _ids(connection, f'SELECT id FROM "{noun}" WHERE email IN (?, ?)', text, emails.key(text))
    return []


def _by_phone(connection: sqlite3.Connection, noun: str, text: str, country: str | None) -> list[int]:
    if noun not in _BY_KEY or not re.fullmatch(_PHONE, fold(text)):
        return []
    from crm_cli.values import phones

    keys = (phones.e164(text, country) or phones.dial_key(text), phones.dial_key(text))
    found = _ids(connection, _BY_KEY[noun], *keys)
    return found or _dialled(connection, noun, keys[1], country)


def _dialled(connection: sqlite3.Connection, noun: str, digits: str, country: str | None) -> list[int]:
    """Who has a number that is dialled so, at home or from abroad; the search index knows where to look."""
    from crm_cli.values import phones

    digits = digits.removeprefix("00")
    question = "SELECT rowid / 64 FROM search WHERE search MATCH ? AND rowid % 64 = ?"
    return [
        each
        for each in _ids(connection, question, f'"{digits}"', fields.noun(noun).number)
        if any(
            digits in phones.words(phones.e164(number, own or country) or phones.dial_key(number))
            for number, own in connection.execute(_NUMBERS[noun], (each,))
            if number
        )
    ]


def by_code(connection: sqlite3.Connection, noun: str, text: str, _: str | None = None) -> list[int]:
    """The records of a noun that bear a code or number; none where the noun has neither."""
    if noun == "field":
        on, _, name = text.rpartition(".")
        return _ids(
            connection, "SELECT id FROM custom_field WHERE name = ?1 AND (\"on\" = ?2 OR ?2 = '')", name, on
        )
    if noun not in CODES:
        return []
    if noun == "quote":
        return _revision(connection, text)
    question = (
        f'SELECT id FROM "{noun}" WHERE "{CODES[noun]}" = ?'  # as it is typed by its index, else in any case
    )
    found = _ids(connection, question, text) or _ids(connection, f"{question} COLLATE NOCASE", text)
    return found or (_merged(connection, noun, text) if noun == "case" else [])


def _merged(connection: sqlite3.Connection, noun: str, number: str) -> list[int]:
    """The record into which the one with a number was merged."""
    question = (
        f'SELECT t.id FROM merged_key AS k JOIN "{noun}" AS t ON t.id = k.record_id '
        "WHERE k.noun = ? AND k.external_id = ? AND k.external_source = 'number'"
    )
    return _ids(connection, question, noun, number.upper())


def _revision(connection: sqlite3.Connection, text: str) -> list[int]:
    """The latest revision of a quote by its number, or the one that is said: `Q-2026-0001/2`."""
    question = (
        "SELECT id FROM quote WHERE number = ?1 COLLATE NOCASE AND (?2 = '' OR revision = CAST(?2 AS INTEGER)) "
        "ORDER BY revision DESC, id DESC LIMIT 1"
    )
    number, slash, revision = text.rpartition("/")
    said = _ids(connection, question, number, revision) if slash and revision.isdecimal() else []
    return said or _ids(connection, question, text, "")


def _by_name(connection: sqlite3.Connection, noun: str, text: str, _: str | None) -> list[int]:
    if _is_named(noun):
        return _ids(connection, f'SELECT id FROM "{_table(noun)}" WHERE name_key = ?', fold(text))
    if noun in ("activity", "task"):
        return _ids(connection, "SELECT id FROM activity WHERE fold(subject) = ?", fold(text))
    return []


def _by_start(connection: sqlite3.Connection, noun: str, text: str, _: str | None) -> list[int]:
    key = fold(text)
    if not key or not _is_named(noun):
        return []
    question = f'SELECT id FROM "{_table(noun)}" WHERE name_key >= ? AND name_key < ? LIMIT {_BEGUN}'
    return _ids(connection, question, key, key + "\U0010ffff")
