"""Folding: what counts as the same name."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.values.folding import ascii_digits, fold

NAMES = Path(__file__).parents[2] / "shared" / "data" / "persian" / "names"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Jane\t DOE \n", "jane doe"),
        ("Ångström AB", "angstrom ab"),
        ("A\u030angstro\u0308m", "angstrom"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Đorđe Ćosić", "dorde cosic"),
        ("Søren Kjærgård", "soren kjaergard"),
        ("Œuvre Þór", "oeuvre thor"),
        ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
        ("Ёлкин", "елкин"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ﬁnance", "finance"),
        ("O’Brien–Smith", "o'brien-smith"),
        ("علي رضايي", "علی رضایی"),
        ("كبرى", "کبری"),
        ("أحمد إبراهيم آل ٱ", "احمد ابراهیم ال ا"),
        ("فاطمة", "فاطمه"),
        ("مؤمن", "مومن"),
        ("رئیس", "رییس"),
        ("خانۀ", "خانه"),
        ("خانهٔ", "خانه"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("می\u200cخواهم", "میخواهم"),
        ("\u200fرضا\u200e", "رضا"),
        ("ﻋﻠﻲ", "علی"),
        ("شعبه ۱۲ ١٢ १२", "شعبه 12 12 12"),
        ("a\u00a0b\u2009c\u3000d", "a b c d"),
        ("Smith & Co., (Ltd.)", "smith & co., (ltd.)"),
        ("naïve\u00adly", "naively"),
    ],
)
def test_one_name_in_two_writings_folds_to_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("कि", "की"), ("कु", "क"), ("한", "하"), ("ש", "ס")])
def test_marks_that_are_letters_keep_names_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_folding_a_part_finds_it_in_the_folded_whole(before: str, after: str) -> None:
    assert fold(before) in fold(f"{before} {after}")


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_case_and_space_do_not_matter_in_ascii(text: str) -> None:
    assert fold(text.upper()) == fold(f" {text.lower()}  ")


@given(st.integers(min_value=0))
def test_digits_of_every_script_are_read(number: int) -> None:
    for zero in "٠۰०๐":
        assert ascii_digits("".join(chr(ord(zero) + int(digit)) for digit in str(number))) == str(number)


@pytest.mark.skipif(not NAMES.exists(), reason="needs the Persian names in ../shared/data")
def test_names_typed_on_arabic_keyboards_match_a_clean_list() -> None:
    with (NAMES / "nabidam_names_1.csv").open(encoding="utf-8-sig", newline="") as file:
        typed = [row[0] for row in csv.reader(file)][1:]
    clean = {
        line.strip()
        for kind in ("male", "female")
        for line in (NAMES / f"armanyazdi_{kind}_fa.txt").read_text("utf-8-sig").splitlines()
    }
    folded = {fold(name) for name in clean}
    assert (len(typed), sum(name in clean for name in typed)) == (4055, 273)
    assert sum(fold(name) in folded for name in typed) == 567
