"""Importing through the command line: what each option does, and what goes wrong in other programs."""

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import Crm, Terminal

from crm_cli.desk import Desk


def bring(crm: Crm, noun: str, text: str, *options: str) -> dict[str, object]:
    """Import a text and give the outcome; it must have gone well."""
    result = crm(noun, "import", "-", "-o", "json", *options, input=text)
    assert result.code == 0, result.err
    found: dict[str, object] = result.json
    return found


def counts(report: dict[str, object]) -> dict[str, object]:
    names = ("read", "created", "updated", "unchanged", "skipped", "rejected")
    return {name: report[name] for name in names if report[name]}


def listed(crm: Crm, noun: str, columns: str, *more: str) -> list[list[str]]:
    result = crm(noun, "list", "--columns", columns, "--sort", columns.split(",", maxsplit=1)[0], *more)
    assert result.code == 0, result.err
    return [line.split("\t") for line in result.lines]


PEOPLE = "Full Name,E-mail,Account,Shoe\nAnn Lee,ann@example.org,Acme,38\nBo Ek,bo@example.org,Acme,45\n"


def test_a_foreign_file_is_recognised_matched_and_reported(crm: Crm) -> None:
    report = bring(crm, "contact", PEOPLE)
    assert counts(report) == {"read": 2, "created": 2}
    assert report["linked"] == {"company": 1}
    assert report["taken"] == {"Full Name": "name", "E-mail": "email", "Account": "company"}
    assert report["unmapped"] == ["Shoe"]
    assert listed(crm, "contact", "name,email,company") == [
        ["Ann Lee", "ann@example.org", "Acme"],
        ["Bo Ek", "bo@example.org", "Acme"],
    ]


def test_the_same_file_again_changes_nothing_and_is_no_command(crm: Crm) -> None:
    bring(crm, "contact", PEOPLE)
    again = bring(crm, "contact", PEOPLE)
    assert counts(again) == {"read": 2, "unchanged": 2}
    assert again["command"] is None


def test_a_changed_field_updates_by_address_whatever_its_case(crm: Crm) -> None:
    bring(crm, "contact", PEOPLE)
    report = bring(crm, "contact", "name,email,title\nAnn Lee,ANN@example.org,CEO\n")
    assert counts(report) == {"read": 1, "updated": 1}
    assert listed(crm, "contact", "name,title", "name=Ann Lee") == [["Ann Lee", "CEO"]]


def test_leads_match_by_address_whatever_its_case(crm: Crm) -> None:
    bring(crm, "lead", "name,email\nAnn,Ann@Example.org\n")
    report = bring(crm, "lead", "name,email,need\nAnn,ann@example.org,speed\nAnn,ANN@example.org,speed\n")
    assert counts(report) == {"read": 2, "updated": 1, "unchanged": 1}
    assert listed(crm, "lead", "email") == [["Ann@example.org"]]


def test_a_second_row_with_the_same_address_updates_the_first(crm: Crm) -> None:
    report = bring(crm, "contact", "name,email,city\nAnn,a@example.org,Oslo\nAnn,a@example.org,Bergen\n")
    assert counts(report) == {"read": 2, "created": 1, "updated": 1}
    assert listed(crm, "contact", "name,city") == [["Ann", "Bergen"]]
    assert crm("search", "bergen").out.count("Ann") == 1
    assert crm("search", "oslo").out == ""


def test_rows_without_any_key_are_told_by_their_fingerprint(crm: Crm) -> None:
    text = "name,city\nAnn,Oslo\nAnn,Oslo\nBo,Rome\n"
    assert counts(bring(crm, "contact", text)) == {"read": 3, "created": 3}
    assert counts(bring(crm, "contact", text)) == {"read": 3, "unchanged": 3}
    crm("contact", "edit", "Bo", "--set", "title=CEO")
    assert counts(bring(crm, "contact", text)) == {"read": 3, "unchanged": 3}


def test_two_people_may_share_a_name(crm: Crm) -> None:
    report = bring(crm, "contact", "name,email\nAnn Lee,a@example.org\nAnn Lee,b@example.org\n")
    assert counts(report) == {"read": 2, "created": 2}


