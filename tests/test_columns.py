"""A column read at once holds what each of its texts is, read alone or by the models' own types."""

from contextlib import suppress
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from crm_cli import fields, models, values
from crm_cli.errors import InvalidError
from crm_cli.values import Reading, columns

HOW = Reading(date(2026, 11, 5), zone="Europe/Berlin", currency="EUR", country="DE")
TEXTS = [
    "", " ", "Ann", " Ann ", "Müller", "one\r\ntwo", "half \ud800 a pair", "ann@example.org", "Ann@Example.ORG",
    "Ann <ann@example.org>", "ann@", "jörg@bücher.example", "+49 30 1234567", "030/123 45 67", "۰۲۱ ۱۲۳۴", "x²",
    "yes", "5", "1,000", "12.50", "2026-11-05", "2026-03-29 02:30", "2026-11-05 09:30", "2026-11-05T09:30:15",
    "1403-08-30 10:00", "2026-02-30 10:00", "9999-12-31 23:59", "today", "a, b", '["b", "a"]', "Germany", "EUR",
    "https://example.org", "customer", "Web Form",
]  # fmt: skip


def told(kind: str, texts: list[str]) -> tuple[list[values.Value], str]:
    """What the texts are one by one, up to the first that is nothing, and what is said of it."""
    found: list[values.Value] = []
    for text in texts:
        try:
            found.append(values.read(kind, text, HOW))
        except InvalidError as error:
            return [], str(error)
    return found, ""


@pytest.mark.parametrize("kind", sorted(values.KINDS))
@given(texts=st.lists(st.sampled_from(TEXTS) | st.text(max_size=12), max_size=6))
def test_a_column_is_what_its_texts_are(kind: str, texts: list[str]) -> None:
    expected, said = told(kind, texts)
    if said:
        with pytest.raises(InvalidError) as error:
            columns.read(kind, texts, HOW)
        assert str(error.value) == said
    else:
        assert columns.read(kind, texts, HOW) == expected


def by_model(noun: str, column: str, text: str) -> object:
    """What the model's own type makes of a text."""
    info = models.NOUNS[fields.noun(noun).table if fields.noun(noun).only else noun].model_fields[column]
    kinds = [mark for mark in info.metadata if isinstance(mark, models.Kind)]
    kind: Any = Annotated[info.annotation, *kinds] if kinds else info.annotation
    return TypeAdapter(kind).validate_python(text, context=HOW)


@pytest.mark.parametrize("noun", fields.names())
def test_commands_and_models_read_alike(noun: str) -> None:
    own = [
        each
        for each in fields.noun(noun).fields.values()
        if each.column and not each.to and each.name != "uid"
    ]
    assert own
    for each in own:
        for text in filter(str.strip, TEXTS):
            known: object = None
            with suppress(InvalidError, ValidationError):
                known = by_model(noun, each.column or "", text)
            found: object = None
            with suppress(InvalidError):
                found = columns.read(each.kind, [text], HOW, each.choices() or None)[0]
            assert found == known, (each.name, text)
