"""Hooks: what they are told of a change, what they may refuse, and what happens where they fail."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

Hook = Callable[..., Path]


@pytest.fixture
def hook(store: Path, tmp_path: Path) -> Hook:  # noqa: ARG001
    """Write a hook in shell; it stands beside the settings."""

    def write(name: str, script: str, mode: int = 0o755, first: str = "#!/bin/sh") -> Path:
        file = tmp_path / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{first}\n{script}\n", encoding="utf-8")
        file.chmod(mode)
        return file

    return write


def told(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_a_hook_is_told_the_change_as_json(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    hook("after-change", f"cat > {tmp_path}/told")
    assert crm("company", "add", "Acme", "--annual-revenue", "1200.50", "--tags", "vip,big").code == 0
    added = told(tmp_path / "told")
    (row,) = added["rows"]
    assert (added["verb"], added["summary"]) == ("company add", "Acme")
    assert (row["noun"], row["id"], row["op"], row["old"]) == ("company", 1, "add", None)
    assert (row["new"]["name"], row["new"]["annual_revenue"], row["new"]["tags"]) == (
        "Acme",
        1200.5,
        ["big", "vip"],
    )
    assert crm("company", "edit", "Acme", "--set", "name=Acme Ltd").code == 0
    (row,) = told(tmp_path / "told")["rows"]
    assert (row["op"], row["old"]["name"], row["new"]["name"]) == ("edit", "Acme", "Acme Ltd")
    assert "annual_revenue" not in row["new"]
    assert crm("company", "delete", "1", "--yes").code == 0
    (row,) = told(tmp_path / "told")["rows"]
    assert (row["op"], row["old"]["name"], row["new"]) == ("delete", "Acme Ltd", None)


def test_parts_are_told_under_the_record_that_has_them(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    hook("after-change", f"cat > {tmp_path}/told")
    assert crm("contact", "add", "Eve").code == 0
    assert crm("contact", "add", "Ada", "--email", "ada@example.org").code == 0
    parts = [row for row in told(tmp_path / "told")["rows"] if "part" in row]
    assert [(row["noun"], row["id"], row["part"], row["op"]) for row in parts] == [
        ("contact", 2, "emails", "add")
    ]


def test_imported_rows_are_all_told(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    hook("after-company", f"cat > {tmp_path}/told")
    text = "name\n" + "".join(f"Company {number}\n" for number in range(2_500))
    assert crm("company", "import", "-", "--yes", input=text).code == 0
    rows = told(tmp_path / "told")["rows"]
    assert [row["new"]["name"] for row in rows] == text.splitlines()[1:]


def test_before_may_refuse_with_its_words_and_nothing_is_written(
    crm: Crm, hook: Hook, tmp_path: Path
) -> None:
    hook("before-change", "echo no deals on Mondays >&2; exit 3")
    hook("after-change", f"touch {tmp_path}/after")
    done = crm("deal", "add", "Big one")
    assert (done.code, done.out) == (1, "")
    assert "no deals on Mondays" in done.err
    assert "hooks/before-change" in done.err
    assert done.err.splitlines()[-1].startswith("crm: ")
    assert crm("deal", "list").out == ""
    assert crm("history").out == ""
    assert not (tmp_path / "after").exists()


def test_hooks_of_a_noun_hear_of_that_noun_only(crm: Crm, hook: Hook) -> None:
    hook("before-deal", "exit 1")
    assert crm("company", "add", "Acme").code == 0
    done = crm("deal", "add", "Big one")
    assert done.code == 1
    assert "exit code 1" in done.err


def test_what_fails_after_a_change_is_told_and_undoes_nothing(crm: Crm, hook: Hook) -> None:
    hook("after-change", "echo nobody listens >&2; exit 1")
    done = crm("company", "add", "Acme")
    assert (done.code, done.out) == (0, "1\n")
    assert "hooks/after-change: nobody listens" in done.err
    assert crm("company", "list", "--count").out == "1\n"


def test_a_dry_run_and_a_question_run_no_hook(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    for when in ("before", "after"):
        hook(f"{when}-change", f"touch {tmp_path}/ran; exit 1")
    assert crm("company", "add", "Acme", "--dry-run").code == 0
    assert crm("company", "list").code == 0
    assert crm("batch", "-", "--dry-run", input="company add Acme\n").code == 0
    assert not (tmp_path / "ran").exists()


def test_a_hook_that_takes_too_long_is_ended(crm: Crm, hook: Hook) -> None:
    assert crm("config", "set", "hooks.timeout", "1").code == 0
    hook("before-change", "exec sleep 30")
    done = crm("company", "add", "Acme")
    assert done.code == 1
    assert "longer than 1 s" in done.err
    assert crm("company", "list").out == ""


@pytest.mark.parametrize(
    ("mode", "first", "said"), [(0o644, "#!/bin/sh", "chmod +x"), (0o755, "# none", "#!/bin/sh")]
)
def test_a_hook_that_cannot_be_run_refuses_and_says_how_to_mend_it(
    mode: int, first: str, said: str, crm: Crm, hook: Hook
) -> None:
    hook("before-change", "true", mode, first)
    done = crm("company", "add", "Acme")
    assert (done.code, crm("company", "list").out) == (1, "")
    assert said in done.err


def test_one_change_of_many_lines_is_told_once(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    hook("before-company", f"cat >> {tmp_path}/told; exit 1")
    done = crm(
        "batch", "-", input="company add Acme\ncompany edit Acme --set name=Umbra\ncompany add Brick\n"
    )
    assert (done.code, done.out) == (1, "")
    found = told(tmp_path / "told")
    assert found["verb"] == "batch"
    assert [(row["op"], row["new"]["name"]) for row in found["rows"]] == [("add", "Umbra"), ("add", "Brick")]
    assert crm("company", "list").out == ""


def test_what_hooks_change_calls_no_hook(crm_process: Crm, hook: Hook, tmp_path: Path) -> None:
    import sys

    hook("after-company", f"echo x >> {tmp_path}/ran; {sys.executable} -m crm_cli note company:1 Welcome")
    assert crm_process("company", "add", "Acme").code == 0
    assert (tmp_path / "ran").read_text() == "x\n"
    assert crm_process("activity", "list", "--columns", "subject").lines == ["Welcome"]


def test_demo_stores_have_no_hooks(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    hook("before-change", f"touch {tmp_path}/ran; exit 1")
    assert crm("demo", "--into", str(tmp_path / "demo.db")).code == 0
    assert crm("--db", str(tmp_path / "demo.db"), "company", "add", "Acme").code == 0
    assert not (tmp_path / "ran").exists()


def test_undoing_is_a_change_that_hooks_hear_of(crm: Crm, hook: Hook, tmp_path: Path) -> None:
    assert crm("company", "add", "Acme").code == 0
    hook("after-change", f"cat > {tmp_path}/told")
    assert crm("undo", "--yes").code == 0
    found = told(tmp_path / "told")
    assert [(row["op"], row["old"]["name"]) for row in found["rows"]] == [("delete", "Acme")]