def test_keys_of_another_program_are_external_ids_and_never_ours(crm: Crm) -> None:
    crm("company", "add", "Ours")
    report = bring(crm, "company", "id,name\n1,Theirs\n", "--source", "zoho")
    assert counts(report) == {"read": 1, "created": 1}
    assert listed(crm, "company", "name,external_id,external_source") == [
        ["Ours", "", ""],
        ["Theirs", "1", "zoho"],
    ]
    other = bring(crm, "company", "id,name\n1,A third one\n", "--source", "hubspot")
    assert counts(other) == {"read": 1, "created": 1}


def test_a_company_known_only_by_its_key_is_filled_when_it_arrives(crm: Crm) -> None:
    report = bring(
        crm, "contact", "Contact Id,Last Name,Account Id\n7,Lee,386\n8,Ek,386\n", "--source", "zoho"
    )
    assert report["linked"] == {"company": 1}
    assert listed(crm, "company", "name") == [["#386"]]
    arrived = bring(crm, "company", "Account Id,Account Name\n386,Acme\n", "--source", "zoho")
    assert counts(arrived) == {"read": 1, "updated": 1}
    assert listed(crm, "contact", "name,company") == [["Ek", "Acme"], ["Lee", "Acme"]]


def test_a_name_that_several_share_joins_nothing(crm: Crm) -> None:
    bring(crm, "company", "id,name\n1,Angel's\n2,Angel's\n3,Bolt\n")
    result = crm("contact", "import", "-", input="name,email,company\nA,a@x.org,Angel's\nB,b@x.org,Bolt\n")
    assert "1 row left without company" in result.err
    assert listed(crm, "contact", "name,company") == [["A", ""], ["B", "Bolt"]]


def test_parents_may_come_after_their_children(crm: Crm) -> None:
    text = "name,parent\nChild,Mother\nOrphan,Nobody here\nMother,\n"
    report = bring(crm, "company", text)
    assert (counts(report), report["linked"]) == ({"read": 3, "created": 3}, {"company": 1})
    assert ["Child", "Mother"] in listed(crm, "company", "name,parent")
    assert counts(bring(crm, "company", text)) == {"read": 3, "unchanged": 3}


def test_no_create_refuses_what_is_missing(crm: Crm) -> None:
    result = crm("contact", "import", "-", "--no-create", input=PEOPLE)
    assert result.code == 1
    assert 'there is no company "Acme"; leave out --no-create' in result.err
    assert listed(crm, "company", "name") == listed(crm, "contact", "name") == []


def test_an_unknown_product_is_wrong_and_the_nearest_is_named(crm: Crm) -> None:
    crm("product", "add", "GTX Pro")
    text = "opportunity_id,product,stage\nA1,GTXPro,Won\nA2,GTXPro,Lost\n"
    result = crm("deal", "import", "-", input=text)
    assert result.code == 1
    assert 'line 2, column "product": unknown product "GTXPro"; did you mean GTX Pro?' in result.err
    assert "(and 1 more row)" in result.err
    report = bring(crm, "deal", text, "--map-value", "product:GTXPro=GTX Pro")
    assert counts(report) == {"read": 2, "created": 2}


def test_stages_are_looked_up_in_the_pipeline_and_won_is_won(crm: Crm) -> None:
    crm("pipeline", "add", "Big", "--stages", "Talk:20,Signed:won,Gone:lost")
    text = "id,name,stage,close date,amount\n1,A,Closed Won,2026-01-02,5\n2,B,talk,2026-09-01,6\n"
    bring(crm, "deal", text, "--set", "pipeline=Big")
    assert listed(crm, "deal", "name,stage,status,expected_close,closed_on,status_original") == [
        ["A", "Signed", "won", "", "2026-01-02", "Closed Won"],
        ["B", "Talk", "open", "2026-09-01", "", ""],
    ]
    moved = text.replace("talk,2026-09-01", "Closed Lost,2026-05-01")
    assert counts(bring(crm, "deal", moved, "--set", "pipeline=Big")) == {
        "read": 2,
        "updated": 1,
        "unchanged": 1,
    }
    wrong = crm("deal", "import", "-", "--set", "pipeline=Big", input=text.replace("talk", "Chatting"))
    assert wrong.code == 1
    assert '"Chatting" is not a stage of pipeline Big' in wrong.err


