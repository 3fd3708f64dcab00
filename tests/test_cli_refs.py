"""References: a record is named by any handle, and by none of two at once."""

from collections.abc import Callable

import pytest
from conftest import Crm, Terminal
from furnishing import furnished

Names = Callable[..., list[str]]


@furnished
def people(crm: Crm) -> Crm:
    crm("company", "add", "Acme, Inc.", "--email", "hi@acme.example", "--external-id", "386")
    crm("contact", "add", "José Díaz", "--email", "jose@acme.example,pepe@home.example", "--company", "1",
        "--phone", "+44 20 7946 0958", "--external-id", "A-7", "--external-source", "zoho")  # fmt: skip
    crm("contact", "add", "علي كريم", "--phone", "(212) 555-0100", "--country", "US")
    crm("contact", "add", "Josefine Klein")
    crm("contact", "add", "Ada Lovelace")
    crm("contact", "add", "ADA LOVELACE")
    crm("contact", "add", "--", "-dash")
    crm("contact", "add", "360")
    crm("product", "add", "Grinder M", "--code", "GM")
    crm("campaign", "add", "Spring fair", "--code", "SF-26")
    crm("lead", "add", "Sam Field", "--email", "sam@field.example", "--phone", "+31 20 123 4567")
    crm("user", "add", "Mara Quist", "--email", "mara@example.org")
    crm("deal", "add", "Machines", "--company", "1")
    crm("task", "add", "Send quote", "--about", "deal:1")
    return crm


@pytest.mark.parametrize(
    ("noun", "ref", "found"),
    [
        ("contact", "1", 1),
        ("contact", "contact:1", 1),
        ("contact", "ext:A-7", 1),
        ("contact", "jose@acme.example", 1),
        ("contact", "PEPE@home.example", 1),
        ("contact", "+44 20 7946 0958", 1),
        ("contact", "+442079460958", 1),
        ("contact", "0044 20 7946 0958", 1),
        ("contact", "+44 (20) 7946-0958", 1),
        ("contact", "+1 212 555 0100", 2),
        ("contact", "José Díaz", 1),
        ("contact", "jose diaz", 1),
        ("contact", "JOSÉ  DÍAZ", 1),
        ("contact", "Jose\u0301 Di\u0301az", 1),
        ("contact", "jose d", 1),
        ("contact", "josef", 3),
        ("contact", "علی کریم", 2),
        ("contact", "علي", 2),
        ("contact", "contact:360", None),
        ("company", "ext:386", 1),
        ("company", "acme, inc.", 1),
        ("company", "acme", 1),
        ("company", "HI@acme.example", 1),
        ("product", "gm", 1),
        ("product", "grinder", 1),
        ("campaign", "sf-26", 1),
        ("lead", "sam@field.example", 1),
        ("lead", "+31201234567", 1),
        ("user", "mara@example.org", 1),
        ("deal", "mach", 1),
        ("task", "send quote", 1),
        ("pipeline", "sales", 1),
    ],
)
def test_a_reference_finds(people: Crm, noun: str, ref: str, found: int | None) -> None:
    done = people(noun, "list", ref, "-o", "ids")
    assert (done.code, done.out) == ((0, f"{found}\n") if found else (3, ""))


