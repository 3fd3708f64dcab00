"""What a record has several of: addresses, companies and roles, stated as JSON or by a verb."""

import pytest
from conftest import Crm
from furnishing import furnished


@furnished
def people(crm: Crm) -> Crm:
    crm("company", "add", "Acme")
    crm("contact", "add", "Jane Doe", "--email", "jane@acme.example")
    crm("deal", "add", "Two machines", "--company", "Acme", "--amount", "100")
    return crm


def emails(crm: Crm) -> list[dict[str, object]]:
    return crm("contact", "list", "-o", "json", "--columns", "emails").json[0]["emails"]


def test_stated_addresses_are_those_that_stand(people: Crm) -> None:
    stated = '[{"value": "j@b.example", "kind": "Work"}, {"value": "jane@acme.example", "opted_out": true}]'
    assert people("contact", "edit", "Jane", "--set", f"emails={stated}").code == 0
    assert emails(people) == [
        {"value": "j@b.example", "kind": "work", "primary": True, "opted_out": False, "invalid": False},
        {"value": "jane@acme.example", "primary": False, "opted_out": True, "invalid": False},
    ]
    assert people("contact", "list", "email=j@b.example", "-o", "ids").lines == ["1"]
    people("undo", "-y")
    assert [each["value"] for each in emails(people)] == ["jane@acme.example"]


def test_what_an_export_writes_can_be_stated(people: Crm) -> None:
    before = emails(people)
    text = people("contact", "list", "-o", "csv", "--no-header", "--columns", "emails").out
    stated = text.strip().strip('"').replace('""', '"')
    assert "so already" in people("contact", "edit", "Jane", "--set", f"emails={stated}").err
    assert emails(people) == before


def test_a_further_company_and_its_role(people: Crm) -> None:
    people("contact", "edit", "Jane", "--set", 'companies=[{"company": "acme", "role": "board"}]')
    found = people("contact", "list", "-o", "json", "--columns", "companies").json[0]["companies"]
    assert [(each["company"], each["role"]) for each in found] == [("Acme", "board")]


@pytest.mark.parametrize(
    ("stated", "code", "words"),
    [
        ("emails=nonsense", 2, "list of objects"),
        ('emails={"value": "a@b.example"}', 2, "list of objects"),
        ('emails=[{"valu": "a@b.example"}]', 2, "did you mean value"),
        ('emails=[{"value": "nobody"}]', 2, "is not an e-mail address"),
        ('emails=[{"kind": "work"}]', 2, "needs a value"),
        ('companies=[{"company": "Nowhere"}]', 3, "no company answers"),
    ],
)
def test_what_cannot_be_stated_is_refused(people: Crm, stated: str, code: int, words: str) -> None:
    done = people("contact", "edit", "Jane", "--set", stated)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert [each["value"] for each in emails(people)] == ["jane@acme.example"]


def test_the_history_of_stages_is_not_set(people: Crm) -> None:
    done = people("deal", "edit", "1", "--set", "stages=[]")
    assert done.code == 2
    assert "move the deal" in done.err


def roles(crm: Crm) -> list[tuple[str, str | None]]:
    found = crm("deal", "list", "-o", "json", "--columns", "contacts").json[0]["contacts"]
    return [(each["contact"], each.get("role")) for each in found]


def test_a_person_plays_a_part_in_a_deal(people: Crm) -> None:
    people("deal", "involve", "Two", "Jane", "--role", "Decision maker")
    assert roles(people) == [("Jane Doe", "decision_maker")]
    people("deal", "involve", "Two", "Jane", "--role", "gatekeeper")
    assert roles(people) == [("Jane Doe", "gatekeeper")]
    people("deal", "involve", "Two", "Jane", "--remove")
    assert roles(people) == []
    people("undo", "-y")
    assert roles(people) == [("Jane Doe", "gatekeeper")]


def test_who_has_no_part_cannot_be_removed(people: Crm) -> None:
    assert people("deal", "involve", "Two", "Jane", "--remove").code == 4
