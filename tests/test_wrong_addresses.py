"""E-mail addresses that can be none: refused where somebody types them, kept and flagged where they come in files."""

import json

import pytest
from conftest import Crm

PEOPLE = "id,name,email\n1,Ann,ann@x.org\n2,Bob,bob at x.org\n3,Cem,n/a\n4,Dia,n/a\n"


def flags(crm: Crm) -> list[tuple[str, list[tuple[str, bool]]]]:
    """The addresses of every contact, and whether they are flagged."""
    rows = crm("contact", "list", "--columns", "name,emails", "-o", "json", "--sort", "id").json
    return [(row["name"], [(each["value"], each["invalid"]) for each in row["emails"]]) for row in rows]


def test_a_file_keeps_them_and_flags_them(crm: Crm) -> None:
    done = crm("contact", "import", "-", input=PEOPLE)
    assert done.code == 0
    assert "3 e-mail addresses that are none are kept and flagged" in done.err
    kept = [("Ann", [("ann@x.org", False)]), ("Bob", [("bob at x.org", True)]), ("Cem", [("n/a", True)]),
            ("Dia", [("n/a", True)])]  # fmt: skip
    assert flags(crm) == kept
    again = crm("contact", "import", "-", "-o", "json", input=PEOPLE).json
    assert (again["unchanged"], again["updated"], again["created"]) == (4, 0, 0)
    assert flags(crm) == kept


@pytest.mark.parametrize("noun", ["contact", "lead", "company"])
def test_what_is_no_address_makes_no_two_records_one(crm: Crm, noun: str) -> None:
    text = "name,email\nAnn,none\nBob,none\nCem,none\n"
    assert crm(noun, "import", "-", "-o", "json", input=text).json["created"] == 3
    assert crm(noun, "import", "-", "-o", "json", input=text).json["unchanged"] == 3


def test_several_in_a_cell_are_flagged_one_by_one(crm: Crm) -> None:
    crm("contact", "import", "-", input='name,email\nAnn,"ann@x.org; nobody"\n')
    assert flags(crm) == [("Ann", [("ann@x.org", False), ("nobody", True)])]


def test_they_come_through_an_export_and_cards(crm: Crm) -> None:
    crm("contact", "import", "-", input=PEOPLE)
    before = crm("contact", "export").out
    assert crm("contact", "import", "-", "-o", "json", input=before).json["unchanged"] == 4
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eve\r\nEMAIL:eve\r\nEMAIL:eve@x.org\r\nEND:VCARD\r\n"
    done = crm("contact", "import", "-", input=card)
    assert (done.code, "1 e-mail address that is none is kept and flagged" in done.err) == (0, True)
    assert sorted(flags(crm)[-1][1]) == [("eve", True), ("eve@x.org", False)]


def test_a_valid_one_takes_the_place_of_a_wrong_one(crm: Crm) -> None:
    crm("contact", "import", "-", input=PEOPLE)
    crm("contact", "import", "-", input="id,email\n2,bob@x.org\n")
    row = crm("contact", "show", "2", "-o", "json").json
    row = row[0] if isinstance(row, list) else row
    assert "bob@x.org" in json.dumps(row)
    assert flags(crm)[1][1] == [("bob@x.org", False), ("bob at x.org", True)]


def test_typed_it_is_refused_unless_forced(crm: Crm) -> None:
    refused = crm("contact", "add", "Ann", "--email", "ann at x.org")
    assert (refused.code, "is not an e-mail address" in refused.err) == (2, True)
    assert crm("contact", "add", "Ann", "--email", "ann at x.org", "--force").code == 0
    assert flags(crm) == [("Ann", [("ann at x.org", True)])]
    assert crm("contact", "edit", "1", "--email", "still wrong").code == 2
