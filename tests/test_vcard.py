"""vCards in: every version and habit of writing them, each card by itself, counted to the last."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Result
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.formats import vcard

REAL = Path(__file__).parents[2] / "shared" / "data" / "vcard_ical_mail"
FILES = [path for pattern in ("*.vcf", "*.ics", "jcard.json") for path in sorted(REAL.glob(f"*/{pattern}"))]


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> str:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def write(folder: Path, *cards: str | bytes, name: str = "people.vcf") -> str:
    file = folder / name
    file.write_bytes(b"".join(each if isinstance(each, bytes) else each.encode() for each in cards))
    return str(file)


def counts(result: Result) -> dict[str, int]:
    """The outcome, whose numbers must add up whatever happened."""
    said = result.json
    kinds = ("created", "updated", "unchanged", "skipped", "rejected")
    assert said["read"] == sum(said[kind] for kind in kinds)
    return {kind: said[kind] for kind in ("read", *kinds) if said[kind]}


def contacts(crm: Crm) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm("contact", "export", "-o", "json", "--sort", "id").json
    return found


def only(
    crm: Crm, folder: Path, *lines: str, version: str = "3.0", options: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The contact that one card makes."""
    result = crm("contact", "import", write(folder, card(*lines, version=version)), *options)
    assert result.code == 0, result.err
    (found,) = contacts(crm)
    return found


# ---------------------------------------------------------------- what a card says


def test_a_card_fills_the_fields_that_there_are(crm: Crm, tmp_path: Path) -> None:
    found = only(
        crm, tmp_path,
        "UID:4711", "N:Lovelace;Ada;Augusta;Lady;", "FN:Lady Ada Lovelace", "ORG:Analytical Engines", "TITLE:Analyst",
        "EMAIL;TYPE=INTERNET,HOME:ada@home.example", "EMAIL;TYPE=WORK,PREF:ada@engines.example",
        "TEL;TYPE=CELL:+44 20 7946 0958", "ADR;TYPE=WORK:;;12 St James's Sq\\, 2nd floor;London;;SW1Y;United Kingdom",
        "BDAY:1815-12-10", "CATEGORIES:VIP,Press", "NOTE:One\\nTwo\\; three", "URL:https://ada.example/",
        "TZ;VALUE=text:Europe/London", "LANG:en",
    )  # fmt: skip
    assert [(each["value"], each.get("kind"), each["primary"]) for each in found["emails"]] == [
        ("ada@engines.example", "work", True),
        ("ada@home.example", "home", False),
    ]
    assert [(each["value"], each["kind"]) for each in found["phones"]] == [("+44 20 7946 0958", "mobile")]
    said = {
        "name": "Lady Ada Lovelace", "salutation": "Lady", "first_name": "Ada Augusta", "last_name": "Lovelace",
        "company": "Analytical Engines", "title": "Analyst", "street": "12 St James's Sq, 2nd floor",
        "city": "London", "postal_code": "SW1Y", "country": "GB", "birthday": "1815-12-10", "tags": ["press", "vip"],
        "notes": "One\nTwo; three", "social": ["https://ada.example/"], "timezone": "Europe/London", "language": "en",
        "external_id": "4711", "external_source": "vcard",
    }  # fmt: skip
    assert {name: found[name] for name in said} == said


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["FN:Dr. Erika Mustermann"], "Dr. Erika Mustermann"),
        (["N:Mustermann;Erika;;Dr.;"], "Dr. Erika Mustermann"),
        (["item1.FN:Grouped Person"], "Grouped Person"),
        (["fn;charset=utf-8:Small Letters"], "Small Letters"),
        (["FN:Long", "  Name", " d"], "Long Named"),
        (["N;ALTID=1;LANGUAGE=jp:山田;太郎;;;", "N;ALTID=1;LANGUAGE=en:Yamada;Taro;;;"], "太郎 山田"),
        (["EMAIL:nameless@x.example"], "nameless@x.example"),
        (["TEL;VALUE=uri:tel:+1-555-555-5555;ext=12"], "+1-555-555-5555 ext. 12"),
    ],
)
def test_a_person_is_called_as_the_card_says(crm: Crm, tmp_path: Path, lines: list[str], name: str) -> None:
    assert only(crm, tmp_path, *lines, version="4.0")["name"] == name


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("TEL;WORK;VOICE:1", "work"),
        ("TEL;TYPE=cell:1", "mobile"),
        ('TEL;TYPE="voice,home":1', "home"),
        ("TEL;TYPE=WORK;TYPE=FAX:1", "fax"),
        ("TEL;TYPE=VOICE,PREF:1", None),
        ("TEL;TYPE=pager:1", "pager"),
    ],
)
def test_types_say_what_a_number_is_for(crm: Crm, tmp_path: Path, line: str, kind: str | None) -> None:
    (phone,) = only(crm, tmp_path, "FN:A B", line)["phones"]
    assert phone.get("kind") == kind


