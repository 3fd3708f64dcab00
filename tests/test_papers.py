"""Quotes on paper and by mail: text, Markdown, HTML and PDF, as their reader writes, by templates of one's own."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal

from crm_cli.papers import fonts, pdf
from crm_cli.papers.manner import Manner

SETTINGS = {
    "company.name": "Brick & Sons", "company.address": "2 Mill Lane; Leeds LS1", "company.tax_number": "GB 123",
    "company.bank": "IBAN GB33 BUKB; Brick & Sons",
}  # fmt: skip
TEXT = """\
Quote Q-2026-0001 – Draft
Date: June 15, 2026
Valid until: June 30, 2026

From: Brick & Sons
  2 Mill Lane
  Leeds LS1
  Tax number: GB 123
To: Acme
  Jane Doe
  1 Main St
  Springfield, IL 62701
  United States

1. Kit (K|1)
   Seal, 2 × Wheel*
   3 × 500.00 − 5% = 1,425.00 EUR (Tax 19%)
2. Delivery, <express>
   1 × 40.50 = 40.50 EUR

Subtotal: €1,465.50
Discount 10%: -€146.55
Shipping: €25.00
Tax 7% on 25.00: €1.75
Tax 19% on 1,425.00: €270.75
Total: €1,616.45

Terms:
30 days net.
Thank you.

Bank:
IBAN GB33 BUKB
Brick & Sons
"""
MARKDOWN = """\
# Quote Q-2026-0001 – Draft

Date: June 15, 2026\x20\x20
Valid until: June 30, 2026

From: **Brick & Sons**, 2 Mill Lane, Leeds LS1, Tax number: GB 123

To: **Acme**, Jane Doe, 1 Main St, Springfield, IL 62701, United States

| | Description | Quantity | Price EUR | Discount | Tax | Amount EUR |
|--:|---|--:|--:|--:|--:|--:|
| 1 | Kit<br>Seal, 2 × Wheel\\* | 3 | 500.00 | 5% | 19% | 1,425.00 |
| 2 | Delivery, \\<express\\> | 1 | 40.50 |  |  | 40.50 |

| | |
|---|--:|
| Subtotal | €1,465.50 |
| Discount 10% | -€146.55 |
| Shipping | €25.00 |
| Tax 7% on 25.00 | €1.75 |
| Tax 19% on 1,425.00 | €270.75 |
| **Total** | **€1,616.45** |

30 days net.<br>Thank you.

Bank: IBAN GB33 BUKB, Brick & Sons
"""


@pytest.fixture
def shop(crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crm:
    """A seller, and a quote with all that can stand on one."""
    monkeypatch.setenv("CRM_CONFIG", str(tmp_path / "config.toml"))
    for key, value in SETTINGS.items():
        assert crm("config", "set", key, value).code == 0
    crm(
        "product",
        "add",
        "Kit",
        "--code",
        "K|1",
        "--list-price",
        "500",
        "--currency",
        "EUR",
        "--tax-rate",
        "19",
    )
    for part, number in (("Seal", "1"), ("Wheel*", "2")):
        crm("product", "add", part)
        crm("product", "part", "Kit", part, "--quantity", number)
    crm("company", "add", "Acme", "--street", "1 Main St", "--city", "Springfield", "--region", "IL",
        "--postal-code", "62701", "--country", "US")  # fmt: skip
    crm("contact", "add", "Jane Doe", "--company", "Acme", "--email", "jane@example.org")
    lines = '[{"product":"Kit","quantity":"3","discount_pct":"5"},{"text":"Delivery, <express>","unit_price":"40.5"}]'
    made = crm("quote", "add", "--contact", "Jane Doe", "--currency", "EUR", "--set", f"lines={lines}",
               "--discount-pct", "10", "--shipping", "25", "--shipping-tax-pct", "7", "--valid-until", "2026-06-30",
               "--terms", "30 days net.\nThank you.")  # fmt: skip
    assert made.code == 0
    return crm


def mail(tmp_path: Path) -> EmailMessage:
    """The one message that went out."""
    [file] = (tmp_path / "outbox").glob("*.eml")
    found = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize(("kind", "golden"), [("text", TEXT), ("md", MARKDOWN)])
def test_a_quote_is_written_so(shop: Crm, kind: str, golden: str) -> None:
    done = shop("quote", "render", "Q-2026-0001", "--as", kind)
    assert (done.code, done.err) == (0, "")
    assert done.out == golden


class Reader(HTMLParser):
    """What a browser would show of a page, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.root: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.root = dict(attrs)

    def handle_data(self, data: str) -> None:
        if data.strip() and self.tags[-1:] != ["style"]:
            self.words.append(data.strip())


