"""The demo business: the same story for the same day and seed, valid in every cell, believable in sum."""

import json
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import fields, values
from crm_cli.demo import lives, sales
from crm_cli.demo.business import generate

TODAY = date(2026, 11, 22)
DAYS = (TODAY, date(2027, 1, 1), date(2028, 2, 29), date(2027, 8, 16))
# What stands in the columns of several values, by the noun that they name.
PARTS = {"contacts": "contact", "participants": "contact", "cases": "case"}

Rows = list[dict[str, str]]


@cache
def story(today: date = TODAY, seed: int = 2026) -> dict[str, Rows]:
    return dict(generate(today, seed))


def read(each: fields.Field, text: str, row: dict[str, str], today: date) -> values.Value:
    currency = row.get("currency") or row.get("default_currency") or ""
    how = values.Reading(today, zone="UTC", currency=currency)
    return values.read(each.kind, text, how, each.choices())


def named(told: dict[str, Rows], noun: str) -> set[str]:
    return {row["name"] for row in told[noun]}


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def test_same_day_and_seed_tell_the_same_story_and_others_another() -> None:
    assert list(generate(TODAY)) == list(generate(TODAY, 2026))
    assert story(seed=7) != story()
    assert story(today=TODAY + timedelta(1)) != story()


@pytest.mark.parametrize("today", DAYS)
def test_every_cell_is_a_value_of_its_field(today: date) -> None:
    for noun, rows in story(today).items():
        known = fields.noun(noun).fields
        for row in rows:
            for name, text in row.items():
                each = known[name]
                assert text == text.strip()
                if text and each.kind in values.KINDS:
                    assert read(each, text, row, today) is not None
                assert text or not each.required, (noun, name)


@pytest.mark.parametrize("today", DAYS)
def test_vocabularies_are_our_own_words(today: date) -> None:
    for noun, rows in story(today).items():
        for name, each in fields.noun(noun).fields.items():
            words = set(each.choices().values())
            if words:
                assert {row[name] for row in rows if row.get(name)} <= words, (noun, name)


@pytest.mark.parametrize("today", DAYS)
def test_what_a_row_refers_to_comes_before_it(today: date) -> None:
    known: dict[str, set[str]] = {}
    for noun, rows in generate(today):
        known[noun] = set()
        for row in rows:
            for name, text in row.items():
                each = fields.noun(noun).fields[name]
                if each.kind.startswith("ref:") and text and each.to != "stage":
                    assert text in known[each.to or ""], (noun, name, text)
                elif name == "about":
                    about, _, whom = text.partition(":")
                    assert whom in known[about]
                elif name in PARTS and text:
                    assert {part[PARTS[name]] for part in json.loads(text)} <= known[PARTS[name]]
            known[noun] |= {row[name] for name in ("name", "number") if name in row}


@pytest.mark.parametrize("today", DAYS)
def test_names_codes_and_addresses_are_unique(today: date) -> None:
    told = story(today)
    for noun in ("user", "product", "campaign", "company", "contact", "deal", "lead"):
        assert len(named(told, noun)) == len(told[noun]), noun
    for noun, column in (
        ("contact", "email"),
        ("contact", "phone"),
        ("lead", "email"),
        ("company", "domain"),
    ):
        assert len({row[column] for row in told[noun]}) == len(told[noun])


def test_nobody_real_can_be_reached() -> None:
    for rows in story().values():
        for row in rows:
            for name in ("email", "domain", "website"):
                assert row.get(name, ".example").endswith(".example")


