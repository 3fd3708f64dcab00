"""Adding a record: what is printed where, what is refused, what is only warned of."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal


def dump(store: Path) -> list[str]:
    """The whole store as SQL text."""
    connection = sqlite3.connect(store)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def seen(crm: Crm, noun: str, ref: str = "1") -> dict[str, Any]:
    """All columns of one record."""
    found: list[dict[str, Any]] = crm(noun, "list", ref, "--columns", "all", "-o", "json").json
    return found[0]


def test_prints_the_id_alone_and_says_the_rest_beside(crm: Crm, store: Path) -> None:
    done = crm("contact", "add", "Ada Lovelace", "--email", "ada@example.org")
    assert (done.code, done.out) == (0, "1\n")
    assert done.err.splitlines() == [
        f"made the store {store}, money in USD; `crm init` sets this and more",
        "added contact 1 Ada Lovelace",
    ]


def test_quiet_says_nothing_beside_the_id(crm: Crm) -> None:
    assert (crm("contact", "add", "Ada", "-q").out, crm("-q", "contact", "add", "Bea").err) == ("1\n", "")


def test_prints_the_record_in_the_format_that_is_asked_for(crm: Crm) -> None:
    made = crm("company", "add", "Acme", "-o", "json").json
    assert [(each["id"], each["name"], each["type"]) for each in made] == [(1, "Acme", "prospect")]


@pytest.mark.parametrize(
    ("noun", "args"),
    [
        ("contact", ("Ada",)),
        ("company", ("Acme",)),
        ("lead", ("Ada",)),
        ("deal", ("Machines", "--amount", "5")),
        ("campaign", ("Fair",)),
        ("product", ("Grinder",)),
        ("pipeline", ("Other", "--stages", "Talk:20,Won:won,Lost:lost")),
        ("user", ("Mara",)),
        ("activity", ("Talked", "--kind", "call")),
        ("task", ("Write",)),
    ],
)
def test_every_noun_can_be_added_tried_first_and_taken_back(
    crm: Crm, store: Path, noun: str, args: tuple[str, ...]
) -> None:
    crm("company", "add", "To make a store")
    before = dump(store)
    tried = crm(noun, "add", *args, "--dry-run")
    assert (tried.code, tried.out) == (0, "")
    assert "would" in tried.err
    assert dump(store) == before
    count = int(crm(noun, "list", "--count").out)
    assert crm(noun, "add", *args).code == 0
    assert int(crm(noun, "list", "--count").out) == count + 1
    assert crm("undo").code == 0
    assert int(crm(noun, "list", "--count").out) == count


def test_a_dry_run_makes_no_store(crm: Crm, store: Path) -> None:
    assert crm("contact", "add", "Ada", "--dry-run").code == 0
    assert not store.exists()


@pytest.mark.parametrize(
    "noun", ["contact", "company", "lead", "deal", "campaign", "product", "user", "activity", "task"]
)
def test_a_record_that_nothing_tells_is_asked_for_or_refused(crm: Crm, store: Path, noun: str) -> None:
    done = crm(noun, "add")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"crm: which {noun}?")
    assert not store.exists()


def test_in_a_terminal_the_name_is_asked_for(terminal: Terminal, crm: Crm) -> None:
    assert terminal("contact", "add", answers=[("Name of the contact:", "Ada Lovelace\r")]).code == 0
    assert crm("contact", "list", "--columns", "name").out == "Ada Lovelace\n"


def test_an_interrupted_answer_changes_nothing(terminal: Terminal, store: Path) -> None:
    done = terminal("contact", "add", answers=[("Name of the contact:", "\x03")])
    assert done.code == 130
    assert "nothing was changed" in done.out
    assert not store.exists()


def test_set_and_unset_reach_every_field(crm: Crm) -> None:
    crm("contact", "add", "Ada", "--set", "city=Paris", "--set", "tags=b, A", "--title", "Boss")
    crm("contact", "edit", "1", "--unset", "title", "--set", "city=")
    after = seen(crm, "contact")
    assert (after["city"], after["title"], after["tags"]) == (None, None, ["a", "b"])


def test_an_unknown_field_is_refused_with_the_nearest(crm: Crm, store: Path) -> None:
    done = crm("contact", "add", "Ada", "--set", "titel=Boss")
    assert (done.code, done.err) == (2, "crm: unknown field of contact 'titel'; did you mean title?\n")
    done = crm("contact", "add", "Ada", "--unset", "nothing_like_it")
    assert done.code == 2
    assert crm("contact", "add", "Ada", "--set", "title").err.startswith("crm: --set 'title' has no =")
    assert not crm("contact", "list").out
    assert dump(store)


@pytest.mark.parametrize(
    ("noun", "field", "text"),
    [
        ("deal", "amount", "abc"),
        ("deal", "expected_close", "31 February 2026"),
        ("deal", "expected_close", "03/04/2026"),
        ("deal", "probability", "many"),
        ("deal", "currency", "XXQ"),
        ("company", "employees", "2.5"),
        ("contact", "email", "nobody at home"),
        ("contact", "lifecycle", "butterfly"),
        ("contact", "do_not_email", "perhaps"),
        ("contact", "owner", "Nobody"),
        ("lead", "website", "not a site"),
    ],
)
def test_a_value_that_is_none_is_refused_by_the_name_of_its_field(
    crm: Crm, noun: str, field: str, text: str
) -> None:
    done = crm(noun, "add", "Some Name", "--set", f"{field}={text}")
    assert done.code in (2, 3)
    assert done.err.count("\n") == 2 - (not done.err.startswith("made the store"))
    assert not crm(noun, "list").out


def test_equal_address_is_refused_unless_forced(crm: Crm) -> None:
    crm("contact", "add", "Ada", "--email", "ada@example.org")
    done = crm("contact", "add", "Ada L", "--email", "ADA@Example.org")
    assert (done.code, done.out) == (4, "")
    assert "contact 1 Ada" in done.err
    assert "--force" in done.err
    assert crm("contact", "add", "Ada L", "--email", "ADA@Example.org", "--force").out == "2\n"


@pytest.mark.parametrize("noun", ["company", "lead"])
def test_equal_address_of_a_company_or_lead_is_refused(crm: Crm, noun: str) -> None:
    crm(noun, "add", "Acme", "--email", "hi@acme.example")
    assert crm(noun, "add", "Other", "--email", "HI@acme.example").code == 4


@pytest.mark.parametrize(
    "noun", ["contact", "company", "lead", "deal", "product", "campaign", "user", "task"]
)
def test_equal_external_id_is_refused_by_name_even_when_forced(crm: Crm, noun: str) -> None:
    crm(noun, "add", "First", "--external-id", "7", "--external-source", "zoho")
    done = crm(noun, "add", "Second", "--external-id", "7", "--external-source", "zoho", "--force")
    assert done.code == 4
    assert f"{noun} 1 First" in done.err
    assert crm(noun, "add", "Third", "--external-id", "7", "--external-source", "other").code == 0


def test_equal_external_id_without_a_source_is_refused_too(crm: Crm) -> None:
    crm("contact", "add", "First", "--external-id", "7")
    assert crm("contact", "add", "Second", "--external-id", "7").code == 4


def test_equal_code_is_refused(crm: Crm) -> None:
    crm("product", "add", "Grinder", "--code", "GM")
    done = crm("product", "add", "Other", "--code", "gm")
    assert (done.code, "product 1 Grinder" in done.err) == (4, True)


def test_two_people_cannot_share_a_name_is_no_fault_of_ours(crm: Crm) -> None:
    crm("contact", "add", "José Díaz")
    done = crm("contact", "add", "JOSE DIAZ")
    assert (done.code, done.out) == (0, "2\n")
    assert "contact 1 José Díaz has the same name" in done.err


def test_a_like_phone_is_warned_of(crm: Crm) -> None:
    crm("contact", "add", "Ada", "--phone", "+44 20 7946 0958", "--country", "GB")
    done = crm("contact", "add", "Bea", "--phone", "020 79460958", "--country", "GB")
    assert (done.code, "contact 1 Ada has the same phone number" in done.err) == (0, True)


def test_value_abc_prints_no_stack_trace(crm: Crm) -> None:
    done = crm("deal", "add", "Machines", "--amount", "abc")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("crm: amount: ")
    assert "Traceback" not in done.err


def test_type_detection_turns_no_phone_or_zip_into_a_number(crm: Crm) -> None:
    crm("contact", "add", "Ada", "--phone", "+12125550100", "--postal-code", "02134", "--external-id", "007")
    after = seen(crm, "contact")
    assert (after["phone"], after["postal_code"], after["external_id"]) == ("+12125550100", "02134", "007")


def test_a_name_that_is_digits_or_begins_with_a_dash(crm: Crm) -> None:
    crm("company", "add", "360")
    assert crm("company", "add", "--", "-dash").out == "2\n"
    assert [each["name"] for each in crm("company", "list", "-o", "json").json] == ["360", "-dash"]


def test_what_is_written_is_whose_who_writes(crm: Crm, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('me = "Mara Quist"\n')
    mine = {"CRM_CONFIG": str(settings)}
    crm("contact", "add", "Ada", env=mine)
    crm("contact", "add", "Bea", "--owner", "me", env=mine)
    crm("contact", "add", "Cyd", "--set", "owner=", env=mine)
    owners = [each["owner"] for each in crm("contact", "list", "-o", "json").json]
    assert owners == ["Mara Quist", "Mara Quist", None]


def test_a_reference_is_found_by_any_handle(crm: Crm) -> None:
    crm("company", "add", "Größl & Söhne")
    for number, ref in enumerate(("1", "grossl", "GRÖSSL & SÖHNE", "company:1"), 1):
        crm("contact", "add", f"Person {number}", "--company", ref)
        assert seen(crm, "contact", str(number))["company"] == "Größl & Söhne"
    assert crm("contact", "add", "Nobody", "--company", "Nowhere").code == 3


def test_a_full_name_is_split_and_its_parts_make_a_name(crm: Crm) -> None:
    crm("contact", "add", "Ada King Lovelace")
    crm("contact", "add", "--first-name", "Bea", "--last-name", "Byron")
    assert (seen(crm, "contact")["first_name"], seen(crm, "contact")["last_name"]) == ("Ada King", "Lovelace")
    assert seen(crm, "contact", "2")["name"] == "Bea Byron"


def test_several_addresses_at_once_the_first_is_the_primary(crm: Crm) -> None:
    crm("contact", "add", "Ada", "--email", "a@example.org,b@example.org", "--email", "c@example.org")
    after = seen(crm, "contact")
    assert [each["value"] for each in after["emails"]] == ["a@example.org", "b@example.org", "c@example.org"]
    assert [each["primary"] for each in after["emails"]] == [True, False, False]