def test_the_word_of_another_program_is_kept_beside_ours(crm: Crm) -> None:
    bring(crm, "lead", "name,email,status\nA,a@x.org,Attempted to Contact\nB,b@x.org,new\n")
    assert listed(crm, "lead", "name,status,status_original") == [
        ["A", "contacted", "Attempted to Contact"],
        ["B", "new", ""],
    ]
    wrong = crm("lead", "import", "-", input="name,email,status\nC,c@x.org,Qualifyed\n")
    assert wrong.code == 1
    assert "did you mean qualified?" in wrong.err
    report = bring(crm, "lead", "name,status\nC,Zombie\n", "--map-value", "status:zombie=junk")
    assert counts(report) == {"read": 1, "created": 1}


def test_nothing_is_imported_when_a_row_in_the_middle_is_wrong(crm: Crm) -> None:
    text = "name,website,employees\nA,a.example,1\nB,not an address,2\nC,c.example,many\n"
    result = crm("company", "import", "-", input=text)
    assert result.code == 1
    assert 'line 3, column "website": "not an address" is not a web address' in result.err
    assert 'line 4, column "employees"' in result.err
    assert "nothing was imported, since 2 of 3 rows are wrong" in result.err
    assert listed(crm, "company", "name") == []


def test_wrong_rows_go_beside_and_the_mended_file_brings_exactly_them(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        'id,name,phone,note\n1,A,55501,"x,\ny"\n2,B,broken,"keep ""me"""\n3,C,55503,\n', encoding="utf-8"
    )
    result = crm("contact", "import", str(file), "--on-error", "skip", "-o", "json")
    assert result.code == 1
    assert counts(result.json) == {"read": 3, "created": 2, "rejected": 1}
    rejects = tmp_path / "people.csv.rejects.csv"
    rows = list(csv.reader(io.StringIO(rejects.read_text(encoding="utf-8"))))
    assert rows[0] == ["id", "name", "phone", "note", "crm_error"]
    assert rows[1][:4] == ["2", "B", "broken", 'keep "me"']
    assert "phone" in rows[1][4]
    rejects.write_text(rejects.read_text(encoding="utf-8").replace("broken,", "55502,", 1), encoding="utf-8")
    mended = crm("contact", "import", str(rejects), "-o", "json")
    assert counts(mended.json) == {"read": 1, "created": 1}
    assert "crm_error" not in mended.json["unmapped"]
    assert (
        counts(crm("contact", "import", str(file), "--on-error", "skip", "-o", "json").json)["unchanged"] == 2
    )


def test_a_row_that_a_rule_refuses_is_found_among_many(crm: Crm, tmp_path: Path) -> None:
    rows = "".join(f"{at},L{at},{200 if at == 777 else at % 100}\n" for at in range(1500))
    rejects = tmp_path / "wrong.csv"
    result = crm("lead", "import", "-", "--on-error", "skip", "--rejects", str(rejects), "-o", "json",
                 input="id,name,score\n" + rows)  # fmt: skip
    assert counts(result.json) == {"read": 1500, "created": 1499, "rejected": 1}
    assert result.json["faults"][0]["line"] == 779
    assert rejects.read_text(encoding="utf-8").splitlines()[1].startswith("777,L777,200,")
    assert crm("search", "L1499").out != ""


def test_surplus_cells_are_wrong_and_kept(crm: Crm, tmp_path: Path) -> None:
    rejects = tmp_path / "r.csv"
    crm("contact", "import", "-", "--on-error", "skip", "--rejects", str(rejects),
        input="name,email\nA,a@x.org,more,even more\n")  # fmt: skip
    assert rejects.read_text(encoding="utf-8").splitlines()[1].endswith(",more,even more")


@pytest.mark.parametrize(("mode", "expected"), [
    ("create", {"read": 2, "created": 1, "skipped": 1}),
    ("update", {"read": 2, "updated": 1, "skipped": 1}),
    ("upsert", {"read": 2, "created": 1, "updated": 1}),
])  # fmt: skip
def test_modes(crm: Crm, mode: str, expected: dict[str, int]) -> None:
    bring(crm, "contact", "name,email\nA,a@x.org\n")
    assert counts(bring(crm, "contact", "name,email\nA B,a@x.org\nN,n@x.org\n", "--mode", mode)) == expected