@pytest.mark.parametrize(
    ("label", "kind"), [("_$!<Work>!$_", "work"), ("Büro 2", "Büro 2"), ("OTHER", "other")]
)
def test_a_label_beside_a_number_goes_before_its_type(
    crm: Crm, tmp_path: Path, label: str, kind: str
) -> None:
    (phone,) = only(crm, tmp_path, "FN:A B", "item1.TEL;TYPE=home:1", f"item1.X-ABLabel:{label}")["phones"]
    assert phone["kind"] == kind


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("BDAY:18151210", "1815-12-10"),
        ("BDAY:1815-12-10T00:00:00Z", "1815-12-10"),
        ("BDAY;VALUE=date:1815-12-10", "1815-12-10"),
        ("BDAY:--1210", None),
        ("BDAY:1815", None),
        ("BDAY:1815-12", None),
        ("BDAY:18150230", None),
        ("BDAY;VALUE=text:circa 1815", None),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-12-10", None),
    ],
)
def test_a_birthday_is_a_whole_day_or_none(crm: Crm, tmp_path: Path, line: str, day: str | None) -> None:
    result = crm("contact", "import", write(tmp_path, card("FN:A B", line)))
    assert contacts(crm)[0]["birthday"] == day
    assert ("1 BDAY" in result.err) == (day is None)


def test_the_preferred_address_is_kept_and_the_other_counted(crm: Crm, tmp_path: Path) -> None:
    lines = (
        "FN:A B",
        "ADR;TYPE=home:;;Home 1;Hull;;;",
        "ADR;PREF=1;TYPE=work:Box 2;;Work 2;York;;;",
        "ADR:;;;;;;",
    )
    found = only(crm, tmp_path, *lines, version="4.0")
    assert (found["street"], found["city"]) == ("Box 2, Work 2", "York")
    assert "1 ADR" in crm("contact", "import", str(tmp_path / "people.vcf")).err


def test_what_has_no_field_is_counted_and_kept_where_asked(crm: Crm, tmp_path: Path) -> None:
    lines = (
        "UID:1",
        "FN:A B",
        "NOTE:Mine",
        "X-QQ:21588891",
        "NICKNAME:Al",
        "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo",
        " AAAA=",
    )
    said = crm("contact", "import", write(tmp_path, card(*lines), card("UID:2", "FN:C D", "X-QQ:1")))
    assert "no field for 2 X-QQ, 1 NICKNAME" in said.err
    assert "1 PHOTO" in said.err
    assert contacts(crm)[0]["notes"] == "Mine"
    again = crm("contact", "import", str(tmp_path / "people.vcf"), "--keep-extra", "-o", "json")
    assert [each["notes"] for each in contacts(crm)] == ["Mine\nX-QQ: 21588891\nNICKNAME: Al", "X-QQ: 1"]
    assert counts(again) == {"read": 2, "updated": 2}


# ---------------------------------------------------------------- how it is written


