"""A page as PDF (the extra `pdf`): drawn by fpdf2, whose letters are shaped by HarfBuzz, in both directions of writing.

Both come by pip alone on any system, which what draws HTML does not. The letters come from a TrueType font: the one of
the settings, else the usual ones of the system, of which later ones help out where a letter is missing.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from crm_cli.errors import InvalidError
from crm_cli.papers import fonts
from crm_cli.papers.fonts import Face
from crm_cli.papers.quote import Page

INSTALL = 'pip install "crm-cli[pdf]"'
WESTERN = "windows-1252"
MARGIN = 18.0  # millimetres
GREY, BLACK, RULE = (91, 100, 112), (29, 33, 37), (223, 227, 232)
LEFT = "\u200e"  # says that what stands beside it runs from the left
SIZE, SMALL, HEADING = 9.5, 8.0, 18.0  # points
LEADING = 1.4  # the height of a line in its letters' size
POINT = 0.352778  # a point in millimetres
PADDING = 1.0  # millimetres beside the words of a cell
NARROWEST = 30.0  # millimetres of what is described


_SCRIPTS = {"fa": "arab", "ar": "arab", "ur": "arab", "he": "hebr"}


def is_there() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("fpdf") is not None and find_spec("uharfbuzz") is not None


def draw(page: Page, font: str = "") -> bytes:
    """A page as PDF; `font` is the file of a TrueType font.

    Raises:
        InvalidError: the extra is not installed, or no font has the letters.
    """
    if not is_there():
        raise InvalidError(f"PDF needs two more libraries: {INSTALL}")
    drawing = _Drawing(page, fonts.faces(font))
    drawing.head()
    drawing.lines()
    drawing.sums()
    drawing.foot()
    return drawing.done()


class _Drawing:
    """A page while it is drawn, from top to bottom."""

    def __init__(self, page: Page, faces: Sequence[Face]) -> None:
        self.page = page
        self.right_to_left = page.direction == "rtl"
        self.start, self.end = ("R", "L") if self.right_to_left else ("L", "R")
        self.pdf = _document(page)
        self._fonts(faces)
        self.pdf.add_page()

    def head(self) -> None:
        """The title and its days, then seller and customer side by side."""
        page, words, pdf = self.page, self.page.words, self.pdf
        self._write(f"{page.title} – {page.mark}" if page.mark else page.title, HEADING, bold=True)
        days = [(words["date"], page.date), (words["valid_until"], page.valid_until)]
        self._write("  ·  ".join(f"{label}: {day}" for label, day in days if day), colour=GREY)
        pdf.ln(6)
        parties = [(words["from"], page.seller), (words["to"], page.customer)]
        parties = [(label, party) for label, party in parties if party.name]
        if not parties:
            return
        with self._table(tuple([1] * len(parties)), [self.start] * len(parties), rules=False) as table:
            self._row(table, [label for label, _ in parties], size=SMALL, colour=GREY)
            self._row(table, [party.name for _, party in parties], bold=True)
            self._row(table, ["\n".join(party.lines) for _, party in parties])
        pdf.ln(6)

    def lines(self) -> None:
        """The lines of the quote; their head is repeated on every sheet."""
        page, words = self.page, self.page.words
        shown = [
            (True, 11, self.end, "", [line.number for line in page.lines]),
            (True, 0, self.start, words["description"], [_described(line) for line in page.lines]),
            (True, 18, self.end, words["quantity"], [line.quantity for line in page.lines]),
            (True, 27, self.end, f"{words['price']} {page.currency}", [line.price for line in page.lines]),
            (page.has_discounts, 18, self.end, words["discount"], [line.discount for line in page.lines]),
            (page.has_taxes, 15, self.end, words["tax"], [line.tax for line in page.lines]),
            (True, 30, self.end, f"{words['amount']} {page.currency}", [line.net for line in page.lines]),
        ]
        columns = [each[1:] for each in shown if each[0]]
        wide = [self._room(each[3], each[0]) if each[1] == self.end else 0 for each in columns]
        rest = max(NARROWEST, self.pdf.epw - sum(wide))
        widths, sides = tuple(each or rest for each in wide), [each[1] for each in columns]
        with self._table(widths, sides, heading=True) as table:
            self._row(table, [each[2] for each in columns], bold=True, size=SMALL)
            for cells in zip(*(each[3] for each in columns), strict=True):
                self._row(table, list(cells))

    def sums(self) -> None:
        """What the lines come to, at the end of the lines."""
        self.pdf.ln(3)
        label, amount = 75, self._room([each.amount for each in self.page.sums], 39, SIZE + 2, bold=True)
        blank = max(1, self.pdf.epw - label - amount)
        with self._table((blank, label, amount), [self.start, self.start, self.end], rules=False) as table:
            for each in self.page.sums:
                size = SIZE + 2 if each.is_total else SIZE
                self._row(table, ["", each.label, each.amount], bold=each.is_total, size=size)

    def foot(self) -> None:
        """Terms, and where it is to be paid."""
        if self.page.terms:
            self.pdf.ln(6)
            self._write(self.page.terms)
        if self.page.bank:
            self.pdf.ln(4)
            self._write(f"{self.page.words['bank']}: " + "\n".join(self.page.bank), SMALL, colour=GREY)

    def done(self) -> bytes:
        """The file."""
        out = BytesIO()
        self.pdf.output(out)
        return out.getvalue()

    def _fonts(self, faces: Sequence[Face]) -> None:
        """Take the first font that has all letters, else the first with the others to help out."""
        letters = {letter for text in _texts(self.page) for letter in text if not letter.isspace()}
        able = [face for face in faces if not letters - fonts.letters(face.regular)]
        helped = able[:1] or list(faces)
        if not faces and all(text.isascii() or _is_western(text) for text in _texts(self.page)):
            self.pdf.core_fonts_encoding = WESTERN
            self.pdf.set_font("helvetica", size=SIZE)  # which every reader of PDF has
            return
        known = set().union(*(fonts.letters(face.regular) for face in helped))
        missing = {letter for letter in letters - known if letter.isprintable()}
        if missing:
            few = " ".join(sorted(missing)[:5])
            raise InvalidError(
                f"no font here has all the letters, such as {few}; name one: crm config set quote.font FILE.ttf"
            )
        for number, face in enumerate(helped):
            self.pdf.add_font(f"face{number}", "", face.regular)
            self.pdf.add_font(f"face{number}", "B", face.bold)
        self.pdf.set_font("face0", size=SIZE)
        self.pdf.set_fallback_fonts([f"face{number}" for number in range(1, len(helped))], exact_match=False)
        script = _SCRIPTS.get(self.page.language.partition("-")[0])
        direction = {"direction": "rtl", "script": script} if self.right_to_left else {}
        # Shaping takes twice as long as all else, and what is Latin looks the same without.
        shaped = self.right_to_left or any(map(fonts.must_be_shaped, letters))
        self.pdf.set_text_shaping(use_shaping_engine=shaped, **direction)

    def _write(
        self, text: str, size: float = SIZE, *, bold: bool = False, colour: tuple[int, ...] = BLACK
    ) -> None:
        self.pdf.set_font(style="B" if bold else "", size=size)
        self.pdf.set_text_color(*colour)
        height = size * POINT * LEADING
        self.pdf.multi_cell(0, height, self._ordered(text), align=self.start, new_x="LMARGIN", new_y="NEXT")

    def _table(
        self, widths: tuple[float, ...], sides: list[str], *, heading: bool = False, rules: bool = True
    ) -> Any:
        """A table of columns in the order of reading, from the side where lines start."""
        from fpdf.fonts import FontFace

        if self.right_to_left:
            widths, sides = widths[::-1], sides[::-1]
        self.pdf.set_font(style="", size=SIZE)
        self.pdf.set_draw_color(*RULE)
        return self.pdf.table(
            col_widths=widths,
            text_align=tuple(sides),
            first_row_as_headings=heading,
            headings_style=FontFace(emphasis="BOLD"),
            borders_layout="HORIZONTAL_LINES" if rules else "NONE",
            line_height=SIZE * POINT * LEADING,
            padding=(1.2 if rules else 0.4, PADDING),
            v_align="TOP",
        )

    def _room(self, texts: Iterable[str], least: float, size: float = SIZE, *, bold: bool = False) -> float:
        """How wide a column must be for its longest text to stand on one line: no figure may be broken."""
        self.pdf.set_font(style="B" if bold else "", size=size)
        longest: float = self.pdf.get_string_width(max(texts, key=len, default=""))
        return max(least, longest + 2 * PADDING + POINT)

    def _row(
        self, table: Any, cells: list[str], *, bold: bool = False, size: float = SIZE,
        colour: tuple[int, ...] = BLACK,
    ) -> None:  # fmt: skip
        from fpdf.fonts import FontFace

        face = FontFace(emphasis="BOLD" if bold else "", size_pt=size, color=colour)
        row = table.row(style=face)
        for cell in reversed(cells) if self.right_to_left else cells:
            row.cell(self._ordered(cell))

    def _ordered(self, text: str) -> str:
        """A text in whose lines each sign stands where it belongs: what is Latin in itself runs from the left."""
        if not self.right_to_left:
            return text
        lines = text.split("\n")
        return "\n".join(f"{LEFT}{line}{LEFT}" if _runs_from_left(line) else line for line in lines)


def _document(page: Page) -> Any:
    from fpdf import FPDF

    class Paper(FPDF):
        """A sheet with its number at the foot."""

        def footer(self) -> None:
            """The sheet's number, where there are several."""
            self.set_y(-12)
            self.set_font(style="", size=SMALL)
            self.set_text_color(*GREY)
            self.cell(0, 5, f"{page.title}  ·  {page.words['page']} {self.page_no()}/{{nb}}", align="C")

    made = Paper(format="A4")
    made.set_margins(MARGIN, MARGIN, MARGIN)
    made.set_auto_page_break(auto=True, margin=MARGIN + 4)
    made.set_title(page.title)
    made.set_author(page.seller.name)
    made.set_lang(page.language)
    return made


def _runs_from_left(line: str) -> bool:
    """Whether the first letter with a direction is one of a script that runs from the left."""
    ways = (unicodedata.bidirectional(letter) for letter in line)
    return next((way for way in ways if way in ("L", "R", "AL")), "") == "L"


def _is_western(text: str) -> bool:
    """Whether the fonts that are in every reader of PDF have the letters of a text."""
    try:
        text.encode(WESTERN)
    except UnicodeEncodeError:
        return False
    return True


def _described(line: Any) -> str:
    """What is sold, and below it what more is said of it."""
    return f"{line.name}\n{line.text}" if line.text else str(line.name)


def _texts(page: Page) -> list[str]:
    """Every text that is drawn, for the letters in it."""
    parties = [text for party in (page.seller, page.customer) for text in (party.name, *party.lines)]
    of_lines = [text for line in page.lines for text in line.__dict__.values()]
    sums = [text for each in page.sums for text in (each.label, each.amount)]
    words = [page.title, page.mark, page.date, page.valid_until, page.terms, page.currency, *page.bank]
    return [*parties, *of_lines, *sums, *words, *page.words.values(), "0123456789·–/"]
