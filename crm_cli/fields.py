"""The nouns as data: their fields and columns, read from the generated files of `nouns/`.

`crm_cli.models` declares the fields and `views/*.sql` the columns; this is what commands, filters,
completion, imports and exports know of them without loading either. The index says which nouns there are; a noun's
file is read when its fields are asked for, so that a command pays for no other noun.
"""

import json
import sqlite3
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from crm_cli import errors

FOLDER = Path(__file__).with_name("nouns")
MOST = 20  # names that an error lists
_SEARCHED = frozenset(("text", "long", "email", "phone", "url", "open", "list", "tags"))
_UNSEARCHED = frozenset(("uid", "external_source", "rate", "timezone", "language"))


class Field(NamedTuple):
    """One field or column: its name, its kind (see `crm_cli.values`), its help.

    `kind` is a value kind, `ref:NOUN` for a reference or `parts:TABLE` for several values.
    `column` is where a field is stored, None for a column that is only seen; `path` is where a filter on
    such a column looks instead, such as `owner.region`.
    """

    name: str
    kind: str
    help: str = ""
    vocabulary: str | None = None
    column: str | None = None
    default: Any = None
    required: bool = False
    kept: bool = False
    custom: bool = False
    words: tuple[str, ...] = ()
    path: str = ""

    @property
    def to(self) -> str | None:
        """The noun that a reference points to, or the table that parts stand in."""
        return self.kind.partition(":")[2] or None

    @property
    def is_money(self) -> bool:
        """Whether it is an amount, which has a currency beside it."""
        return self.kind in ("money", "price")

    @property
    def is_searched(self) -> bool:
        """Whether its words are part of the search text of its record."""
        return self.column is not None and self.kind in _SEARCHED and self.name not in _UNSEARCHED

    def choices(self) -> dict[str, str]:
        """Accepted word → stored word, empty for a field that takes any."""
        if self.words:
            from crm_cli.values import word_key

            return {word_key(word): word for word in self.words}
        return words(self.vocabulary) if self.vocabulary else {}


class Noun:
    """One noun: where it is stored and seen, what can be set and what can be read.

    `only` are the columns and their values that tell it from others of its table; `label` is the column it is
    shown by.
    """

    def __init__(self, name: str, said: dict[str, Any]) -> None:
        self.name = name
        self.number: int = said["number"]
        self.table: str = said["table"]
        self.view: str = said["view"]
        self.parts: dict[str, str] = said["parts"]
        self.only: dict[str, str] = said["only"]
        self.label: str = said["label"]
        self.named: bool = said["named"]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """What can be set."""
        return _fields(self._told["fields"])

    @cached_property
    def columns(self) -> dict[str, Field]:
        """What can be read."""
        return _fields(self._told["columns"])

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The columns of a list."""
        return tuple(self._told["listed"])

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The columns of a table, which has less room."""
        return tuple(self._told["shown"])

    @cached_property
    def _told(self) -> dict[str, Any]:
        return _file(self.name)

    def options(self) -> list[Field]:
        """The fields that `add` and `edit` offer."""
        return [each for each in self.fields.values() if not each.kept]


def _fields(told: dict[str, dict[str, Any]]) -> dict[str, Field]:
    return {name: Field(name, **said) for name, said in told.items()}


@cache
def _file(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return data


def schema() -> int:
    """The number of the schema that this program works with."""
    number: int = _file("index")["schema"]
    return number


def names() -> list[str]:
    """Every noun, the everyday ones first."""
    return list(_file("index")["nouns"])


def momentary() -> dict[str, str]:
    """View → the question that completes it by what depends on the moment; see `views/now`."""
    found: dict[str, str] = _file("index")["now"]
    return found


@cache
def noun(name: str) -> Noun:
    """The noun called `name`."""
    return Noun(name, _file("index")["nouns"][name])


@cache
def part(table: str) -> dict[str, Field]:
    """The columns of a part, such as `deal_line`."""
    return _fields(_file("parts")[table])


def parts() -> list[str]:
    """The tables of parts, which live and die with the records that they belong to."""
    return list(_file("parts"))


def tables() -> list[str]:
    """The tables of a store: of records, of their parts, of who is forgotten, of the history."""
    found = [noun(name).table for name in names()]
    return [*dict.fromkeys([*found, *parts()]), "forgotten", "command", "log"]


def defaults(table: str) -> dict[str, Any]:
    """What is stored in the columns of a table when nothing is said, by column."""
    declared = [each.fields for each in map(noun, names()) if each.table == table]
    if table in parts():
        declared.append(part(table))
    return {each.column or name: each.default for known in declared for name, each in known.items()}


_GROUPS = {
    "segment": Field("segment", "ref:segment", "A segment that holds it"),
    "answered": Field("answered", "ref:campaign", "A campaign that was answered"),
    "targeted": Field("targeted", "ref:campaign", "A campaign that it is or was a target of"),
}


def groups(name: str) -> dict[str, Field]:
    """What records can be filtered by beside their columns: the groups that they, or whom they name, are in."""
    if name in ("contact", "lead", "company"):
        return _GROUPS
    linked = noun(name).columns.keys() & {"contact_id", "company_id"} or name == "campaign"
    return {"segment": _GROUPS["segment"]} if linked else {}


def custom_value(name: str) -> str:
    """The SQL that takes a user's own field out of a record's JSON, whatever the field is called."""
    path = '$."' + name.replace('"', "") + '"'
    return "json_extract(custom, '" + path.replace("'", "''") + "')"


def custom(connection: sqlite3.Connection, name: str) -> dict[str, Field]:
    """The user's own fields of a noun, by name."""
    question = 'SELECT name, kind, help, words FROM custom_field WHERE "on" = ?'
    return {
        row[0]: Field(
            row[0],
            row[1],
            row[2] or "",
            column="custom",
            custom=True,
            words=tuple(json.loads(row[3] or "[]")),
        )
        for row in connection.execute(question, (name,))
    }


def words(vocabulary: str) -> dict[str, str]:
    """Every accepted word of one of the vocabularies, ours and the synonyms, to our word."""
    return dict(_file("words")[vocabulary])


def own_words(vocabulary: str) -> tuple[str, ...]:
    """The words of one of the vocabularies, as they are stored and shown."""
    return tuple(dict.fromkeys(_file("words")[vocabulary].values()))


def plural(name: str) -> str:
    """The view of a noun, which is also its plural."""
    return noun(name).view


def nearest(word: str, known: list[str], what: str) -> errors.InvalidError:
    """The error for a name that is not known, with the names most like it."""
    from difflib import get_close_matches

    like = get_close_matches(word, known, n=3, cutoff=0.5)
    more = f" and {len(known) - MOST} more" if len(known) > MOST else ""
    hint = f"did you mean {', '.join(like)}?" if like else f"known: {', '.join(known[:MOST])}{more}"
    return errors.InvalidError(f"unknown {what} {word!r}; {hint}")