def test_quoted_printable_has_soft_ends_charsets_and_line_breaks(crm: Crm, tmp_path: Path) -> None:
    found = only(
        crm, tmp_path,
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;=57=6F=6C=6C=6B=6E=C3=A4=75=65=6C=20=\r\n=45=50;;;",
        "TITLE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:B=FCrovorsteher",
        "NOTE;QUOTED-PRINTABLE:One=0D=0ATwo \\n; no escape=\r\n here",
        version="2.1",
    )  # fmt: skip
    assert found["name"] == "Wollknäuel EP"
    assert found["title"] == "Bürovorsteher"
    assert found["notes"] == "One\nTwo \\n; no escape here"


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        ("ISO-8859-1", "latin-1"),
        ("windows-1251", "cp1251"),
        ("Shift_JIS", "shift_jis"),
        ("ISO-8859-1", "utf-8"),
        ("UTF-8", "utf-8"),
    ],
)
def test_a_property_may_name_its_own_character_set(crm: Crm, tmp_path: Path, said: str, codec: str) -> None:
    name = {"cp1251": "Анна Иванова", "shift_jis": "山田 太郎"}.get(codec, "Jörg Müller")
    line = f"FN;CHARSET={said}:".encode() + name.encode(codec)
    body = b"BEGIN:VCARD\r\nVERSION:2.1\r\n" + line + b"\r\nEND:VCARD\r\n"
    # The same file holds another card in UTF-8: what one says of itself is not said of the others.
    assert crm("contact", "import", write(tmp_path, body, card("FN:Zoë Ünal"))).code == 0
    assert [each["name"] for each in contacts(crm)] == [name, "Zoë Ünal"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_whatever_its_encoding_and_line_ends(
    crm: Crm, tmp_path: Path, codec: str, end: str
) -> None:
    text = card("FN:Jörg Müller", "N:Müller;Jörg;;;", end=end) + card("FN:Ann Onymous", end=end)
    assert crm("contact", "import", write(tmp_path, text.encode(codec))).code == 0
    assert [each["name"] for each in contacts(crm)] == ["Jörg Müller", "Ann Onymous"]


def test_text_that_is_in_no_encoding_is_rejected_alone_until_it_is_named(crm: Crm, tmp_path: Path) -> None:
    plenty = [card(f"FN:Zoë {number} Über Größe") for number in range(9)]
    file = write(tmp_path, *plenty, b"BEGIN:VCARD\nFN:J\xf6rg\nEND:VCARD\n")
    result = crm("contact", "import", file, "--on-error", "skip", "-o", "json")
    assert counts(result) == {"read": 10, "created": 9, "rejected": 1}
    assert "people.vcf, line 37: byte 0xF6 is not UTF-8" in result.err
    assert crm("contact", "import", f"{file}.rejects.vcf", "--encoding", "latin-1").code == 0
    assert contacts(crm)[-1]["name"] == "Jörg"


def test_a_card_within_a_card_and_an_unindented_picture_are_stepped_over(crm: Crm, tmp_path: Path) -> None:
    inner = card("FN:The Agent", "TEL:9", version="2.1").strip()
    photo = "PHOTO;BASE64:\r\niVBORw0KGgoAAAANSUhEUgAAAAsAAAALCAQAAAADpb\r\n+tAAAAAA==\r\n"
    found = only(crm, tmp_path, "FN:The Boss", "AGENT:", inner, photo, "TEL:1", version="2.1")
    assert (found["name"], found["phone"]) == ("The Boss", "1")


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_folding_keeps_to_its_width_and_never_cuts_a_letter(text: str) -> None:
    line = "NOTE:" + vcard.escaped(text)
    pieces = vcard.folded(line).removesuffix("\r\n").split("\r\n ")
    assert "".join(pieces) == line
    width = [len(piece.encode()) for piece in pieces]
    assert max([width[0], *(size + 1 for size in width[1:])]) <= vcard.WIDTH


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r")), min_size=1, max_size=5))
def test_escaped_texts_part_where_they_were_joined(texts: list[str]) -> None:
    line = "X:" + ";".join(map(vcard.escaped, texts))
    (found,) = vcard.cards(["BEGIN:VCARD", line, "END:VCARD"])
    assert not found.wrong
    assert found.parts(found.properties[0]) == texts


@given(st.binary(max_size=400))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for whole in (text, f"BEGIN:VCARD\n{text}\nEND:VCARD\n"):
        for each in vcard.cards(whole.split("\n"), "cp1252"):
            assert each.wrong or all(isinstance(each.text(found), str) for found in each.properties)


# ---------------------------------------------------------------- cards among each other


def test_the_same_file_again_changes_nothing(crm: Crm, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        card("UID:1", "FN:A B", "TEL:1", "ORG:X"),
        card("FN:C D", "EMAIL:c@x.example"),
        card("FN:E F"),
    )
    assert counts(crm("contact", "import", file, "-o", "json")) == {"read": 3, "created": 3}
    before = contacts(crm)
    again = crm("contact", "import", file, "-o", "json")
    assert counts(again) == {"read": 3, "unchanged": 3}
    assert again.json["command"] is None
    assert contacts(crm) == before


def test_a_card_finds_its_record_by_uid_then_by_address(crm: Crm, tmp_path: Path) -> None:
    crm("contact", "add", "Ann Other", "--email", "ann@x.example", "--phone", "+44 20 7946 0000")
    crm(
        "contact",
        "import",
        write(tmp_path, card("UID:77", "FN:Ann Other", "EMAIL;TYPE=work:ann@x.example", "TEL:555")),
    )
    (found,) = contacts(crm)
    assert found["external_id"] == "77"
    assert [each["value"] for each in found["emails"]] == ["ann@x.example"]
    assert found["emails"][0]["kind"] == "work"
    assert [each["value"] for each in found["phones"]] == [
        "555",
        "+44 20 7946 0000",
    ]  # what stood there stays
    crm("contact", "import", write(tmp_path, card("UID:77", "FN:Ann Married", "EMAIL:new@x.example")))
    (found,) = contacts(crm)
    assert (found["name"], found["email"]) == ("Ann Married", "new@x.example")


def test_a_broken_card_is_named_by_its_line_and_stops_all_until_it_is_left_out(
    crm: Crm, tmp_path: Path
) -> None:
    broken = [
        card("FN:No Colon", "this is no property"),
        card("FN:Bad Address", "TEL:not a number"),
        card("PHOTO:http://x.example/p.png"),
        "END:VCARD\r\n",
        "BEGIN:VCARD\r\nFN:Endless\r\n",
    ]
    file = write(tmp_path, card("FN:First One"), *broken, card("FN:Last One"), "\r\nlost words\r\n")
    stopped = crm("contact", "import", file)
    assert stopped.code == 1
    assert contacts(crm) == []
    for where, why in [
        ("line 5", "line 8 is no property"), ("line 10", "not a phone number"), ("line 15", "names nobody"),
        ("line 19", "BEGIN:VCARD is missing"), ("line 20", "END:VCARD is missing"),
    ]:  # fmt: skip
        assert any(where in line and why in line for line in stopped.err.splitlines()), (where, stopped.err)
    skipped = crm("contact", "import", file, "--on-error", "skip", "-o", "json")
    assert skipped.code == 1
    assert counts(skipped) == {"read": 8, "created": 2, "rejected": 6}
    rejects = Path(f"{file}.rejects.vcf")
    text = rejects.read_text()
    assert text.count("X-CRM-ERROR:") == 6
    mended = (
        text.replace("this is no property\n", "")
        .replace("not a number", "+1 212 555 0100")
        .replace("PHOTO:", "FN:P\nPHOTO:")
    )
    mended = mended.replace("FN:Endless\n", "FN:Endless\nEND:VCARD\n")
    rejects.write_text("\n".join(line for line in mended.splitlines() if line != "lost words"))
    brought = crm("contact", "import", str(rejects), "--on-error", "skip", "-o", "json")
    assert brought.json["created"] == 4
    assert sorted(each["name"] for each in contacts(crm)) == [
        "Bad Address", "Endless", "First One", "Last One", "No Colon", "P",
    ]  # fmt: skip


def test_organisations_are_companies_and_only_there(crm: Crm, tmp_path: Path) -> None:
    firms = (
        card("KIND:org", "UID:f1", "FN:ACME Inc.", "ORG:ACME Inc.;", "EMAIL:info@acme.example", "TEL:1", "TEL:2",
             "URL:acme.example", "ADR:;;Way 1;Hull;;;UK", version="4.0"),
        card("FN:Globex", "N:;;;;", "ORG:Globex"),
        card("FN:Initech", "N:Initech;;;;", "ORG:Initech", "X-ABShowAs:COMPANY"),
    )  # fmt: skip
    people = (card("FN:Jane Doe", "N:Doe;Jane;;;", "ORG:Jane Doe"), card("FN:Joe", "ORG:ACME Inc."))
    group = card("KIND:group", "FN:Friends", "MEMBER:urn:uuid:1", version="4.0")
    file = write(tmp_path, *firms, *people, group)
    asked = crm("company", "import", file, "-o", "json")
    assert counts(asked) == {"read": 6, "created": 3, "skipped": 3}
    assert "2 cards of people; `crm contact import` takes them" in asked.err
    asked = crm("contact", "import", file, "-o", "json")
    assert counts(asked) == {"read": 6, "created": 2, "skipped": 4}
    assert "3 cards of organisations; `crm company import` takes them" in asked.err
    acme = next(each for each in crm("company", "export", "-o", "json").json if each["name"] == "ACME Inc.")
    assert (acme["email"], acme["phone"], acme["website"], acme["city"]) == (
        "info@acme.example",
        "1",
        "acme.example",
        "Hull",
    )
    assert contacts(crm)[1]["company_id"] == acme["id"]


def test_cards_are_told_by_what_they_hold(crm: Crm, tmp_path: Path) -> None:
    people = write(tmp_path, card("FN:A B"), name="export.txt")
    firms = write(tmp_path, card("KIND:org", "FN:X", version="4.0"), name="firms.vcf")
    assert crm("import", people, firms).code == 0
    assert [each["name"] for each in contacts(crm)] == ["A B"]
    assert crm("company", "list", "--columns", "name").lines == ["X"]
    assert crm("contact", "import", "-", input=card("FN:Piped In")).code == 0
    assert contacts(crm)[1]["name"] == "Piped In"
    refused = crm("deal", "import", people)
    assert (refused.code, "crm contact import" in refused.err) == (2, True)
    assert crm("contact", "import", people, "--map", "FN=name").code == 2


def test_a_directory_is_read_file_by_file(crm: Crm, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    (folder / "friends").mkdir(parents=True)
    (folder / ".git").mkdir()
    write(folder, card("FN:B"), name="b.vcf")
    write(folder, card("FN:A"), name="a.VCF")
    write(folder / "friends", card("FN:C"), name="c.vcard")
    write(folder, b"", name="empty.vcf")
    write(folder, "BEGIN:VCARD\nFN:Endless\n", name="wrong.vcf")
    write(folder, "not looked at", name="readme.txt")
    write(folder / ".git", card("FN:Hidden"), name="h.vcf")
    result = crm("contact", "import", str(folder), "--on-error", "skip", "-o", "json")
    assert counts(result) == {"read": 4, "created": 3, "rejected": 1}
    assert f"{folder / 'wrong.vcf'}, line 1: the card never ends" in result.err
    assert [each["name"] for each in contacts(crm)] == ["A", "B", "C"]
    assert (
        crm("contact", "import", str(tmp_path / "book" / "friends" / "..")).code == 1
    )  # named whole, as it stands


def test_an_import_of_cards_is_one_command_that_can_be_tried_and_undone(crm: Crm, tmp_path: Path) -> None:
    file = write(tmp_path, card("FN:A B", "ORG:X"), card("FN:C D"))
    tried = crm("contact", "import", file, "--dry-run", "-o", "json")
    assert counts(tried) == {"read": 2, "created": 2}
    assert contacts(crm) == []
    crm("contact", "import", file)
    assert crm("undo", "--yes").code == 0
    assert contacts(crm) == []
    assert crm("company", "list", "--count").out == "0\n"


def test_modes_and_set_hold_for_cards_too(crm: Crm, tmp_path: Path) -> None:
    crm("contact", "add", "A B", "--email", "a@x.example")
    file = write(tmp_path, card("FN:A B", "EMAIL:a@x.example"), card("FN:C D"))
    assert counts(crm("contact", "import", file, "--mode", "update", "-o", "json")) == {
        "read": 2,
        "unchanged": 1,
        "skipped": 1,
    }
    result = crm(
        "contact",
        "import",
        file,
        "--mode",
        "create",
        "--set",
        "lifecycle=customer",
        "--source",
        "phone",
        "-o",
        "json",
    )
    assert counts(result) == {"read": 2, "created": 1, "skipped": 1}
    assert contacts(crm)[1]["lifecycle"] == "customer"


# ---------------------------------------------------------------- real files


@pytest.mark.skipif(not FILES, reason="the real vCards lie beside the project, not in it")
@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_real_file_comes_in_or_says_why_not(crm: Crm, tmp_path: Path, file: Path) -> None:
    result = crm(
        "contact", "import", str(file), "--on-error", "skip", "--rejects", str(tmp_path / "r"), "-o", "json"
    )
    assert result.code in (0, 1, 2)
    if result.code == 2:
        assert file.suffix != ".vcf"
        assert result.err.startswith("crm: ")
        assert str(file) in result.err
        return
    found = counts(result)
    if found.get("rejected"):
        assert f"{file}, line 1: " in result.err
        assert file.name in ("unparsable.vcf", "photo-base64.vcf")
    again = crm(
        "contact", "import", str(file), "--on-error", "skip", "--rejects", str(tmp_path / "r"), "-o", "json"
    )
    assert counts(again).get("created") is None


@pytest.mark.skipif(not FILES, reason="the real vCards lie beside the project, not in it")
def test_three_versions_of_a_card_in_one_file_are_one_person(crm: Crm) -> None:
    result = crm("contact", "import", str(REAL / "node-vcf" / "multiple.vcf"), "-o", "json")
    assert counts(result) == {"read": 3, "created": 1, "updated": 2}
    (found,) = contacts(crm)
    assert found["city"] == "Köln"
    numbers = {"".join(filter(str.isdigit, each["value"])) for each in found["phones"]}
    assert numbers >= {"492219999123", "492211234567"}