@settings(max_examples=12, deadline=None)
@given(st.dates(date(2001, 1, 1), date(2090, 12, 31)), st.integers(0, 10**6))
def test_any_day_and_seed_make_a_believable_firm(today: date, seed: int) -> None:
    told = dict(generate(today, seed))
    told_of_cases = sum(row["about"].startswith("case:") for row in told["activity"])
    counts = {noun: len(rows) for noun, rows in told.items()}
    # As customers fared, as many of them as are offered something lately, sellers who won something, people known then.
    varying = {
        "contract": (40, 110), "survey": (180, 202), "quote": (30, 130), "invoice": (220, 480), "offer": (18, 80),
        "snapshot": (40, 170), "deal": (300, 400), "member": (500, 900),
    }  # fmt: skip
    for noun, (least, most) in varying.items():
        assert least <= counts.pop(noun) <= most, noun
    assert counts == {
        "user": 4,
        "rate": 43,
        "product": 11,
        "campaign": 19,
        "segment": 5,
        "result": 20,
        "calendar": 2,
        "sla": 3,
        "company": 60,
        "contact": 140,
        "case": 133,
        "article": 5,
        "lead": 158,
        "activity": 666 + told_of_cases,
        "task": 40,
        "relationship": 8,
        "goal": 38,
    }
    deals = told["deal"]
    stages = Counter(row["stage"] for row in deals)
    assert stages["Lost"] == sales.LOST + lives.FATES["left"][0] + lives.BRITISH.count("left")
    assert stages["Won"] > stages["Lost"]
    assert [stages[stage] for stage in sales.STAGES] == list(sales.OPEN)
    assert 0.7 < sum(row["currency"] == "EUR" for row in deals) / len(deals) < 1
    assert {row["type"] for row in deals} == {"new_business", "existing", "renewal"}
    assert {row["status"] for row in told["lead"]} == set(
        fields.noun("lead").fields["status"].choices().values()
    )
    assert len({row["country"] for row in told["company"]}) == 4
    _check_courses(deals, today)
    _check_times(told, today)
    _check_campaigns(told, today)
    _check_cases(told, today)
    _check_papers(told, today)
    _check_contracts(told, today)


def _check_courses(deals: Rows, today: date) -> None:
    """Each deal's history fits its days and its stage, within three years and a bit, on working days."""
    for deal in deals:
        steps = json.loads(deal["stages"])
        assert (steps[0]["from_stage"], steps[0]["day"], steps[0]["days"]) == (None, deal["opened_on"], None)
        assert steps[-1]["stage"] == deal["stage"]
        assert (deal["closed_on"] == steps[-1]["day"]) == (deal["stage"] in ("Won", "Lost"))
        assert bool(deal["lost_reason"]) == (deal["stage"] == "Lost")
        for before, step in pairwise(steps):
            assert step["from_stage"] == before["stage"]
            assert step["days"] == (day(step["day"]) - day(before["day"])).days > 0
        for step in steps:
            assert step["at"].startswith(step["day"])
            assert today - timedelta(1190) <= day(step["day"]) < today
            assert day(step["day"]).weekday() < 5
        assert deal["created_at"] < steps[0]["at"]
        assert sum(map(_net, json.loads(deal["lines"]))) == Decimal(deal["amount"])
        assert not deal["expected_close"] or deal["expected_close"] >= deal["opened_on"]


def _check_times(told: dict[str, Rows], today: date) -> None:
    """What is done lies before today and after the record was known; what is planned does not."""
    known = {
        f"{noun}:{row['number' if noun == 'case' else 'name']}": row["created_at"][:10]
        for noun in ("contact", "deal", "lead", "case")
        for row in told[noun]
    }
    for row in told["activity"]:
        assert (row["status"] == "done") == bool(row["done_at"]) == (not row["start"])
        assert known[row["about"]] <= row["created_at"][:10] <= (row["done_at"] or row["start"])[:10]
        assert not row["done_at"] or day(row["done_at"]) < today
        assert not row["start"] or day(row["start"]) >= today
    for lead in told["lead"]:
        assert not lead["first_touch_at"] or lead["created_at"] < lead["first_touch_at"] < str(today)
        assert bool(lead["converted_at"]) == (lead["status"] == "converted") == bool(lead["deal"])
        assert not lead["converted_at"] or lead["first_touch_at"] < lead["converted_at"]
    for task in told["task"]:
        assert (task["status"] == "completed") == bool(task["done_at"])
        assert known[task["about"]] <= task["created_at"][:10] < min(task["due"], str(today))


@pytest.mark.parametrize("today", [*DAYS, *(TODAY + timedelta(days) for days in range(1, 8))])
def test_contracts_end_soon(today: date) -> None:
    told = story(today)["contract"]
    renewed = {row["renewed_from"] for row in told}
    left = [
        row
        for row in told
        if row["status"] == "active" and row["number"] not in renewed and not row["renewal_deal"]
    ]
    assert sum(day(row["ends_on"]) <= today + timedelta(30) for row in left) >= 2


