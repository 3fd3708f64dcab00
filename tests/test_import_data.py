"""Two whole CRMs as others publish them, imported with the commands of the front page; the answers are known."""

import sqlite3
from pathlib import Path

import pytest
from conftest import Crm, Result

DATA = Path(__file__).parents[1].parent / "shared" / "data"
MAVEN = DATA / "crm_maven"
VARIANTS = ("maven_original", "other_variants/kisaraF_CRM-Sales_Analysis")
STAGES = "Prospecting:10,Engaging:50,Won:won,Lost:lost"
MEND = ("--map-value", "product:GTXPro=GTX Pro")

pytestmark = pytest.mark.skipif(not MAVEN.exists(), reason="the public data sets are not beside the project")


def sales(crm: Crm, folder: Path, *, mended: bool = True) -> Result:
    """Import products, accounts, people and deals; gives the outcome of the last."""
    said = (
        ("product", "import", str(folder / "products.csv")),
        ("company", "import", str(folder / "accounts.csv"), "--scale", "annual_revenue=1e6"),
        ("user", "import", str(folder / "sales_teams.csv")),
        ("pipeline", "add", "MavenTech", "--stages", STAGES),
    )
    for command in said:
        result = crm(*command)
        assert result.code == 0, result.err
    return deals(crm, folder, *(MEND if mended else ()))


def deals(crm: Crm, folder: Path, *options: str) -> Result:
    file = str(folder / "sales_pipeline.csv")
    return crm("deal", "import", file, "--set", "pipeline=MavenTech", "-o", "json", *options)


def ask(store: Path, question: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(store)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_deals_of_a_hardware_seller(crm: Crm, store: Path, variant: str) -> None:
    stopped = sales(crm, MAVEN / variant, mended=False)
    assert stopped.code == 1
    assert 'unknown product "GTXPro"; did you mean GTX Pro?' in stopped.err
    assert "1,480 of 8,800 rows are wrong" in stopped.err
    assert ask(store, "SELECT count(*) FROM deal") == [(0,)]

    report = deals(crm, MAVEN / variant, *MEND).json
    assert (report["read"], report["created"], report["linked"]) == (8800, 8800, {})
    won = ask(store, "SELECT status, count(*), sum(amount) / 10000 FROM deals GROUP BY 1 ORDER BY 1")
    assert won == [("lost", 2473, 0), ("open", 2089, None), ("won", 4238, 10005534)]
    assert ask(store, "SELECT stage, count(*) FROM deals WHERE status = 'open' GROUP BY 1 ORDER BY 1") == [
        ("Engaging", 1589),
        ("Prospecting", 500),
    ]
    cycles = "SELECT status, round(avg(julianday(closed_on) - julianday(opened_on)), 4) FROM deals"
    assert ask(store, f"{cycles} WHERE closed_on <> '' GROUP BY 1 ORDER BY 1") == [
        ("lost", 41.4792),
        ("won", 51.782),
    ]
    assert ask(
        store, "SELECT sum(amount) / 10000 FROM deals WHERE status = 'won' AND manager = 'Celia Rouche'"
    ) == [(1603897,)]
    assert ask(store, "SELECT name FROM companies WHERE parent = 'Acme Corporation' ORDER BY 1 LIMIT 1") != []
    assert ask(store, "SELECT annual_revenue FROM company WHERE name = 'Acme Corporation'") == [
        (11_000_400_000_000,)
    ]

    again = deals(crm, MAVEN / variant, *MEND).json
    assert (again["unchanged"], again["command"]) == (8800, None)


def test_the_days_of_both_variants_are_the_same(crm: Crm) -> None:
    sales(crm, MAVEN / VARIANTS[0])
    other = deals(crm, MAVEN / VARIANTS[1], *MEND)
    assert other.json["unchanged"] == 8800, other.err


def test_four_undos_empty_the_store_and_redo_fills_it(crm: Crm, store: Path) -> None:
    sales(crm, MAVEN / VARIANTS[0])
    everything = [
        ("product", 7),
        ("company", 85),
        ("user", 41),
        ("pipeline", 1),
        ("deal", 8800),
        ("deal_line", 8800),
    ]
    assert [(table, *ask(store, f"SELECT count(*) FROM {table}")[0]) for table, _ in everything] == everything
    full = crm("deal", "export").out
    assert crm("undo", "5", "-y").code == 0
    assert all(ask(store, f"SELECT count(*) FROM {table}") == [(0,)] for table, _ in everything)
    assert crm("redo", "-y").code == 0
    assert crm("deal", "export").out == full


def test_a_whole_zoho_export_with_its_keys(crm: Crm, store: Path) -> None:
    folder = DATA / "crm_zoho"
    for noun, name, rows in (
        ("contact", "Contacts", 1265),
        ("company", "Accounts", 2229),
        ("lead", "Leads", 3900),
        ("user", "Users", 11),
        ("campaign", "Campaigns", 110),
        ("product", "Products", 2000),
        ("task", "Tasks", 2978),
    ):
        result = crm(noun, "import", str(folder / f"{name}.csv"), "--source", "zoho", "-o", "json")
        assert result.code == 0, result.err
        assert (result.json["read"], result.json["rejected"]) == (rows, 0)
        again = crm(noun, "import", str(folder / f"{name}.csv"), "--source", "zoho", "-o", "json").json
        assert (again["unchanged"], again["command"]) == (rows, None), again
    assert (
        ask(store, "SELECT count(*), count(DISTINCT name) FROM company WHERE external_id IS NOT NULL")[0][0]
        == 2229
    )
    assert ask(store, "SELECT count(*) FROM user") == [(11,)]
    assert ask(store, "SELECT count(*), count(converted_at) FROM lead") == [(3900, 3632)]
    assert ask(
        store, "SELECT sum(budget) / 10000, sum(cost) / 10000, sum(expected_revenue) / 10000 FROM campaign"
    ) == [(37420350, 44209580, 82335650)]
    assert ask(store, "SELECT status, count(*) FROM tasks GROUP BY 1 ORDER BY 1") == [
        ("completed", 2960),
        ("in_progress", 4),
        ("not_started", 14),
    ]
    named = "SELECT count(*) FROM contact JOIN company ON company.id = company_id WHERE company.external_id IS NOT NULL"
    assert ask(store, named) == [(1265,)]


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("user", "Users"),
        ("company", "Accounts"),
        ("contact", "Contacts"),
        ("lead", "Leads"),
        ("product", "Products"),
        ("task", "Tasks"),
        ("campaign", "Campaigns"),
    ],
)
def test_each_file_of_a_zoho_export_is_known_by_its_header(crm: Crm, noun: str, name: str) -> None:
    file = DATA / "crm_zoho" / f"{name}.csv"
    if not file.exists():
        pytest.skip("the public files are not beside this project")
    found = crm(noun, "import", str(file), "--dry-run", "-o", "json")
    assert found.code == 0
    assert any("Zoho CRM" in note for note in found.json["notes"])
