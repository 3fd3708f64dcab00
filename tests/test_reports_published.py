"""Reports over published deals with known answers, and over the same file counted independently."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest
from reporting import MONEY, answer, units

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.rules import records, stages
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import round_half_up

MAVEN = Path(__file__).parents[2] / "shared" / "data" / "crm_maven" / "maven_original"


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The 8,800 deals of a hardware seller, written as an import writes them."""
    if not MAVEN.is_dir():
        pytest.skip(f"the published deals are not at {MAVEN}")
    folder = tmp_path_factory.mktemp("maven")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_CONFIG", str(folder / "missing.toml"))
        patch.setenv("LC_ALL", "C")
        patch.setenv("CRM_TODAY", "2018-01-01")
        with db.change(folder / "crm.db", "test") as change:
            load_maven(change)
        yield folder / "crm.db"


def read(name: str) -> list[dict[str, str]]:
    with (MAVEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_maven(change: Change) -> None:
    stated = "Prospecting:10,Engaging:50,Won:won,Lost:lost"
    records.write(
        change,
        "pipeline",
        [Draft(values={"name": "Hardware", "is_default": True}, entered={"stages": stated})],
    )
    team = read("sales_teams")
    managers = write(
        change, "user", [{"name": name} for name in dict.fromkeys(row["manager"] for row in team)]
    )
    agents = write(change, "user", [
        {"name": row["sales_agent"], "manager_id": managers[row["manager"]], "region": row["regional_office"]}
        for row in team
    ])  # fmt: skip
    accounts = write(
        change, "company", [{"name": row["account"], "industry": row["sector"]} for row in read("accounts")]
    )
    products = write(change, "product", [{"name": row["product"]} for row in read("products")])
    products["GTXPro"] = products["GTX Pro"]
    steps = {
        name: stages.find(change, None, name)["id"] for name in ("Prospecting", "Engaging", "Won", "Lost")
    }
    drafts = []
    for row in read("sales_pipeline"):
        values = {
            "external_id": row["opportunity_id"], "owner_id": agents[row["sales_agent"]],
            "company_id": accounts.get(row["account"]), "stage_id": steps[row["deal_stage"]],
            "opened_on": row["engage_date"] or None, "closed_on": row["close_date"] or None,
            "amount": int(row["close_value"]) * MONEY if row["close_value"] else None,
        }  # fmt: skip
        told = frozenset(values)
        drafts.append(
            Draft(values=values, entered={"product": [products[row["product"]]]}, imported=True, given=told)
        )
    for first in range(0, len(drafts), 2000):
        records.write(change, "deal", drafts[first : first + 2000])


def write(change: Change, noun: str, rows: list[dict[str, Any]]) -> dict[str, int]:
    drafts = [Draft(values=row, imported=True) for row in rows]
    records.write(change, noun, drafts)
    return {draft.values["name"]: draft.id for draft in drafts}


def decided(row: dict[str, Any]) -> tuple[int, int, str, int]:
    """Won, lost, win rate, won amount in whole units."""
    amount = row["won_amount"]
    assert amount % MONEY == 0
    return row["won"], row["lost"], f"{row['win_rate_pct'] / MONEY:.2f}", amount // MONEY


def test_published_totals(maven: Path) -> None:
    (row,) = answer(maven, "winloss")
    assert decided(row) == (4238, 2473, "63.15", 10_005_534)
    assert units(row, "avg_won", "cycle_days") == [Fraction("2360.91"), Fraction("51.78")]
    stood = answer(maven, "pipeline")
    assert [(row["pipeline"], row["stage"], row["deals"]) for row in stood] == [
        ("Hardware", "Prospecting", 500), ("Hardware", "Engaging", 1589),
    ]  # fmt: skip


def test_published_quarters(maven: Path) -> None:
    assert {row["quarter"]: decided(row) for row in answer(maven, "winloss", by="quarter")} == {
        "2017-Q1": (531, 116, "82.07", 1_134_672),
        "2017-Q2": (1254, 778, "61.71", 3_086_111),
        "2017-Q3": (1257, 790, "61.41", 2_982_255),
        "2017-Q4": (1196, 789, "60.25", 2_802_496),
    }


def test_published_products(maven: Path) -> None:
    assert {row["product"]: decided(row)[:2] + decided(row)[3:] for row in answer(maven, "winloss", by="product")} == {
        "GTX Pro": (729, 418, 3_510_578), "GTX Plus Pro": (479, 266, 2_629_651), "MG Advanced": (654, 430, 2_216_387),
        "GTX Plus Basic": (653, 398, 705_275), "GTX Basic": (915, 521, 499_263), "GTK 500": (15, 10, 400_612),
        "MG Special": (793, 430, 43_768),
    }  # fmt: skip
    sold = {
        row["product"]: units(row, "quantity", "won_amount", "margin") for row in answer(maven, "products")
    }
    assert sold["GTX Pro"] == [729, 3_510_578, None]
    assert sum(amount for _, amount, _ in sold.values()) == 10_005_534


def test_published_managers_and_regions(maven: Path) -> None:
    assert {row["manager"]: decided(row) for row in answer(maven, "winloss", by="manager")} == {
        "Melvin Marxen": (882, 536, "62.20", 2_251_930), "Summer Sewald": (828, 459, "64.34", 1_964_750),
        "Rocco Neubert": (691, 422, "62.08", 1_960_545), "Celia Rouche": (610, 352, "63.41", 1_603_897),
        "Cara Losch": (480, 265, "64.43", 1_130_049), "Dustin Brinkmann": (747, 439, "62.98", 1_094_363),
    }  # fmt: skip
    regions = answer(maven, "winloss", by="region")
    assert [(row["region"], decided(row)[3]) for row in regions] == [
        ("West", 3_568_647), ("Central", 3_346_293), ("East", 3_090_594),
    ]  # fmt: skip


def test_published_agents_accounts_and_sectors(maven: Path) -> None:
    agents = {row["owner"]: (row["won"], decided(row)[3]) for row in answer(maven, "winloss", by="owner")}
    assert agents["Darcel Schlecht"] == (349, 1_153_214)
    assert agents["Vicki Laflamme"] == (221, 478_396)
    assert agents["Kary Hendrixson"] == (209, 454_298)
    assert agents["Violet Mclelland"] == (122, 123_431)
    accounts = answer(maven, "winloss", by="company")
    assert [(row["company"], decided(row)[3]) for row in accounts[:3]] == [
        ("Kan-code", 341_455), ("Konex", 269_245), ("Condax", 206_410),
    ]  # fmt: skip
    sectors = answer(maven, "winloss", by="company.industry")
    assert [(row["company.industry"], decided(row)[3]) for row in sectors[:3]] == [
        ("retail", 1_867_528), ("technolgy", 1_515_487), ("medical", 1_359_595),
    ]  # fmt: skip


@pytest.mark.parametrize("by", [None, "month", "year", "week", "owner", "product", "company", "region"])
def test_published_deals_counted_independently(maven: Path, by: str | None) -> None:
    region = {row["sales_agent"]: row["regional_office"] for row in read("sales_teams")}
    keys: dict[str | None, Callable[[dict[str, str]], Any]] = {
        None: lambda _: None, "month": lambda row: row["close_date"][:7], "year": lambda row: row["close_date"][:4],
        "week": lambda row: "{}-W{:02}".format(*date.fromisoformat(row["close_date"]).isocalendar()),
        "owner": lambda row: row["sales_agent"], "product": lambda row: row["product"].replace("GTXPro", "GTX Pro"),
        "company": lambda row: row["account"], "region": lambda row: region[row["sales_agent"]],
    }  # fmt: skip
    won: dict[Any, list[tuple[int, int]]] = defaultdict(list)
    lost: dict[Any, int] = defaultdict(int)
    for row in read("sales_pipeline"):
        if row["deal_stage"] == "Won":
            days = (date.fromisoformat(row["close_date"]) - date.fromisoformat(row["engage_date"])).days
            won[keys[by](row)].append((int(row["close_value"]), days))
        elif row["deal_stage"] == "Lost":
            lost[keys[by](row)] += 1
    found = answer(maven, "winloss", by=by)
    assert {row[by] if by else None for row in found} == set(won) | set(lost)
    for row in found:
        key = row[by] if by else None
        amounts, days = [each[0] for each in won[key]], [each[1] for each in won[key]]
        assert (row["won"], row["lost"], row["won_amount"]) == (len(amounts), lost[key], sum(amounts) * MONEY)
        assert row["cycle_days_median"] == median(days) * MONEY
        assert abs(row["cycle_days"] / MONEY - mean(days)) <= 0.005 + 1e-9
        assert row["win_rate_pct"] == round_half_up(len(amounts) * 10_000, len(amounts) + lost[key]) * 100


def test_a_period_is_closed_at_both_ends(maven: Path) -> None:
    (row,) = answer(maven, "winloss", since="2017-03-01", until="2017-03-01")
    days = [each for each in read("sales_pipeline") if each["close_date"] == "2017-03-01"]
    assert row["won"] == sum(each["deal_stage"] == "Won" for each in days)
    assert row["lost"] == sum(each["deal_stage"] == "Lost" for each in days)
