"""What marketing brought: money in its month and channel by hand, and effects that were put in found again."""

import random
from math import isclose

import pytest

from crm_cli.asking import effect, regression
from tests.conftest import Crm
from tests.furnishing import furnished


def add(crm: Crm, *args: str) -> None:
    done = crm(*args)
    assert done.code == 0, done.err


@furnished
def spring(crm: Crm) -> None:
    """A mailing over two months without dated costs, a fair with dated ones, and deals won with and without them."""
    add(crm, "campaign", "add", "Mailing", "--type", "email", "--cost", "310",
        "--starts-on", "2026-03-22", "--ends-on", "2026-04-21", "--currency", "USD")  # fmt: skip
    add(crm, "campaign", "add", "Fair", "--type", "event", "--currency", "USD")
    add(crm, "campaign", "cost", "Fair", "500", "--on", "2026-04-02")
    for name, campaign, day in (
        ("A", "Mailing", "2026-04-03"),
        ("B", "Fair", "2026-05-04"),
        ("C", "", "2026-05-05"),
    ):
        add(crm, "deal", "add", name, "--stage", "won", "--amount", "1000", "--currency", "USD", "--set",
            f"closed_on={day}", *(("--campaign", campaign) if campaign else ()))  # fmt: skip


def rows(crm: Crm, *args: str) -> list[tuple[object, ...]]:
    answer = crm("report", "effect", *args, "-o", "json")
    assert answer.code == 0, answer.err
    return [tuple(row.values()) for row in answer.json]


@pytest.mark.usefixtures("spring")
def test_money_stands_in_its_month_and_channel(crm: Crm) -> None:
    assert rows(crm) == [
        ("2026-03", "email", 100, 0, 0, -100, "USD"),
        ("2026-04", "email", 210, 1000, 1, 376.19, "USD"),
        ("2026-04", "event", 500, 0, 0, -100, "USD"),
        ("2026-05", "event", 0, 1000, 1, None, "USD"),
        ("2026-05", None, 0, 1000, 1, None, "USD"),
    ]


@pytest.mark.usefixtures("spring")
def test_by_month_or_channel_it_is_added_up(crm: Crm) -> None:
    assert rows(crm, "--by", "month")[1] == ("2026-04", 710, 1000, 1, 40.85, "USD")
    assert rows(crm, "--by", "channel")[0] == ("email", 310, 1000, 1, 222.58, "USD")
    assert crm("report", "effect", "--by", "owner").code == 2


@pytest.mark.usefixtures("spring")
def test_filters_and_periods_choose(crm: Crm) -> None:
    assert rows(crm, "type=event", "--period", "2026-04") == [
        ("2026-04", "event", 500, 0, 0, -100, "USD"),
        ("2026-04", None, 0, 1000, 1, None, "USD"),
    ]


@pytest.mark.usefixtures("spring")
def test_few_months_make_no_model_and_say_so(crm: Crm) -> None:
    assert "takes 24 months, and there are 3" in crm("report", "effect").err
    answer = crm("report", "effect", "--model", "-o", "json")
    assert (answer.json, "takes 24 months" in answer.err) == ([], True)


def test_enough_months_make_a_model(crm: Crm) -> None:
    chance = random.Random(4)  # noqa: S311 - the same each time
    add(crm, "campaign", "add", "Mailing", "--type", "email", "--currency", "USD")
    lines = []
    spent = [chance.choice([0, 1000, 2000, 4000]) for _ in range(30)]
    for place, (amount, felt) in enumerate(zip(spent, effect._felt(spent, 0.0), strict=True)):
        day = f"{2023 + place // 12}-{place % 12 + 1:02}-10"
        if amount:
            add(crm, "campaign", "cost", "Mailing", str(amount), "--on", day)
        lines.append(f"Deal {place},won,{day},{round(10000 + 5000 * felt + chance.gauss(0, 500))}")
    text = "name,stage,closed_on,amount\n" + "\n".join(lines) + "\n"
    assert crm("deal", "import", "-", "-y", input=text).code == 0
    (row,) = crm("report", "effect", "--model", "-o", "json").json
    true = 5000 * sum(effect._felt(spent, 0.0))
    assert row["brought_low"] <= true <= row["brought_high"]
    assert (row["channel"], row["spent"], row["verdict"]) == ("email", sum(spent), "brings")
    assert isclose(row["per_unit"], row["brought"] / sum(spent), abs_tol=0.005)
    assert "email brought" in crm("report", "effect").err


def test_the_interval_holds_what_was_put_in_and_nothing_is_found_where_nothing_was() -> None:
    held = nothing = 0
    for seed in range(12):
        chance = random.Random(seed)  # noqa: S311 - the same each time
        spent = [float(chance.choice([0, 1000, 2000, 5000])) for _ in range(36)]
        idle = [chance.uniform(0, 1000) for _ in range(36)]
        felt = effect._felt(spent, 0.5)
        won = [20_000 + 100 * month + 8_000 * felt[month] + chance.gauss(0, 2_000) for month in range(36)]
        found = effect.find(won, {"email": spent, "ads": idle})
        assert not isinstance(found, str)
        told = {each.channel: each for each in found.effects}
        held += told["email"].low <= 8_000 * sum(felt) <= told["email"].high
        nothing += told["ads"].verdict == "too small to tell"
    assert held >= 10
    assert nothing >= 10


def test_channels_that_move_alike_are_not_told_apart() -> None:
    chance = random.Random(1)  # noqa: S311 - the same each time
    spent = [chance.uniform(100, 1000) for _ in range(36)]
    found = effect.find(
        [chance.uniform(0, 1) for _ in spent], {"email": spent, "event": [2 * each for each in spent]}
    )
    assert found == "spending on channels moved so much alike that they cannot be told apart"


def test_least_squares_agree_with_a_line_by_hand() -> None:
    found = regression.fit([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0], [1.0, 4.0]], [2.0, 4.0, 5.0, 8.0])
    assert found is not None
    assert found.weights == pytest.approx([0.0, 1.9])
    assert found.left == pytest.approx(0.7)
    assert regression.fit([[1.0, 2.0]] * 5, [1.0] * 5) is None
