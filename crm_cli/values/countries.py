"""The countries of ISO 3166 and the words by which people mean them; `countries.json` is the table."""

import json
import re
from functools import cache
from pathlib import Path

from crm_cli.values.folding import fold

_FILE = Path(__file__).with_name("countries.json")
_NOISE = re.compile(r"[^\w]+")


def code(word: str) -> str | None:
    """The alpha-2 code of a country by its code, English name or another known word; None for any other."""
    return _codes().get(_key(word))


def name(alpha2: str) -> str | None:
    """The English name of a country by its alpha-2 code."""
    words = _table().get(alpha2)
    return words[0] if words else None


@cache
def words() -> dict[str, str]:
    """The names and other words of every country, folded, with its alpha-2 code; codes are none of them."""
    return {
        fold(word): alpha2 for alpha2, known in _table().items() for word in known if len(word) > len("AAA")
    }


@cache
def _table() -> dict[str, list[str]]:
    """By alpha-2 code: the name, the alpha-3 code, other words."""
    table: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return table


@cache
def _codes() -> dict[str, str]:
    words = {_key(word): alpha2 for alpha2, known in _table().items() for word in known}
    return words | {alpha2.lower(): alpha2 for alpha2 in _table()}


def _key(word: str) -> str:
    """The word without case, accents, points, `the` and `and` between others, and with `st` for `saint`."""
    plain = fold(word).replace("&", " and ").replace(".", "").replace("'", "")
    parts = _NOISE.sub(" ", plain).split()
    named = [part for part in parts if part not in ("the", "and")] or parts  # AND is Andorra
    return " ".join("st" if part == "saint" else part for part in named)
