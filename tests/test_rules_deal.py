"""The rules of pipelines, stages, deals and their lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import lines, records, stages
from crm_cli.rules.drafts import Draft
from crm_cli.rules.pipeline import default_pipeline


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "EUR"\nzone = "UTC"\nme = "Ann"\n[rates]\nUSD = "0.9"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    monkeypatch.setenv("CRM_TODAY", "2026-11-05")
    return tmp_path / "crm.db"


@pytest.fixture
def change(store: Path) -> Iterator[Change]:
    with db.change(store, "test") as opened:
        yield opened


def add(change: Change, noun: str, **values: Any) -> int:
    return records.add(change, noun, **values).id


def row(change: Change, deal: int) -> dict[str, Any]:
    found = change.one("SELECT * FROM deals WHERE id = ?", deal)
    assert found
    return dict(found)


def write(change: Change, **draft: Any) -> Draft:
    made = Draft(**draft)
    records.write(change, "deal", [made])
    return made


def history(change: Change, deal: int) -> list[tuple[Any, ...]]:
    question = "SELECT from_stage, stage, day, days FROM deal_stages WHERE deal_id = ? ORDER BY id"
    return [tuple(each) for each in change.rows(question, deal)]


def test_the_first_need_makes_the_default_pipeline(change: Change) -> None:
    default_pipeline(change)
    assert default_pipeline(change) == default_pipeline(change)
    found = change.rows(
        "SELECT name, probability, forecast_category, rotten_days FROM stages ORDER BY position"
    )
    assert [tuple(each) for each in found] == [
        ("Prospecting", 100_000, "pipeline", 30),
        ("Qualification", 200_000, "pipeline", 21),
        ("Proposal", 500_000, "best_case", 14),
        ("Negotiation", 800_000, "commit", 10),
        ("Won", 1_000_000, "closed", None),
        ("Lost", 0, "omitted", None),
    ]


def pipeline(change: Change, name: str, stated: Any, requires: str | None = None) -> int:
    entered = {"stages": stated} | ({"requires": requires} if requires else {})
    draft = Draft(values={"name": name}, entered=entered)
    records.write(change, "pipeline", [draft])
    return draft.id


def test_stages_are_stated_in_a_line_and_won_and_lost_are_added(change: Change) -> None:
    made = pipeline(change, "Hardware", "Talk: 12.5%, Offer:80")
    found = change.rows(
        "SELECT name, kind, probability FROM stages WHERE pipeline_id = ? ORDER BY position", made
    )
    assert [tuple(each) for each in found] == [
        ("Talk", "open", 125_000),
        ("Offer", "open", 800_000),
        ("Won", "won", 1_000_000),
        ("Lost", "lost", 0),
    ]
    assert len(change.notes) == 2


@pytest.mark.parametrize(
    "stated", ["Won:won,Lost:lost", "Talk", "Talk:lots", "Talk:120", "Talk:10,talk:20", ":10", "[nonsense"]
)
def test_stages_that_make_no_pipeline_are_refused(change: Change, stated: str) -> None:
    with pytest.raises(InvalidError):
        pipeline(change, "Odd", stated)


def restate(change: Change, number: int, stated: str) -> None:
    draft = records.load(change, "pipeline", [number])[0]
    draft.entered["stages"] = stated
    records.write(change, "pipeline", [draft])


def test_restating_keeps_stages_of_the_same_name_and_refuses_to_drop_one_in_use(change: Change) -> None:
    made = pipeline(change, "Hardware", "Talk:20,Offer:60,Won:won,Lost:lost")
    before = {each["name"]: each["id"] for each in change.rows("SELECT id, name FROM stage")}
    deal = add(change, "deal", name="D", pipeline_id=made)
    restate(change, made, "First:10,offer:70,TALK:20,Won:won,Lost:lost")
    after = {each["name"]: each["id"] for each in change.rows("SELECT id, name FROM stage")}
    assert (after["TALK"], after["offer"], after["Won"]) == (before["Talk"], before["Offer"], before["Won"])
    assert row(change, deal)["stage"] == "TALK"
    with pytest.raises(ConflictError, match="1 deal in it"):
        restate(change, made, "Offer:60")
    stages.move(change, deal, "offer")
    with pytest.raises(ConflictError, match="in their history"):
        restate(change, made, "Offer:60")


def test_changing_a_stages_default_rewrites_no_deal(change: Change) -> None:
    made = pipeline(change, "Hardware", "Talk:20")
    deal = add(change, "deal", name="D")
    restate(change, made, "Talk:40")
    assert row(change, deal)["probability"] == 200_000


def test_there_is_exactly_one_default_pipeline(change: Change) -> None:
    first, second = pipeline(change, "One", "Talk:20"), pipeline(change, "Two", "Talk:20")
    assert default_pipeline(change) == first
    records.edit(change, "pipeline", second, is_default=True)
    assert default_pipeline(change) == second
    assert change.value("SELECT sum(is_default) FROM pipeline") == 1
    with pytest.raises(InvalidError):
        records.edit(change, "pipeline", second, is_default=False)


def test_a_pipelines_name_is_its_own(change: Change) -> None:
    pipeline(change, "Häuser", "Talk:20")
    with pytest.raises(ConflictError):
        pipeline(change, "hauser", "Talk:20")


def test_a_deal_starts_in_the_default_pipeline_and_takes_its_stages_chance(change: Change) -> None:
    deal = row(change, add(change, "deal", name="D"))
    assert (deal["pipeline"], deal["stage"], deal["status"]) == ("Sales", "Prospecting", "open")
    assert (deal["probability"], deal["forecast_category"], deal["currency"]) == (100_000, "pipeline", "EUR")
    assert (deal["opened_on"], deal["closed_on"], deal["amount"]) == ("2026-11-05", None, None)


def test_a_stage_is_found_by_name_or_kind_and_an_unknown_one_names_the_known(change: Change) -> None:
    default_pipeline(change)
    assert stages.find(change, None, "PROPOSAL")["name"] == "Proposal"
    assert stages.find(change, None, "closed_won")["name"] == "Won"
    pipeline(change, "Other", "Talk:20")
    with pytest.raises(InvalidError, match=r"Prospecting, Qualification.*pipeline Other has one"):
        stages.find(change, None, "talk")


def test_a_move_resets_the_probability_unless_it_is_pinned(change: Change) -> None:
    free, pinned = add(change, "deal", name="A"), add(change, "deal", name="B", probability=330_000)
    for deal in (free, pinned):
        stages.move(change, deal, "proposal")
    assert row(change, free)["probability"] == 500_000
    assert row(change, pinned)["probability"] == 330_000
    records.edit(change, "deal", pinned, probability_pinned=False)
    assert row(change, pinned)["probability"] == 500_000
    records.edit(change, "deal", pinned, probability=600_000)
    records.edit(change, "deal", pinned, probability=None)
    assert (row(change, pinned)["probability"], row(change, pinned)["probability_pinned"]) == (500_000, 0)


def test_leaving_won_clears_the_close_and_the_certainty_and_keeps_history(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.change(store, "add") as change:
        deal = add(change, "deal", name="D", opened_on="2026-10-01")
        stages.move(change, deal, "negotiation")
    monkeypatch.setenv("CRM_TODAY", "2026-11-15")
    with db.change(store, "win") as change:
        stages.win(change, deal, amount=7_000_000)
        won = row(change, deal)
        assert (won["status"], won["closed_on"], won["probability"]) == ("won", "2026-11-15", 1_000_000)
        assert (won["amount"], won["forecast_category"]) == (7_000_000, "closed")
        stages.reopen(change, deal)
        open_again = row(change, deal)
        assert (open_again["stage"], open_again["closed_on"]) == ("Negotiation", None)
        assert (open_again["probability"], open_again["forecast_category"]) == (800_000, "commit")
        assert history(change, deal) == [
            (None, "Prospecting", "2026-10-01", None),
            ("Prospecting", "Negotiation", "2026-11-05", 35),
            ("Negotiation", "Won", "2026-11-15", 10),
            ("Won", "Negotiation", "2026-11-15", 0),
        ]
        with pytest.raises(ConflictError):
            stages.reopen(change, deal)


def test_an_imported_win_is_not_stuck_at_certainty(change: Change) -> None:
    default_pipeline(change)
    won = stages.find(change, None, "won")["id"]
    deal = write(change, values={"name": "D", "stage_id": won, "probability": 1_000_000}, imported=True).id
    stages.reopen(change, deal)
    assert row(change, deal)["probability"] == 100_000


def test_a_loss_needs_a_reason_by_any_typed_path_but_not_in_an_import(change: Change) -> None:
    deal = add(change, "deal", name="D")
    lost = stages.find(change, None, "lost")["id"]
    for path in (
        lambda: stages.move(change, deal, "lost"),
        lambda: records.edit(change, "deal", deal, stage_id=lost),
        lambda: records.add(change, "deal", name="E", stage_id=lost),
    ):
        with pytest.raises(InvalidError, match="reason"):
            path()
    stages.lose(change, deal, "price", note="too dear", on="2026-11-01")
    found = row(change, deal)
    assert (found["lost_reason"], found["closed_on"], found["probability"]) == ("price", "2026-11-01", 0)
    assert found["forecast_category"] == "omitted"
    stages.reopen(change, deal, "proposal")
    assert (row(change, deal)["lost_reason"], row(change, deal)["lost_note"]) == (None, None)
    assert (
        row(change, write(change, values={"name": "F", "stage_id": lost}, imported=True).id)["status"]
        == "lost"
    )


def test_a_day_of_close_needs_a_decision(change: Change) -> None:
    deal = add(change, "deal", name="D")
    with pytest.raises(InvalidError, match="win or lose"):
        records.edit(change, "deal", deal, closed_on="2026-11-01")
    with pytest.raises(InvalidError, match="win or lose"):
        add(change, "deal", name="E", closed_on="2026-11-01")
    imported = write(change, values={"name": "F", "closed_on": "2026-12-01"}, imported=True)
    found = row(change, imported.id)
    assert (found["closed_on"], found["expected_close"]) == (None, "2026-12-01")


def test_an_import_writes_one_row_of_history_at_the_stage_it_states(change: Change) -> None:
    default_pipeline(change)
    won = stages.find(change, None, "won")["id"]
    values = {"external_id": "A1", "stage_id": won, "opened_on": "2017-01-02", "closed_on": "2017-03-01"}
    deal = write(change, values=values, imported=True).id
    assert history(change, deal) == [(None, "Won", "2017-03-01", None)]
    assert row(change, deal)["name"] == "A1"
    undated = write(change, values={"external_id": "A2"}, imported=True).id
    assert (row(change, undated)["in_stage_since"], row(change, undated)["opened_on"]) == (None, None)


def _moved(left: str | None, stage: str, day: str, days: int | None) -> dict[str, Any]:
    return {"from_stage": left, "stage": stage, "at": f"{day}T09:00:00Z", "day": day, "days": days}


def test_a_history_that_is_brought_along_is_taken_as_it_is(change: Change) -> None:
    default_pipeline(change)
    told = [
        _moved(None, "Prospecting", "2026-01-05", None),
        _moved("Prospecting", "Proposal", "2026-02-05", 31),
    ]
    proposal = stages.find(change, None, "proposal")["id"]
    values = {"name": "D", "stage_id": proposal, "opened_on": "2026-01-05"}
    deal = write(change, values=values, parts={"stages": told}, imported=True).id
    assert history(change, deal) == [
        (each["from_stage"], each["stage"], each["day"], each["days"]) for each in told
    ]
    assert row(change, deal)["in_stage_since"] == "2026-02-05"


def test_another_pipeline_brings_the_answering_stage(change: Change) -> None:
    deal = add(change, "deal", name="D")
    stages.move(change, deal, "proposal")
    other = pipeline(change, "Other", "Talk:20,Proposal:40")
    third = pipeline(change, "Third", "Begin:20")
    records.edit(change, "deal", deal, pipeline_id=other)
    assert (row(change, deal)["pipeline"], row(change, deal)["stage"]) == ("Other", "Proposal")
    records.edit(change, "deal", deal, pipeline_id=third)
    assert row(change, deal)["stage"] == "Begin"
    with pytest.raises(InvalidError, match="another pipeline"):
        records.edit(change, "deal", deal, pipeline_id=other, stage_id=row(change, deal)["stage_id"])


def test_moving_the_expected_close_later_counts_a_push(change: Change) -> None:
    deal = add(change, "deal", name="D", expected_close="2026-12-01")
    for day in ("2026-12-15", "2026-12-10", "2027-01-01", "2027-01-01"):
        records.edit(change, "deal", deal, expected_close=day)
    assert row(change, deal)["push_count"] == 2


def test_a_stage_holds_back_what_it_requires_on_the_way_forward_only(change: Change) -> None:
    made = pipeline(
        change, "Strict", "Talk:20,Offer:60,Sign:90", "Offer:amount=1000..,company; Sign: next_step"
    )
    company = add(change, "company", name="Acme")
    deal = add(change, "deal", name="D", pipeline_id=made, amount=5_000_000)
    stages.move(change, deal, "offer")
    with pytest.raises(InvalidError, match="cannot leave Offer yet: it requires amount=1000"):
        stages.move(change, deal, "sign")
    stages.move(change, deal, "talk")
    stages.move(change, deal, "offer")
    stages.move(change, deal, "talk", amount=20_000_000)
    stages.move(change, deal, "offer")
    with pytest.raises(InvalidError, match="requires company"):
        stages.win(change, deal)
    stages.move(change, deal, "sign", company_id=company)
    stages.lose(change, deal, "price")


def test_a_requirement_must_name_a_stage(change: Change) -> None:
    with pytest.raises(InvalidError, match="Talk, Won, Lost"):
        pipeline(change, "Strict", "Talk:20", "Speak:amount")


def test_a_stage_rots_after_the_days_that_are_said(change: Change) -> None:
    made = pipeline(change, "Slow", "Talk:20,Offer:60")
    draft = records.load(change, "pipeline", [made])[0]
    draft.entered["rotten"] = ["Talk:45"]
    records.write(change, "pipeline", [draft])
    found = change.rows("SELECT name, rotten_days, probability FROM stages ORDER BY position LIMIT 2")
    assert [tuple(each) for each in found] == [("Talk", 45, 200_000), ("Offer", None, 600_000)]


def test_lines_drive_the_amount_until_it_is_told(change: Change) -> None:
    bolt = add(change, "product", name="Bolt", list_price=33_300, currency="EUR", tax_rate=190_000)
    deal = add(change, "deal", name="D")
    lines.add(change, deal, bolt, quantity=30_000, discount_pct=100_000)
    assert row(change, deal)["amount"] == 89_900  # 3 × 3.33 × 0.9 = 8.991
    lines.add(change, deal, bolt, unit_price=10_000)
    assert row(change, deal)["amount"] == 99_900
    [first, second] = lines.standing(change, [deal])[deal]
    lines.edit(change, deal, first["id"], quantity=10_000, discount_pct=None)
    assert row(change, deal)["amount"] == 43_300
    records.edit(change, "deal", deal, amount=1_000_000)
    lines.remove(change, deal, second["id"])
    assert (row(change, deal)["amount"], row(change, deal)["amount_pinned"]) == (1_000_000, 1)
    records.edit(change, "deal", deal, amount_pinned=False)
    assert row(change, deal)["amount"] == 33_300
    lines.remove(change, deal, first["id"])
    assert row(change, deal)["amount"] is None
    with pytest.raises(NotFoundError):
        lines.remove(change, deal, first["id"])


def test_typed_texts_of_a_line_are_read_in_the_deals_currency(change: Change) -> None:
    deal = add(change, "deal", name="D", currency="JPY")
    said = {"quantity": "2.5", "unit_price": "¥1,200.4", "discount_pct": "10%", "tax_pct": None}
    assert lines.read(change, deal, said) == {
        "quantity": 25_000,
        "unit_price": 12_004_000,  # finer than a coin: only what the line comes to is rounded
        "discount_pct": 100_000,
    }
    with pytest.raises(InvalidError, match="unit_price"):
        lines.read(change, deal, {"unit_price": "much"})


def test_a_line_is_refused_a_discount_that_is_none(change: Change) -> None:
    bolt = add(change, "product", name="Bolt")
    deal = add(change, "deal", name="D")
    with pytest.raises(InvalidError, match="discount"):
        lines.add(change, deal, bolt, discount_pct=1_010_000)


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "currency", "expected"),
    [
        (10_000, 10_050, None, "EUR", 10_100),  # 1.005 → 1.01, half-up
        (10_000, 10_050, None, "KWD", 10_050),
        (15_000, 10_000, None, "JPY", 20_000),  # 1.5 → 2
        (30_000, 33_333, 333_333, "EUR", 66_700),
        (-10_000, 10_050, None, "EUR", -10_100),
    ],
)
def test_a_line_rounds_half_up_at_the_currencys_digits(
    quantity: int, price: int, discount: int | None, currency: str, expected: int
) -> None:
    assert (
        lines.net({"quantity": quantity, "unit_price": price, "discount_pct": discount}, currency) == expected
    )


def test_an_entered_product_is_a_line_at_its_price_and_imported_without_one(change: Change) -> None:
    company = add(change, "company", name="Acme")
    bolt = add(change, "product", name="Bolt", list_price=50_000, currency="EUR")
    typed = write(change, values={"company_id": company}, entered={"product": [bolt]})
    assert (row(change, typed.id)["name"], row(change, typed.id)["amount"]) == ("Acme – Bolt", 50_000)
    values = {"company_id": company, "external_id": "X"}
    imported = write(change, values=dict(values), entered={"product": bolt}, imported=True)
    assert row(change, imported.id)["amount"] is None
    priced = write(change, values={"amount": 70_000}, entered={"product": [bolt]}, imported=True)
    assert (row(change, priced.id)["amount"], row(change, priced.id)["amount_pinned"]) == (70_000, 1)
    again = records.load(change, "deal", [imported.id])[0]
    again.entered["product"] = bolt
    records.write(change, "deal", [again])
    assert not again.changed


def test_a_price_in_another_currency_is_not_taken(change: Change) -> None:
    bolt = add(change, "product", name="Bolt", list_price=50_000, currency="USD")
    deal = write(change, values={"name": "D"}, entered={"product": [bolt]})
    assert row(change, deal.id)["amount"] is None
    assert "USD" in change.notes[0]


def test_money_takes_the_digits_of_its_currency_and_the_rate_of_the_day(change: Change) -> None:
    deal = add(change, "deal", name="D", amount=12_345_678, currency="JPY")
    assert (row(change, deal)["amount"], row(change, deal)["rate"]) == (12_350_000, None)
    records.edit(change, "deal", deal, currency="USD")
    assert row(change, deal)["rate"] == "0.9"
    stages.win(change, deal)
    change.config.values["rates"]["USD"] = "0.8"
    records.edit(change, "deal", deal, amount=10_000)
    assert row(change, deal)["rate"] == "0.9"
    stages.reopen(change, deal)
    records.edit(change, "deal", deal, amount=20_000)
    assert row(change, deal)["rate"] == "0.8"


def test_the_first_win_makes_customers(change: Change) -> None:
    company = add(change, "company", name="Acme")
    partner = add(change, "company", name="Friend", type="partner")
    person = add(change, "contact", name="Jane Doe", company_id=company)
    stages.win(change, add(change, "deal", name="D", contact_id=person))
    stages.win(change, add(change, "deal", name="E", company_id=partner))
    assert change.value("SELECT type FROM company WHERE id = ?", company) == "customer"
    assert change.value("SELECT type FROM company WHERE id = ?", partner) == "partner"
    assert change.value("SELECT lifecycle FROM contact WHERE id = ?", person) == "customer"
    records.edit(change, "company", company, type="other")
    stages.win(change, add(change, "deal", name="F", company_id=company))
    assert change.value("SELECT type FROM company WHERE id = ?", company) == "other"


def test_the_same_writing_twice_changes_nothing(change: Change) -> None:
    default_pipeline(change)
    won = stages.find(change, None, "won")["id"]
    values = {
        "external_id": "A",
        "stage_id": won,
        "closed_on": "2026-01-02",
        "amount": 10_000,
        "probability": 990_000,
    }
    first = write(change, values=dict(values), imported=True)
    again = records.load(change, "deal", [first.id])[0]
    again.imported = True
    again.values.update(values)
    records.write(change, "deal", [again])
    assert not again.changed