def test_an_empty_cell_leaves_the_value_unless_it_shall_clear_it(crm: Crm) -> None:
    bring(crm, "contact", "name,email,title,company\nA,a@x.org,CEO,Acme\n")
    assert counts(bring(crm, "contact", "name,email,title,company\nA,a@x.org,,\n")) == {
        "read": 1,
        "unchanged": 1,
    }
    bring(crm, "contact", "name,email,title,company\nA,a@x.org,,\n", "--empty", "clear")
    assert listed(crm, "contact", "name,title,company") == [["A", "", ""]]


def test_match_by_fields_of_ones_own_choice(crm: Crm) -> None:
    bring(crm, "contact", "name,birthday,email\nA,1980-01-01,a@x.org\nA,1990-01-01,b@x.org\n")
    report = bring(
        crm,
        "contact",
        "name,birthday,title\nA,1990-01-01,CEO\nA,1970-01-01,New\n",
        "--match",
        "name,birthday",
    )
    assert counts(report) == {"read": 2, "created": 1, "updated": 1}
    assert listed(crm, "contact", "birthday,title") == [
        ["1970-01-01", "New"],
        ["1980-01-01", ""],
        ["1990-01-01", "CEO"],
    ]
    by_phone = bring(crm, "contact", "name,phone\nZ,+1 212 555 0100\n")
    assert counts(by_phone) == {"read": 1, "created": 1}
    again = bring(crm, "contact", "phone,title\n+12125550100,CTO\n", "--match", "phone")
    assert counts(again) == {"read": 1, "updated": 1}


def test_a_row_that_may_be_several_records_is_wrong(crm: Crm) -> None:
    bring(crm, "company", "id,name\n1,Acme\n2,Acme\n")
    result = crm("company", "import", "-", input="name,industry\nAcme,retail\n")
    assert result.code == 1
    assert "may be any of companies 1, 2" in result.err


def test_scale_set_and_map(crm: Crm) -> None:
    text = "who,rev\nAcme,1100.04\n"
    bring(crm, "company", text, "--map", "who=name", "--map", "rev=annual_revenue", "--scale", "annual_revenue=1e6",
          "--set", "industry=retail", "--set", "tags=new,big")  # fmt: skip
    found = listed(crm, "company", "name,annual_revenue,industry,tags")
    assert [row[:4] for row in found] == [["Acme", "1100040000.00", "retail", "big, new"]]


def test_unknown_columns_are_kept_when_asked(crm: Crm) -> None:
    bring(crm, "contact", PEOPLE, "--keep-extra")
    assert crm("contact", "list", "shoe=38", "-o", "ids").lines == ["1"]
    assert counts(bring(crm, "contact", PEOPLE.replace("38", "39"))) == {
        "read": 2,
        "updated": 1,
        "unchanged": 1,
    }


@pytest.mark.parametrize(("options", "said"), [
    (("--map", "Nope=name"), "unknown column of this file 'Nope'"),
    (("--map", "Shoe=nme"), "unknown field of contact 'nme'; did you mean name"),
    (("--map", "Shoe"), '--map "Shoe" has no ='),
    (("--map-value", "title=CEO"), "is not FIELD:FROM=TO"),
    (("--set", "colour=red"), "unknown field of contact 'colour'"),
    (("--scale", "birthday=10"), "no column of this file is taken for birthday"),
    (("--mode", "merge"), "write upsert or create or update"),
    (("--match", "shoe"), "unknown field of contact 'shoe'"),
    (("--from", "nothing"), "profile"),
    (("--sheet", "1"), "is no workbook; leave --sheet out"),
    (("--encoding", "klingon"), "no encoding is called"),
    (("-o", "csv"), "write -o json"),
])  # fmt: skip
def test_a_wrong_option_is_named_and_nothing_happens(crm: Crm, options: tuple[str, ...], said: str) -> None:
    result = crm("contact", "import", "-", *options, input=PEOPLE)
    assert (result.code, result.out) == (2, ""), result.err
    assert said in result.err
    assert listed(crm, "contact", "name") == []


