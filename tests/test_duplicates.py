"""Duplicates: found with scores and reasons, told apart, merged with all that refers to them, and undone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import db, errors, fields
from crm_cli.changing import Change
from crm_cli.rules import blocking, evidence, likeness, merging, records, suspects
from crm_cli.rules.drafts import Draft
from crm_cli.rules.evidence import LIKELY, Profile

ASIDE = ("command", "log", "sqlite_sequence", "alembic_version")


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the history, and every word of the search index."""
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = [name for name in names if name not in ASIDE and not name.startswith("search")]
    found = {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY id').fetchall() for name in tables}
    connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
    found["words"] = connection.execute("SELECT term, doc, offset FROM words ORDER BY 1, 2, 3").fetchall()
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return found


def one(crm: Crm, noun: str, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = crm(noun, "show", ref, "-o", "json").json[0]
    return found


def pairs(crm: Crm, noun: str, *args: str) -> list[tuple[int, int]]:
    return [(each["id"], each["other_id"]) for each in crm(noun, "dedupe", "-o", "json", *args).json]


# What is evidence


def score(noun: str, one: dict[str, Any], other: dict[str, Any]) -> int:
    first, second = (Profile(id=number, **each) for number, each in enumerate((one, other), 1))
    return evidence.weigh(noun, first, second)[0]


ADA, MARY = ("ada", "lovelace"), ("mary", "somerville")


@pytest.mark.parametrize(
    ("both", "one", "other"),
    [
        ({"emails": frozenset(("a@x.org",))}, {"name": ADA}, {"name": MARY}),
        ({"number": "12345678"}, {"name": ADA}, {"name": MARY}),
        ({"phones": frozenset(("+33400000001",))}, {"name": ADA}, {"name": ("a", "lovelace")}),
        ({"birthday": "1815-12-10"}, {"name": ADA}, {"name": ("ada", "lovelance")}),
        ({"street": "12 rue x", "place": ("69001", "lyon")}, {"name": ADA}, {"name": ADA}),
        ({"company": "engines"}, {"name": ADA}, {"name": ADA}),
        ({"name": ADA}, {"birthday": "1815-12-10"}, {"birthday": "1815-10-12"}),
        ({"birthday": "1960-01-02"}, {"name": ("bob", "stone")}, {"name": ("stone", "robert")}),
    ],
)
def test_each_evidence_convicts(both: dict[str, Any], one: dict[str, Any], other: dict[str, Any]) -> None:
    assert score("contact", both | one, both | other) >= LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": ADA}, {"name": ADA}),
        ({"name": ADA, "phones": frozenset("1")}, {"name": MARY, "phones": frozenset("1")}),
        ({"name": ADA, "birthday": "1815-12-10"}, {"name": MARY, "birthday": "1815-12-10"}),
        ({"name": ("john", "smith"), "street": "1 x", "place": ("1", "y")},
         {"name": ("jane", "smith"), "street": "1 x", "place": ("1", "y")}),
        ({"name": ADA, "company": "engines", "number": "111222"},
         {"name": ADA, "company": "engines", "number": "999888"}),
        ({"name": ADA, "emails": frozenset(("ann7@x.org",))}, {"name": ADA, "emails": frozenset(("ann8@x.org",))}),
        ({}, {}),
    ],
)  # fmt: skip
def test_less_does_not_convict(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert score("contact", one, other) < LIKELY


def test_a_household_is_not_merged_unseen() -> None:
    home = {"phones": frozenset("1"), "street": "1 x", "place": ("1", "y"), "company": "z"}
    couple = [
        home | {"name": (each, "smith"), "emails": frozenset(("smiths@x.org",))} for each in ("john", "mary")
    ]
    assert LIKELY <= score("contact", *couple) < evidence.SURE
    assert score("contact", *({key: each[key] for key in ("name", *home)} for each in couple)) < LIKELY


@pytest.mark.parametrize(
    ("one", "other", "likely"),
    [
        ({"bare": "acme"}, {"bare": "acme"}, True),
        ({"bare": "acme", "place": ("", "lyon")}, {"bare": "acme", "place": ("", "oslo")}, False),
        ({"bare": "acme", "domain": "acme.org"}, {"bare": "emca", "domain": "acme.org"}, True),
        ({"bare": "bel air hotel", "street": "1 x st", "place": ("", "y")},
         {"bare": "hotel bel air", "street": "1 x st at the corner", "place": ("", "y")}, True),
        ({"bare": "studio 54"}, {"bare": "studio 45"}, False),
        ({"bare": ""}, {"bare": ""}, False),
    ],
)  # fmt: skip
def test_evidence_of_companies(one: dict[str, Any], other: dict[str, Any], likely: bool) -> None:
    assert (score("company", one, other) >= LIKELY) is likely


WORD = st.sampled_from(("ada", "a", "adam", "lovelace", "lovelase", "stone", "bob", "robert", "hall", "ali"))
PROFILE = st.builds(
    Profile,
    id=st.just(1),
    name=st.lists(WORD, max_size=3).map(tuple),
    bare=st.lists(WORD, max_size=3).map(" ".join),
    emails=st.frozensets(st.sampled_from(("ada@x.org", "adaa@x.org", "bob1@y.org")), max_size=2),
    phones=st.frozensets(st.sampled_from(("+331", "+332")), max_size=1),
    number=st.sampled_from((None, "12345", "12354", "99999")),
    birthday=st.sampled_from((None, "1970-01-02", "1970-02-01", "1971-01-02", "1999-12-31")),
    street=st.sampled_from(("", "1 high st", "1 high st at y", "2 low rd")),
    place=st.sampled_from((("", ""), ("1000", ""), ("", "lyon"), ("2000", "lyon"))),
    company=st.sampled_from(("", "acme", "acmee")),
    domain=st.sampled_from((None, "acme.org", "b.org")),
)


@given(one=PROFILE, other=PROFILE, noun=st.sampled_from(("contact", "company", "lead")))
def test_evidence_is_the_same_both_ways(one: Profile, other: Profile, noun: str) -> None:
    points, found = evidence.weigh(noun, one, other)
    assert evidence.weigh(noun, other, one) == (points, found)
    assert 0 <= points <= 100


def test_many_of_one_name_are_not_all_compared() -> None:
    many = [Profile(id=number, name=("john", "smith"), company="acme") for number in range(3_000)]
    assert sum(1 for _ in blocking.pairs(many)) <= 3_000 * blocking.NEXT * 3


# Finding


def test_dedupe_lists_pairs_with_scores_and_reasons(crm: Crm) -> None:
    crm("contact", "add", "Ada Lovelace", "--birthday", "1815-12-10", "--email", "ada@x.org")
    crm("contact", "add", "Mary Somerville", "--birthday", "1780-12-26")
    crm("contact", "add", "Lovelace, Ada", "--birthday", "1815-12-10")
    found = crm("contact", "dedupe", "-o", "csv")
    assert found.lines == [
        "score,id,name,other_id,other_name,reasons",
        '94,1,Ada Lovelace,3,"Lovelace, Ada","same birthday, same name"',
    ]
    assert crm("contact", "dedupe").lines[0].split("\t")[:2] == ["94", "1"]
    assert pairs(crm, "contact", "--min-score", "95") == []
    assert pairs(crm, "contact", "--limit", "0") == []
    assert pairs(crm, "contact", "name=Mary Somerville") == []
    assert pairs(crm, "contact", "3") == [(1, 3)]


def test_what_is_no_evidence_is_not_taken_for_it(crm: Crm) -> None:
    for number in range(2):
        crm("contact", "add", "--email", f"no{number}@x.org", "--phone", "+33 4 00 00 00 01")
        crm("contact", "add", f"Person {'AB'[number]}", "--national-id", "00000000")
        crm("company", "add", f"Firm {'XY'[number]}", "--email", f"firm{number}@gmail.com")
    assert pairs(crm, "contact") == []
    assert pairs(crm, "company") == []


def test_a_number_that_many_share_is_a_switchboard(store: Path, crm: Crm) -> None:
    with db.change(store, "contact add") as change:
        two = [Draft(values={"name": "A. Smith"}, entered={"phone": ["+33 4 00 00 00 02"]}) for _ in range(2)]
        many = [
            Draft(values={"name": "B. Stone"}, entered={"phone": ["+33 4 00 00 00 01"]}) for _ in range(30)
        ]
        records.write(change, "contact", [*two, *many])
    assert pairs(crm, "contact") == [(1, 2)]


def test_companies_of_one_bare_name_or_domain_are_found(crm: Crm) -> None:
    crm("company", "add", "Acme, Inc.")
    assert "has the same name but for its legal form" in crm("company", "add", "ACME GmbH").err
    crm("company", "add", "Machines of Acme", "--website", "https://www.machines.example/x")
    assert "has the same domain" in crm("company", "add", "MoA", "--website", "machines.example").err
    assert sorted(pairs(crm, "company")) == [(1, 2), (3, 4)]


def test_leads_are_found(crm: Crm) -> None:
    crm("lead", "add", "Sam Field", "--company-name", "Field & Sons Ltd")
    crm("lead", "add", "Sam Feild", "--company-name", "Field & Sons")
    assert pairs(crm, "lead") == [(1, 2)]


def test_what_is_told_apart_stays_so(store: Path, crm: Crm) -> None:
    for _ in range(2):
        crm("contact", "add", "Ada Lovelace", "--birthday", "1815-12-10")
    before = dump(store)
    assert crm("contact", "dedupe", "--distinct", "2", "1").code == 0
    assert pairs(crm, "contact") == []
    assert crm("contact", "dedupe", "--auto", "--min-score", "50", "--yes").out == ""
    assert "known already" in crm("contact", "dedupe", "--distinct", "1", "2").err
    assert crm("contact", "edit", "2", "--birthday", "1815-12-11").err == "changed contact 2\n"
    assert crm("contact", "dedupe", "--distinct", "1").code == 2
    crm("undo", "2", "--yes")
    assert dump(store) == before
    assert pairs(crm, "contact") == [(1, 2)]


def test_a_merged_record_is_told_apart_from_whom_it_was(crm: Crm) -> None:
    for _ in range(3):
        crm("contact", "add", "Ada Lovelace", "--birthday", "1815-12-10")
    crm("contact", "dedupe", "--distinct", "2", "3")
    crm("contact", "merge", "1", "3")
    assert pairs(crm, "contact") == []


def test_an_edit_and_an_import_name_look_alikes(crm: Crm, tmp_path: Path) -> None:
    crm("contact", "add", "Ada Lovelace", "--birthday", "1815-12-10")
    crm("contact", "add", "Ada King")
    told = crm("contact", "edit", "2", "--name", "Ada Lovelace", "--birthday", "1815-12-10").err
    assert "contact 1 Ada Lovelace and contact 2 Ada Lovelace may be one: same birthday, same name" in told
    assert "may be one" not in crm("contact", "edit", "2", "--title", "Countess").err
    file = tmp_path / "more.csv"
    file.write_text(
        "id,name,birthday\n" + "".join(f"{n},Rare Name {n // 2},1990-01-0{1 + n // 2}\n" for n in range(10))
    )
    told = crm("contact", "import", str(file), "--yes").err
    assert told.count("may be one") == 3
    assert "and 2 more pairs; `crm contact dedupe` shows them" in told


# Merging


@pytest.mark.parametrize("noun", ["contact", "company", "lead"])
def test_whatever_refers_is_pointed_to_the_survivor(noun: str, store: Path) -> None:
    """Every reference that is known, in records and in parts, and every one by noun and id."""
    with db.change(store, "test") as change:
        ids = [records.add(change, noun, name=f"{noun} {number}").id for number in range(2)]
        change.connection.execute("PRAGMA defer_foreign_keys = ON")
        told = [
            (table, column, referring(change, table, column, ids[1], **more))
            for table, column, more in links(noun)
        ]
        assert {"contact": "deal", "company": "contact", "lead": "activity_about"}[noun] in {
            each[0] for each in told
        }
        merging.merge(change, noun, ids)
        for table, column, number in told:
            question = f'SELECT "{column}" FROM "{table}" WHERE id = ?'
            assert change.value(question, number) == ids[0], (table, column)
        change.dry_run = True


def links(noun: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The columns that can refer to a noun: table, column, what must stand beside it."""
    nouns = [fields.noun(name) for name in fields.names()]
    tables = {about.table: list(about.fields.values()) for about in nouns if not about.only}
    tables |= {table: list(fields.part(table).values()) for table in fields.parts()}
    for table, known in tables.items():
        yield from ((table, each.column, {}) for each in known if each.to == noun and each.column)
        if {"noun", "record_id"} <= {each.name for each in known}:
            yield table, "record_id", {"noun": noun}


def referring(change: Change, table: str, column: str, record_id: int, **columns: Any) -> int:
    """Write a row that refers to a record, whatever else it needs made up."""
    needed = {
        row["name"]: 0 if "INT" in row["type"] or row["type"] == "BOOLEAN" else f"{table} {column}"
        for row in change.rows(f'PRAGMA table_info("{table}")')
        if row["notnull"] and row["dflt_value"] is None and row["name"] != "id"
    }
    row = needed | columns | {column: record_id, "id": change.next_id(table)}
    for name, value in row.items():  # what else it refers to is there
        to = {
            "deal_id": "deal",
            "activity_id": "activity",
            "contact_id": "contact",
            "company_id": "company",
        }.get(name)
        if to and value == 0:
            row[name] = records.add(
                change, to, **({"subject": "x"} if to == "activity" else {"name": "x"})
            ).id
    names = ", ".join(f'"{name}"' for name in row)
    change.connection.execute(
        f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', tuple(row.values())
    )
    return int(row["id"])


def test_fields_are_the_first_that_say_something(crm: Crm) -> None:
    crm("contact", "add", "Ada Lovelace", "--tags", "a,b", "--notes", "First.", "--city", "London")
    crm("contact", "add", "A. King", "--title", "Countess", "--tags", "c", "--notes", "Second.", "--city", "London",
        "--street", "12 St James Square", "--do-not-phone", "yes", "--preferred-channel", "mail")  # fmt: skip
    crm("contact", "add", "Ada", "--title", "Analyst", "--city", "Paris", "--postal-code", "75001")
    result = crm("contact", "merge", "1", "2", "3")
    assert (result.code, result.lines) == (0, ["1"])
    found = one(crm, "contact", "1")
    told = ("name", "first_name", "last_name", "title", "city", "street", "postal_code", "preferred_channel")
    assert [found[name] for name in told] == [
        "Ada Lovelace", "Ada", "Lovelace", "Countess", "London", "12 St James Square", None, "mail",
    ]  # fmt: skip
    assert found["tags"] == ["a", "b", "c"]
    assert found["notes"] == "First.\n\nSecond."
    assert found["do_not_phone"] is True
    assert crm("contact", "show", "2").code == 3
    assert crm("search", "countess", "-o", "ids").lines == ["contact:1"]


def test_take_chooses_a_field(crm: Crm) -> None:
    crm(
        "contact",
        "add",
        "Ada Lovelace",
        "--title",
        "Countess",
        "--email",
        "ada@x.org",
        "--birthday",
        "1815-12-10",
    )
    crm("contact", "add", "Ada King", "--title", "Analyst", "--email", "king@x.org")
    for wrong in ("titel=2", "title=9", "title", "tags=2", "do_not_phone=2", "converted_at=2"):
        assert crm("contact", "merge", "1", "2", "--take", wrong).code in (2, 3), wrong
    crm("contact", "merge", "1", "2", "--take", "name=2", "--take", "title=king@x.org", "--take", "email=2")
    found = one(crm, "contact", "1")
    assert [found[name] for name in ("name", "last_name", "title", "birthday", "email")] == [
        "Ada King", "King", "Analyst", "1815-12-10", "king@x.org",
    ]  # fmt: skip
    assert [each["value"] for each in found["emails"]] == ["king@x.org", "ada@x.org"]


def test_an_opted_out_address_stays_so(store: Path, crm: Crm) -> None:
    crm("contact", "add", "Ada Lovelace", "--email", "ada@x.org")
    crm("contact", "add", "A. Lovelace", "--email", "ADA@x.org,other@x.org", "--force")
    with db.change(store, "test") as change:
        change.connection.execute("UPDATE contact_email SET opted_out = 1 WHERE contact_id = 2")
    crm("contact", "merge", "1", "2")
    emails = one(crm, "contact", "1")["emails"]
    assert [(each["value"], each["primary"], each["opted_out"]) for each in emails] == [
        ("ada@x.org", True, True),
        ("other@x.org", False, True),
    ]


def test_the_timeline_is_kept_and_nothing_stands_twice(crm: Crm) -> None:
    crm("company", "add", "Engines")
    crm("company", "add", "Looms")
    crm("contact", "add", "Ada Lovelace", "--company", "Engines")
    crm("contact", "add", "Ada King", "--company", "Looms", "--title", "Owner")
    crm("call", "contact:1", "First call")
    crm("call", "contact:2", "Second call")
    crm("activity", "add", "Both", "--about", "contact:1", "--about", "contact:2")
    crm("deal", "add", "Machine", "--contact", "2")
    result = crm("contact", "merge", "1", "2")
    assert "merged contact 2 into 1 Ada Lovelace, with deal 1, 2 activities" in result.err
    shown = crm("show", "contact:1").out
    assert all(word in shown for word in ("First call", "Second call", "Both", "Machine"))
    assert crm("activity", "list", "about=contact:1", "--count").lines == ["3"]
    about = crm("activity", "show", "3", "-o", "json").json[0]["about_records"]
    assert len(about) == 1
    assert one(crm, "contact", "1")["companies"][0] | {"company_id": 2} == {
        "company": "Looms", "company_id": 2, "role": "Owner", "inactive": False,
    }  # fmt: skip


def test_companies_of_one_family_belong_to_nothing_twice(crm: Crm) -> None:
    crm("company", "add", "Top")
    crm("company", "add", "Middle", "--parent", "Top")
    crm("company", "add", "Top Ltd", "--parent", "Middle")
    told = crm("company", "merge", "1", "3")
    assert "belongs to nothing now" in told.err
    assert [one(crm, "company", each)["parent"] for each in ("1", "2")] == [None, "Top"]
    crm("company", "merge", "2", "1")
    assert one(crm, "company", "2")["parent"] is None


def test_a_lead_that_was_converted_stays_so(crm: Crm) -> None:
    crm("lead", "add", "Sam Field", "--est-amount", "100", "--currency", "EUR")
    crm("lead", "add", "Sam Fields", "--company-name", "Field", "--currency", "CHF", "--est-amount", "5")
    crm("lead", "convert", "2")
    crm("lead", "merge", "1", "2")
    found = one(crm, "lead", "1")
    assert found["status"] == "converted"
    assert found["contact_id"] == 1
    assert (found["est_amount"], found["currency"]) == (100, "EUR")


def test_own_fields_are_merged(crm: Crm) -> None:
    crm("field", "add", "contact.size", "--type", "number")
    crm("field", "add", "contact.color")
    crm("contact", "add", "Ada", "--set", "size=3")
    crm("contact", "add", "Ada L", "--set", "size=4", "--set", "color=red")
    crm("contact", "merge", "1", "2", "--take", "size=2")
    assert [one(crm, "contact", "1")[name] for name in ("size", "color")] == [4, "red"]


def test_merging_is_refused_where_it_makes_no_sense(crm: Crm) -> None:
    crm("contact", "add", "Ada")
    assert crm("contact", "merge", "1").code == 2
    assert crm("contact", "merge", "1", "1").code == 2
    assert crm("contact", "merge", "1", "Nobody").code == 3


def test_a_rule_refuses_the_same_record_twice(store: Path) -> None:
    with db.change(store, "test") as change:
        ada = records.add(change, "contact", name="Ada").id
        with pytest.raises(errors.InvalidError):
            merging.merge(change, "contact", [ada, ada])
        with pytest.raises(errors.NotFoundError):
            merging.merge(change, "contact", [ada, 99])


def test_a_dry_run_changes_nothing(store: Path, crm: Crm) -> None:
    crm("contact", "add", "Ada Lovelace", "--birthday", "1815-12-10", "--email", "a@x.org")
    crm("contact", "add", "Ada Lovelace", "--birthday", "1815-12-10", "--title", "Countess")
    before = dump(store)
    assert "title:  → Countess" in crm("contact", "merge", "1", "2", "--dry-run").err
    told = crm("contact", "dedupe", "--auto", "--min-score", "90", "--dry-run")
    assert told.err == "would merge 1 contact into 1\n"
    assert len(told.lines) == 1
    assert dump(store) == before


def family(crm: Crm) -> None:
    """Two persons of three records each, a third one, and what refers to them."""
    for name, day, email in (("Ada Lovelace", "1815-12-10", "ada"), ("Bob Stone", "1970-03-04", "bob")):
        for number, called in enumerate((name, " ".join(reversed(name.split())), name.replace("o", "oo", 1))):
            crm(
                "contact",
                "add",
                called,
                "--birthday",
                day,
                "--email",
                f"{email}{number}@x.org",
                "--tags",
                f"t{number}",
            )
    crm("contact", "add", "Mary Somerville", "--email", "mary@x.org")
    for number in range(1, 8):
        crm("call", f"contact:{number}", f"Call {number}")
        crm("deal", "add", f"Deal {number}", "--contact", str(number))


def test_undoing_a_merge_gives_the_store_before(store: Path, crm: Crm) -> None:
    family(crm)
    before = dump(store)
    crm("contact", "merge", "1", "2", "3", "4", "--take", "name=2", "--take", "email=4")
    after = dump(store)
    assert after != before
    assert crm("undo", "--yes").code == 0
    assert dump(store) == before
    assert crm("redo", "--yes").code == 0
    assert dump(store) == after


def test_auto_merges_the_likely_in_one_change(store: Path, crm: Crm) -> None:
    family(crm)
    before = dump(store)
    assert crm("contact", "dedupe", "--auto", "--min-score", "80").code == 2
    told = crm("contact", "dedupe", "--auto", "--min-score", "80", "--yes")
    assert told.lines == ["1", "4"]
    assert "merged 4 contacts into 2" in told.err
    assert crm("contact", "list", "-o", "ids").lines == ["1", "4", "7"]
    assert crm("deal", "list", "contact_id=1", "--count").lines == ["3"]
    assert crm("contact", "dedupe").out == ""
    assert crm("undo", "--yes").code == 0
    assert dump(store) == before


def test_an_import_finds_whom_it_knew_by_another_key(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "id,name,email,title\n51,Ada Lovelace,ada@x.org,Countess\n52,Ada King,king@x.org,Analyst\n"
    )
    crm("contact", "import", str(file), "--yes")
    crm("contact", "merge", "1", "2")
    for _ in range(2):
        told = crm("contact", "import", str(file), "--yes", "-o", "json").json
        assert (told["created"], told["updated"], told["unchanged"], told["skipped"]) == (0, 0, 1, 1)
    assert one(crm, "contact", "1")["external_id"] == "51"
    elsewhere = tmp_path / "other.csv"
    elsewhere.write_text("id,name,email,title\n9,Ada Lovelace,ada@x.org,Boss\n")
    crm("contact", "add", "Ada", "--external-id", "7", "--external-source", "crm2")
    crm("contact", "merge", "1", "3")
    elsewhere.write_text("id,name,title\n7,Ada Lovelace,Boss\n")
    assert (
        crm("contact", "import", str(elsewhere), "--source", "crm2", "--yes", "-o", "json").json["updated"]
        == 1
    )
    assert [one(crm, "contact", "1")[name] for name in ("title", "external_id")] == ["Boss", "51"]


def test_the_alike_are_looked_for_by_indexes(store: Path) -> None:
    with db.change(store, "test") as change:
        drafts = [Draft(values={"name": "Ada Lovelace"}) for _ in range(2)]
        records.write(change, "contact", drafts)
        seen: list[str] = []
        change.connection.set_trace_callback(seen.append)
        suspects.alike(change, "contact", [drafts[1], *records.load(change, "contact", [1])])
        change.connection.set_trace_callback(None)
        plans = [
            row["detail"]
            for question in seen
            if question.startswith('SELECT "') or "BETWEEN 2 AND" in question
            for row in change.rows(f"EXPLAIN QUERY PLAN {question}")
        ]
        for table in ("contact", "contact_email", "contact_phone"):
            assert [plan for plan in plans if plan.startswith(f"SEARCH {table} ")]
            assert not [plan for plan in plans if plan.startswith(f"SCAN {table}")]


def test_a_person_decides_pair_by_pair(crm: Crm, terminal: Terminal) -> None:
    for name in ("Ada Lovelace", "Bob Stone", "Cleo Vance"):
        for title in ("One", "Two"):
            crm("contact", "add", name, "--birthday", "1970-01-01", "--title", title)
    down = "\x1b[B"
    answers = [("1 of 3", down + "\r"), ("2 of 3", down * 2 + "\r"), ("3 of 3", down * 4 + "\r")]
    told = terminal("contact", "dedupe", columns=100, answers=answers)
    assert told.code == 0
    assert "merged contact 1 into 2 Ada Lovelace" in told.out
    assert "remembered: 3, 4 are not duplicates" in told.out
    assert "One" in told.out
    assert "Two" in told.out
    assert "1970-01-01" in told.out
    assert "do_not_fax" not in told.out
    assert pairs(crm, "contact") == [(5, 6)]
    left = terminal("contact", "dedupe", columns=40, answers=[("1 of 1", "\x03")])
    assert (left.code, "no room" in left.out, "Cancelled" in left.out) == (130, False, False)
    assert crm("contact", "list", "-o", "ids").lines == ["2", "3", "4", "5", "6"]
    assert [line.split("\t")[2] for line in crm("history", "--limit", "2").lines] == [
        "contact dedupe",
        "contact merge",
    ]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("ai labs", "artificial intelligence labs", "short"),
        ("tech", "technology", "short"),
        ("ibm", "international business machines", "short"),
        ("ai labs", "artificial labs", "other"),
        ("ab", "ambulance", "other"),
        ("studio 54", "studios 45", "other"),
        ("acme", "", None),
    ],
)
def test_a_company_may_be_named_in_short(one: str, other: str, level: str | None) -> None:
    assert likeness.organisation(one, other) == likeness.organisation(other, one) == level
