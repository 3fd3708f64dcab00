"""Whom a campaign is for: everybody in its segments, each checked, some left alone, and who is next."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.rules.targeting.enrolling import is_control

WHOLE = 1_000_000


def members(crm: Crm, *filters: str, columns: str = "name,status,control,reason") -> list[dict[str, Any]]:
    found = crm("member", "list", *filters, "-o", "json", "--columns", columns)
    assert found.code == 0, found.err
    rows: list[dict[str, Any]] = found.json
    return rows


def named(crm: Crm, *filters: str) -> list[str]:
    return [row["name"] for row in members(crm, *filters)]


@furnished
def fair(crm: Crm) -> Crm:
    """A campaign, and a segment `Shops` of Ada and Bo, who work at a shop."""
    crm("company", "add", "Corner Shop", "--industry", "retail")
    for name in ("Ada", "Bo"):
        crm("contact", "add", name, "--email", f"{name.lower()}@shop.example", "--company", "Corner Shop")
    crm("segment", "add", "Shops", "--filter", "company.industry=retail")
    crm("campaign", "add", "Fair", "--type", "email")
    return crm


class TestTarget:
    def test_everybody_of_the_segment_becomes_a_member(self, fair: Crm) -> None:
        found = fair("campaign", "target", "Fair", "Shops")
        assert found.err == "targeted 2, control 0, excluded 0\n"
        rows = members(fair, "campaign=Fair", columns="name,contact_id,status,channel,currency,statuses")
        assert [(row["name"], row["contact_id"], row["status"], row["channel"]) for row in rows] == [
            ("Ada", 1, "targeted", "email"), ("Bo", 2, "targeted", "email")
        ]  # fmt: skip
        assert [each["status"] for each in rows[0]["statuses"]] == ["targeted"]
        steps = fair("campaign", "step", "Fair", "-o", "json").json
        assert next(each for each in steps if each["step"] == "target")["done_on"] == "2026-06-15"

    def test_members_are_written_as_those_that_somebody_adds(self, fair: Crm, store: Path) -> None:
        fair("contact", "edit", "Bo", "--set", "name=Bjørn  Ödegård")
        fair("contact", "prefer", "Bjørn Ödegård", "--no-bulk-email")
        fair("lead", "add", "Sam Été", "--email", "sam@field.example")
        fair("segment", "add", "Leads", "--on", "lead", "--filter", "name!=")
        fair("campaign", "target", "Fair", "Shops", "Leads")
        fair("campaign", "add", "By hand", "--type", "email")
        for who, more in (
            (("--contact", "1"), ()),
            (
                ("--contact", "2"),
                ("--status", "excluded", "--set", "reason=wants no mass e-mail (do_not_bulk_email)"),
            ),
            (("--lead", "1"), ()),
        ):
            found = fair("member", "add", "--campaign", "By hand", *who, "--channel", "email", *more)
            assert found.code == 0, found.err
        held = sqlite3.connect(store)
        held.row_factory = sqlite3.Row
        question = "SELECT * FROM member WHERE campaign_id = ? ORDER BY id"
        told, added = ([dict(row) for row in held.execute(question, (each,))] for each in (1, 2))
        assert [row["folded"] for row in told] == [
            "ada",
            "bjorn odegard wants no mass e-mail (do_not_bulk_email)",
            "sam ete",
        ]
        own = {"id", "uid", "campaign_id"}
        assert [row.keys() for row in told] == [row.keys() for row in added]
        assert [{key: row[key] for key in row if key not in own} for row in told] == [
            {key: row[key] for key in row if key not in own} for row in added
        ]
        statuses = [
            tuple(row) for row in held.execute("SELECT member_id, status, at FROM member_status ORDER BY id")
        ]
        assert [row[1:] for row in statuses[:3]] == [row[1:] for row in statuses[3:]]
        assert [row[0] for row in statuses] == [row["id"] for row in (*told, *added)]

    def test_again_it_adds_who_has_come_since(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops")
        fair("contact", "add", "Cy", "--email", "cy@shop.example", "--company", "Corner Shop")
        assert fair("campaign", "target", "Fair").err == (
            "targeted 1, control 0, excluded 0; 2 had been added before\n"
        )
        assert named(fair) == ["Ada", "Bo", "Cy"]

    def test_a_dry_run_and_an_undo_leave_nothing(self, fair: Crm) -> None:
        assert fair("campaign", "target", "Fair", "Shops", "--dry-run").err == (
            "would have targeted 2, control 0, excluded 0\n"
        )
        assert named(fair) == []
        fair("campaign", "target", "Fair", "Shops")
        fair("undo", "-y")
        assert named(fair) == []
        steps = fair("campaign", "step", "Fair", "-o", "json").json
        assert next(each for each in steps if each["step"] == "target")["done_on"] is None

    def test_companies_stand_for_their_people(self, fair: Crm) -> None:
        fair("segment", "add", "Retailers", "--on", "company", "--filter", "industry=retail")
        fair("campaign", "target", "Fair", "Retailers")
        assert named(fair) == ["Ada", "Bo"]

    def test_filters_narrow_it(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops", "--filter", "name=Bo")
        assert named(fair) == ["Bo"]

    def test_everyone_who_is_not_reached_is_told_why(self, fair: Crm) -> None:
        people = {
            "No address": ("", ()),
            "Not in bulk": ("bulk@shop.example", ("prefer", "Not in bulk", "--no-bulk-email")),
            "Never": ("never@shop.example", ("prefer", "Never", "--no-email")),
            "Opted out": ("out@shop.example", ("consent", "Opted out", "opted_out")),
            "Suppressed": ("no@spam.example", ()),
        }
        for name, (email, said) in people.items():
            fair("contact", "add", name, "--email", email, "--company", "Corner Shop")
            if said:
                fair("contact", *said)
        fair("contact", "add", "Dead address", "--company", "Corner Shop", "--set",
             'emails=[{"value":"dead@shop.example","invalid":true}]')  # fmt: skip
        fair("contact", "add", "Twin", "--company", "Corner Shop", "--email", "ada@shop.example", "--force")
        fair("segment", "add", "List", "--kind", "suppression")
        fair("segment", "include", "List", "@spam.example")
        fair("segment", "add", "Bores")
        fair("segment", "include", "Bores", "Bo")
        found = fair("campaign", "target", "Fair", "Shops", "--exclude", "Bores")
        assert found.err.startswith("targeted 1, control 0, excluded 8: ")
        assert {row["name"]: row["reason"] for row in members(fair, "status=excluded")} == {
            "No address": "has no e-mail address",
            "Not in bulk": "wants no mass e-mail (do_not_bulk_email)",
            "Never": "wants no e-mail at all (do_not_email)",
            "Opted out": "opted out of marketing on 2026-06-15",
            "Suppressed": "@spam.example is in the suppression list List",
            "Dead address": "dead@shop.example is not valid: what is sent there does not arrive",
            "Twin": "shares ada@shop.example with contact 1",
            "Bo": "is in the segment Bores, which is left out",
        }
        assert named(fair, "status=targeted") == ["Ada"]

    def test_an_address_is_taken_by_who_is_reached_there(self, fair: Crm) -> None:
        fair("segment", "add", "Bores")
        fair("segment", "include", "Bores", "Bo")
        fair("campaign", "target", "Fair", "Shops", "--exclude", "Bores")
        for name, email in (("Ada's twin", "ada@shop.example"), ("Bo's twin", "bo@shop.example")):
            fair("contact", "add", name, "--email", email, "--company", "Corner Shop", "--force")
        assert fair("campaign", "target", "Fair").err == (
            "targeted 1, control 0, excluded 1: 1 shares the address of another; 2 had been added before\n"
        )
        assert named(fair, "status=targeted") == ["Ada", "Bo's twin"]

    def test_equal_reasons_are_counted_together(self, fair: Crm) -> None:
        for number in range(3):
            fair(
                "contact", "add", f"P{number}", "--email", f"p{number}@x.example", "--company", "Corner Shop"
            )
            fair("contact", "consent", f"P{number}", "opted_out", "--at", f"2026-06-0{number + 1}")
            fair("contact", "add", f"Q{number}", "--company", "Corner Shop", "--set",
                 f'emails=[{{"value":"q{number}@x.example","opted_out":true}}]')  # fmt: skip
        assert fair("campaign", "target", "Fair", "Shops").err == (
            "targeted 2, control 0, excluded 6: 3 opted out of marketing, 3 the address has opted out\n"
        )

    @pytest.mark.parametrize(
        ("kind", "channel", "reason"),
        [
            ("sms", "sms", "has no phone number"),
            ("phone", "phone", "has no phone number"),
            ("direct_mail", "mail", "has no postal address"),
            ("event", "email", None),
            ("something else", "email", None),
        ],
    )
    def test_the_type_tells_the_channel(self, fair: Crm, kind: str, channel: str, reason: str | None) -> None:
        fair("campaign", "add", "Other", "--type", kind)
        fair("campaign", "target", "Other", "Shops")
        rows = members(fair, "campaign=Other", columns="channel,reason")
        assert {(row["channel"], row["reason"]) for row in rows} == {(channel, reason)}

    def test_a_channel_can_be_said(self, fair: Crm) -> None:
        fair("contact", "edit", "Bo", "--phone", "+31 20 555 0100")
        fair("campaign", "target", "Fair", "Shops", "--channel", "SMS")
        assert named(fair, "status=targeted", "channel=sms") == ["Bo"]

    @pytest.mark.parametrize(
        ("args", "code", "said"),
        [
            (("Fair",), 2, "Name a segment"),
            (("Fair", "Nobody"), 3, "no segment answers to 'Nobody'"),
            (("Fare", "Shops"), 3, "did you mean Fair?"),
            (("Fair", "Shops", "--channel", "mial"), 2, "did you mean mail"),
            (("Fair", "Shops", "--filter", "shoe=44"), 2, "unknown field of contact 'shoe'"),
            (("Fair", "Shops", "--control", "100%"), 2, "less than 100%"),
            (("Fair", "Shops", "--control", "-5"), 2, "from 0%"),
            (("Fair", "Shops", "--control", "some"), 2, "some"),
            (("Fair", "List"), 2, "give it with --exclude"),
            (("Over", "Shops"), 4, "Over is completed"),
        ],
    )
    def test_what_cannot_be_targeted(self, fair: Crm, args: tuple[str, ...], code: int, said: str) -> None:
        fair("segment", "add", "List", "--kind", "suppression")
        fair("campaign", "add", "Over", "--status", "completed")
        found = fair("campaign", "target", *args)
        assert (found.code, said in found.err) == (code, True), found.err
        assert named(fair) == []


class TestLeads:
    @furnished
    def leads(self, fair: Crm) -> Crm:
        fair("lead", "add", "Sam", "--email", "sam@field.example", "--status", "contacted")
        fair("lead", "add", "Tess", "--email", "tess@field.example", "--status", "contacted")
        fair("segment", "add", "Warm", "--on", "lead", "--filter", "status=contacted,converted")
        return fair

    def test_leads_are_members_as_leads(self, leads: Crm) -> None:
        leads("campaign", "target", "Fair", "Warm", "--filter", "name=Sam")
        rows = members(leads, columns="name,lead_id,contact_id")
        assert [(row["name"], row["lead_id"], row["contact_id"]) for row in rows] == [("Sam", 1, None)]

    def test_a_lead_with_the_address_of_a_contact_counts_once(self, leads: Crm) -> None:
        leads("lead", "add", "A. Lovelace", "--email", "ADA@shop.example", "--status", "contacted", "--force")
        said = leads("campaign", "target", "Fair", "Shops", "Warm").err
        assert said == "targeted 4, control 0, excluded 0; 1 left to the contact with the same address\n"
        assert named(leads) == ["Ada", "Bo", "Sam", "Tess"]

    def test_one_that_has_become_a_contact_counts_as_the_contact(self, leads: Crm) -> None:
        leads("lead", "convert", "Sam", "--no-deal")
        leads("campaign", "target", "Fair", "Warm")
        rows = members(leads, columns="name,contact_id,lead_id")
        assert [(row["name"], row["contact_id"], row["lead_id"]) for row in rows] == [
            ("Sam", 3, None), ("Tess", None, 2)
        ]  # fmt: skip

    def test_one_that_is_converted_afterwards_is_not_added_again(self, leads: Crm) -> None:
        leads("campaign", "target", "Fair", "Warm")
        leads("lead", "convert", "Sam", "--no-deal")
        assert leads("campaign", "target", "Fair").err == (
            "targeted 0, control 0, excluded 0; 2 had been added before\n"
        )
        row = members(leads, "lead=Sam", columns="name,contact")[0]
        assert row["contact"] == "Sam"
        leads("undo", "-y", "1")
        assert members(leads, "lead=Sam", columns="contact")[0]["contact"] is None


class TestControl:
    @furnished
    def many(self, crm: Crm, tmp_path: Path) -> Crm:
        rows = "\n".join(f"P{number},p{number}@x.example" for number in range(600))
        (tmp_path / "people.csv").write_text(f"name,email\n{rows}\n")
        crm("contact", "import", str(tmp_path / "people.csv"))
        crm("segment", "add", "All", "--filter", "name!=")
        crm("campaign", "add", "One")
        return crm

    def control(self, crm: Crm, campaign: str) -> set[str]:
        return set(named(crm, f"campaign={campaign}", "control=yes"))

    def test_about_the_share_is_left_alone(self, many: Crm) -> None:
        said = many("campaign", "target", "One", "All", "--control", "25%").err
        chosen = self.control(many, "One")
        assert said == f"targeted {600 - len(chosen)}, control {len(chosen)}, excluded 0\n"
        assert 110 < len(chosen) < 190  # five standard deviations
        assert many("campaign", "list", "-o", "json", "--columns", "control_pct").json[0]["control_pct"] == 25

    def test_the_same_people_are_whichever_come_first(self, many: Crm) -> None:
        many("campaign", "target", "One", "All", "--control", "25%")
        whole = self.control(many, "One")
        many("undo", "-y")
        many("campaign", "target", "One", "All", "--control", "25%", "--filter", "id=300..")
        many("campaign", "target", "One")
        assert self.control(many, "One") == whole

    def test_another_seed_or_campaign_draws_others(self, many: Crm) -> None:
        many("campaign", "target", "One", "All", "--control", "25%")
        many("campaign", "add", "Two")
        many("campaign", "target", "Two", "All", "--control", "25%")
        assert self.control(many, "One") != self.control(many, "Two")

    def test_a_campaign_shares_the_group_of_another(self, many: Crm) -> None:
        many("campaign", "target", "One", "All", "--control", "25%", "--filter", "id=..400")
        many("member", "edit", "campaign=One", "name=P0", "--control", "yes", "--yes")
        many("campaign", "add", "Two", "--control-of", "One")
        many("campaign", "target", "Two", "All")
        one, two = self.control(many, "One"), self.control(many, "Two")
        assert one == {name for name in two if int(name[1:]) < 400}
        assert "P0" in two
        many("campaign", "target", "One", "All")
        assert self.control(many, "One") == two

    def test_a_store_that_is_made_again_draws_the_same(self, many: Crm, tmp_path: Path) -> None:
        again = {"CRM_DB": str(tmp_path / "again.db")}
        many("contact", "import", str(tmp_path / "people.csv"), env=again)
        many("segment", "add", "All", "--filter", "name!=", env=again)
        many("campaign", "add", "One", env=again)
        for env in ({}, again):
            many("campaign", "target", "One", "All", "--control", "10%", env=env)
        drawn = [
            many("member", "list", "control=yes", "--columns", "name", env=env).lines for env in ({}, again)
        ]
        assert drawn[0] == drawn[1]
        assert len(drawn[0]) > 20

    @given(first=st.integers(1, 10_000), seed=st.integers(0, 9))
    def test_a_larger_share_holds_the_smaller(self, first: int, seed: int) -> None:
        people = {f"contact:{number}" for number in range(first, first + 50)}
        groups = [
            {each for each in people if is_control(f"1:{seed}", each, share)}
            for share in (0, WHOLE // 10, WHOLE // 2, WHOLE)
        ]
        assert groups[0] == set()
        assert groups[0] <= groups[1] <= groups[2] <= groups[3] == people

    def test_shares_are_even(self) -> None:
        people = [f"contact:{number}" for number in range(20_000)]
        for share in (WHOLE // 100, WHOLE // 10, WHOLE // 2):
            found = sum(is_control("1:1", each, share) for each in people) / len(people)
            assert abs(found - share / WHOLE) < 5 * (share / WHOLE * (1 - share / WHOLE) / len(people)) ** 0.5


class TestExclude:
    def test_members_and_others_stay_out(self, fair: Crm) -> None:
        fair("contact", "add", "Cy", "--email", "cy@shop.example")
        fair("campaign", "target", "Fair", "Shops")
        assert fair("campaign", "exclude", "Fair", "Bo", "Cy", "--reason", "on leave").err == "excluded 2\n"
        fair("contact", "edit", "Cy", "--company", "Corner Shop")
        fair("campaign", "target", "Fair")
        assert {row["name"]: row["reason"] for row in members(fair, "status=excluded")} == {
            "Bo": "on leave", "Cy": "on leave"
        }  # fmt: skip
        assert named(fair, "status=targeted") == ["Ada"]

    def test_a_segment_stays_out_when_it_grows(self, fair: Crm) -> None:
        fair("segment", "add", "Bores")
        fair("segment", "include", "Bores", "Bo")
        fair("campaign", "target", "Fair", "Shops")
        fair("campaign", "exclude", "Fair", "segment:Bores", "--reason", "bores")
        fair("contact", "add", "Cy", "--email", "cy@shop.example", "--company", "Corner Shop")
        fair("segment", "include", "Bores", "Cy")
        fair("campaign", "target", "Fair")
        assert named(fair, "status=excluded") == ["Bo", "Cy"]

    def test_what_has_gone_out_has_gone_out(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops")
        fair("member", "edit", "name=Bo", "--status", "sent", "--yes")
        assert fair("campaign", "exclude", "Fair", "Ada", "Bo").err == "excluded 1, 1 sent already\n"
        assert named(fair, "status=sent") == ["Bo"]


class TestNext:
    @furnished
    def went(self, crm: Crm) -> Crm:
        states = {
            "Sent": "sent", "Opened": "opened", "Clicked": "clicked", "Answered": "responded",
            "Bounced": "bounced", "Gone": "opted_out", "Bought": "converted",
        }  # fmt: skip
        for name in (*states, "Waiting", "Alone"):
            crm("contact", "add", name, "--email", f"{name.lower()}@x.example")
        crm("segment", "add", "All", "--filter", "name!=")
        crm("campaign", "add", "Fair")
        crm("campaign", "target", "Fair", "All")
        for name, status in states.items():
            crm("member", "edit", f"name={name}", "--status", status, "--yes")
        crm("member", "edit", "name=Alone", "--control", "yes", "--yes")
        return crm

    @pytest.mark.parametrize(
        ("group", "who"),
        [
            ("responders", ["Answered", "Bought"]),
            ("non-responders", ["Clicked", "Opened", "Sent"]),
            ("openers", ["Clicked", "Opened"]),
            ("non_openers", ["Sent"]),
            ("clickers", ["Clicked"]),
            ("converted", ["Bought"]),
            ("bounced", ["Bounced"]),
            ("control", ["Alone"]),
        ],
    )
    def test_a_group_becomes_a_segment(self, went: Crm, group: str, who: list[str]) -> None:
        found = went("campaign", "next", "Fair", "--from", group, "--name", "Then")
        assert found.err.endswith(f"Then: {len(who)}\n")
        assert sorted(went("segment", "members", "Then", "--columns", "name").lines) == who
        assert went("segment", "list", "-o", "json", "name=Then").json[0]["kind"] == "static"
        steps = went("campaign", "step", "Fair", "-o", "json").json
        assert next(each for each in steps if each["step"] == "next")["done_on"] == "2026-06-15"

    def test_the_next_campaign_targets_it(self, went: Crm) -> None:
        assert went("campaign", "next", "Fair", "--from", "responders").err == (
            "made segment 2 Fair: responders: 2\n"
        )
        went("campaign", "add", "Again")
        went("campaign", "target", "Again", "Fair: responders")
        assert named(went, "campaign=Again") == ["Answered", "Bought"]
        assert "Fair: responders 2" in went("campaign", "next", "Fair", "--from", "responders").err

    def test_leads_get_a_segment_of_their_own(self, went: Crm) -> None:
        went("lead", "add", "Sam", "--email", "sam@x.example")
        went("member", "add", "--campaign", "Fair", "--lead", "Sam", "--status", "responded")
        went("campaign", "next", "Fair", "--from", "responders", "--name", "Then")
        assert went("segment", "members", "Then (leads)", "--columns", "name").lines == ["Sam"]

    def test_nobody_and_nothing_are_refused(self, went: Crm) -> None:
        went("campaign", "add", "Empty")
        assert went("campaign", "next", "Empty", "--from", "responders").code == 2
        found = went("campaign", "next", "Fair", "--from", "respnders")
        assert (found.code, "did you mean responders" in found.err) == (2, True)
        assert went("segment", "list", "--count").out == "1\n"


class TestMembers:
    def test_filters_know_who_was_asked_and_who_answered(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops")
        fair("member", "edit", "name=Bo", "--status", "responded", "--yes")
        assert fair("contact", "list", "answered=Fair", "--columns", "name").lines == ["Bo"]
        assert fair("contact", "list", "targeted=Fair", "answered!=Fair", "--columns", "name").lines == [
            "Ada"
        ]
        assert fair("company", "list", "answered=Fair", "--columns", "name").lines == ["Corner Shop"]
        assert fair("contact", "list", "answered=Fare").code == 2
        fair("campaign", "edit", "Fair", "--code", "F26")
        assert named(fair, "campaign=f26", "status=responded") == ["Bo"]
        assert fair("contact", "list", "answered=F26", "--columns", "name").lines == ["Bo"]

    def test_a_person_is_a_member_once(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops")
        found = fair("member", "add", "--campaign", "Fair", "--contact", "Bo")
        assert (found.code, "is member 2 of the campaign already" in found.err) == (4, True)

    def test_an_answer_has_a_time_and_a_step_of_the_history(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops")
        fair("member", "edit", "1", "--status", "responded", env={"CRM_NOW": "2026-06-20T09:00:00Z"})
        row = members(fair, columns="first_responded_at,statuses")[0]
        assert row["first_responded_at"] == "2026-06-20T09:00:00Z"
        assert [(each["status"], each["at"][:10]) for each in row["statuses"]] == [
            ("targeted", "2026-06-15"), ("responded", "2026-06-20")
        ]  # fmt: skip
        fair("member", "edit", "1", "--status", "converted", env={"CRM_NOW": "2026-07-01T09:00:00Z"})
        assert members(fair, columns="first_responded_at")[0]["first_responded_at"] == "2026-06-20T09:00:00Z"

    @pytest.mark.parametrize(
        ("was", "comes", "stays"),
        [
            ("responded", "Opened", "responded"),
            ("opened", "Sent", "opened"),
            ("sent", "Opened", "opened"),
            ("sent", "Bounced", "bounced"),
            ("clicked", "Bounced", "clicked"),
            ("bounced", "Opened", "opened"),
            ("bounced", "Sent", "bounced"),
            ("opted_out", "Responded", "opted_out"),
            ("responded", "Opted out", "opted_out"),
            ("excluded", "Sent", "excluded"),
        ],
    )
    def test_an_import_takes_nobody_back(
        self, fair: Crm, tmp_path: Path, was: str, comes: str, stays: str
    ) -> None:
        fair("campaign", "target", "Fair", "Shops")
        fair("member", "edit", "1", "--status", was)
        (tmp_path / "events.csv").write_text(f"campaign,email,status\nFair,ada@shop.example,{comes}\n")
        found = fair("member", "import", str(tmp_path / "events.csv"))
        assert found.code == 0, found.err
        assert [row["status"] for row in members(fair, columns="status")] == [stays, "targeted"]

    def test_whoever_opts_out_is_written_to_no_more(self, fair: Crm) -> None:
        fair("campaign", "target", "Fair", "Shops")
        fair("member", "edit", "name=Bo", "--status", "opted_out", "--yes")
        assert fair("contact", "consent", "Bo").out.split("\t")[4:7] == [
            "opted_out",
            "consent",
            "campaign Fair",
        ]
        fair("campaign", "add", "Next")
        fair("campaign", "target", "Next", "Shops")
        assert named(fair, "campaign=Next", "status=excluded") == ["Bo"]
        fair("undo", "-y", "3")
        assert fair("consent", "list", "--count").out == "0\n"

    def test_unknown_people_stay_as_they_came_and_known_ones_are_found(
        self, fair: Crm, tmp_path: Path
    ) -> None:
        fair("lead", "add", "Sam Field", "--email", "Sam@field.example")
        for name in ("Twin", "Twin"):
            fair("lead", "add", name)
        (tmp_path / "list.csv").write_text(
            "campaign,name,status\nFair,ada@shop.example,Sent\nFair,sam@field.example,Opened\nFair,Bo,Sent\n"
            "Fair,Twin,Sent\nFair,zoe@nowhere.example,Opted Out\n"
        )
        for created in (5, 0):
            found = fair("member", "import", str(tmp_path / "list.csv"))
            assert f"{created} created" in found.err or "5 unchanged" in found.err
        rows = members(fair, columns="name,contact,lead")
        assert [(row["name"], row["contact"], row["lead"]) for row in rows] == [
            ("Ada", "Ada", None), ("Sam Field", None, "Sam Field"), ("Bo", "Bo", None), ("Twin", None, None),
            ("zoe@nowhere.example", None, None),
        ]  # fmt: skip
        assert fair("consent", "list", "--count").out == "0\n"
        assert fair("contact", "list", "--count").out == "2\n"

    def test_a_column_of_contacts_makes_none(self, fair: Crm, tmp_path: Path) -> None:
        (tmp_path / "list.csv").write_text("campaign,contact,status\nFair,Nobody Known,Sent\nFair,Bo,Sent\n")
        assert fair("member", "import", str(tmp_path / "list.csv")).code == 0
        assert [(row["name"], row["contact"]) for row in members(fair, columns="name,contact")] == [
            ("Nobody Known", None), ("Bo", "Bo")
        ]  # fmt: skip
        assert fair("contact", "list", "--count").out == "2\n"

    def test_deleting_a_campaign_takes_its_members_and_deleting_a_segment_no_campaign(
        self, fair: Crm
    ) -> None:
        fair("campaign", "target", "Fair", "Shops")
        assert fair("segment", "delete", "Shops", "--yes").code == 4
        fair("segment", "delete", "Shops", "--yes", "--with-related")
        assert fair("campaign", "list", "--count").out == "1\n"
        assert fair("campaign", "delete", "Fair", "--yes").code == 4
        fair("campaign", "delete", "Fair", "--yes", "--with-related")
        assert fair("member", "list", "--count").out == "0\n"

    def test_merged_people_are_in_segments_once(self, fair: Crm) -> None:
        fair("segment", "add", "VIPs")
        fair("segment", "add", "Bores")
        fair("segment", "include", "VIPs", "Ada", "Bo")
        fair("segment", "include", "Bores", "Bo")
        fair("contact", "merge", "Ada", "Bo", "--yes")
        assert fair("segment", "members", "VIPs", "--columns", "name").lines == ["Ada"]
        assert fair("segment", "members", "Bores", "--columns", "name").lines == ["Ada"]
        entries = fair("segment", "list", "name=VIPs", "-o", "json", "--columns", "members").json[0][
            "members"
        ]
        assert len(json.loads(entries) if isinstance(entries, str) else entries) == 1


def test_what_is_shown_of_a_campaign_and_a_segment(fair: Crm) -> None:
    fair("contact", "add", "Cy", "--company", "Corner Shop")
    fair("campaign", "target", "Fair", "Shops")
    shown = fair("campaign", "show", "Fair").out
    for lines in ("segments\n  1  Shops\n", "members\n  targeted  2\n  excluded  1\n",
                  "excluded because\n  1  has no e-mail address\n"):  # fmt: skip
        assert lines in shown
    assert "holds\n  3 contacts\n" in fair("segment", "show", "Shops").out
    assert "campaigns\n  1  Fair  planned\n" in fair("segment", "show", "Shops").out


def test_exports_bring_segments_campaigns_and_members_back(fair: Crm, tmp_path: Path) -> None:
    fair("segment", "add", "List", "--kind", "suppression")
    fair("segment", "include", "List", "@spam.example", "Bo")
    fair("campaign", "target", "Fair", "Shops", "--exclude", "List", "--control", "40%")
    nouns = ("contact", "company", "segment", "campaign", "member")
    held = {noun: fair(noun, "export").out for noun in nouns}
    files = []
    for noun, text in held.items():
        (tmp_path / f"{noun}.csv").write_text(text)
        files.append(str(tmp_path / f"{noun}.csv"))
    other = {"CRM_DB": str(tmp_path / "other.db")}
    found = fair("import", *files, env=other)
    assert found.code == 0, found.err
    assert {noun: fair(noun, "export", env=other).out for noun in nouns} == held
