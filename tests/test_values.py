"""One reading and one writing of every kind of value."""

import json
import subprocess
import sys
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.values import KINDS, Reading, Value, read, show, show_json, stored, tag_words, word_key

STATUSES = {"in_progress": "in_progress", "wip": "in_progress", "waiting_on_customer": "waiting_on_customer"}


def how(**changes: object) -> Reading:
    settings: dict[str, object] = {"zone": "Europe/Berlin", "currency": "EUR", **changes}
    return Reading(date(2026, 11, 5), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  Ann  Smith ", "Ann  Smith"),
        ("text", "[brackets] stay", "[brackets] stay"),
        ("long", "one\r\ntwo\n", "one\ntwo"),
        ("integer", "1,000", 1000),
        ("decimal", "1.2345", 12_345),
        ("percent", "12.5 %", 125_000),
        ("percent", "۱۲٫۵٪", 125_000),
        ("money", "€1,234.505", 12_345_100),
        ("money", "5k", 50_000_000),
        ("day", "tomorrow", "2026-11-06"),
        ("instant", "2026-11-05 09:30", "2026-11-05T08:30:00Z"),
        ("time", "9:30", "09:30"),
        ("time", "3pm", "15:00"),
        ("time", "12 am", "00:00"),
        ("boolean", "Yes", 1),
        ("boolean", "TRUE", 1),
        ("boolean", "off", 0),
        ("boolean", "۰", 0),
        ("choice", "In-Progress", "in_progress"),
        ("choice", "Waiting on customer", "waiting_on_customer"),
        ("choice", "WIP", "in_progress"),
        ("open", "in progress", "in_progress"),
        ("open", "Word of Mouth", "Word of Mouth"),
        ("email", "Ann <ann@Example.org>", "ann@example.org"),
        ("phone", " (020) 7946 0958 ", "(020) 7946 0958"),
        ("url", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("url", "example.org:8080", "example.org:8080"),
        ("url", "HTTP://intranet:3000/crm", "HTTP://intranet:3000/crm"),
        ("country", "germany", "DE"),
        ("country", "Philipines", "Philipines"),
        ("currency", "usd", "USD"),
        ("currency", "€", "EUR"),
        ("tags", "VIP, late payer;vip", '["late payer","vip"]'),
        ("tags", '["b", "A"]', '["a","b"]'),
        ("list", "b, a, b", '["b","a"]'),
        ("json", '{"a": [1, 2.50]}', '{"a":[1,2.5]}'),
    ],
)
def test_a_text_is_read_as_its_kind(kind: str, text: str, value: Value) -> None:
    assert read(kind, text, how(), STATUSES) == value


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_blank_is_no_value(kind: str) -> None:
    assert read(kind, " \t\u00a0\n", how()) is None


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("integer", "5.5", '"5.5" is not a whole number'),
        ("decimal", "abc", '"abc" is not a number; write 5000 or 5000.50'),
        ("money", "512,77", '"512,77" is not a number where "." is the decimal mark'),
        ("money", "£5", '"£5" is in GBP, not in EUR; set currency=GBP beside it'),
        ("money", "$5", '"$5" is in dollars, not in EUR; set currency=USD beside it'),
        ("day", "soon", '"soon" is not a date'),
        ("instant", "soon", '"soon" is not a date'),
        ("time", "25:00", '"25:00" is not a time of day'),
        ("time", "9", '"9" is not a time of day'),
        ("time", "09:30 +02:00", "is not a time of day"),
        ("boolean", "maybe", '"maybe" is neither yes nor no'),
        ("choice", "in progres", "did you mean in_progress? write one of in_progress, waiting_on_customer"),
        ("email", "ann", '"ann" is not an e-mail address'),
        ("phone", "none", '"none" is not a phone number'),
        ("url", "not a url", '"not a url" is not a web address'),
        ("url", "javascript:alert(1)", "is not a web address"),
        ("currency", "EURO", '"EURO" is not a currency'),
        ("currency", "$", "several currencies"),
        ("tags", "[1]", "is not a list of texts"),
        ("list", '["a"', "is not a list of texts"),
        ("tags", '["\\ud800"]', "is not a list of texts"),
        ("json", "{", "is not JSON"),
        ("json", "NaN", "is not JSON"),
        ("json", '"\\ud800"', "is not JSON"),
        ("json", "[" * 100_000, "is not JSON"),
        ("text", "a\udcff", "is not valid Unicode"),
    ],
)
def test_a_text_of_another_kind_is_refused_in_a_clause(kind: str, text: str, said: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read(kind, text, how(), STATUSES)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_notation_is_the_one_told() -> None:
    assert read("money", "1.234,50", how(decimal=",")) == 12_345_000
    assert read("day", "03/04/2026", how(date_order="mdy")) == "2026-03-04"
    assert read("money", "1.5", how(scale="1e6")) == 15_000_000_000
    assert read("money", "$1.5", how(currency="USD")) == 15_000
    assert read("money", "$1.5", how(currency="")) == 15_000


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(text=st.text())
def test_what_is_stored_reads_back_as_itself(kind: str, text: str) -> None:
    with suppress(InvalidError):
        value = read(kind, text, how(), STATUSES)
        assert read(kind, show(kind, value, "EUR"), how(), STATUSES) == value
        assert stored(kind, value, how(), STATUSES) == value
        json.loads(show_json(kind, value, "EUR"))


@pytest.mark.parametrize(
    ("kind", "value", "currency", "text", "in_json"),
    [
        ("money", 125_000, "EUR", "12.50", "12.50"),
        ("money", 125_000, "JPY", "13", "13"),
        ("money", 125_000, None, "12.5", "12.5"),
        ("percent", 125_000, None, "12.5", "12.5"),
        ("decimal", -5, None, "-0.0005", "-0.0005"),
        ("integer", 7, None, "7", "7"),
        ("boolean", 1, None, "true", "true"),
        ("boolean", 0, None, "false", "false"),
        ("text", 'say "hi"\n', None, 'say "hi"\n', '"say \\"hi\\"\\n"'),
        ("text", "علی", None, "علی", '"علی"'),
        ("tags", '["a"]', None, '["a"]', '["a"]'),
        ("day", "2026-11-05", None, "2026-11-05", '"2026-11-05"'),
        ("money", None, "EUR", "", "null"),
    ],
)
def test_a_value_is_written_with_exact_digits(
    kind: str, value: Value, currency: str | None, text: str, in_json: str
) -> None:
    assert show(kind, value, currency) == text
    assert show_json(kind, value, currency) == in_json


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("money", 125_000, 125_000),
        ("boolean", True, 1),
        ("tags", ["B", "a"], '["a","b"]'),
        ("json", {"a": 1}, '{"a":1}'),
        ("text", " Ann ", "Ann"),
        ("text", None, None),
    ],
)
def test_a_value_in_stored_form_passes(kind: str, value: object, expected: Value) -> None:
    assert stored(kind, value, how()) == expected


def test_a_float_is_never_stored() -> None:
    with pytest.raises(InvalidError):
        stored("money", 12.5, how())


def test_words_of_a_vocabulary_are_compared_folded() -> None:
    assert word_key(" In-Progress / Now ") == word_key("in_progress now") == "in_progress_now"
    assert tag_words('["a","b"]') == ["a", "b"]
    assert tag_words(None) == []


def test_showing_needs_no_library_and_no_reader() -> None:
    code = (
        "import sys; from crm_cli import values; values.show('money', 5, 'EUR'); values.word_key('Won');"
        "print(*{'crm_cli.values.dates', 'crm_cli.values.numbers', 'crm_cli.values.emails',"
        "'crm_cli.values.countries', 'unicodedata',"
        "'decimal', 'zoneinfo', 'difflib', 'phonenumbers', 'email_validator', 'pydantic'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