def _check_campaigns(told: dict[str, Rows], today: date) -> None:
    """Costs add up, nothing has happened that lies ahead, and nobody is twice in a campaign or answered unasked."""
    started = {row["name"]: row["starts_on"] for row in told["campaign"]}
    known = {row["name"]: row["created_at"] for row in told["contact"]}
    for row in told["campaign"]:
        costs = json.loads(row["costs"])
        assert sum(float(each["amount"]) for each in costs) == float(row["cost"] or 0)
        done = [each["done_on"] for each in json.loads(row["steps"]) if "done_on" in each]
        assert all(day(each) <= today for each in [*done, *(each["day"] for each in costs)])
    people = Counter((row["campaign"], row["contact"], row["lead"]) for row in told["member"])
    assert set(people.values()) == {1}
    for row in told["member"]:
        history = [(each["at"], each["status"]) for each in json.loads(row["statuses"])]
        assert [at for at, _ in history] == sorted(at for at, _ in history)
        assert history[-1][1] == row["status"]
        assert day(history[-1][0]) < today
        assert bool(row["reason"]) == (row["status"] == "excluded")
        if not started[row["campaign"]]:
            assert row["status"] in ("targeted", "excluded")
        elif row["control"]:
            assert row["status"] in ("targeted", "responded")
        if row.get("contact"):
            assert known[row["contact"]] <= row["created_at"]
    assert {row["channel"] for row in told["member"]} == {"email", "mail", "sms", "phone"}


def _check_cases(told: dict[str, Rows], today: date) -> None:
    """Each case goes its way in the order of time, and all of it lies before today, as do the answers."""
    for row in told["case"]:
        statuses = json.loads(row["statuses"])
        times = [each["at"] for each in statuses]
        assert times == sorted(times)
        assert (times[0], statuses[0]["status"], statuses[-1]["status"]) == (
            row["created_at"],
            "new",
            row["status"],
        )
        assert all(each["from_status"] == before["status"] for before, each in pairwise(statuses))
        assert (
            bool(row["resolved_at"]) == bool(row["resolution"]) == (row["status"] in ("resolved", "closed"))
        )
        assert bool(row["closed_at"]) == (row["status"] == "closed")
        assert times[-1] < str(today)
        assert row["reopened_count"] == str(sum(each["from_status"] == "resolved" and each["status"] != "closed"
                                                for each in statuses))  # fmt: skip
    numbers = [row["number"] for row in told["case"]]
    assert numbers == sorted(set(numbers))
    assert all(row["at"] < str(today) for row in told["survey"])