def test_an_order_of_day_and_month_is_never_guessed(crm: Crm) -> None:
    open_ = "name,email,birthday\nA,a@x.org,03/04/1980\n"
    result = crm("contact", "import", "-", input=open_)
    assert result.code == 2
    assert "--date-order" in result.err
    bring(crm, "contact", open_, "--date-order", "mdy")
    assert listed(crm, "contact", "birthday") == [["1980-03-04"]]
    told = crm("contact", "import", "-", input=open_ + "B,b@x.org,25/04/1980\n")
    assert '"birthday" is read with the day first' in told.err
    assert listed(crm, "contact", "birthday") == [["1980-04-03"], ["1980-04-25"]]


def test_a_decimal_comma_is_told_by_the_column(crm: Crm) -> None:
    text = "Name;Price;Code\nA;512,77;1\nB;1.024,00;2\n"
    told = crm("product", "import", "-", input=text)
    assert '"Price" is read with a decimal comma' in told.err
    assert [row[1] for row in listed(crm, "product", "name,list_price")] == ["512.77", "1024.00"]


def test_digits_stay_text_where_they_are_text(crm: Crm) -> None:
    bring(crm, "contact", "name,email,phone,postal_code\r\nA,a@x.org,+12125550100,02134\r\n")
    assert listed(crm, "contact", "name,email,phone,postal_code") == [
        ["A", "a@x.org", "+12125550100", "02134"]
    ]


def test_several_addresses_in_a_cell(crm: Crm) -> None:
    bring(crm, "contact", 'name,email,phone\nA,"a@x.org; b@x.org","+1 212 555 0100, ext. 4"\n')
    emails = json.loads(crm("contact", "list", "--columns", "emails", "-o", "json").out)[0]["emails"]
    assert [each["value"] for each in emails] == ["a@x.org", "b@x.org"]
    assert [each["primary"] for each in emails] == [True, False]
    assert listed(crm, "contact", "name,phone") == [["A", "+1 212 555 0100, ext. 4"]]


def test_an_activity_is_about_whom_it_names_by_key_or_by_name(crm: Crm) -> None:
    bring(crm, "company", "id,name\n7,Acme\n", "--source", "zoho")
    bring(crm, "contact", "name,email\nAnn,a@x.org\n")
    text = "Subject,Related To,What Id\nCall,,7\nMail,Ann,\nLunch,Nobody,\n"
    result = crm("task", "import", "-", "--source", "zoho", input=text)
    assert result.code == 0, result.err
    assert "1 row left without about: nothing here has that name" in result.err
    assert listed(crm, "task", "subject,about") == [
        ["Call", "company:1"],
        ["Lunch", ""],
        ["Mail", "contact:1"],
    ]
    assert counts(bring(crm, "task", text, "--source", "zoho")) == {"read": 3, "unchanged": 3}


def test_users_given_in_halves_get_one_name(crm: Crm) -> None:
    bring(crm, "user", "USER_ID,First Name,Last Name\n1,Ann,Lee\n2,,Bo Ek\n")
    assert listed(crm, "user", "name") == [["Ann Lee"], ["Bo Ek"]]


def test_a_profile_is_kept_and_used_again(crm: Crm, tmp_path: Path) -> None:
    env = {"CRM_CONFIG": str(tmp_path / "settings" / "config.toml")}
    text = "key,who,state\n7,Ann,zombie\n"
    options = ("--map", "key=external_id", "--map", "who=name", "--map-value", "status:zombie=junk",
               "--map", "state=status", "--save-profile", "odd")  # fmt: skip
    first = crm("lead", "import", "-", "-o", "json", *options, input=text, env=env)
    assert first.code == 0, first.err
    again = crm("lead", "import", "-", "-o", "json", "--from", "odd", input=text, env=env)
    assert counts(again.json) == {"read": 1, "unchanged": 1}
    assert listed(crm, "lead", "name,status,external_source") == [["Ann", "junk", "odd"]]


def test_a_dry_run_tells_and_changes_nothing(crm: Crm, store: Path) -> None:
    assert crm("contact", "import", "-", "--dry-run", input=PEOPLE).code == 0
    assert not store.exists()
    bring(crm, "contact", PEOPLE)
    report = bring(crm, "contact", PEOPLE.replace("38", "39").replace("Ann Lee", "Ann Leigh"), "--dry-run")
    assert counts(report) == {"read": 2, "updated": 1, "unchanged": 1}
    assert listed(crm, "contact", "name") == [["Ann Lee"], ["Bo Ek"]]


