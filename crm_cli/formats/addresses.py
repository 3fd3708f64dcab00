"""Columns of e-mail addresses and phone numbers, and what each is for: `Home Phone`, `E-mail 2 - Value`.

The words are data, in `addresses.json`: for each field and kind the headers that mean it. Columns with a number
come in pairs in some programs: what `Phone 1 - Type` or `Phone 1 - Label` says is the kind of `Phone 1 - Value`.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from crm_cli.formats.headers import bare_words

FIELDS = ("email", "phone")
_PAIR = r"(email|phone)(\d{1,2})value"
_LABELS = ("type", "label")
_NUMBERED = r"(email|phone|mobile|businessphone|homephone|workphone)(?:address)?(\d)(?:address)?"


class Address(NamedTuple):
    """A column of addresses."""

    at: int
    field: str
    """email or phone"""
    kind: str
    """What it is for, empty where the header does not say."""
    label: int | None
    """The column that says it for each row."""


def columns(noun: str, header: Sequence[str]) -> list[Address]:
    """The columns of a header that hold addresses, in their order."""
    words = [bare_words(noun, name) for name in header]
    places = {word: at for at, each in reversed(list(enumerate(words))) for word in each}
    found = []
    for at, each in enumerate(words):
        known = next(filter(None, (_known(word, places) for word in each)), None)
        if known:
            found.append(Address(at, *known))
    return found


def _known(word: str, places: dict[str, int]) -> tuple[str, str, int | None] | None:
    """The field, the kind and the column of kinds of a header's word."""
    if pair := re.fullmatch(_PAIR, word):
        labels = (places.get(f"{pair[1]}{pair[2]}{label}") for label in _LABELS)
        return pair[1], "", next((at for at in labels if at is not None), None)
    table = _words()
    numbered = re.fullmatch(_NUMBERED, word)
    known = table.get(word) or (table.get(numbered[1]) if numbered else None)
    return (*known, None) if known else None


@cache
def _words() -> dict[str, tuple[str, str]]:
    """Field and kind by word."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return {
        word: (field, kind)
        for field, kinds in data.items()
        for kind, names in kinds.items()
        for name in names
        for word in bare_words("", name)
    }
