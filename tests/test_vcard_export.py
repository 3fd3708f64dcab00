"""vCards out: what a real address book lists, what comes back unchanged, what the standards ask of a line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.formats import card_writing, cards
from crm_cli.formats.source import Source

KHARD = Path(sys.executable).with_name("khard")
SETTINGS = """
[addressbooks]
[[ours]]
path = {book}
[general]
default_action = list
[contact table]
display = formatted_name
localize_dates = no
[vcard]
preferred_version = 4.0
"""
PEOPLE = [
    ("Zoë Ångström-Łukasiewicz", "zoe@x.example"),
    ("علی رضایی", "ali@x.example"),
    ("דוד כהן", "david@x.example"),
    ("山田 太郎", "taro@x.example"),
    ("Semi; Colon, Comma \\ Back", "semi@x.example"),
    (
        "A name that goes on for so long that the line it stands on has to be folded " + "ö" * 60,
        "long@x.example",
    ),
]


def export(crm: Crm, form: str, noun: str = "contact") -> str:
    result = crm(noun, "export", "-o", form, "--sort", "id")
    assert result.code == 0, result.err
    return result.out


def fill(crm: Crm) -> None:
    """People whose fields are all that a card has a place for, and what is hard to write."""
    for name, email in PEOPLE:
        assert crm("contact", "add", name, "--email", email).code == 0
    firm = (
        "website=https://engines.example",
        "phone=+44 1",
        "email=i@engines.example",
        "city=Hull",
        "country=DE",
    )
    crm("company", "add", "Analytical; Engines, Ltd", *(word for pair in firm for word in ("--set", pair)))
    zoe = {
        "salutation": "Dr.",
        "title": "Chief, R&D; Labs",
        "birthday": "1980-02-29",
        "company": "Analytical; Engines, Ltd",
        "street": "1 High St\nFlat 2",
        "city": "York",
        "region": "N. Yorks",
        "postal_code": "YO1",
        "country": "GB",
        "notes": "Line one\nLine two, with; marks \\n and \\\\",
        "language": "pl",
        "timezone": "Europe/Warsaw",
        "social": '["https://x.example/~zoe?a=1,2;3", "@zoe"]',
        "tags": '["vip", "a,b", "c;d"]',
    }
    pairs = (word for name, value in zoe.items() for word in ("--set", f"{name}={value}"))
    assert crm("contact", "edit", "zoe@x.example", *pairs).code == 0
    several = """BEGIN:VCARD
FN:Many Values
UID:urn:uuid:not-one-of-ours
EMAIL;TYPE=work:one@x.example
EMAIL;TYPE=home,pref:two@x.example
item1.EMAIL:three@x.example
item1.X-ABLabel:Ferien; Haus
TEL;TYPE=cell:+44 20 7946 0958
TEL;TYPE=fax:(020) 7946 0959
TEL:112
END:VCARD
"""
    assert crm("contact", "import", "-", input=several).code == 0


def told(crm: Crm, noun: str) -> list[dict[str, Any]]:
    """All that a noun's records say, without what belongs to a store."""
    own = {"id", "created_at", "updated_at", "company_id"}
    rows = crm(noun, "export", "-o", "json", "--sort", "id").json
    return [{name: value for name, value in row.items() if name not in own} for row in rows]


@pytest.mark.parametrize("form", ["vcf", "vcf3"])
def test_what_goes_out_comes_back_into_an_empty_store(crm: Crm, tmp_path: Path, form: str) -> None:
    fill(crm)
    before = [told(crm, noun) for noun in ("company", "contact")]
    files = {noun: tmp_path / f"{noun}.vcf" for noun in ("company", "contact")}
    for noun, file in files.items():
        file.write_bytes(export(crm, form, noun).encode())
    fresh = {"CRM_DB": str(tmp_path / "fresh.db")}
    for noun, file in files.items():
        assert crm(noun, "import", str(file), env=fresh).code == 0
    there: Crm = lambda *args: crm(*args, env=fresh)  # type: ignore[assignment]  # noqa: E731
    assert [told(there, noun) for noun in ("company", "contact")] == before
    for noun, file in files.items():
        stamps = re.compile(r"^REV:.*$", re.MULTILINE)
        assert stamps.sub("", export(there, form, noun)) == stamps.sub("", file.read_bytes().decode())


