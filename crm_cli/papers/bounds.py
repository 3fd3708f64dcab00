"""What may stand in a template of the user's own, which somebody else may have written.

Fields, filters that form a text or a list, conditions, and loops over what is on the page, one in another. What could
run on, or make much of little, is refused before anything of a template runs: figures are texts as their reader
writes them, so that there is nothing to reckon with.
"""

from collections.abc import Iterator

from jinja2 import TemplateSyntaxError, nodes

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
    nodes.Mul: "* reckons, and figures are texts here",
    nodes.Pow: "** reckons, and figures are texts here",
    nodes.Mod: "% reckons, and figures are texts here",
    nodes.Macro: "macros are not taken",
    nodes.CallBlock: "calls of macros are not taken",
    nodes.Import: "imports are not taken",
    nodes.FromImport: "imports are not taken",
    nodes.AssignBlock: "a block is not kept in a name",
}
_PLAIN = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const)
_TAKEN_IN = (nodes.Include, nodes.Block)


def check(template: nodes.Template) -> None:
    """Refuse what a template may not hold.

    Raises:
        TemplateSyntaxError: of the first that it may not; tells the line.
    """
    for node, loops in _walk(template, 0):
        if said := _wrong(node, loops):
            raise TemplateSyntaxError(said, node.lineno)


def _walk(node: nodes.Node, loops: int) -> Iterator[tuple[nodes.Node, int]]:
    """Every node below one, each with how many loops it stands in."""
    for child in node.iter_child_nodes():
        yield child, loops
        yield from _walk(child, loops + isinstance(child, nodes.For))


def _wrong(node: nodes.Node, loops: int) -> str | None:
    if said := _REFUSED.get(type(node)):
        return said
    if isinstance(node, nodes.For) and (loops >= LOOPS or node.recursive):
        return f"more than {LOOPS} loops stand in each other"
    if isinstance(node, nodes.Call) and _called(node) not in CALLS:
        return f"{_called(node) or 'this'} is not called here"
    made = (
        [node.node] if isinstance(node, nodes.Assign) else node.values if isinstance(node, nodes.With) else []
    )
    if not all(isinstance(each, _PLAIN) for each in made):
        return "a name stands for one thing on the page, not for what is made of it"
    if isinstance(node, _TAKEN_IN) and loops:
        return "nothing is taken in within a loop"
    return None


def _called(node: nodes.Call) -> str:
    return str(getattr(node.node, "attr", None) or getattr(node.node, "name", ""))
