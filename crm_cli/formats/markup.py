"""The text of an HTML page as a person reads it: paragraphs on lines of their own, no styles, no scripts."""

import re
from html.parser import HTMLParser

_HIDDEN = frozenset(("head", "script", "style", "template", "title"))
_BLOCKS = frozenset(
    ("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5",
     "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul")
)  # fmt: skip
_CELLS = frozenset(("td", "th"))


def text_of(html: str) -> str:
    """The text of a page; of a broken one, as much as can be read."""
    reader = _Reader()
    reader.feed(_bare(html))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _bare(html: str) -> str:
    """A page without comments and declarations, after whose last `>` no tag begins.

    The parser looks for the end of each tag as far as the page goes, and gives up at odd declarations.
    """
    kept, at = [], 0
    while (begin := html.find("<!--", at)) >= 0 and (end := html.find("-->", begin + 4)) >= 0:
        kept.append(html[at:begin])
        at = end + 3
    said = re.sub("<[!?][^>]*>", " ", "".join([*kept, html[at:]]))
    tags, mark, rest = said.rpartition(">")
    return tags + mark + rest.replace("<", "&lt;")


class _Reader(HTMLParser):
    """Gathers the text between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "body":  # what an unclosed head hid ends here
            self._hidden = 0
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))

    def _part(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.found.append("\n")
        elif tag in _CELLS:
            self.found.append(" ")