def test_html_shows_the_same_and_nothing_in_it_is_obeyed(shop: Crm) -> None:
    page = Reader(shop("quote", "render", "1", "--as", "html").out)
    assert page.root == {"lang": "en-US", "dir": "ltr"}
    for said in ("Delivery, <express>", "Seal, 2 × Wheel*", "Brick & Sons", "€1,616.45", "Draft"):
        assert said in page.words
    assert "express" not in page.tags


@pytest.mark.parametrize(
    ("locale", "root", "said"),
    [
        ("de_DE", {"lang": "de-DE", "dir": "ltr"}, ["15. Juni 2026", "1.616,45\xa0€", "Gesamtbetrag"]),
        ("fa_IR", {"lang": "fa-IR", "dir": "rtl"}, ["پیش‌فاکتور Q-2026-0001", "۱۵ ژوئن ۲۰۲۶", "\u200e€\xa0۱٬۶۱۶٫۴۵"]),
        ("ar_EG", {"lang": "ar-EG", "dir": "rtl"}, ["١٥ يونيو ٢٠٢٦", "الإجمالي"]),
        ("he_IL", {"lang": "he-IL", "dir": "rtl"}, ["15 ביוני 2026", "\u200f1,616.45\xa0\u200f€"]),
        ("sv_SE", {"lang": "sv-SE", "dir": "ltr"}, ["15 juni 2026", "1\xa0616,45\xa0€", "Total"]),
    ],
)  # fmt: skip
def test_a_quote_is_written_as_its_reader_writes(
    shop: Crm, locale: str, root: dict[str, str], said: list[str]
) -> None:
    page = Reader(shop("quote", "render", "1", "--as", "html", "--locale", locale).out)
    assert page.root == root
    assert [each for each in said if each not in page.words] == []


def test_the_configured_locale_and_calendar_hold(shop: Crm) -> None:
    shop("config", "set", "locale", "fa_IR")
    shop("config", "set", "calendar", "jalali")
    assert "تاریخ: ۱۴۰۵/۰۳/۲۵" in shop("quote", "render", "1").out


@pytest.mark.parametrize(
    ("locale", "value", "currency", "written"),
    [
        ("en_US", 12_345_678, "JPY", "¥1,235"),
        ("en_US", 12_345_678, "KWD", "KWD\xa01,234.568"),
        ("fa_IR", 12_345_600, "IRR", "\u200eریال\xa0۱٬۲۳۴٫۵۶"),
        ("de_CH", -12_345_600, "CHF", "CHF-1’234.56"),
        ("fr_FR", 12_345_600, "EUR", "1\u202f234,56\xa0€"),
    ],
)
def test_money_has_the_digits_of_its_currency_whatever_the_place(
    locale: str, value: int, currency: str, written: str
) -> None:
    assert Manner(locale).money(value, currency) == written


def test_a_template_of_ones_own_takes_the_place_of_ours(shop: Crm, tmp_path: Path) -> None:
    usual = shop("quote", "template", "text").out
    (tmp_path / "quote.txt.j2").write_text("Own: {{ title }}, {{ total }}\n" + usual)
    assert shop("quote", "render", "1").out == "Own: Quote Q-2026-0001, €1,616.45\n" + TEXT
    assert shop("quote", "render", "1", "--as", "md").out == MARKDOWN
    (tmp_path / "quote.txt.j2").write_text(
        "{% include 'usual/quote.txt.j2' %}{% set first = lines[0] %}{{ first.code }}"
    )
    assert shop("quote", "render", "1").out == TEXT + "K|1"
    (tmp_path / "quote.txt.j2").write_bytes(b"\xff")
    assert "can't decode" in shop("quote", "render", "1").err


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ titel }}", "'titel' is undefined"),
        ("one\n{% if %}", "line 2: Expected an expression"),
        ("{{ words.date + 1 }}", "can only concatenate str"),
        ("{{ title.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("{{ lines.append(1) }}", "access to attribute 'append' of 'list' object is unsafe"),
        ("{% include '../../../etc/passwd' %}", "there is no template ../../../etc/passwd"),
        ("{{ lines[99].name }}", "has no element 99"),
        ("{% include 'config.toml' %}", "there is no template config.toml"),
        ("{% extends 'quote.txt.j2' %}", "it takes in itself"),
        ("{{ title.ljust(9999) }}", "line 1: ljust is not called here"),
        ("{{ lipsum() }}", "lipsum is not called here"),
        ("{{ 9 ** 9 ** 9 }}", "** reckons, and figures are texts here"),
        ("a\n{{ 'a' * 999999999 }}", "line 2: * reckons, and figures are texts here"),
        ("{{ title | center(999999999) }}", "No filter named 'center'"),
        (
            "{% for a in lines %}{% for b in lines %}{% for c in lines %}{% endfor %}{% endfor %}{% endfor %}",
            "more than 2 loops stand in each other",
        ),
        ("{% for a in lines %}{% include 'quote.md.j2' %}{% endfor %}", "nothing is taken in within a loop"),
        ("{% set x = title ~ title %}", "a name stands for one thing on the page"),
        ("{% with x = title ~ title %}{% endwith %}", "a name stands for one thing on the page"),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "macros are not taken"),
    ],
)
def test_a_wrong_template_is_named_and_reaches_nothing(
    shop: Crm, tmp_path: Path, template: str, said: str
) -> None:
    file = tmp_path / "quote.txt.j2"
    file.write_text(template)
    done = shop("quote", "render", "1")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert str(file) in done.err
    assert said in done.err