def test_one_import_is_one_command_and_one_undo(crm: Crm) -> None:
    rows = "".join(f"P{at},p{at}@x.org,C{at % 50}\n" for at in range(2500))
    report = bring(crm, "contact", "name,email,company\n" + rows)
    assert (report["created"], report["linked"]) == (2500, {"company": 50})
    assert crm("search", "p2499").out.count("P2499") == 1
    assert crm("undo", "-y").code == 0
    assert listed(crm, "contact", "name") == listed(crm, "company", "name") == []
    assert crm("search", "p2499").out == ""
    assert crm("redo", "-y").code == 0
    assert crm("contact", "list", "--count").out == "2500\n"


def test_files_of_any_nouns_are_told_apart(crm: Crm, tmp_path: Path) -> None:
    files = {
        "deals.csv": "Opportunity Id,Opportunity Name,Account Name,Stage,Amount\n1,Big one,Acme,Proposal,500\n",
        "accounts.csv": "Account Name,Industry,Number of employees\nAcme,retail,12\n",
        "people.csv": "First Name,Last Name,Email,Account Name,Job Title\nAnn,Lee,ann@x.org,Acme,CEO\n",
        "leads.csv": "Lead Id,Last Name,Company,Lead Status,Lead Source,Email\n1,Ek,Bolt,New,Web,bo@x.org\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = crm("import", *(str(tmp_path / name) for name in files), "-o", "json")
    assert result.code == 0, result.err
    assert [each["noun"] for each in result.json] == ["company", "contact", "deal", "lead"]
    assert "deals.csv holds deals" in result.err
    (tmp_path / "odd.csv").write_text("x1,x2\n3,4\n", encoding="utf-8")
    odd = crm("import", str(tmp_path / "odd.csv"))
    assert odd.code == 2
    assert "its header fits no noun" in odd.err


@pytest.mark.parametrize("text", ["", "\n\n", "name,email\n"])
def test_nothing_to_import(crm: Crm, text: str) -> None:
    result = crm("contact", "import", "-", input=text)
    assert result.code == (0 if text.strip() else 2)
    assert "Traceback" not in result.err


def test_json_lines_and_arrays_come_in_too(crm: Crm) -> None:
    bring(crm, "contact", '[{"name": "A", "email": "a@x.org", "tags": ["x", "y"]}]')
    bring(crm, "contact", '{"name": "B", "email": "b@x.org"}\n{"name": "C", "email": null}\n')
    assert [row[0] for row in listed(crm, "contact", "name,tags")] == ["A", "B", "C"]


def test_formulas_and_hostile_texts_are_only_text(crm: Crm) -> None:
    bring(crm, "contact", 'name,email,notes\n"=cmd|\' /C calc\'!A0",a@x.org,"""; DROP TABLE contact; --"\n')
    assert listed(crm, "contact", "name,notes") == [["=cmd|' /C calc'!A0", '"; DROP TABLE contact; --']]


def test_a_terminal_shows_what_comes_and_asks(terminal: Terminal, crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    refused = terminal("contact", "import", str(file), answers=[("Import", "n")])
    assert "Ann Lee" in refused.out
    assert "bo@example.org" in refused.out
    assert refused.code == 2
    assert listed(crm, "contact", "name") == []
    agreed = terminal("contact", "import", str(file), answers=[("Import", "y")])
    assert agreed.code == 0, agreed.out
    assert len(listed(crm, "contact", "name")) == 2


def test_whoever_is_asked_keeps_no_other_command_waiting(
    crm: Crm, crm_process: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    meanwhile = []

    def agree(*_: object, yes: bool) -> None:
        assert not yes
        meanwhile.append(crm_process("company", "add", "Meanwhile", env={"CRM_CONFIG": str(hasty)}))

    hasty = tmp_path / "hasty.toml"
    hasty.write_text('wait_seconds = "0"\n')
    monkeypatch.setattr(Desk, "interactive", True)
    monkeypatch.setattr(Desk, "confirm", agree)
    done = crm("contact", "import", str(file), "--keep-extra")
    assert (done.code, meanwhile[0].code) == (0, 0), done.err + meanwhile[0].err
    assert listed(crm, "company", "name") == [["Acme"], ["Meanwhile"]]
    assert [line.split("\t")[0] for line in crm("field", "list", "--columns", "name").lines] == ["shoe"]
    assert len(crm("history").lines) == 2
