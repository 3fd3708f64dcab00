"""Reports as pages: one file that needs nothing else, in which what the store holds is text and nothing more."""

import re
import string
from html.parser import HTMLParser
from pathlib import Path

import browsing
import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import reports
from crm_cli.drawing import Chart, Matrix
from crm_cli.pages.svg import HALF, LETTER, WHOLE, svg

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


class Reader(HTMLParser):
    """Collects the tags, their attributes and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: Path) -> Reader:
    reader = Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


@furnished
def sold(crm: Crm) -> Crm:
    """A deal won by a company whose name would like to be a script."""
    assert crm("company", "add", HOSTILE).code == 0
    assert crm("deal", "add", "One", "--company", "1", "--amount", "100").code == 0
    assert crm("deal", "win", "1").code == 0
    return crm


def test_what_the_store_holds_is_text_in_a_page(sold: Crm, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert sold("report", "winloss", "--by", "company", "--html", str(page)).code == 0
    found = read(page)
    assert (found.tags.count("script"), found.tags.count("img")) == (1, 0)
    assert HOSTILE in found.text
    assert [name for name, _ in found.attributes if name.startswith("on")] == []


def test_a_page_asks_nothing_of_a_network(sold: Crm, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    sold("report", "winloss", "--by", "company", "--html", str(page))
    found = read(page)
    assert {tag for tag in found.tags if tag in {"link", "iframe", "object", "base"}} == set()
    assert [value for name, value in found.attributes if name in {"src", "href"}] == []
    policy = next(
        value for name, value in found.attributes if name == "content" and "default-src" in (value or "")
    )
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'", policy or "")


@pytest.mark.parametrize("name", reports.names())
def test_every_report_is_a_page(sold: Crm, tmp_path: Path, name: str) -> None:
    page = tmp_path / "page.html"
    done = sold("report", name, "--html", str(page))
    assert done.code == 0, done.err
    assert read(page).tags[:2] == ["html", "head"]


def test_a_page_is_written_to_standard_output(sold: Crm) -> None:
    assert sold("report", "winloss", "--html", "-").out.startswith("<!doctype html>")


def test_a_page_of_a_persian_user_runs_from_the_right(sold: Crm, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert sold("config", "set", "locale", "fa_IR").code == 0
    sold("report", "winloss", "--html", str(page))
    assert {("dir", "rtl"), ("lang", "fa-IR")} <= set(read(page).attributes)


def test_a_place_that_cannot_be_written_is_one_line(sold: Crm, tmp_path: Path) -> None:
    done = sold("report", "winloss", "--html", str(tmp_path / "none" / "page.html"))
    assert (done.code, len(done.err.splitlines())) == (2, 1)


LABELS = st.lists(st.text(string.ascii_letters + " ", max_size=60), min_size=1, max_size=40)


@given(LABELS, st.sampled_from(["bars", "line", "funnel", "heat"]), st.sampled_from([HALF, WHOLE]))
def test_what_is_drawn_stays_within_the_picture(labels: list[str], kind: str, width: float) -> None:
    chart: Chart | Matrix
    seen = 0
    figures = [f"{number * 1111:,}.00" for number in range(len(labels))]
    if kind == "heat":
        months = [f"m{number}" for number in range(len(labels))]
        cells: list[list[int | None]] = [[100] * len(labels)] * len(labels)
        chart = Matrix("", "", months, labels, cells, [["100%"] * len(labels)] * len(labels))
    else:
        if kind == "line":
            labels = [f"{2000 + number}-01" for number in range(len(labels))]
        chart = Chart(kind, "", labels, list(range(len(labels))), figures, ["50%"] * len(labels))
    for each in (part for image in svg(chart, width) for part in image.iter()):
        given = {name: float(each.get(name, 0)) for name in ("x", "width")}
        assert 0 <= given["x"] <= given["x"] + given["width"] <= width
        if each.tag == "text":
            wide = LETTER * len((each.text or "").strip())
            begins = (
                given["x"] - wide * {"start": 0, "middle": 0.5, "end": 1}[each.get("text-anchor", "start")]
            )
            seen += each.get("class") != "figure"
            assert -0.5 * LETTER <= begins <= begins + wide <= width + LETTER
    if kind in {"bars", "funnel"}:
        assert seen == len(labels)


def test_shares_of_cohorts_are_a_heat_map_too(crm: Crm) -> None:
    rows = "company,issued_on,amount\nAda,2026-03-10,1\nAda,2026-05-10,1\nBob,2026-04-01,1\n"
    assert crm("invoice", "import", "-", input=rows).code == 0
    drawn = crm("report", "retention", "--share", "--chart").lines
    assert drawn[1].split() == ["m0", "m1", "m2", "m3"]
    assert drawn[2].split()[-1] == "0%"


@pytest.mark.skipif(browsing.CHROMIUM is None, reason="no Chromium here")
def test_a_browser_shows_a_page_sorts_it_and_runs_no_script_of_data(sold: Crm, tmp_path: Path) -> None:
    page, hostile = tmp_path / "page.html", "<img src=x onerror=\"document.title='owned'\">"
    for name, amount in ((hostile, "9"), ("Ada", "1000")):
        number = sold("company", "add", name).out.strip()
        deal = sold("deal", "add", name, "--company", number, "--amount", amount).out.strip()
        assert sold("deal", "win", deal).code == 0
    assert sold("report", "winloss", "--by", "company", "--html", str(page)).code == 0
    amounts = "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[{at}].textContent)"
    with browsing.tab(tmp_path / "profile") as seen:
        seen.open(page)
        heads = seen.answer("[...document.querySelectorAll('th')].map((each) => each.textContent)")
        told = amounts.format(at=heads.index("won amount"))
        assert seen.answer(told) == ["1,000.00", "100.00", "9.00"]
        click = f"document.querySelectorAll('th button')[{heads.index('won amount')}].click()"
        seen.answer(click)
        assert seen.answer(told) == ["9.00", "100.00", "1,000.00"]
        seen.answer(click)
        assert seen.answer(told) == ["1,000.00", "100.00", "9.00"]
        assert hostile in seen.answer("document.body.textContent")
        assert seen.answer("document.title") == "Winloss"
        for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 27)")):
            seen.scheme(scheme)
            assert seen.answer("getComputedStyle(document.body).backgroundColor") == paper
        assert seen.answer("document.documentElement.scrollWidth <= innerWidth")
        assert seen.complaints == []
