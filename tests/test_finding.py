"""Finding people by any writing of their names and numbers: search, references, filters."""

import pytest
from conftest import Crm
from furnishing import furnished

from crm_cli.values import phones


@furnished
def people(crm: Crm) -> Crm:
    """Names on several keyboards, numbers of several countries."""
    crm("company", "add", "مشترى بزرگ", "--phone", "021 82345678", "--country", "IR")
    crm("contact", "add", "José Díaz", "--phone", "+98 912 345 6789")
    crm("contact", "add", "علی\u200cرضا كريمي", "--phone", "(212) 555-0100", "--country", "US")
    crm("lead", "add", "Ødegård", "--phone", "020 7946 0958", "--country", "GB")
    crm("contact", "add", "Numbered", "--notes", "Ref 02079460000", "--phone", "044 555 66 77")
    return crm


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("مشتری", "company 1"),
        ("مشترى", "company 1"),
        ("JOSE", "contact 1"),
        ("diaz jo", "contact 1"),
        ("علیرضا", "contact 2"),
        ("کریمی", "contact 2"),
        ("odegard", "lead 1"),
        ("۰۹۱۲", "contact 1"),
        ("0912", "contact 1"),
        ("٠٩١٢ ٣٤٥", "contact 1"),
        ("+98912", "contact 1"),
        ("0098 912", "contact 1"),
        ("9123456789", "contact 1"),
        ("+98 912 345 6789", "contact 1"),
        ("212-555", "contact 2"),
        ("+1 212 5550100", "contact 2"),
        ("1212", "contact 2"),
        ("+44 20 79", "lead 1"),
        ("2079460958", "lead 1"),
        ("۰۲۱۸۲۳۴۵۶۷۸", "company 1"),
        ("+982182345678", "company 1"),
        ("0445556677", "contact 3"),
        ("445556677", "contact 3"),
    ],
)
def test_search_finds(people: Crm, words: str, found: str) -> None:
    done = people("search", words, "--", "-o", "tsv") if words.startswith("-") else people("search", words)
    assert [" ".join(line.split("\t")[:2]) for line in done.lines] == [found]


@pytest.mark.parametrize(
    ("noun", "ref", "found"),
    [
        ("company", "مشتری بزرگ", "1"),
        ("contact", "jose diaz", "1"),
        ("contact", "۰۹۱۲۳۴۵۶۷۸۹", "1"),
        ("contact", "0912 345 6789", "1"),
        ("contact", "+989123456789", "1"),
        ("contact", "212 555 0100", "2"),
        ("contact", "علیرضا کریمی", "2"),
        ("lead", "+44 20 7946 0958", "1"),
        ("lead", "02079460958", "1"),
        ("company", "+98 21 82345678", "1"),
        ("company", "021-82345678", "1"),
        ("contact", "445556677", "3"),
    ],
)
def test_a_reference_finds(people: Crm, noun: str, ref: str, found: str) -> None:
    assert people(noun, "list", ref, "-o", "ids").lines == [found]


def test_a_number_in_a_note_is_nobodys_phone(people: Crm) -> None:
    assert people("search", "02079460000").lines != []
    assert people("contact", "list", "02079460000").code == 3


@pytest.mark.parametrize(
    ("noun", "asked", "found"),
    [
        ("company", "name~مشتری", ["1"]),
        ("company", "name=مشتری بزرگ", ["1"]),
        ("contact", "name~كريمی", ["2"]),
        ("contact", "name~jose", ["1"]),
        ("lead", "name=ODEGARD", ["1"]),
    ],
)
def test_a_filter_finds(people: Crm, noun: str, asked: str, found: list[str]) -> None:
    assert people(noun, "list", asked, "-o", "ids").lines == found


def test_the_codes_of_countries_are_those_of_the_library() -> None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        known = (
            PhoneMetadata.metadata_for_nongeo_region(code)
            if regions == ("001",)
            else PhoneMetadata.metadata_for_region(regions[0])
        )
        own = "234567890"
        home = (known.national_prefix or "") + own if known else own
        assert phones.words(f"+{code}{own}") == list(dict.fromkeys((f"{code}{own}", home, own)))


def test_a_number_of_no_known_country_is_found_by_its_digits() -> None:
    assert phones.words("0445556677") == ["0445556677", "445556677"]
    assert phones.words("") == phones.words("000")[1:] == []
