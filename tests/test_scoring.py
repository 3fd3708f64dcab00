"""Scores of leads: points with their reasons, what a person set stays, and what outcomes teach is held out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.asking import logistic
from tests.conftest import Crm

DATA = Path(__file__).parents[2] / "shared" / "data" / "crm_zoho" / "Leads.csv"
CSV = "name,source,industry,status,converted\n"


@pytest.fixture
def lead(crm: Crm) -> str:
    crm(
        "lead",
        "add",
        "Sam Field",
        "--title",
        "Head of Purchasing",
        "--need",
        "Two machines",
        "--rating",
        "hot",
    )
    return "1"


def explained(crm: Crm, *refs: str) -> dict[str, int]:
    rows = crm("lead", "score", *refs, "--explain", "-o", "json").json
    return {row["rule"]: row["points"] for row in rows}


def test_points_add_up_to_the_score_and_show_tells_their_reasons(crm: Crm, lead: str) -> None:
    assert explained(crm, lead) == {"title": 8, "recent": 10, "need": 5, "hot": 15}
    held = crm("lead", "show", lead, "-o", "json").json[0]
    assert held["score"] == 38
    assert sum(each["points"] for each in held["score_reasons"]) == 38
    shown = crm("lead", "show", lead, "-o", "table").out
    assert "score 38" in shown
    assert "+5  need    need is known" in shown


def test_what_was_said_and_answered_counts(crm: Crm, lead: str) -> None:
    crm("campaign", "add", "Spring")
    crm("campaign", "target", "Spring", "--lead", lead, "-y")
    crm("campaign", "respond", "Spring", "lead:1", "-y")
    crm("meet", "lead:1", "Showed it")
    crm("call", "lead:1", "Rang")
    found = explained(crm, lead)
    assert (found["met"], found["called"], found["responded"]) == (10, 5, 8)


def test_a_score_set_by_hand_stays_until_it_is_forced(crm: Crm, lead: str) -> None:
    crm("lead", "score", lead)
    crm("lead", "edit", lead, "--score", "90")
    assert "+15" not in crm("lead", "show", lead, "-o", "table").out
    said = crm("lead", "score", "--all")
    assert (said.out, "1 set by hand stays; --force" in said.err) == ("", True)
    assert crm("lead", "list", "--columns", "score").out == "90\n"
    assert crm("lead", "score", "--all", "--force").out == "1\n"
    assert crm("lead", "list", "--columns", "score").out == "38\n"


def test_all_is_one_change_and_leaves_out_what_is_closed(crm: Crm, lead: str) -> None:
    crm("lead", "add", "Kim Roe")
    crm("lead", "disqualify", "Kim Roe", "--reason", "other")
    assert crm("lead", "score", "--all").out == f"{lead}\n"
    assert "lead 1" in crm("undo", "-y").err
    assert crm("lead", "list", "--columns", "score").out == "\n\n"


def test_rules_are_settings(crm: Crm, lead: str, tmp_path: Path) -> None:
    env = {"CRM_CONFIG": str(tmp_path / "config.toml")}
    assert crm("config", "set", "score.hot", "none", env=env).code == 0
    assert crm("config", "set", "score.buyer", "20 title~purchasing quiet_days=..10", env=env).code == 0
    rows = crm("lead", "score", lead, "--explain", "-o", "json", env=env).json
    assert {row["rule"]: row["points"] for row in rows} == {"title": 8, "recent": 10, "need": 5, "buyer": 20}
    assert "buyer\t20\ttitle~purchasing quiet_days=..10" in crm("lead", "score", "--rules", env=env).lines


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("industry=retail", "begins with no points"),
        ("15", "needs points from -100 to 100 and a condition"),
        ("15 retail", "is no condition"),
        ("15 calls=often", "is no whole number or range"),
        ("15 industri=retail", "did you mean industry"),
    ],
)
def test_a_rule_that_is_none_is_refused_when_it_is_set(
    crm: Crm, rule: str, said: str, tmp_path: Path
) -> None:
    answer = crm("config", "set", "score.mine", rule, env={"CRM_CONFIG": str(tmp_path / "config.toml")})
    assert (answer.code, said in answer.err, answer.err.count("\n")) == (2, True, 1)


def test_a_rule_that_a_store_cannot_answer_is_named(crm: Crm, lead: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[score]\nmine = "15 zzz=1"\n')
    answer = crm("lead", "score", lead, env={"CRM_CONFIG": str(tmp_path / "config.toml")})
    assert (answer.code, "score.mine: " in answer.err) == (2, True)


def outcomes(crm: Crm, of: dict[tuple[str, bool], int]) -> None:
    """Import closed leads: how many by source and whether they converted."""
    lines = [
        f"Lead {source} {came} {number},{source},{'even' if number % 2 else 'odd'},{'' if came else 'unqualified'},"
        f"{'yes' if came else 'no'}"
        for (source, came), count in of.items()
        for number in range(count)
    ]
    assert crm("lead", "import", "-", "-y", "--source", "t", input=CSV + "\n".join(lines) + "\n").code == 0


def test_learning_finds_what_tells_apart_and_says_what_does_not(crm: Crm) -> None:
    outcomes(crm, {("web", True): 90, ("web", False): 30, ("event", True): 30, ("event", False): 90})
    crm("lead", "add", "Sam Field", "--source", "web")
    answer = crm("lead", "score", "--learn", "-o", "json")
    found = {row["field"]: row for row in answer.json}
    assert found["source"]["verdict"] == "gives"
    assert found["source"]["auc"] == pytest.approx(0.75, abs=0.01)
    assert found["industry"]["verdict"] == "nothing"
    assert "120 of 240 closed leads converted" in answer.err
    assert "give nothing by themselves: industry" in answer.err
    assert "alike in all but a few leads: authority" in answer.err
    assert crm("lead", "list", "name=Sam Field", "--columns", "score").out == "\n"
    assert crm("lead", "score", "--learn", "--apply").out == "241\n"
    held = crm("lead", "show", "241", "-o", "json").json[0]
    assert 65 < held["score"] <= 75
    assert sum(each["points"] for each in held["score_reasons"]) == held["score"]


def test_what_teaches_nothing_is_not_applied(crm: Crm) -> None:
    outcomes(crm, {("web", True): 60, ("web", False): 60, ("event", True): 60, ("event", False): 60})
    crm("lead", "add", "Sam Field", "--source", "web")
    assert "cannot be told from chance" in crm("lead", "score", "--learn").err
    answer = crm("lead", "score", "--learn", "--apply")
    assert (answer.code, "teach nothing" in answer.err) == (4, True)


def test_too_few_outcomes_are_said(crm: Crm) -> None:
    outcomes(crm, {("web", True): 60, ("web", False): 49})
    answer = crm("lead", "score", "--learn")
    assert (answer.code, "there are 60 and 49" in answer.err) == (2, True)


def test_who_is_forgotten_teaches_nothing(crm: Crm) -> None:
    crm("campaign", "add", "Spring")
    for name in ("Sam Field", "Kim Roe"):
        crm("lead", "add", name, "--campaign", "Spring", "--email", f"{name[:3].lower()}@example.org")
        crm("lead", "disqualify", name, "--reason", "other")
    assert "there are 0 and 2" in crm("lead", "score", "--learn").err
    assert crm("lead", "forget", "Kim Roe", "-y").code == 0
    assert crm("lead", "list", "--columns", "name").out == "Sam Field\n(forgotten)\n"
    assert "there are 0 and 1" in crm("lead", "score", "--learn").err


@pytest.mark.skipif(not DATA.exists(), reason="the published leads are not here")
def test_the_published_leads_teach_nothing(crm: Crm) -> None:
    crm("lead", "import", str(DATA), "-y", "--date-order", "dmy")
    assert "there are 3,632 and 43" in crm("lead", "score", "--learn").err
    answer = crm("lead", "score", "--learn", "--stale", "365", "-o", "json")
    assert "3,632 of 3,900 closed leads converted, 93.1 %" in answer.err
    assert {row["verdict"] for row in answer.json} == {"nothing"}


def test_one_feature_fits_its_odds() -> None:
    has = frozenset({(("source", "web"), 1.0)})
    rows = [has] * 40 + [frozenset()] * 50
    came = [True] * 30 + [False] * 10 + [True] * 20 + [False] * 30
    model = logistic.fit(rows, came, penalty=1e-9)
    assert model.chance(has) == pytest.approx(30 / 40)
    assert model.chance(frozenset()) == pytest.approx(20 / 50)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_the_area_is_the_share_of_pairs_in_order(told: list[tuple[int, bool]]) -> None:
    came = [chance for chance, yes in told if yes]
    rest = [chance for chance, yes in told if not yes]
    if came and rest:
        wins = sum((a > b) + (a == b) / 2 for a in came for b in rest) / (len(came) * len(rest))
        found = logistic.area([([float(chance) for chance, _ in told], [yes for _, yes in told])], 1.96)
        assert found.value == pytest.approx(wins)
        assert found.low <= found.value <= found.high


def test_fifths_hold_everyone() -> None:
    fifths = logistic.calibration([([place / 12 for place in range(12)], [place > 5 for place in range(12)])])
    assert sum(each.records for each in fifths) == 12
    assert [each.came for each in fifths][-1] == 1.0
