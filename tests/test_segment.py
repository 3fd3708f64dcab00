"""Segments: listed, told by a filter, never to be written to; united, cut and lessened; then and now."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import db, segments
from crm_cli.asking import rewinding
from crm_cli.fields import noun
from crm_cli.filters import Asking
from crm_cli.rules import deletion, records
from crm_cli.rules import segment as rules
from crm_cli.rules.drafts import Draft
from crm_cli.shelf import Shelf
from crm_cli.values import Reading


def names(crm: Crm, *args: str) -> list[str]:
    """The names that a list of contacts or the members of a segment show."""
    found = crm(*args, "--columns", "name")
    assert found.code == 0, found.err
    return found.lines


@furnished
def shops(crm: Crm) -> Crm:
    """Ada and Bo at a shop, Cy at a bank, Di nowhere."""
    crm("company", "add", "Corner Shop", "--industry", "retail", "--employees", "12")
    crm("company", "add", "Big Bank", "--industry", "bank", "--employees", "900")
    for name, company in (("Ada", "Corner Shop"), ("Bo", "Corner Shop"), ("Cy", "Big Bank"), ("Di", "")):
        crm("contact", "add", name, "--email", f"{name.lower()}@{name.lower()}.example", "--company", company)
    return crm


class TestKinds:
    def test_a_dynamic_segment_holds_whoever_fits_when_it_is_used(self, shops: Crm) -> None:
        shops("segment", "add", "Shops", "--filter", "company.industry=retail name!=Bo")
        assert shops("segment", "list", "-o", "json").json[0]["kind"] == "dynamic"
        assert names(shops, "segment", "members", "Shops") == ["Ada"]
        shops("contact", "add", "Eve", "--company", "Corner Shop")
        assert names(shops, "contact", "list", "segment=Shops") == ["Ada", "Eve"]

    def test_a_static_segment_is_filled_by_a_pipe_and_counts_nobody_twice(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs", "--kind", "static")
        piped = shops("contact", "list", "company.industry=retail", "-o", "ids").out
        assert shops("segment", "include", "VIPs", "-", input=piped).err == "VIPs: 2 added; it holds 2\n"
        said = shops("segment", "include", "VIPs", "Ada", "Cy").err
        assert said == "VIPs: 1 added, 1 were in it already; it holds 3\n"
        said = shops("segment", "remove", "VIPs", "Ada", "Di").err
        assert said == "VIPs: 1 taken out, 1 were not in it; it holds 2\n"
        assert names(shops, "segment", "members", "VIPs") == ["Bo", "Cy"]
        shops("undo", "-y")
        assert shops("segment", "members", "VIPs", "--count").out == "3\n"

    def test_a_filter_includes_many_at_once(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs", "--kind", "static")
        shops("segment", "include", "VIPs", "company.industry=retail")
        assert names(shops, "segment", "members", "VIPs") == ["Ada", "Bo"]

    def test_a_dry_run_changes_nothing(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs", "--kind", "static")
        said = shops("segment", "include", "VIPs", "Ada", "--dry-run").err
        assert said == "VIPs: 1 would be added; it would hold 1\n"
        assert shops("segment", "members", "VIPs", "--count").out == "0\n"

    def test_members_are_listed_as_their_noun_is(self, shops: Crm) -> None:
        shops("segment", "add", "Firms", "--on", "company", "--filter", "employees=10..")
        found = shops(
            "segment", "members", "Firms", "industry=bank", "-o", "json", "--columns", "name,employees"
        )
        assert found.json == [{"name": "Big Bank", "employees": 900}]
        assert names(shops, "segment", "members", "Firms", "--sort", "-employees") == [
            "Big Bank",
            "Corner Shop",
        ]
        assert names(shops, "segment", "members", "Firms", "--sort", "-employees", "--limit", "1") == [
            "Big Bank"
        ]

    def test_deleted_people_are_in_it_no_more(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs", "--kind", "static")
        shops("segment", "include", "VIPs", "Ada", "Di")
        shops("contact", "delete", "Di", "--yes")
        assert names(shops, "segment", "members", "VIPs") == ["Ada"]

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (("X", "--filter", "indutry=retail"), "unknown field of contact 'indutry'"),
            (("X", "--filter", "lifecycle=kunde"), "lifecycle"),
            (("X", "--filter", "name"), "is not a filter"),
            (("X", "--kind", "dynamic"), "needs a filter"),
            (("X", "--kind", "static", "--filter", "name=Ada"), "has no filter"),
            (("X", "--filter", "segment=Y"), "no segment answers to 'Y'"),
            (("X", "--on", "company", "--filter", "segment=VIPs"), "holds contacts, not companies"),
            (("X", "--set", 'members=[{"noun":"lead","record_id":1}]'), "other than contacts"),
            (("X", "--set", 'members=[{"noun":"contact"}]'), "members: each is a record"),
        ],
    )
    def test_what_does_not_go_together_is_refused(self, shops: Crm, args: tuple[str, ...], said: str) -> None:
        shops("segment", "add", "VIPs", "--kind", "static")
        found = shops("segment", "add", *args)
        assert (found.code, said in found.err) == (2, True), found.err
        assert shops("segment", "list", "--count").out == "1\n"

    def test_a_name_is_taken_once(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs")
        assert shops("segment", "add", "vips").code == 4

    def test_whom_it_holds_stays(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs")
        shops("segment", "include", "VIPs", "Ada")
        assert "holds other than leads" in shops("segment", "edit", "VIPs", "--on", "lead").err

    def test_the_members_of_a_dynamic_one_are_not_set_by_hand(self, shops: Crm) -> None:
        shops("segment", "add", "Shops", "--filter", "company.industry=retail")
        found = shops("segment", "include", "Shops", "Di")
        assert (found.code, "change the filter" in found.err) == (2, True)

    def test_nobody_answers_to_a_wrong_name(self, shops: Crm) -> None:
        shops("segment", "add", "VIPs")
        assert shops("segment", "include", "VIPs", "Zoe").code == 3
        assert shops("contact", "list", "segment=VIP Club").code == 2


class TestSuppression:
    def test_records_addresses_domains_and_tables_are_taken(self, shops: Crm) -> None:
        shops("segment", "add", "Never", "--kind", "suppression")
        table = "name;e-mail\nAda;ADA@ada.example\nNobody;nobody@nowhere.example\n"
        said = shops("segment", "include", "Never", "Cy", "@di.example", "-", input=table).err
        assert said == "Never: 4 added; it holds 4\n"
        assert names(shops, "contact", "list", "segment=Never") == ["Ada", "Cy", "Di"]
        listed = shops("segment", "members", "Never", "-o", "json").json
        assert [each["address"] for each in listed if each["address"]] == [
            "@di.example", "ada@ada.example", "nobody@nowhere.example"
        ]  # fmt: skip

    def test_a_domain_holds_those_below_it_and_no_others(self, shops: Crm) -> None:
        for address in ("x@mail.field.example", "y@field.example", "z@outfield.example"):
            shops("contact", "add", address[0], "--email", address)
        shops("segment", "add", "Never", "--kind", "suppression")
        shops("segment", "include", "Never", "@Field.example")
        assert names(shops, "contact", "list", "segment=Never") == ["x", "y"]

    def test_it_says_the_same_as_who_may_be_written_to(self, shops: Crm) -> None:
        shops("segment", "add", "Never", "--kind", "suppression")
        shops("segment", "include", "Never", "@ada.example", "bo@bo.example", "Cy")
        held = set(names(shops, "contact", "list", "segment=Never"))
        for name in ("Ada", "Bo", "Cy", "Di"):
            rows = shops("contact", "show", name, "--why-not", "email", "-o", "json").json
            assert (not rows[0]["allows"]) == (name in held)

    def test_a_line_without_an_address_is_named(self, shops: Crm) -> None:
        shops("segment", "add", "Never", "--kind", "suppression")
        found = shops("segment", "include", "Never", "-", input="name,email\nAda,ada@ada.example\nBo,\n")
        assert (found.code, "no cell of 'Bo,'" in found.err) == (2, True)
        assert shops("segment", "members", "Never", "--count").out == "0\n"


class TestFilters:
    def test_people_are_in_the_segments_of_their_companies_and_of_the_leads_they_were(
        self, shops: Crm
    ) -> None:
        shops("segment", "add", "Retailers", "--on", "company", "--filter", "industry=retail")
        assert names(shops, "contact", "list", "segment=Retailers") == ["Ada", "Bo"]
        assert names(shops, "contact", "list", "company.segment=Retailers") == ["Ada", "Bo"]
        shops("lead", "add", "Sam Field", "--email", "sam@field.example", "--rating", "hot")
        shops("segment", "add", "Hot", "--on", "lead", "--filter", "rating=hot")
        shops("lead", "convert", "Sam Field", "--no-deal")
        assert names(shops, "contact", "list", "segment=Hot") == ["Sam Field"]

    def test_deals_follow_their_companies(self, shops: Crm) -> None:
        shops("segment", "add", "Retailers", "--on", "company", "--filter", "industry=retail")
        for company in ("Corner Shop", "Big Bank"):
            shops("deal", "add", company, "--company", company, "--amount", "10")
        assert names(shops, "deal", "list", "company.segment=Retailers") == ["Corner Shop"]
        found = shops("report", "pipeline", "company.segment=Retailers", "-o", "json").json
        assert sum(row["deals"] for row in found) == 1

    def test_what_names_somebody_is_where_they_are_and_a_campaign_where_it_is_aimed(self, shops: Crm) -> None:
        shops("segment", "add", "Retailers", "--on", "company", "--filter", "industry=retail")
        shops("segment", "add", "Ones", "--filter", "name=Cy,Di")
        for name, whose in (
            ("Shop", "--company=Corner Shop"),
            ("Ada", "--contact=Ada"),
            ("Di", "--contact=Di"),
        ):
            assert shops("deal", "add", name, whose, "--amount", "10").code == 0
        assert names(shops, "deal", "list", "segment=Retailers") == ["Shop", "Ada"]
        assert names(shops, "deal", "list", "segment=Ones") == ["Di"]
        assert names(shops, "deal", "list", "segment!=Retailers") == ["Di"]
        by = shops("report", "pipeline", "--by", "segment", "-o", "json").json
        assert {row["segment"]: row["deals"] for row in by} == {"Retailers": 2, "Ones": 1}
        shops("campaign", "add", "Spring")
        shops("campaign", "add", "Summer")
        assert shops("campaign", "target", "Spring", "Ones").code == 0
        assert names(shops, "campaign", "list", "segment=Ones") == ["Spring"]
        assert shops("deal", "list", "targeted=Spring").code == 2

    def test_several_are_any_of_them_and_not_is_none(self, shops: Crm) -> None:
        for name in ("Ada", "Bo", "Cy"):
            shops("segment", "add", f"Only, {name}")
            shops("segment", "include", f"Only, {name}", name)
        assert names(shops, "contact", "list", 'segment="Only, Ada","Only, Bo"') == ["Ada", "Bo"]
        assert names(shops, "contact", "list", 'segment!="Only, Ada","Only, Bo"') == ["Cy", "Di"]
        assert shops("contact", "list", "segment=").code == 2
        assert shops("contact", "list", "segment~Only").code == 2

    def test_segments_within_segments_and_no_circles(self, shops: Crm) -> None:
        shops("segment", "add", "Shops", "--filter", "company.industry=retail")
        shops("segment", "add", "A", "--filter", "segment=Shops name!=Bo")
        assert names(shops, "segment", "members", "A") == ["Ada"]
        found = shops("segment", "edit", "Shops", "--filter", "segment=A")
        assert (found.code, 'segment "Shops" is defined by itself' in found.err) == (2, True)

    def test_a_field_that_went_is_told_with_the_segment(self, shops: Crm) -> None:
        shops("field", "add", "contact.shoe", "--type", "number")
        shops("segment", "add", "Big feet", "--filter", "shoe=44..")
        shops("campaign", "add", "Boots")
        shops("field", "delete", "shoe", "--yes")
        for args in (
            ("contact", "list", "segment=Big feet"),
            ("segment", "members", "Big feet"),
            ("campaign", "target", "Boots", "Big feet"),
        ):
            found = shops(*args)
            assert found.code == 2
            assert 'segment "Big feet" cannot be used' in found.err
            assert "'shoe'" in found.err
        assert shops("member", "list", "--count").out == "0\n"
        assert shops("segment", "list", "--count").out == "1\n"

    def test_members_with_and_or_not(self, shops: Crm) -> None:
        for name, who in (("AB", "Ada Bo"), ("BC", "Bo Cy"), ("D", "Di")):
            shops("segment", "add", name)
            shops("segment", "include", name, *who.split())
        assert names(shops, "segment", "members", "AB", "--and", "BC") == ["Bo"]
        assert names(shops, "segment", "members", "AB", "--or", "D", "--not", "BC") == ["Ada", "Di"]


class TestColumns:
    def test_what_customers_bought(self, shops: Crm) -> None:
        for number, (amount, day) in enumerate(
            (("100", "2026-05-01"), ("50", "2026-05-01"), ("120", "2025-03-01")), 1
        ):
            shops(
                "deal",
                "add",
                f"D{number}",
                "--company",
                "Corner Shop",
                "--contact",
                "Ada",
                "--amount",
                amount,
            )
            shops("deal", "win", str(number), "--on", day)
        columns = "name,won_amount,purchases,last_purchase"
        row = shops(
            "company", "list", "Corner Shop", "-o", "json", "--columns", f"{columns},growth_pct"
        ).json[0]
        assert (row["won_amount"], row["purchases"], row["last_purchase"]) == (270, 2, "2026-05-01")
        assert row["growth_pct"] == 25
        row = shops("contact", "list", "Ada", "-o", "json", "--columns", columns).json[0]
        assert (row["won_amount"], row["purchases"], row["last_purchase"]) == (270, 2, "2026-05-01")
        assert names(shops, "company", "list", ["growth_pct=20..30", "last_purchase=this-year"][0]) == [
            "Corner Shop"
        ]

    def test_size_follows_the_setting(self, shops: Crm, tmp_path: Path) -> None:
        assert names(shops, "company", "list", "size_segment=large") == ["Big Bank"]
        shops("segment", "add", "Large", "--filter", "company.size_segment=large")
        assert names(shops, "segment", "members", "Large") == ["Cy"]
        own = {"CRM_CONFIG": str(tmp_path / "own.toml")}
        (tmp_path / "own.toml").write_text('small_company_up_to = "10"\n')
        assert shops("company", "list", "size_segment=large", "--count", env=own).out == "2\n"

    def test_open_cases(self, shops: Crm) -> None:
        shops("case", "add", "Broken", "--contact", "Ada")
        assert names(shops, "contact", "list", "open_cases=1..") == ["Ada"]


class TestDifference:
    """Commands are dated anew in the store, a day each, so that times lie between them."""

    @furnished
    def past(self, shops: Crm, store: Path) -> Crm:
        shops("segment", "add", "VIPs")
        shops("segment", "include", "VIPs", "Ada", "Bo")
        shops("segment", "add", "Shops", "--filter", "company.industry=retail")
        shops("segment", "remove", "VIPs", "Ada")
        shops("segment", "include", "VIPs", "Cy")
        shops("contact", "delete", "Bo", "--yes")
        shops("contact", "edit", "Di", "--company", "Corner Shop")
        with sqlite3.connect(store) as connection:
            ids = [row[0] for row in connection.execute("SELECT id FROM command ORDER BY id")]
            for number, each in enumerate(ids[-7:], 1):
                connection.execute(
                    "UPDATE command SET at = ? WHERE id = ?", (f"2026-01-{number:02}T12:00:00Z", each)
                )
            connection.execute("UPDATE command SET at = '2025-12-01T12:00:00Z' WHERE id < ?", (ids[-7],))
        return shops

    @pytest.mark.parametrize(
        ("segment", "since", "until", "changes"),
        [
            ("VIPs", "2025-12-15", "2026-01-02", ["came Ada", "came Bo"]),
            ("VIPs", "2026-01-03", "2026-01-05", ["came Cy", "went Ada"]),
            ("VIPs", "2026-01-03", "2026-01-06", ["came Cy", "went Ada", "went Bo"]),
            ("VIPs", "2026-01-06", "2026-01-06", ["went Bo"]),
            ("Shops", "2025-12-15", "2026-01-03", ["came Ada", "came Bo"]),
            ("Shops", "2026-01-04", "2026-01-07", ["came Di", "went Bo"]),
            ("Shops", "2026-01-04T11:00", "2026-01-04T13:00", []),
        ],
    )
    def test_who_came_and_who_went(
        self, past: Crm, segment: str, since: str, until: str, changes: list[str]
    ) -> None:
        found = past("segment", "diff", segment, "--between", since, until, "-o", "json")
        assert [f"{row['change']} {row['name']}" for row in found.json] == changes

    def test_until_now_and_nothing_is_written(self, past: Crm, store: Path) -> None:
        before = past("history", "--limit", "100").out
        found = past("segment", "diff", "Shops", "--since", "2026-01-04")
        assert [line.split("\t")[0::2] for line in found.lines] == [["came", "Di"], ["went", "Bo"]]
        assert past("history", "--limit", "100").out == before
        assert past("db", "check").err == f"{store} is whole\n"

    def test_relative_days_count_from_then(self, past: Crm, store: Path) -> None:
        past("segment", "add", "Old friends", "--filter", "created_at=..-30d")
        with sqlite3.connect(store) as connection:
            connection.execute(
                "UPDATE command SET at = '2026-01-20' WHERE id = (SELECT max(id) FROM command)"
            )
        found = past("segment", "diff", "Old friends", "--between", "2026-12-01", "2026-12-02", "-o", "json")
        assert found.json == []
        old = past("segment", "diff", "Old friends", "--between", "2026-06-20", "2026-12-02", "-o", "json")
        assert [row["change"] for row in old.json] == ["came"] * 3

    def test_a_person_who_was_forgotten_makes_it_impossible(self, past: Crm, store: Path) -> None:
        with sqlite3.connect(store) as connection:
            connection.execute(
                "INSERT INTO command (at, verb, summary, kind, reverted) "
                "VALUES ('2026-02-01T12:00:00Z', 'contact forget', '', 'forget', 0)"
            )
        found = past("segment", "diff", "VIPs", "--since", "2026-01-03")
        assert (found.code, "forgot a person" in found.err) == (4, True)
        assert past("segment", "diff", "VIPs", "--since", "2026-02-02").code == 0

    @pytest.mark.parametrize(
        "args", [(), ("--since", "-1d", "--between", "-2d", "-1d"), ("--between", "-1d", "-9d")]
    )
    def test_times_that_cannot_be_are_refused(self, past: Crm, args: tuple[str, ...]) -> None:
        assert past("segment", "diff", "VIPs", *args).code == 2


PEOPLE = 8
SETS = st.lists(st.sets(st.integers(1, PEOPLE)), min_size=3, max_size=3)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(("include", "remove", "rename", "delete")), st.integers(0, 2), st.integers(1, PEOPLE)
    ),
    max_size=12,
)


def asking(connection: sqlite3.Connection) -> Asking:
    return Asking(connection, Reading(today=date(2026, 6, 15)))


def holds(connection: sqlite3.Connection, segment: int) -> set[int]:
    where, bound = segments.holding(noun("contact"), segment, asking(connection))
    return {row[0] for row in connection.execute(f"SELECT id FROM contacts WHERE {where}", bound)}


def filled(path: Path, sets: list[set[int]]) -> list[int]:
    """A store of people 1 to `PEOPLE` and static segments of them."""
    with db.change(path, "fill") as change:
        records.write(
            change, "contact", [Draft(values={"name": f"P{each}"}) for each in range(1, PEOPLE + 1)]
        )
        return [
            rules.make_static(change, f"S{number}", "contact", sorted(each))
            for number, each in enumerate(sets)
        ]


@settings(max_examples=25, deadline=None)
@given(sets=SETS)
def test_segments_are_sets(sets: list[set[int]], tmp_path_factory: pytest.TempPathFactory, crm: Crm) -> None:
    path = tmp_path_factory.mktemp("sets") / "crm.db"
    one, two, three = filled(path, sets)
    a, b, c = sets

    def members(*args: str) -> set[int]:
        return {
            int(line) for line in crm("--db", str(path), "segment", "members", *args, "--columns", "id").lines
        }

    assert members(f"{one}") == a
    assert members(f"{one}", "--or", f"{two}") == a | b
    assert members(f"{one}", "--and", f"{two}") == a & b
    assert members(f"{one}", "--not", f"{two}") == a - b
    assert members(f"{one}", "--or", f"{two}", "--and", f"{three}") == (a | b) & c
    assert members(f"{one}", "--or", f"{two}", "--not", f"{three}") == (a | b) - c


@settings(max_examples=25, deadline=None)
@given(sets=SETS, moves=MOVES)
def test_every_time_of_a_store_can_be_seen_again(
    sets: list[set[int]], moves: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("times") / "crm.db"
    ids = filled(path, sets)
    seen: list[tuple[int, list[set[int]]]] = []
    for what, which, who in moves:
        with db.change(path, what) as change:
            if what in ("include", "remove"):
                with Shelf(3) as named:
                    named.put([rules.Entry("contact", who)])
                    getattr(rules, what)(change, ids[which], named)
            elif change.value("SELECT 1 FROM contact WHERE id = ?", who):
                if what == "rename":
                    records.edit(change, "contact", who, name=f"{who} {which}")
                else:
                    deletion.delete(change, "contact", [who])
        connection = db.ask(path)
        last = connection.execute("SELECT max(id) FROM command").fetchone()[0]
        seen.append((last, [holds(connection, each) for each in ids]))
        connection.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE command SET at = strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-01', id || ' days')")
    source = db.ask(path)
    copy = db.aside(source)
    for last, held in reversed(dict(seen).items()):
        before = source.execute("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', at, '1 hour') FROM command WHERE id = ?",
                                (last,)).fetchone()[0]  # fmt: skip
        rewinding.rewind(copy, before)
        assert [holds(copy, each) for each in ids] == held
    copy.close()
    source.close()


def test_reports_are_grouped_by_segments_of_people_and_of_companies(shops: Crm) -> None:
    shops("segment", "add", "Retail", "--kind", "dynamic", "--on", "company", "--filter", "industry=retail")
    shops("segment", "add", "Vips")
    shops("segment", "include", "Vips", "Ada", "Cy")
    for name, score in (("Ada", "10"), ("Bo", "3"), ("Cy", "9"), ("Di", "0")):
        assert shops("survey", "add", score, "--contact", name).code == 0
    found = shops("report", "nps", "--by", "segment", "-o", "json").json
    assert {each["segment"]: (each["score"], each["responses"]) for each in found} == {
        "Vips": (100, 2), "Retail": (0, 2), None: (-100, 1),
    }  # fmt: skip
