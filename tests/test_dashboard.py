"""The dashboard: the figures of the reports that it names, on one screen, as data, and as a page."""

import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ANSI, TODAY, Crm, Terminal, in_terminal
from rich.cells import cell_len
from test_pages import HOSTILE, read
from test_watching import OWN

from crm_cli.asking.dashboard import TILES
from crm_cli.demo import store as demo_store

REPORTS = [name for name in TILES if name not in ("today", "receivables")]
TITLES = [tile.title for tile in TILES.values()]


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo business in a file."""
    path = tmp_path_factory.mktemp("business") / "demo.db"
    path.with_suffix(".toml").write_text('currency = "EUR"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_TODAY", TODAY)
        patch.setenv("CRM_CONFIG", str(path.with_suffix(".toml")))
        demo_store.again(path)
    return path


@pytest.fixture
def demo(crm: Crm, business: Path, monkeypatch: pytest.MonkeyPatch) -> Crm:
    """The command line, asking the demo business."""
    monkeypatch.setenv("CRM_DB", str(business))
    monkeypatch.setenv("CRM_CONFIG", str(business.with_suffix(".toml")))
    return crm


def listed(crm: Crm, command: str) -> list[dict[str, Any]]:
    """What a command that the dashboard names answers."""
    done = crm(*shlex.split(command)[1:], "-o", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = done.json
    return found


def sources(crm: Crm, *more: str) -> dict[str, str]:
    """The command that each tile's figures are from."""
    found = crm("dashboard", *more, "--explain", "-o", "json").json
    return {each["tile"]: each["command"] for each in found}


def is_within(rows: list[dict[str, Any]], whole: Iterator[dict[str, Any]]) -> bool:
    """Whether rows are rows of a whole answer, as far as their columns go, each of it once."""
    left = [dict(each) for each in whole]
    for row in rows:
        same = next((each for each in left if row.items() <= each.items()), None)
        if same is None:
            return False
        left.remove(same)
    return True


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--period", "this-year"),
        ("--in", "EUR", "--since", TODAY),
        ("--segment", "Logistics and offices"),
    ],
    ids=" ".join,
)
def test_every_figure_is_that_of_the_command_it_is_said_to_be_from(demo: Crm, more: tuple[str, ...]) -> None:
    tiles = demo("dashboard", *more, "-o", "json").json
    commands = sources(demo, *more)
    assert set(tiles) == set(commands)
    answers = {name: listed(demo, command) for name, command in commands.items()}
    answers["campaigns"] = [row for row in answers["campaigns"] if row["campaigns"] or row["won_amount"]]
    for name in REPORTS:
        assert is_within(tiles[name], iter(answers[name])), name
        if name != "forecast":
            assert len(tiles[name]) == len(answers[name]), name
    owed = Counter[tuple[str, str]]()
    for row in answers["receivables"]:
        owed["open", row["currency"]] += round(row["amount"] * 100)
        owed["overdue", row["currency"]] += round(row["amount"] * 100) * (row["bucket"] != "current")
        owed["invoices", row["currency"]] += row["invoices"]
    assert +owed == +Counter(
        {(name, row["currency"]): round(row[name] * (1 if name == "invoices" else 100))
         for row in tiles["receivables"] for name in ("open", "overdue", "invoices")}
    )  # fmt: skip
    if "today" in tiles:
        waiting = Counter(row["what"] for row in answers["today"])
        assert {row["what"]: row["waiting"] for row in tiles["today"]} == waiting


def test_the_pipeline_is_what_the_views_say(demo: Crm) -> None:
    asked = """SELECT pipeline, stage, currency, count(*) AS deals, sum(amount) AS amount,
      sum(amount / 10000.0 * probability / 1000000.0) AS weighted FROM deals WHERE status = 'open' GROUP BY 1, 2, 3"""
    found = {
        (row["pipeline"], row["stage"], row["currency"]): (
            row["deals"],
            row["amount"] / 10000,
            row["weighted"],
        )
        for row in demo("sql", asked, "-o", "json").json
    }
    shown = demo("dashboard", "-o", "json").json["pipeline"]
    assert len(shown) == len(found) > 1
    for row in shown:
        deals, amount, weighted = found[row["pipeline"], row["stage"], row["currency"]]
        assert (row["deals"], row["amount"]) == (deals, pytest.approx(amount))
        assert row["weighted"] == pytest.approx(weighted, abs=0.01)


def test_the_forecast_is_from_this_month_on_unless_a_period_is_said(demo: Crm) -> None:
    def months(*more: str) -> list[str]:
        rows = demo("dashboard", *more, "-o", "json").json["forecast"]
        return [row["month"] for row in rows if row["month"] not in ("slipped", "none")]

    assert min(months()) == TODAY[:7]
    assert max(months("--until", TODAY)) == TODAY[:7] > min(months("--until", TODAY))
    goals = [row["goal"] for row in demo("dashboard", "-o", "json").json["forecast"]]
    assert any(goals)