def _check_papers(told: dict[str, Rows], today: date) -> None:
    """Papers come to what their deals are worth, all bills of a deal to no more, and what is paid lies before today."""
    deals = {row["name"]: row for row in told["deal"]}
    billed: dict[str, Decimal] = {}
    for noun in ("quote", "invoice"):
        numbers = [row["number"] for row in told[noun]]
        assert numbers == sorted(set(numbers))
        for row in told[noun]:
            lines = json.loads(row["lines"])
            net = sum(map(_net, lines), Decimal(0))
            tax = sum(
                (_net(line) * int(line["tax_pct"]) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
                for line in lines
            )
            assert tax == Decimal(row["tax"])
            assert net + tax == Decimal(row["total" if noun == "quote" else "amount"])
            assert row["issued_on"] <= str(today)
            if noun == "quote":
                assert net == Decimal(deals[row["deal"]]["amount"])
            else:
                billed[row["deal"]] = billed.get(row["deal"], Decimal(0)) + net
    left = {row["company"] for row in told["deal"] if (row["type"], row["stage"]) == ("renewal", "Lost")}
    for name, net in billed.items():
        deal = deals[name]
        assert deal["stage"] == "Won"
        assert net <= Decimal(deal["amount"])
        if deal["closed_on"] < str(today - timedelta(290)) and deal["company"] not in left:
            assert net == Decimal(deal["amount"])
    for row in told["invoice"]:
        paid = json.loads(row["payments"])
        assert sum(Decimal(each["amount"]) for each in paid) <= Decimal(row["amount"])
        assert all(row["issued_on"] <= each["day"] < str(today) for each in paid)
    for row in told["offer"]:
        assert (row["state"] == "offered") == (not row["answered_at"]) == (row["respond_by"] > str(today))
        assert row["offered_at"] < (row["answered_at"] or str(today)) <= row["respond_by"]


def _net(line: dict[str, str]) -> Decimal:
    """What a line comes to before tax."""
    return int(line["quantity"]) * Decimal(line["unit_price"]) * (100 - int(line["discount_pct"])) / 100


def _check_contracts(told: dict[str, Rows], today: date) -> None:
    """A contract follows right on the one it renews, and its status is what its days say."""
    known = {row["number"]: row for row in told["contract"]}
    for row in told["contract"]:
        assert row["status"] == (
            "expired"
            if row["ends_on"] < str(today)
            else "active"
            if row["starts_on"] <= str(today)
            else "not_started"
        )
        if before := known.get(row["renewed_from"]):
            assert (before["company"], before["ends_on"]) == (row["company"], row["starts_on"])


@pytest.mark.parametrize("today", DAYS)
def test_there_is_money_to_ask_for_and_somebody_to_answer(today: date) -> None:
    told = story(today)
    due = [row for row in told["invoice"] if row["due_on"] < str(today)]
    paid = {
        row["number"]: sum(Decimal(each["amount"]) for each in json.loads(row["payments"])) for row in due
    }
    unpaid = [row for row in due if paid[row["number"]] < Decimal(row["amount"])]
    assert len(unpaid) >= 3
    assert sum(row["state"] == "offered" for row in told["offer"]) == 2
    assert any(row["status"] == "sent" for row in told["quote"])


@pytest.mark.parametrize("today", DAYS)
def test_the_deals_that_nobody_cares_for_are_rotten_and_no_others(today: date) -> None:
    told = story(today)
    touches: dict[str, date] = {}
    for row in told["activity"]:
        if row["done_at"] and (row["kind"] == "meeting" or row["direction"] == "out"):
            touches[row["about"]] = max(touches.get(row["about"], date.min), day(row["done_at"]))
    rotten: Counter[str] = Counter()
    for deal in told["deal"]:
        if not deal["closed_on"]:
            entered = day(json.loads(deal["stages"])[-1]["day"])
            touched = touches.get(f"deal:{deal['name']}", date.min)
            left = (today - max(entered, touched)).days
            rotten[deal["stage"]] += left > sales.ROTTEN[sales.STAGES.index(deal["stage"])]
    assert [rotten[stage] for stage in sales.STAGES] == list(sales.STALLED)


@pytest.mark.parametrize("today", DAYS)
def test_the_day_has_something_to_show(today: date) -> None:
    told = story(today)
    live = [row for row in told["deal"] if not row["closed_on"]]
    slipped = [row for row in live if row["expected_close"] and day(row["expected_close"]) < today]
    assert 3 <= len(slipped) <= 10
    assert all(int(row["push_count"]) for row in slipped)
    assert sum(day(row["expected_close"]) > today for row in live if row["expected_close"]) >= 25
    due = [day(row["due"]) for row in told["task"] if row["status"] != "completed"]
    assert sum(each < today for each in due) == 8
    assert sum(each == today for each in due) == 5
    assert sum(row["start"].startswith(str(today)) for row in told["activity"]) == 1
    assert any(row["campaign"] for row in told["deal"] if row["stage"] == "Won")
    assert {row["currency"] for row in told["deal"] if row["stage"] == "Won"} == {"EUR", "GBP"}


def test_a_win_makes_customers() -> None:
    told = story()
    won = [row for row in told["deal"] if row["stage"] == "Won"]
    customers = {row["name"] for row in told["company"] if row["type"] == "customer"}
    buyers = {row["name"] for row in told["contact"] if row["lifecycle"] in ("customer", "evangelist")}
    left = {row["company"] for row in told["deal"] if (row["type"], row["stage"]) == ("renewal", "Lost")}
    former = {row["name"] for row in told["contact"] if row["lifecycle"] == "former"}
    assert customers == {row["company"] for row in won}
    assert buyers | former == {row["contact"] for row in won}
    assert former == {row["contact"] for row in won if row["company"] in left}


def test_names_that_are_hard_on_programs_are_there() -> None:
    told = story()
    assert "[square] Architekten" in named(told, "company")
    assert "نیلوفر آذرمهر" in named(told, "contact")
    assert any("é" in name for name in named(told, "contact"))


def test_more_is_won_before_the_winter_than_in_the_holidays() -> None:
    months: Counter[str] = Counter()
    for seed in range(12):
        months += Counter(row["closed_on"][5:7] for row in story(seed=seed)["deal"] if row["closed_on"])
    assert months["09"] + months["10"] > 1.5 * (months["07"] + months["08"])
