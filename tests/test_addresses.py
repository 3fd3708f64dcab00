"""E-mail addresses, phone numbers and countries: one form for each that can be told."""

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.values import countries
from crm_cli.values.emails import check, domain, key
from crm_cli.values.phones import dial_key, e164

EDGE_CASES = Path(__file__).parents[2] / "shared" / "data" / "edge_cases"
needs_edge_cases = pytest.mark.skipif(
    not EDGE_CASES.exists(), reason="needs the edge cases in ../shared/data"
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Ann.Smith+crm@Example.ORG ", "Ann.Smith+crm@example.org"),
        ("Ann Smith <ann@example.org>", "ann@example.org"),
        ('"Smith, Ann" <ann@example.org>', "ann@example.org"),
        ("<ann@example.org>", "ann@example.org"),
        ("o'brien@example.co.uk", "o'brien@example.co.uk"),
        ("ann@mail.local", "ann@mail.local"),
        ("ann@bücher.example", "ann@bücher.example"),
        ("ann@xn--bcher-kva.example", "ann@bücher.example"),
        ("ännchen@example.org", "ännchen@example.org"),
    ],
)
def test_an_address_is_stored_in_one_form(written: str, stored: str) -> None:
    assert check(written) == stored
    assert check(stored) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@localhost",
        "a b@example.org",
        "ann@example..org",
        ".ann@example.org",
        "ann.@example.org",
        "ann@-example.org",
        "ann@example.org, bob@example.org",
        "ann@127.0.0.1",
        "ann@exam_ple.org",
        "a" * 65 + "@example.org",
        "ann@" + "a" * 64 + ".org",
        "ann@" + "a." * 130 + "org",
        "x" * 100_000,
    ],
)
def test_what_can_be_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidError, match=r"is not an e-mail address; write one like ann@example\.org"):
        check(written)


@given(st.text())
def test_an_address_that_is_stored_stays_as_it_is(text: str) -> None:
    try:
        stored = check(text)
    except InvalidError:
        return
    assert check(stored) == stored


def test_addresses_are_compared_without_case() -> None:
    assert key(" Ann@Example.ORG ") == key("ann@example.org")
    assert (domain("Ann@Example.ORG"), domain("ann")) == ("example.org", "")


@needs_edge_cases
def test_labelled_addresses_are_told_apart() -> None:
    for each in ET.parse(EDGE_CASES / "isemail" / "tests.xml").iter("test"):  # noqa: S314 - a file of ours
        category, diagnosis = each.findtext("category"), each.findtext("diagnosis")
        # The file writes control characters as their symbols.
        address = "".join(
            chr(ord(c) - 0x2400) if 0x2400 <= ord(c) < 0x2420 else c for c in each.findtext("address") or ""
        )
        if category in ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN") and address != "test@io":
            assert check(address)
        elif diagnosis not in ("ISEMAIL_CFWS_FWS", "ISEMAIL_ERR_FWS_CRLF_END") and address == address.strip():
            with pytest.raises(InvalidError):
                check(address)


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+12125550100", None, "+12125550100"),
        ("+44 (0)20 7946 0958", None, "+442079460958"),
        ("0044 20 7946 0958", "GB", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("020 7946 0958 ext. 12", "GB", "+442079460958"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("tel:+1-212-555-0100", None, "+12125550100"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
        ("+98 ۹۱۲ ۳۴۵ ۶۷۸۹", None, "+989123456789"),
        ("020 7946 0958", None, None),
        ("+1234567890123456789", None, None),
        ("12", "GB", None),
        ("ask reception", "GB", None),
        ("", None, None),
    ],
)
def test_a_number_is_told_where_its_country_is_known(
    written: str, country: str | None, number: str | None
) -> None:
    assert e164(written, country) == number


@needs_edge_cases
def test_national_and_international_writings_of_every_region_are_one_number() -> None:
    with (EDGE_CASES / "libphonenumber" / "COMPUTED_examples_by_region.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    told = [(e164(row["national"], row["region"]), e164(row["international"])) for row in rows]
    assert told == [(row["e164"], row["e164"]) for row in rows]
    assert len(rows) == 673


@given(st.text(), st.sampled_from([None, "US", "IR", "XX"]))
def test_no_text_crashes_a_phone(text: str, country: str | None) -> None:
    number = e164(text, country)
    assert number is None or (number[0] == "+" and number[1:].isdigit())


def test_digits_alone_serve_for_loose_comparison() -> None:
    assert dial_key("(۰۲۱) ۵۵-12") == "0215512"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("and", "AD"),
        ("germany", "DE"),
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("Korea", "KR"),
        ("United States", "US"),
        ("The Netherlands", "NL"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Antigua and Barbuda", "AG"),
        ("Saint Lucia", "LC"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("ایران", "IR"),
        ("Congo, Democratic Republic of the", "CD"),
        ("Iran, Islamic Republic of", "IR"),
        ("Philipines", None),
        ("", None),
        ("EU", None),
    ],
)
def test_a_country_is_known_by_its_words(word: str, code: str | None) -> None:
    assert countries.code(word) == code


def test_no_word_stands_for_two_countries() -> None:
    seen: dict[str, str] = {}
    for alpha2, words in countries._table().items():
        for word in {countries._key(word) for word in (*words, alpha2)}:
            assert seen.setdefault(word, alpha2) == alpha2
    assert len(countries._table()) == 249
    assert countries.name("GB") == "United Kingdom"