def test_a_phone_without_a_country_is_read_in_the_configured_one(people: Crm, tmp_path: object) -> None:
    settings = f"{tmp_path}/settings.toml"
    with open(settings, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write('country = "GB"\n')
    found = people("contact", "list", "020 7946 0958", "-o", "ids", env={"CRM_CONFIG": settings})
    assert found.out == "1\n"


def test_a_bare_number_is_our_id_and_nothing_else(people: Crm) -> None:
    done = people("contact", "list", "360")
    assert (done.code, done.err) == (3, "crm: no contact has the id 360; contact 7 is called so\n")
    assert people("contact", "list", "name=360", "-o", "ids").out == "7\n"
    assert people("company", "list", "386").code == 3


def test_a_name_that_begins_with_a_dash_follows_two(people: Crm) -> None:
    assert people("contact", "list", "-o", "ids", "--", "-dash").out == "6\n"
    done = people("contact", "list", "-dash")
    assert (done.code, done.err.startswith("crm: ")) == (2, True)


def test_nothing_answers_and_the_nearest_are_named(people: Crm) -> None:
    done = people("contact", "show", "Jose Dias")
    assert (done.code, done.out) == (3, "")
    assert done.err == "crm: no contact answers to 'Jose Dias'; did you mean José Díaz?\n"
    assert "answers to 'dias'; did you mean José Díaz" in people("contact", "show", "dias").err
    assert people("contact", "show", "Xyzzy").err.endswith("`crm contact list` shows them\n")
    assert people("contact", "show", "nobody@nowhere.example").code == 3
    assert people("contact", "show", "ext:nothing").code == 3
    assert people("contact", "show", "99999999999999999999").code == 3
    assert people("contact", "show", "").code == 3
    assert people("deal", "show", "contact:1").code == 3


def test_several_answer_and_all_are_named(people: Crm) -> None:
    done = people("contact", "show", "ada lovelace")
    assert (done.code, done.out) == (4, "")
    assert done.err == (
        "crm: 2 contacts answer to 'ada lovelace': 4 Ada Lovelace, 5 ADA LOVELACE; give the id\n"
    )
    assert people("contact", "edit", "jos", "--title", "X").code == 4
    people("contact", "edit", "5", "--company", "1", "--phone", "212 555 0199")
    assert "4 Ada Lovelace, 5 ADA LOVELACE (Acme, Inc., 212 555 0199);" in people("show", "ada").err


def test_an_exact_name_goes_before_a_longer_one(people: Crm) -> None:
    people("company", "add", "Acme, Inc. West")
    assert people("company", "list", "acme, inc.", "-o", "ids").out == "1\n"
    assert people("company", "list", "acme", "-o", "ids").code == 4


def test_in_a_terminal_one_of_several_is_picked(people: Crm, terminal: Terminal) -> None:
    done = terminal("contact", "edit", "ada", "--title", "Countess", answers=[("Which contact", "\x1b[B\r")])
    assert done.code == 0
    assert people("contact", "list", "title=Countess", "-o", "ids").out == "5\n"


def test_who_is_spoken_to_and_of_is_picked_too(people: Crm, terminal: Terminal) -> None:
    second = [("Which contact", "\x1b[B\r")]
    assert terminal("call", "ada", "Wants two", "--next", "Send quote", answers=second).code == 0
    assert terminal("deal", "add", "Two", "--contact", "ada", "--stage", "Proposal", answers=second).code == 0
    assert people("deal", "list", "contact_id=5", "--columns", "name").out == "Two\n"
    shown = terminal("show", "ada", answers=second)
    assert (shown.code, "Wants two" in shown.out, "Send quote" in shown.out) == (0, True, True)


def test_an_interrupted_pick_changes_nothing(people: Crm, terminal: Terminal) -> None:
    done = terminal("contact", "edit", "ada", "--title", "Countess", answers=[("Which contact", "\x03")])
    assert (done.code, "nothing was changed" in done.out) == (130, True)
    assert people("contact", "list", "title=Countess", "--count").out == "0\n"


def test_references_come_on_standard_input(people: Crm) -> None:
    done = people("contact", "tag", "vip", "-", input="1\n\n  josef \ncontact:2\n1\n")
    assert (done.code, done.out) == (0, "1\n3\n2\n")
    assert people("contact", "list", "tag=vip", "-o", "ids").out == "1\n2\n3\n"


def test_no_references_on_standard_input_are_nothing_to_do(people: Crm) -> None:
    for args in (
        ("contact", "tag", "x", "-"),
        ("contact", "edit", "-", "--title", "X"),
        ("contact", "delete", "-", "--yes"),
        ("contact", "list", "-"),
        ("contact", "show", "-"),
        ("deal", "win", "-"),
        ("task", "done", "-"),
    ):
        done = people(*args, input="")
        assert (args, done.code, done.out) == (args, 0, "")
    assert people("history", "--limit", "1", "-o", "json").json[0]["verb"] == "task add"


def test_one_wrong_reference_among_many_changes_none(people: Crm) -> None:
    done = people("contact", "edit", "-", "--title", "X", input="1\nnobody\n2\n")
    assert (done.code, done.out) == (3, "")
    assert people("contact", "list", "title=X", "--count").out == "0\n"


def test_where_nouns_mix_the_noun_is_named(people: Crm) -> None:
    people("deal", "add", "Acme, Inc.")
    assert people("show", "deal:1").out.startswith("deal 1  Machines\n")
    assert people("show", "acme, inc.").out.startswith("company 1  Acme, Inc.\n")
    assert people("show", "deal:acme").out.startswith("deal 2  Acme, Inc.\n")
    assert people("show", "gm").out.startswith("product 1  Grinder M\n")
    assert people("note", "sam field", "Called").err == "logged note about lead:1\n"
    done = people("show", "nothing like it")
    assert (done.code, done.err.count("\n")) == (3, 1)


def test_several_references_at_once(people: Crm) -> None:
    assert people("contact", "list", "1", "josef", "jose@acme.example", "-o", "ids").out == "1\n3\n"