def test_a_segment_leaves_what_is_its_own(crm: Crm) -> None:
    for name, industry in (("Corner Shop", "retail"), ("Big Bank", "bank")):
        crm("company", "add", name, "--industry", industry)
        assert crm("deal", "add", name, "--company", name, "--amount", "10").code == 0
        assert crm("case", "add", name, "--company", name).code == 0
        crm("campaign", "add", f"To {name}", "--status", "active")
    crm("segment", "add", "Shops", "--on", "company", "--filter", "industry=retail")
    assert crm("campaign", "target", "To Corner Shop", "Shops").code == 0
    done = crm("dashboard", "--segment", "shops", "-o", "json")
    assert [row["deals"] for row in done.json["pipeline"]] == [1]
    assert [row["backlog"] for row in done.json["cases"]] == [1]
    assert [row["campaign"] for row in done.json["campaigns"]] == ["To Corner Shop"]
    assert "today" not in done.json
    assert "today is left out" in done.err
    assert crm("dashboard", "--segment", "Shopz").code == 3
    assert crm("report", "save", "board", "--", "dashboard", "--segment", "Shops").code == 0
    assert crm("report", "board", "-o", "json").json == done.json


def test_without_a_store_every_tile_is_empty_and_none_is_made(
    crm: Crm, terminal: Terminal, store: Path
) -> None:
    assert crm("dashboard", "-o", "json").json == {name: [] for name in TILES}
    assert (crm("dashboard").code, crm("dashboard").out) == (0, "")
    seen = terminal("dashboard").out
    for fill in (tile.fill for name, tile in TILES.items() if name != "today"):
        assert " ".join(fill.split()[:3]) in seen
    assert not store.exists()


def test_what_fills_a_tile_is_a_command_that_works(crm: Crm) -> None:
    for first in ("company add Acme", 'campaign add "Spring fair"', 'contact add "Jane Doe"'):
        assert crm(*shlex.split(first)).code == 0
    for name in ("pipeline", "forecast", "cases", "receivables", "nps", "campaigns", "today"):
        done = crm(*shlex.split(TILES[name].fill)[1:])
        assert done.code == 0, done.err
        assert crm("dashboard", "-o", "json").json[name], name


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (160, 30), (50, 200)])
def test_it_fits_the_window(terminal: Terminal, demo: Crm, columns: int, rows: int) -> None:  # noqa: ARG001
    seen = terminal("dashboard", "--no-color", columns=columns, rows=rows)
    assert seen.code == 0
    assert all(title in seen.out for title in TITLES)
    assert {cell_len(line.rstrip()) for line in seen.out.splitlines()} <= set(range(columns + 1))
    assert len(seen.out.splitlines()) < rows
    assert "Traceback" not in seen.out
    assert seen.raw.count("\x1b[") == len(ANSI.findall(seen.raw)) == 0


def test_amounts_of_any_size_keep_to_their_panel(crm: Crm, terminal: Terminal) -> None:
    for amount in ("99999999999.99", "1"):
        assert crm("deal", "add", f"For {amount}", "--amount", amount, "--expected-close", "today").code == 0
    seen = terminal("dashboard", columns=80)
    assert max(map(cell_len, seen.out.splitlines())) == 80
    assert "100,000,000,001" in seen.out


def test_in_a_pipe_every_figure_has_a_line(demo: Crm) -> None:
    done = demo("dashboard")
    lines = [line.split("\t") for line in done.lines]
    assert {len(line) for line in lines} == {5}
    assert {line[0] for line in lines} == set(TILES)
    first = demo("dashboard", "-o", "json").json["pipeline"][0]
    told = f"{first['pipeline']} · {first['stage']}"
    found = {line[2]: line[3] for line in lines if line[1] == told and line[4] == first["currency"]}
    assert json.loads(found["amount"]) == first["amount"]
    assert demo("dashboard", "-o", "csv").lines[0] == "tile,about,figure,value,currency"
    assert (
        "pipeline" in demo("dashboard", "-o", "table").lines[20:][0]
        or demo("dashboard", "-o", "table").code == 0
    )
    assert demo("dashboard", "-o", "ids").code == 2


def test_it_is_watched_until_ctrl_c_and_never_in_a_pipe(crm: Crm, crm_process: Crm, tmp_path: Path) -> None:
    assert crm("deal", "add", "One", "--amount", "5").code == 0
    command = [sys.executable, "-m", "crm_cli", "dashboard", "--watch", "--every", "0.1"]
    done = in_terminal(
        [sys.executable, "-c", OWN, *command],
        size=(24, 80),
        answers=[("Ctrl-C ends", ""), ("Ctrl-C ends", "\x03")],
    )
    assert (done.code, "Traceback" in done.out) == (0, False)
    assert done.out.count("Pipeline") > 1
    for more in ([], ["-o", "json"], ["--html", str(tmp_path / "page.html")], ["--explain"]):
        assert crm_process("dashboard", "--watch", *more).code == 2
    assert not (tmp_path / "page.html").exists()


def test_a_page_holds_every_tile_and_what_the_store_says_is_text(crm: Crm, tmp_path: Path) -> None:
    assert crm("config", "set", "locale", "fa_IR").code == 0
    assert crm("campaign", "add", HOSTILE, "--status", "active").code == 0
    assert crm("dashboard", "--html", str(tmp_path / "page.html")).code == 0
    page = read(tmp_path / "page.html")
    assert all(title in page.text for title in TITLES)
    assert HOSTILE in page.text
    assert (page.tags.count("script"), page.tags.count("img")) == (1, 0)
    assert [value for name, value in page.attributes if name in {"src", "href"}] == []
    assert ("dir", "rtl") in page.attributes
