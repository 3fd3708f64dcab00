"""What campaigns say: templates as they are written, refused, filled in and previewed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.errors import InvalidError
from crm_cli.rules.messaging import timing
from crm_cli.rules.messaging.facts import Known
from crm_cli.rules.messaging.templates import Template


@furnished
def spring(crm: Crm) -> Crm:
    """A campaign with three members: a contact with everything, one without a given name, and a lead."""
    crm("config", "set", "email", "me@example.org")
    crm("company", "add", "Acme", "--industry", "retail")
    crm("field", "add", "contact.shoe", "--type", "text")
    crm("contact", "add", "Ann Lee", "--email", "ann@example.org", "--company", "Acme", "--set", "shoe=37",
        "--country", "NL", "--birthday", "1990-03-01")  # fmt: skip
    crm("contact", "add", "--last-name", "Bo", "--email", "bo@example.org")
    crm("lead", "add", "Cid Moe", "--email", "cid@example.org", "--company-name", "Dune")
    crm("campaign", "add", "Spring", "--promo-code", "S26")
    for who in (("--contact", "1"), ("--contact", "2"), ("--lead", "1")):
        crm("member", "add", "--campaign", "Spring", *who)
    return crm


def write(crm: Crm, text: str, *more: str) -> None:
    done = crm("campaign", "message", "Spring", "--subject", "Hi", "--text", text, *more)
    assert done.code == 0, done.err


def bodies(crm: Crm, *more: str) -> list[str]:
    rows = crm("campaign", "preview", "Spring", "-o", "json", *more).json
    return [row["body"] for row in rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ name }}", ["Ann Lee", "Bo", "Cid Moe"]),
        ("{{ first_name|default('you')|upper }}", ["ANN", "YOU", "CID"]),
        ("{{ first_name or 'you' }}", ["Ann", "you", "Cid"]),
        ("{% if first_name %}Dear {{ first_name }}{% else %}Hello{% endif %}", ["Dear Ann", "Hello", "Dear Cid"]),
        ("{{ company|default('-') }}", ["Acme", "-", "Dune"]),
        ("{{ company.industry|default('-') }}", ["retail", "-", "-"]),
        ("{{ contact.shoe|default('-') }}", ["37", "-", "-"]),
        ("{{ country|default('-') }} {{ contact.country|default('-') }}", ["Netherlands Netherlands", "- -", "- -"]),
        ("{{ contact.email }}", ["ann@example.org", "bo@example.org", "cid@example.org"]),
        ("{{ promo_code }} {{ campaign }} {{ campaign.type }}", ["S26 Spring email"] * 3),
        ("{{ unsubscribe }}", ["mailto:me@example.org?subject=unsubscribe"] * 3),
        ("{{ today }}", ["2026-06-15"] * 3),
        ("{{ contact.birthday|default('?') }}", ["1990-03-01", "?", "?"]),
        ("{# not said #}5 < 6 & more", ["5 < 6 & more"] * 3),
    ],
)  # fmt: skip
def test_a_template_is_filled_in_for_each_member(spring: Crm, text: str, found: list[str]) -> None:
    write(spring, text)
    assert bodies(spring) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ frist_name }}", "text, line 1: unknown field 'frist_name'; did you mean first_name"),
        ("\n\n{{ contact.sheo }}", "line 3: unknown field of contact 'sheo'; did you mean"),
        ("{{ kontact.shoe }}", "did you mean contact?"),
        ("{{ name|uper }}", "unknown filter 'uper'; did you mean upper"),
        ("{{ name", "a field is written {{ name }}"),
        ("{% if name %}", "line 1: "),
        ("{{ 'x' * 10**9 }}", "arithmetic and the like are not for messages"),
        ("{{ 2 ** 99999999 }}", "arithmetic and the like"),
        ("{% for a in name %}{{ a }}{% endfor %}", "loops are not for messages"),
        ("{{ name.upper() }}", "calls are not for messages"),
        ("{{ ().__class__ }}", "only one dot"),
        ("{{ name.__class__ }}", "unknown group of fields 'name'"),
        ("{{ contact.__class__ }}", "unknown field of contact"),
        ("{{ name['x'] }}", "brackets are not for messages"),
        ("{% set a = 1 %}", "assignments are not"),
        ("{% include '/etc/passwd' %}", "includes are not"),
        ("{% macro m() %}{% endmacro %}", "macros are not"),
        ("{{ name|center(1000000000) }}", "unknown filter 'center'"),
        ("{{ " + "(" * 2000 + "name" + ")" * 2000 + " }}", "nested too deeply"),
        ("{% if name %}" * 200 + "{% endif %}" * 200, "nested too deeply"),
        ("x" * 600_000, "more than 500,000 letters"),
    ],
)
def test_what_is_no_template_is_refused_when_it_is_written(spring: Crm, text: str, said: str) -> None:
    done = spring("campaign", "message", "Spring", "--text", text)
    assert done.code == 2
    assert said.replace("text, line", "body, line") in done.err
    assert len(done.err.splitlines()) == 1
    assert spring("campaign", "message", "Spring").out == ""


def test_html_is_escaped_and_text_is_not(spring: Crm, tmp_path: Path) -> None:
    spring("contact", "edit", "1", "--name", "Ann <b>&")
    (tmp_path / "m.html").write_text("<p>{{ name }}</p>{{ offer|default('<i>') }}", encoding="utf-8")
    write(spring, "{{ name }}", "--html", str(tmp_path / "m.html"))
    row = spring("campaign", "preview", "Spring", "--member", "ann@example.org", "-o", "json").json[0]
    assert (row["body"], row["html"]) == ("Ann <b>&", "<p>Ann &lt;b&gt;&amp;</p>&lt;i&gt;")


def test_a_value_is_never_part_of_the_template(spring: Crm) -> None:
    spring("contact", "edit", "1", "--name", "{{ promo_code }}")
    write(spring, "{{ name }}")
    assert bodies(spring)[0] == "{{ promo_code }}"


def test_who_lacks_what_is_said_and_a_default_stands_in(spring: Crm) -> None:
    write(spring, "Dear {{ first_name }}, {{ contact.shoe }}")
    done = spring("campaign", "preview", "Spring")
    assert "member 2 Bo lacks contact.shoe, first_name" in done.err
    assert done.err.splitlines()[-1] == "3 would get it; 2 of them lack what it needs"
    assert bodies(spring, "--default", "first_name=there", "--default", "contact.shoe=?") == [
        "Dear Ann, 37", "Dear there, ?", "Dear Cid, ?",
    ]  # fmt: skip
    write(spring, "Dear {{ first_name }}", "--default", "first_name=you")
    assert bodies(spring) == ["Dear Ann", "Dear you", "Dear Cid"]
    assert (
        "did you mean first_name" in spring("campaign", "preview", "Spring", "--default", "frist_name=x").err
    )


def test_a_preview_says_who_would_not_get_it_and_sends_nothing(spring: Crm) -> None:
    spring("contact", "prefer", "1", "--no-bulk-email")
    write(spring, "Hello {{ name }}")
    done = spring("campaign", "preview", "Spring", "-n", "1")
    assert "To: Bo <bo@example.org>\nSubject: Hi\n\nHello Bo\n" in done.out
    assert done.err.endswith("2 would get it; 1 would not: 1 wants no mass e-mail (do_not_bulk_email)\n")
    assert spring("delivery", "list", "--count").out == "0\n"
    assert spring("campaign", "preview", "Spring", "--member", "Ann Lee").out.startswith("To: Ann Lee")


def test_a_message_is_changed_part_by_part_and_taken_away(spring: Crm, tmp_path: Path) -> None:
    write(spring, "One")
    done = spring("campaign", "message", "Spring", "--body", "-", input="Two\n")
    assert "names no way to unsubscribe" in done.err
    spring("campaign", "message", "Spring", "--channel", "sms", "--text", "Short")
    rows = spring("campaign", "message", "Spring", "-o", "json").json
    assert [(row["channel"], row["subject"], row["body"]) for row in rows] == [
        ("email", "Hi", "Two\n"), ("sms", None, "Short"),
    ]  # fmt: skip
    assert "a subject and HTML are for e-mail" in spring("campaign", "message", "Spring", "--channel", "sms",
                                                         "--subject", "x").err  # fmt: skip
    spring("campaign", "message", "Spring", "--remove")
    assert [row["channel"] for row in spring("campaign", "message", "Spring", "-o", "json").json] == ["sms"]
    assert spring("campaign", "message", "Spring", "--remove").code == 2
    assert "cannot read" in spring("campaign", "message", "Spring", "--body", str(tmp_path / "no")).err
    assert (
        "did you mean email"
        in spring("campaign", "message", "Spring", "--channel", "emial", "--text", "x").err
    )


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    with closing(db.ask(tmp_path_factory.mktemp("none") / "missing.db")) as connection:
        yield Known.of(connection)


@given(value=st.text(max_size=40))
def test_a_text_says_just_what_the_field_holds(known: Known, value: str) -> None:
    lacking: set[str] = set()
    made = Template("<{{ name }}>", known, "body").fill({"name": value} if value else {}, lacking)
    assert made == f"<{value}>"
    assert lacking == (set() if value else {"name"})


@given(text=st.text("{}%#'|ab. _()*<>\"\n", max_size=60))
def test_any_text_is_a_template_or_refused(known: Known, text: str) -> None:
    try:
        made = Template(text, known, "body").fill({"name": "x"}, set())
        refused = ""
    except InvalidError as error:
        made, refused = "", str(error)
    assert refused.startswith("body") or not refused
    assert len(made) <= 20 * len(text) + 20


@pytest.mark.parametrize(
    ("best", "day", "zone", "at", "found"),
    [
        ("morning", None, "UTC", "2026-06-15T07:00:00Z", "2026-06-15T08:00:00Z"),
        ("morning", None, "UTC", "2026-06-15T08:00:00Z", None),
        ("morning", None, "UTC", "2026-06-15T12:00:00Z", "2026-06-16T08:00:00Z"),
        ("afternoon", None, "UTC", "2026-06-15T16:59:59Z", None),
        ("evening", None, "America/New_York", "2026-06-15T12:00:00Z", "2026-06-15T21:00:00Z"),
        ("evening", None, "Asia/Tokyo", "2026-06-15T09:30:00Z", None),
        ("09:30-10:15", None, "Europe/Berlin", "2026-06-15T09:00:00Z", "2026-06-16T07:30:00Z"),
        ("22:00-02:00", None, "UTC", "2026-06-15T01:00:00Z", None),
        (None, "wednesday", "UTC", "2026-06-15T12:00:00Z", "2026-06-17T00:00:00Z"),
        (None, "monday", "UTC", "2026-06-15T12:00:00Z", None),
        ("morning", "monday", "UTC", "2026-06-15T12:00:00Z", "2026-06-22T08:00:00Z"),
        ("morning", None, "Nowhere/Land", "2026-06-15T07:00:00Z", "2026-06-15T08:00:00Z"),
        ("whenever", None, "UTC", "2026-06-15T07:00:00Z", None),
        (None, None, "UTC", "2026-06-15T07:00:00Z", None),
        ("morning", None, "Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z"),
    ],
)
def test_the_moment_that_suits_a_person(
    best: str | None, day: str | None, zone: str, at: str, found: str | None
) -> None:
    assert timing.suits(best, day, (zone, "UTC"), at) == found