def test_the_name_of_the_file_says_what_is_written(shop: Crm, tmp_path: Path) -> None:
    for name, begins in (("a.md", "# Quote"), ("a.html", "<!DOCTYPE html>"), ("a.txt", "Quote Q-2026-0001")):
        done = shop("quote", "render", "1", "--out", str(tmp_path / name))
        assert (done.code, done.out) == (0, "")
        assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.parametrize("locale", ["en_US", "fa_IR", "he_IL"])
def test_a_pdf_is_drawn_in_both_directions(shop: Crm, tmp_path: Path, locale: str) -> None:
    pytest.importorskip("fpdf", reason="the extra pdf is not installed")
    if not fonts.faces(""):
        pytest.skip("this system has none of the usual fonts")
    file = tmp_path / "quote.pdf"
    assert shop("quote", "render", "1", "--out", str(file), "--locale", locale).code == 0
    drawn = file.read_bytes()
    assert drawn.startswith(b"%PDF-")
    assert f"/Lang ({locale.replace('_', '-')})".encode() in drawn


@pytest.mark.parametrize("locale", ["en_US", "fa_IR"])
def test_no_figure_of_a_pdf_is_broken_however_long(
    shop: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    fpdf = pytest.importorskip("fpdf", reason="the extra pdf is not installed")
    if not fonts.faces(""):
        pytest.skip("this system has none of the usual fonts")
    drawn: list[tuple[str, bool]] = []
    multi_cell = fpdf.FPDF.multi_cell

    def measured(paper: Any, w: float, h: float | None = None, text: str = "", **more: Any) -> Any:
        drawn.append((text, w == 0 or paper.get_string_width(text) <= w))
        return multi_cell(paper, w, h, text, **more)

    monkeypatch.setattr(fpdf.FPDF, "multi_cell", measured)
    items = "Tower   of steel x 3 @ 987654321012.34"
    shop(
        "quote",
        "add",
        "Q-9",
        "--company",
        "Acme",
        "--currency",
        "IRR",
        "--items",
        items,
        "--shipping",
        "1",
    )
    done = shop("quote", "render", "Q-9", "--out", str(tmp_path / "quote.pdf"), "--locale", locale)
    assert done.code == 0, done.err
    assert any("Tower of steel" in text for text, _ in drawn), "blanks of a name are one"
    figures = [fits for text, fits in drawn if sum(map(str.isdigit, text)) > 12]
    assert len(figures) >= 4
    assert all(figures)


def test_only_letters_that_join_or_stack_are_shaped() -> None:
    assert [letter for letter in "aéßЖΩ€– 中한۱یہשก\u0301" if fonts.must_be_shaped(letter)] == [
        *"۱یہשก\u0301"
    ]


def test_without_fonts_latin_letters_are_drawn_and_others_refused(
    shop: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fpdf", reason="the extra pdf is not installed")
    monkeypatch.setattr(fonts, "_FACES", ())
    shop("quote", "edit", "1", "--terms", "– €")
    done = shop("quote", "render", "1", "--as", "pdf", "--out", "/dev/null")
    assert (done.code, done.err) == (0, "wrote Quote Q-2026-0001 to /dev/null\n")
    done = shop("quote", "render", "1", "--as", "pdf", "--out", "/dev/null", "--locale", "fa_IR")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "no font here has all the letters" in done.err
    shop("config", "set", "quote.font", "/nowhere.ttf")
    assert "there is no font /nowhere.ttf" in shop("quote", "render", "1", "--as", "pdf").err


def test_without_the_extra_it_is_said_how_to_get_it(shop: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "is_there", lambda: False)
    done = shop("quote", "render", "1", "--as", "pdf")
    assert (done.code, done.err) == (2, 'crm: PDF needs two more libraries: pip install "crm-cli[pdf]"\n')
    sent = shop("quote", "send", "1")
    assert sent.code == 0
    assert "it goes without PDF: PDF needs two more libraries" in sent.err


def test_a_pdf_is_nothing_for_a_terminal(shop: Crm, terminal: Terminal) -> None:
    pytest.importorskip("fpdf", reason="the extra pdf is not installed")
    done = terminal("quote", "render", "1", "--as", "pdf")
    assert (done.code, "write it to a file: --out FILE.pdf" in done.out.replace("\n", " ")) == (2, True)
    assert shop("quote", "list", "--count").out == "1\n"


def test_sending_is_a_message_with_everything_and_a_touch(shop: Crm, tmp_path: Path) -> None:
    done = shop("quote", "send", "Q-2026-0001")
    assert (done.code, done.out) == (0, "1\n")
    assert done.err.startswith("Q-2026-0001 goes to jane@example.org\nsent 1")
    message = mail(tmp_path)
    assert message["Subject"] == "Quote Q-2026-0001 – Brick & Sons"
    assert "jane@example.org" in str(message["To"])
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    sent = TEXT.replace(" – Draft", "")
    letter = (
        "Hello Jane Doe,\n\nhere is our quote Q-2026-0001 for €1,616.45. It holds until June 30, 2026.\n\n"
    )
    assert text.get_content().replace("\r\n", "\n") == letter + sent
    assert "€1,616.45" in html.get_content()
    assert "Draft" not in html.get_content()
    files = [(each.get_filename(), each.get_content_type()) for each in message.iter_attachments()]
    assert files == ([("Q-2026-0001.pdf", "application/pdf")] if pdf.is_there() else [])
    found = shop("quote", "show", "1", "-o", "json").json[0]
    assert (found["status"], found["sent_at"]) == ("sent", "2026-06-15T12:00:00Z")
    assert shop("contact", "list", "--columns", "last_touch").out == "2026-06-15T12:00:00Z\n"


def test_who_wants_no_mail_gets_none_unless_it_is_said_why(shop: Crm, tmp_path: Path) -> None:
    shop("contact", "edit", "1", "--do-not-email", "yes")
    done = shop("quote", "send", "1")
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert shop("quote", "list", "--columns", "status").out == "draft\n"
    assert shop("quote", "send", "1", "--override", "asked for it by phone").code == 0
    assert mail(tmp_path)["Subject"].startswith("Quote")


@pytest.mark.parametrize(
    ("before", "command", "code", "said"),
    [
        (("contact", "edit", "1", "--unset", "emails"), ("send", "1"), 2, "Jane Doe has no e-mail address; say where"),
        (("note", "Jane Doe", "nothing"), ("send", "1", "--to", "nobody"), 2, "is not an e-mail address"),
        (("quote", "add", "--company", "Acme"), ("send", "2", "--to", "a@example.org"), 2, "has no lines"),
        (("quote", "reject", "1", "--reason", "no"), ("send", "1"), 4, "is rejected and is not sent"),
        (("quote", "edit", "1", "--issued-on", "2026-05-01", "--valid-until", "2026-06-14"), ("send", "1"), 4,
         "Q-2026-0001 held until 2026-06-14"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_not(
    shop: Crm, tmp_path: Path, before: tuple[str, ...], command: tuple[str, ...], code: int, said: str
) -> None:
    assert shop(*before).code == 0
    done = shop("quote", *command)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err
    assert not (tmp_path / "outbox").exists()
    assert shop("quote", "list", "status=sent", "--count").out == "0\n"


def test_a_dry_run_sends_nothing(shop: Crm, tmp_path: Path) -> None:
    done = shop("quote", "send", "1", "--dry-run")
    assert (done.code, done.err) == (0, "would send Q-2026-0001 to jane@example.org\n")
    assert not (tmp_path / "outbox").exists()
