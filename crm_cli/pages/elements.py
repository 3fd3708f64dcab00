"""Elements of a page, in which every text and attribute is escaped by the writer of the standard library."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

Child = Element | str


def element(name: str, /, *children: Child, **attributes: str | float | None) -> Element:
    """An element; `class_` is its class, `_` in the name of an attribute a hyphen, and None leaves one out."""
    made = Element(
        name, {_named(key): _said(value) for key, value in attributes.items() if value is not None}
    )
    return filled(made, children)


def filled(made: Element, children: Iterable[Child]) -> Element:
    """The element with these children at its end."""
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + child
        else:
            made.text = (made.text or "") + child
    return made


def markup(made: Element) -> str:
    """The element as HTML."""
    return tostring(made, encoding="unicode", method="html")


def _named(key: str) -> str:
    return key if key == "viewBox" else key.rstrip("_").replace("_", "-")


def _said(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
