"""What the README and the docs show is what happens: every `$ crm …` is run, and its output compared.

Each page begins with a demo store of its own and is read from top to bottom, in a terminal of 100 columns, by
Mara Quist, who works there.
Under a command stands what it answers; a line of `…` stands for any lines, and `# exit 3` for another exit
code than 0. Run with UPDATE_DOCS=1 to put what happens into the pages.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import ANSI, in_terminal

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SIZE = (50, 100)
SETTINGS = 'me = "Mara Quist"\ncurrency = "EUR"\ncountry = "NL"\n'
# The history keeps real time, and a run takes its own. The day of the tests is past: no real time falls on it.
NOW = "|".join(f"{datetime.now(UTC) + timedelta(days):%Y-%m-%d}" for days in (0, 1))
TIMES = {
    rf"({NOW})T\d\d:\d\d:\d\dZ": "2026-06-15T09:41:07Z",
    rf"({NOW}) \d\d:\d\d\b": "2026-06-15 09:41",
    r"\bin \d+\.\d s\b": "in 0.1 s",
}
ERASED = re.compile(r"[^\n]*\n[^\n]*\x1b\[1A\x1b\[2K|[^\n]*\x1b\[2K")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")


@dataclass
class Shown:
    """A command of a page: where its output stands in the text, and what it must end with."""

    line: str
    code: int
    start: int
    end: int


def shown(text: str) -> Iterator[Shown]:
    """The commands of a page, in order."""
    for block in BLOCK.finditer(text):
        prompts = list(re.finditer(r"^\$ (.*)\n", block[1], re.MULTILINE))
        ends = [each.start() for each in prompts[1:]] + [len(block[1])]
        for prompt, end in zip(prompts, ends, strict=True):
            code = re.search(r"# exit (\d+)$", prompt[1])
            offset = block.start(1)
            yield Shown(prompt[1], int(code[1]) if code else 0, offset + prompt.end(), offset + end)


def pattern(expected: str) -> re.Pattern[str]:
    """What an output must be: the same lines, any where `…` stands."""
    lines = expected.strip("\n").split("\n")
    return re.compile("".join(r"(?:.*\n)*" if line == "…" else re.escape(line) + r"\n" for line in lines))


def tidy(output: str, folder: Path) -> str:
    """An output as a page holds it: without what was erased again, and with one time and place for all runs."""
    kept = ANSI.sub("", ERASED.sub("", output)).replace("\r\n", "\n").replace(f"{folder}/", "")
    for now, always in TIMES.items():
        kept = re.sub(now, always, kept)
    return "\n".join(line.rstrip() for line in kept.strip("\n").split("\n")) + "\n"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo store as of the day of the tests."""
    folder = tmp_path_factory.mktemp("demo")
    env = {"CRM_TODAY": "2026-06-15", "CRM_CONFIG": str(folder / "none"), "HOME": str(folder), "TZ": "UTC"}
    command = [sys.executable, "-m", "crm_cli", "demo", "--into", str(folder / "demo.db")]
    subprocess.run(command, env=os.environ | env, check=True, capture_output=True)
    return folder / "demo.db"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_happens(page: Path, demo: Path, store: Path, tmp_path: Path) -> None:
    shutil.copy(demo, store)
    (tmp_path / "settings.toml").write_text(SETTINGS)
    folder = tmp_path / "here"
    shutil.copytree(ROOT / "docs" / "examples", folder)
    text = page.read_text(encoding="utf-8")
    happened = []
    for each in shown(text):
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CRM_CONFIG": str(tmp_path / "settings.toml"),
        }
        result = in_terminal(["bash", "-c", each.line], size=SIZE, cwd=folder, env=env)
        output = tidy(result.raw, folder)
        assert result.code == each.code, f"$ {each.line}\n{output}"
        expected = text[each.start : each.end]
        same = not expected.strip() or pattern(expected).fullmatch(output)
        happened.append((each, expected if same else output))
        if not os.environ.get("UPDATE_DOCS"):
            assert same, f"$ {each.line}\n{output}\ninstead of\n{expected}"
    if os.environ.get("UPDATE_DOCS"):
        for each, output in reversed(happened):
            text = text[: each.start] + output + text[each.end :]
        page.write_text(text, encoding="utf-8")


def test_the_readme_shows_enough_to_be_worth_running() -> None:
    assert len(list(shown(PAGES[0].read_text(encoding="utf-8")))) >= 10


def test_a_wrong_output_would_be_seen() -> None:
    assert pattern("a\n…\nd\n").fullmatch("a\nb\nc\nd\n")
    assert not pattern("a\n…\nd\n").fullmatch("a\nb\nc\n")
    assert not pattern("a\n").fullmatch("b\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("script", ["make_reference.py", "make_picture.py"])
def test_what_is_generated_is_up_to_date(script: str) -> None:
    command = [sys.executable, str(ROOT / "docs" / script), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_gives_both_commands_word_for_word() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/crm demo\n" in text
    tests = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest -n 2"
    assert f"<!-- tests -->\n```sh\n{tests}\n```" in text