@pytest.mark.parametrize("form", ["vcf", "vcf3"])
def test_what_goes_out_changes_nothing_where_it_comes_from(crm: Crm, form: str) -> None:
    fill(crm)
    for noun, number in (("contact", 7), ("company", 1)):
        result = crm(noun, "import", "-", "-o", "json", input=export(crm, form, noun))
        assert (result.json["read"], result.json["unchanged"], result.json["command"]) == (
            number,
            number,
            None,
        )


def test_a_uid_is_the_one_that_a_card_came_with_else_made_of_ours(crm: Crm) -> None:
    fill(crm)
    uids = re.findall(r"^UID:(.*)\r$", export(crm, "vcf"), re.MULTILINE)
    assert uids[-1] == "urn:uuid:not-one-of-ours"
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uid) for uid in uids[:-1])
    assert uids == re.findall(r"^UID:(.*)\r$", export(crm, "vcf3"), re.MULTILINE)


@pytest.mark.parametrize(("form", "version"), [("vcf", "4.0"), ("vcf3", "3.0")])
def test_lines_are_as_the_standards_ask(crm: Crm, form: str, version: str) -> None:
    fill(crm)
    for noun, number in (("contact", 7), ("company", 1)):
        text = export(crm, form, noun)
        assert (
            text.count("BEGIN:VCARD\r\n")
            == text.count("END:VCARD\r\n")
            == text.count(f"VERSION:{version}\r\n")
            == number
        )
        lines = text.split("\r\n")
        assert max(len(line.encode()) for line in lines) <= 75
        assert not any("\n" in line for line in lines)
    people = export(crm, form).replace("\r\n ", "")
    expected = {
        "4.0": ["EMAIL;PREF=1;TYPE=home:two@x.example", "BDAY:19800229", "TZ:Europe/Warsaw"],
        "3.0": ["EMAIL;TYPE=home,pref:two@x.example", "BDAY:1980-02-29", "TZ;VALUE=text:Europe/Warsaw"],
    }[version]
    common = ["TEL;TYPE=fax:(020) 7946 0959", "item1.X-ABLabel:Ferien\\; Haus", "CATEGORIES:a\\,b,c\\;d,vip",
              "ADR:;;1 High St\\nFlat 2;York;N. Yorks;YO1;United Kingdom", "TITLE:Chief\\, R&D\\; Labs",
              "URL:https://x.example/~zoe?a=1,2;3", "X-SOCIALPROFILE:@zoe"]  # fmt: skip
    missing = [line for line in (*expected, *common) if f"\r\n{line}\r\n" not in people]
    assert missing == []


def test_filters_sorting_and_references_choose_the_cards(crm: Crm) -> None:
    fill(crm)
    chosen = crm("contact", "export", "tag=vip", "-o", "vcf").out
    assert re.findall(r"^FN:(.*)\r$", chosen, re.MULTILINE) == [PEOPLE[0][0]]
    assert crm("contact", "export", "tag=nobody", "-o", "vcf").out == ""
    refused = crm("contact", "export", "-o", "vcf", "--columns", "name")
    assert (refused.code, refused.out) == (2, "")
    assert crm("deal", "export", "-o", "vcf").code == 2


