"""What may stand in a template of the user's own, which somebody else may have written.

Fields, filters that form a text or a list, conditions, and loops over what is on the page, one in another. What could
run on, or make much of little, is refused before anything of a template runs: figures are texts as their reader
writes them, so that there is nothing to reckon with.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import nodes

Node = Any
"""A node of Jinja's; what it holds depends on its kind, which `_name` tells."""
FILTERS = (
    "abs", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "forceescape", "groupby",
    "int", "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round",
    "safe", "select", "selectattr", "sort", "striptags", "sum", "title", "trim", "truncate", "unique",
    "upper", "urlencode", "wordcount",
)  # fmt: skip
"""Those that fill up, repeat or replace are not among them."""
CALLS = frozenset(
    ("splitlines", "split", "strip", "lstrip", "rstrip", "startswith", "endswith", "upper", "lower", "title",
     "append", "cycle", "changed", "items", "keys", "values", "super")
)  # fmt: skip
"""What may be called: of texts, of lists as far as the sandbox lets them, of loops, and of a block above."""
LOOPS = 2
"""How many loops may stand in each other: over lines, and over what is in one."""
_REFUSED = {
    "Mul": "* reckons, and figures are texts here",
    "Pow": "** reckons, and figures are texts here",
    "Mod": "% reckons, and figures are texts here",
    "Macro": "macros are not taken",
    "CallBlock": "calls of macros are not taken",
    "Import": "imports are not taken",
    "FromImport": "imports are not taken",
    "AssignBlock": "a block is not kept in a name",
}
_PLAIN = ("Name", "Getattr", "Getitem", "Const")
_TAKEN_IN = ("Include", "Block")


def check(template: "nodes.Template") -> None:
    """Refuse what a template may not hold.

    Raises:
        TemplateSyntaxError: of the first that it may not; tells the line.
    """
    from jinja2 import TemplateSyntaxError

    for node, loops in _walk(template, 0):
        if said := _wrong(node, loops):
            raise TemplateSyntaxError(said, node.lineno)


def _walk(node: Node, loops: int) -> Iterator[tuple[Node, int]]:
    """Every node below one, each with how many loops it stands in."""
    for child in node.iter_child_nodes():
        yield child, loops
        yield from _walk(child, loops + (_name(child) == "For"))


def _wrong(node: Node, loops: int) -> str | None:
    name = _name(node)
    if said := _REFUSED.get(name):
        return said
    if name == "For" and (loops >= LOOPS or node.recursive):
        return f"more than {LOOPS} loops stand in each other"
    if name == "Call" and (called := _called(node.node)) not in CALLS:
        return f"{called or 'this'} is not called here"
    if any(_name(each) not in _PLAIN for each in _kept(node)):
        return "a name stands for one thing on the page, not for what is made of it"
    if name in _TAKEN_IN and loops:
        return "nothing is taken in within a loop"
    return None


def _name(node: Node) -> str:
    """What Jinja calls a node; asked so, nothing of Jinja is loaded for who writes no paper."""
    return type(node).__name__


def _kept(node: Node) -> list[Node]:
    """What a node lets names stand for."""
    if _name(node) == "Assign":
        return [node.node]
    return list(node.values) if _name(node) == "With" else []


def _called(node: Node) -> str:
    return str(getattr(node, "attr", None) or getattr(node, "name", ""))
