"""Exports of other programs, recognised by their headers: what each is taken for, and what becomes of it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

from crm_cli import fields
from crm_cli.formats import addresses
from crm_cli.formats.table import open_table
from crm_cli.rules.importing import programs
from crm_cli.rules.importing.recognition import Sight, beside, sights
from crm_cli.rules.importing.wishes import Wishes

DATA = Path(__file__).parents[2] / "shared" / "data"
EXPORTS = DATA / "exports"
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public sample files are not in {DATA}")
SHIPPED = sorted(path.stem for path in programs.SHIPPED.glob("*.json"))
SYSTEMS = {"google-contacts": "google", "persian-app": "persian"}


def bring(crm: Crm, noun: str, text: str, *options: str) -> dict[str, Any]:
    result = crm(noun, "import", "-", "-o", "json", *options, input=text)
    assert result.code == 0, result.err
    report: dict[str, Any] = result.json
    return report


def listed(crm: Crm, noun: str, columns: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm(noun, "list", "--columns", columns, "-o", "json", "--sort", "id").json
    return found


def parts(each: dict[str, Any], name: str) -> list[tuple[str | None, str]]:
    return [(part.get("kind"), part["value"]) for part in each[name]]


def seen(noun: str, header: list[str]) -> dict[str, list[Sight]]:
    wishes = programs.settled(noun, header, Wishes())
    found: dict[str, list[Sight]] = {}
    for each in sights(fields.noun(noun), header, {}, wishes):
        found.setdefault(header[each.at], []).append(each)
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_names_only_fields_that_are_there(name: str) -> None:
    profile = programs.load(name)
    assert (profile.source, profile.profile) == (name, name)
    assert profile.name
    for noun, special in profile.nouns.items():
        header = list(special.get("mapping", {}))
        wishes = programs.settled(noun, header, profile)
        known = [*fields.noun(noun).fields, *beside(noun)]
        named = [each.strip() for several in wishes.known.values() for each in several.split(",")]
        bases = {each.partition(".")[0] for each in [*named, *wishes.words, *wishes.fixed]} - {""}
        assert bases <= set(known), (noun, bases - set(known))
        grouped = {each for group in wishes.groups for each in group}
        assert all(name in wishes.known or "Address 1" in name for name in grouped)


def test_no_header_fits_two_programs_alike() -> None:
    every = [(name, signature) for name, _, signature in programs._signatures()]
    for name, signature in every:
        assert [other for other, theirs in every if theirs == signature and other != name] == []


@NEEDS_DATA
def test_real_header_rows_are_recognised() -> None:
    with open_table(str(EXPORTS / "headers/header_rows_from_public_code.tsv")) as table:
        rows = [[cell or "" for cell in cells] for _, cells in table.rows()]
    assert len(rows) == 27
    for system, what, _, header, _ in rows:
        names = next(csv.reader([header]))
        noun = (
            "company"
            if "compan" in what
            else "deal"
            if "deal" in what or "opportunity" in what
            else "contact"
        )
        found = programs.recognised(names)
        assert found == (SYSTEMS.get(system, system), "deal" if "custom object" in what else noun), (
            system,
            what,
        )
        filled = {each.field for several in seen(noun, names).values() for each in several}
        assert len(filled) >= 3 or "custom object" in what, (system, what)
        if noun == "contact":
            assert {"first_name", "last_name"} <= filled or "email" in filled


def test_what_is_no_export_is_nobody_s() -> None:
    for header in ("Name,Email,Phone", "id,name", "First Name,Last Name,Email", "account,sector,revenue",
                   "opportunity_id,sales_agent,product,account,deal_stage", "USER_ID,Name"):  # fmt: skip
        assert programs.recognised(header.split(",")) is None, header


def test_google_s_addresses_kinds_groups_and_names(crm: Crm) -> None:
    text = (
        "Given Name,Additional Name,Family Name,Birthday,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
        "E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Street,"
        "Address 1 - Formatted,Address 1 - City\n"
        "Kim,B,Lee,1985-03-15,* myContacts ::: Suppliers ::: * Friends,* Work,kim@x.org,Home,lee@x.org ::: l@x.org,"
        "Mobile,+44 7700 900123,1 Long Lane,All of it,London\n"
        "Jo,,Ek,--03-15,* myContacts,,jo@x.org,,,,,,Somewhere,\n"
    )
    bring(crm, "contact", text)
    kim, jo = listed(
        crm, "contact", "name,first_name,emails,phones,tags,birthday,street,city,external_source"
    )
    assert (kim["name"], kim["first_name"], kim["tags"]) == ("Kim B Lee", "Kim B", ["friends", "suppliers"])
    assert parts(kim, "emails") == [("work", "kim@x.org"), ("home", "lee@x.org"), ("home", "l@x.org")]
    assert parts(kim, "phones") == [("mobile", "+44 7700 900123")]
    assert (kim["street"], jo["street"], jo["birthday"], jo["tags"]) == ("1 Long Lane", "Somewhere", None, [])
    assert bring(crm, "contact", text)["unchanged"] == 2


def test_outlook_s_many_phones_and_the_address_that_is_filled(crm: Crm) -> None:
    bring(
        crm,
        "contact",
        "Title,First Name,Middle Name,Last Name,Suffix,E-mail Address,E-mail 2 Address,Business Phone,Home Phone,"
        "Mobile Phone,Business Fax,Business Street,Business Street 2,Business City,Home Street,Home City,Birthday\n"
        "Mr,John,A,Doe,Jr,j@x.org,d@x.org,1111111,2222222,3333333,4444444,1 High St,Floor 2,Leeds,"
        "2 Low St,York,0/0/00\n"
        "Ms,Ann,,Lee,,a@x.org,,,5555555,,,,,,3 Mid St,Hull,4/21/1985\n",
    )
    john, ann = listed(crm, "contact", "name,salutation,emails,phones,street,city,birthday")
    assert (john["name"], john["salutation"], john["birthday"]) == ("John A Doe", "Mr", None)
    assert parts(john, "emails") == [(None, "j@x.org"), (None, "d@x.org")]
    assert parts(john, "phones") == [
        ("work", "1111111"), ("home", "2222222"), ("mobile", "3333333"), ("fax", "4444444"),
    ]  # fmt: skip
    assert (john["street"], john["city"]) == ("1 High St, Floor 2", "Leeds")
    assert (ann["street"], ann["city"], ann["birthday"]) == ("3 Mid St", "Hull", "1985-04-21")
    german = "First Name,Suffix,E-mail Address,Birthday\nEva,,e@x.org,24.12.1990\nMax,,m@x.org,0.0.00\n"
    assert bring(crm, "contact", german)["created"] == 2
    assert crm("contact", "list", "name=Eva,Max", "--columns", "birthday").lines == ["1990-12-24", ""]


def test_thunderbird_s_birthday_is_three_columns(crm: Crm) -> None:
    header = (
        "First Name,Last Name,Primary Email,Secondary Email,Work Address,Home Address,"
        "Birth Year,Birth Month,Birth Day\n"
    )
    bring(crm, "contact", f"{header}A,B,a@x.org,b@x.org,,Home 1,1980,2,29\nC,D,c@x.org,,W 1,H 1,1980,,\n")
    one, two = listed(crm, "contact", "birthday,emails,street")
    assert (one["birthday"], one["street"], len(one["emails"])) == ("1980-02-29", "Home 1", 2)
    assert (two["birthday"], two["street"]) == (None, "W 1")


def test_linkedin_s_people_are_told_by_their_address_in_it(crm: Crm) -> None:
    preamble = 'Notes:\n"When exporting your data, some are missing."\n\n'
    header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    row = "Erika,Musterfrau,https://www.linkedin.com/in/erika,,Acme,{},12 Jan 2023\n"
    bring(crm, "contact", preamble + header + row.format("Chef"))
    assert bring(crm, "contact", preamble + header + row.format("Boss"))["updated"] == 1
    (erika,) = listed(crm, "contact", "name,title,social,company,external_id,external_source")
    assert erika["social"] == [erika["external_id"]] == ["https://www.linkedin.com/in/erika"]
    assert (erika["title"], erika["company"], erika["external_source"]) == ("Boss", "Acme", "linkedin")


def test_hubspot_s_keys_words_and_stages(crm: Crm) -> None:
    bring(crm, "contact", "Record ID,First Name,Last Name,Email,Lifecycle Stage,Associated Company IDs\n"
          "8001,A,One,a@x.org,marketingqualifiedlead,9001;9002\n8002,B,Two,b@x.org,other,\n")  # fmt: skip
    assert [each["lifecycle"] for each in listed(crm, "contact", "lifecycle")] == ["mql", "subscriber"]
    deals = (
        "Record ID,Deal Name,Deal Stage,Amount,Close Date,Associated Contact IDs\n"
        '1,Alpha,qualifiedtobuy,"$22,700.00",2026-12-01,8001;8002\n'
        '2,Beta,closedwon,"$1,117.10K",2026-01-01,8001\n'
    )
    report = bring(crm, "deal", deals, "--decimal", ".")
    assert "1 row left without each further contact it names, since a deal has one" in report["notes"]
    bring(crm, "company", "Record ID,Company name\n9001,Acme\n")
    assert listed(crm, "contact", "company")[0] == {"company": "Acme"}
    alpha, beta = listed(crm, "deal", "stage,status_original,amount,contact,expected_close,closed_on")
    assert (alpha["stage"], alpha["status_original"], alpha["amount"]) == (
        "Qualification",
        "qualifiedtobuy",
        22700,
    )
    assert alpha["contact"] == "A One"
    assert (alpha["expected_close"], beta["closed_on"]) == ("2026-12-01", "2026-01-01")
    assert (beta["stage"], beta["amount"]) == ("Won", 1117100)


def test_a_stage_of_one_s_own_wins_over_what_the_program_s_word_is_taken_for(crm: Crm) -> None:
    crm("pipeline", "add", "Mine", "--stages", "Qualified to buy:30,Closed won:won,Closed lost:lost")
    bring(crm, "deal", "Record ID,Deal Name,Deal Stage\n1,A,Qualified to buy\n", "--set", "pipeline=Mine")
    assert listed(crm, "deal", "stage") == [{"stage": "Qualified to buy"}]
    refused = crm("deal", "import", "-", input="Record ID,Deal Name,Deal Stage\n2,B,Nowhere\n")
    assert '"Nowhere" is not a stage' in refused.err


def test_pipedrive_s_status_decides_over_its_stage(crm: Crm) -> None:
    text = (
        "Deal - ID,Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Won time,Deal - Lost time\n"
        "1,A,10,Proposal,Open,,\n"
        "2,B,20,Proposal,Won,2026-01-02 10:00:00,\n"
        "3,C,30,Proposal,Lost,,2026-01-03 10:00:00\n"
    )
    bring(crm, "deal", text)
    assert [tuple(each.values()) for each in listed(crm, "deal", "stage,closed_on")] == [
        ("Proposal", None), ("Won", "2026-01-02"), ("Lost", "2026-01-03"),
    ]  # fmt: skip


def test_persian_headers_digits_letters_and_days(crm: Crm) -> None:
    text = ("کد مشتری,نام,نام خانوادگی,موبایل,تلفن منزل,تاریخ تولد,شهر,تاریخ ثبت,ایمیل\n"
            "۱۲,علي,كريمي,۰۹۱۲۱۲۳۴۵۶۷,۰۲۱۲۲۳۳۴۴۵۵,۱۳۶۰/۰۱/۰۱,تهران,1403/08/30,-\n")  # fmt: skip
    assert bring(crm, "contact", text)["created"] == 1
    (ali,) = listed(crm, "contact", "name,phones,birthday,city,created_at,external_source,emails")
    assert (ali["birthday"], ali["city"], ali["external_source"]) == ("1981-03-21", "تهران", "persian")
    assert ali["created_at"].startswith("2024-11-")
    assert [kind for kind, _ in parts(ali, "phones")] == ["mobile", "home"]
    assert ali["emails"] == []
    assert bring(crm, "contact", text)["unchanged"] == 1
    assert crm("search", "علی کریمی", "-o", "json").json


def test_the_calendar_is_the_file_s_or_the_user_s(crm: Crm) -> None:
    text = "name,email,birthday\nA,a@x.org,1290/01/01\nB,b@x.org,1403/08/30\n"
    bring(crm, "contact", text, "--calendar", "jalali")
    assert [each["birthday"] for each in listed(crm, "contact", "birthday")] == ["1911-03-22", "2024-11-20"]
    bring(crm, "contact", text, "--calendar", "gregorian")
    assert [each["birthday"] for each in listed(crm, "contact", "birthday")] == ["1290-01-01", "1403-08-30"]
    assert crm("contact", "import", "-", "--calendar", "lunar", input=text).code == 2


@pytest.mark.parametrize(
    ("options", "money"),
    [(("$22,700.00",), 22700), (("$342.09K",), 342090), (("1.117,10 €", "--set", "currency=EUR"), 1117.1),
     (("۲۲۷۰۰٫۵",), 22700.5), (("٢٢٧٠٠",), 22700)],
)  # fmt: skip
def test_money_as_programs_write_it(crm: Crm, options: tuple[str, ...], money: float) -> None:
    text, *said = options
    bring(crm, "deal", f'name,amount\nA,"{text}"\nB,"{text}"\n', *said)
    assert [each["amount"] for each in listed(crm, "deal", "amount")] == [money, money]


def test_placeholders_are_empty_only_where_the_profile_says_so(crm: Crm) -> None:
    bring(crm, "contact", "CONTACTID,Last Name,Contact Owner,Title\n1,Lee,-None-,Select\n")
    bring(crm, "contact", "key,name,title\n2,Ek,Select\n", "--map", "key=external_id", "--map", "title=title")
    assert [tuple(each.values()) for each in listed(crm, "contact", "title,owner")] == [
        (None, None), ("Select", None),
    ]  # fmt: skip


def test_who_is_named_wins_and_none_is_nobody(crm: Crm) -> None:
    text = "Record ID,Last Name,Email\n7,Lee,a@x.org\n"
    report = bring(crm, "contact", text, "--from", "none")
    assert not any("read as an export" in note for note in report["notes"])
    report = bring(crm, "contact", text.replace("a@", "b@"), "--from", "zoho")
    assert "read as an export of Zoho CRM (--from zoho)" in report["notes"]
    report = bring(crm, "contact", text.replace("a@", "c@"))
    assert "read as an export of HubSpot (--from hubspot)" in report["notes"]
    report = bring(crm, "contact", text.replace("a@", "d@"), "--source", "mine")
    assert [each["external_source"] for each in listed(crm, "contact", "external_source")] == [
        "csv", "zoho", "hubspot", "mine",
    ]  # fmt: skip


def test_the_profiles_are_listed(crm: Crm) -> None:
    said = crm("contact", "import", "--from", "list")
    assert (said.code, [line.split("\t")[0] for line in said.lines]) == (0, SHIPPED)
    assert len(SHIPPED) == 13


def test_a_profile_of_one_s_own_has_the_same_shape_and_is_recognised(crm: Crm, tmp_path: Path) -> None:
    env = {"CRM_CONFIG": str(tmp_path / "config.toml")}
    text = "Kürzel,Wer,Tel A,Tel B\n7,Ann,111111,222222\n"
    options = ("--map", "Kürzel=external_id", "--map", "Wer=name", "--save-profile", "ours")
    assert crm("contact", "import", "-", *options, input=text, env=env).code == 0
    file = tmp_path / "profiles" / "ours.json"
    said = json.loads(file.read_text("utf-8"))
    assert said == {"source": "ours", "mapping": {"Kürzel": "external_id", "Wer": "name"}}
    more = ("--from", "ours", "--map", "Tel A=phone", "--save-profile", "more")
    assert crm("contact", "import", "-", *more, input=text, env=env).code == 0
    kept = json.loads((file.parent / "more.json").read_text("utf-8"))
    assert kept["mapping"] == {**said["mapping"], "Tel A": "phone"}
    (file.parent / "more.json").unlink()
    said["nouns"] = {
        "contact": {"recognised_by": [["Kürzel", "Wer"]], "mapping": {"Tel A": "phone", "Tel B": "phone"}}
    }
    file.write_text(json.dumps(said), encoding="utf-8")
    again = crm("contact", "import", "-", "-o", "json", input=text, env=env)
    assert again.json["updated"] == 1, again.err
    assert [value for _, value in parts(listed(crm, "contact", "phones")[0], "phones")] == [
        "111111",
        "222222",
    ]
    file.write_text('{"mappings": {}}', encoding="utf-8")
    wrong = crm("contact", "import", "-", "--from", "ours", input=text, env=env)
    assert (wrong.code, "mappings" in wrong.err) == (2, True)
    assert crm("contact", "import", "-", input="Record ID,Last Name\n1,Lee\n", env=env).code == 0


@pytest.mark.parametrize(
    "said",
    ['{"mappings": {}}', '{"mapping": []}', '{"words": {"status": "x"}}', '{"nouns": []}', '{"nouns": {"contact": []}}',
     '{"nouns": {"contact": {"recognised_by": ["Name"]}}}', '{"joined": {"A": {"with": ["B"]}}}', "[]", "{", "null",
     '{"nouns": {"contact": {"calendar": "lunar"}}}', '{"source": 7}', '{"groups": ["A"]}', '{"date_order": "xyz"}'],
)  # fmt: skip
def test_a_profile_that_is_broken_is_named_and_troubles_no_other(crm: Crm, tmp_path: Path, said: str) -> None:
    env = {"CRM_CONFIG": str(tmp_path / "config.toml")}
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ours.json").write_text(said, encoding="utf-8")
    wrong = crm("contact", "import", "-", "--from", "ours", input="name\nAnn\n", env=env)
    assert (wrong.code, wrong.out, wrong.err.count("\n")) == (2, "", 1), wrong.err
    assert crm("contact", "import", "-", input="Record ID,Last Name\n1,Lee\n", env=env).code == 0


def test_files_that_come_together_are_of_one_program(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("CONTACTID,Last Name,Account Id\n1,Lee,386\n", encoding="utf-8")
    (tmp_path / "companies.csv").write_text(
        "Account Id,Account Name,Sector\n386,Acme,Tools\n", encoding="utf-8"
    )
    result = crm("import", str(tmp_path / "contacts.csv"), str(tmp_path / "companies.csv"))
    assert result.code == 0, result.err
    assert listed(crm, "contact", "company") == [{"company": "Acme"}]
    assert listed(crm, "company", "name,external_source") == [{"name": "Acme", "external_source": "zoho"}]


def test_every_word_for_an_address_is_of_one_kind() -> None:
    data = json.loads(Path(addresses.__file__).with_suffix(".json").read_text("utf-8"))
    words = [word for kinds in data.values() for names in kinds.values() for word in names]
    assert len(words) == len(set(words))
    kinds = {kind for several in data.values() for kind in several}
    assert kinds <= {"", "work", "home", "mobile", "fax", "other"}


@NEEDS_DATA
@pytest.mark.parametrize("first", ["google", "rolodex", "linkedin", "custom"])
def test_four_shapes_of_the_same_people_end_as_one_set_of_people(crm: Crm, first: str) -> None:
    """One has other addresses and companies in full, one leaves addresses out, one says Robert for Bob."""
    files = sorted((EXPORTS / "rolomind").glob("*.csv"), key=lambda path: (path.stem != first, path.stem))
    for path in files:
        result = crm("contact", "import", str(path), "-o", "json")
        assert (result.code, result.json["read"]) == (0, 5 if path.stem == "linkedin" else 4), result.err
    likely = [(each["name"], each["other_name"]) for each in crm("contact", "dedupe", "-o", "json").json]
    assert {("Jane Smith", "Jane Smith"), ("Alice Brown", "Alice Brown"), ("John Doe", "John Doe")} <= set(
        likely
    )
    merged = crm("contact", "dedupe", "--auto", "--min-score", "60", "--yes")
    assert merged.code == 0, merged.err
    people = sorted(each["name"] for each in listed(crm, "contact", "name"))
    wilson = "Robert Wilson" if first == "custom" else "Bob Wilson"
    assert people == sorted(["Alice Brown", wilson, "Charlie Davis", "Jane Smith", "John Doe"])
    assert crm("contact", "list", "--count", "email~example.com").out == "2\n"


@NEEDS_DATA
def test_shapes_that_share_addresses_need_no_word_of_the_user_s(crm: Crm) -> None:
    for name in ("google", "rolodex"):
        assert crm("contact", "import", str(EXPORTS / "rolomind" / f"{name}.csv")).code == 0
    assert len(listed(crm, "contact", "name")) == 4


@NEEDS_DATA
def test_a_linkedin_file_with_its_preamble(crm: Crm) -> None:
    result = crm("contact", "import", str(EXPORTS / "linkedin_labeldekho/Connections.csv"), "-o", "json")
    assert result.json["created"] == 10, result.err
    assert "passed over 3 lines before the table" in result.json["notes"]
    assert "read as an export of LinkedIn (--from linkedin)" in result.json["notes"]
    assert result.json["unmapped"] == ["Connected On"]


@NEEDS_DATA
def test_hubspot_s_files_find_each_other(crm: Crm) -> None:
    folder = EXPORTS / "hubspot_fixture"
    result = crm("import", str(folder / "hubspot-contacts.csv"), str(folder / "hubspot-companies.csv"))
    assert result.code == 0, result.err
    people = listed(crm, "contact", "name,company")
    assert [each["company"] for each in people] == [
        "Bluebay Gaming Ltd", "Harbour Lotteries Ltd", "Kestrel Sports Ltd", "Bluebay Gaming Ltd",
    ]  # fmt: skip


@NEEDS_DATA
@pytest.mark.parametrize(
    "path",
    sorted((EXPORTS / "salesforce_dataloader_testfiles").glob("*Account*.csv")),
    ids=lambda path: path.stem,
)
def test_salesforce_s_accounts(crm: Crm, path: Path) -> None:
    with open_table(str(path)) as table:
        found = programs.recognised(table.header)
    if "NAME" in table.header and "ANNUALREVENUE" in table.header:
        assert found == ("salesforce", "company")
    result = crm("company", "import", str(path), "-o", "json")
    assert (result.code, result.json["rejected"]) == (0, 0), result.err