@pytest.mark.skipif(not KHARD.exists(), reason="khard is not installed; the extra dev brings it")
@pytest.mark.parametrize("form", ["vcf", "vcf3"])
def test_a_real_address_book_lists_what_we_export(crm: Crm, tmp_path: Path, form: str) -> None:
    fill(crm)
    book = tmp_path / "book"
    book.mkdir()
    for number, text in enumerate(export(crm, form).split("END:VCARD\r\n")[:-1]):
        (book / f"{number}.vcf").write_bytes(f"{text}END:VCARD\r\n".encode())
    settings = tmp_path / "khard.conf"
    settings.write_text(SETTINGS.format(book=book))

    def khard(*args: str) -> list[str]:
        done = subprocess.run(
            [str(KHARD), "-c", str(settings), *args], capture_output=True, text=True, check=False,
            env=os.environ | {"EDITOR": "true", "MERGE_EDITOR": "true", "COLUMNS": "300"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    names = [line.split("\t")[1] for line in khard("list", "--parsable", "-F", "uid,formatted_name")]
    assert sorted(names) == sorted([*(name for name, _ in PEOPLE), "Many Values"])
    addresses = [line.split("\t")[0] for line in khard("email", "--parsable", "--remove-first-line")]
    assert set(addresses) == {
        *(email for _, email in PEOPLE),
        *(f"{word}@x.example" for word in ("one", "two", "three")),
    }
    phones = [line.split("\t")[0] for line in khard("phone", "--parsable")]
    assert set(phones) == {"+44 20 7946 0958", "(020) 7946 0959", "112"}
    shown = "\n".join(khard("show", "Zoë"))
    for words in ("1980-02-29", "1 High St", "York", "Line one", "Chief, R&D; Labs"):
        assert words in shown


# ---------------------------------------------------------------- any contact, by its fields

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
WORDS = st.text(LETTERS, min_size=1, max_size=60).map(str.strip).filter(bool)
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)
MAYBE = st.none() | WORDS
KINDS = st.none() | st.sampled_from(["work", "home", "mobile", "fax", "other", "Ferien", "2. Büro; alt"])
EMAILS = st.from_regex(r"[a-z0-9._+]{1,20}@[a-z]{1,20}\.[a-z]{2,5}", fullmatch=True)
PHONES = st.from_regex(r"\+?[0-9]{1,3}([ ()/.-]?[0-9]{1,4}){1,5}", fullmatch=True)


def addresses(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries({"value": values, "kind": KINDS})
    found = st.lists(one, max_size=4, unique_by=lambda each: each["value"])
    return found.map(lambda rows: [row | {"primary": at == 0} for at, row in enumerate(rows)])


ROWS = st.fixed_dictionaries(
    {
        "uid": st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
        "external_id": MAYBE,
        "external_source": st.just("vcard"),
        **dict.fromkeys(
            ("first_name", "last_name", "salutation", "title", "company", "language", "timezone"), MAYBE
        ),
        **dict.fromkeys(("street", "city", "region", "postal_code", "country"), MAYBE),
        "name": WORDS,
        "notes": st.none() | LINES,
        "birthday": st.none() | st.dates().map(str),
        "tags": st.lists(WORDS, max_size=4),
        "social": st.lists(WORDS | st.just("https://x.example/~a?b=c,d;e"), max_size=4),
        "emails": addresses(EMAILS),
        "phones": addresses(PHONES),
        "updated_at": st.just("2026-06-15T12:00:00Z"),
    }
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards") / "one.vcf"


@pytest.mark.parametrize("version", ["4.0", "3.0"])
@given(row=ROWS)
def test_any_contact_is_read_as_it_was_written(file: Path, version: str, row: dict[str, Any]) -> None:
    stored = {name: json.dumps(value) if isinstance(value, list) else value for name, value in row.items()}
    file.write_bytes("".join(card_writing.cards("contact", [stored], version)).encode())
    with cards.open_cards(Source(str(file)), "contact") as table:
        ((_, cells),) = table.rows()
        found = dict(zip(table.header, cells, strict=True))
        assert table.remarks() == []
    said = {name: json.loads(text) if name in LISTS and text else text for name, text in found.items()}
    wanted = {name: row[name] for name in table.header}
    for name in ("emails", "phones"):
        wanted[name] = [
            {key: value for key, value in each.items() if key != "primary" and value} for each in row[name]
        ]
    halves = ("first_name", "last_name")
    if not any(row[name] for name in halves) and row["name"] in _numbers(row):
        wanted["name"] = None  # it is called by an address, and will be again
    assert {name: value or None for name, value in said.items()} == {
        name: value or None for name, value in wanted.items()
    }


LISTS = ("emails", "phones", "tags", "social")


def _numbers(row: dict[str, Any]) -> list[str]:
    return [each["value"] for part in ("emails", "phones") for each in row[part]]
