"""Templates of messages: what they may contain, what they ask for, and how they are filled in.

Templates are Jinja's, cut down to what a letter needs: fields, filters that only form a text, and conditions. Loops,
calls, arithmetic and macros are refused when the template is written, so that none can run on, or make much of
little; what a field holds is text to it, never part of the template. In HTML it is escaped.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crm_cli import fields
from crm_cli.errors import InvalidError
from crm_cli.rules.messaging.facts import GROUPS, Known

WRITTEN = "a field is written {{ name }}, a condition {% if name %}…{% endif %}"
LONGEST = 500_000  # letters of a template
# Each makes no more of a text than a few times its length, whatever it is given.
FILTERS = (
    "capitalize",
    "d",
    "default",
    "e",
    "escape",
    "lower",
    "title",
    "trim",
    "truncate",
    "upper",
    "urlencode",
)
TESTS = ("defined", "undefined", "in", "eq", "equalto", "ne")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Filter,
    nodes.Keyword, nodes.If, nodes.CondExpr, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Test,
    nodes.Tuple, nodes.List, nodes.Concat,
)  # fmt: skip
_CALLED = {
    "For": "loops", "Call": "calls", "Macro": "macros", "Assign": "assignments", "Include": "includes",
    "Import": "imports", "FromImport": "imports", "Extends": "inheritance", "Block": "blocks",
    "Getitem": "brackets", "Dict": "brackets",
}  # fmt: skip


class _Missing(Undefined):
    """A value that a person lacks: nothing where it is asked for, noted where it would be written."""

    __slots__ = ("into",)

    def __init__(self, name: str, into: set[str]) -> None:
        super().__init__(name=name)
        self.into = into

    def _note(self) -> None:
        self.into.add(str(self._undefined_name))

    def __str__(self) -> str:
        self._note()
        return ""

    def __len__(self) -> int:
        self._note()
        return 0

    def __iter__(self) -> Iterator[Any]:
        self._note()
        return iter(())

    __eq__ = Undefined.__eq__
    __hash__ = Undefined.__hash__


class _Group:
    """Fields behind a dot; written by itself it is what the plain name says."""

    def __init__(self, name: str, told: Mapping[str, str], into: set[str]) -> None:
        self._name, self._told, self._into = name, told, into

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _value(f"{self._name}.{name}", self._told, self._into)

    def __str__(self) -> str:
        return str(_value(self._name, self._told, self._into))

    def __bool__(self) -> bool:
        return self._name in self._told


class Template:
    """One text of a message: its subject, its body or its HTML."""

    def __init__(self, text: str, known: Known, where: str, *, html: bool = False) -> None:
        """Read a template.

        Raises:
            InvalidError: it is none, uses what is not allowed, or a name that stands for nothing; says where.
        """
        environment = ImmutableSandboxedEnvironment(autoescape=html, keep_trailing_newline=True)
        if len(text) > LONGEST:
            raise InvalidError(f"{where}: it has more than {LONGEST:,} letters; make it shorter")
        try:
            tree = environment.parse(text)
            self.names = _names(tree, known, where)
            self._made = environment.from_string(tree)
        except TemplateSyntaxError as error:
            said = (error.message or "").rstrip(".")
            raise InvalidError(f"{where}, line {error.lineno}: {said}; {WRITTEN}") from None
        except (TemplateError, RecursionError, SyntaxError, MemoryError):
            raise InvalidError(f"{where}: it is nested too deeply; make it simpler") from None
        self._where = where

    def fill(self, told: Mapping[str, str], lacking: set[str]) -> str:
        """The text for one person; names that are needed and not told are put into `lacking`."""
        tops = {name.partition(".")[0] for name in self.names}
        dotted = {name.partition(".")[0] for name in self.names if "." in name}
        context = {
            name: _Group(name, told, lacking) if name in dotted else _value(name, told, lacking)
            for name in tops
        }
        try:
            return self._made.render(context)
        except (TemplateError, TypeError, ValueError) as error:
            raise InvalidError(f"{self._where}: {error}") from None


def _value(name: str, told: Mapping[str, str], lacking: set[str]) -> Any:
    return told.get(name) or _Missing(name, lacking)


def _names(tree: nodes.Template, known: Known, where: str) -> frozenset[str]:
    """The names that a template uses, dotted ones in full; refuses all that is not allowed."""
    found: set[str] = set()
    for node in _walk(tree):
        place = f"{where}, line {node.lineno}"
        if not isinstance(node, _ALLOWED):
            what = _CALLED.get(type(node).__name__, "arithmetic and the like")
            raise InvalidError(f"{place}: {what} are not for messages; use fields, filters and {{% if %}}")
        try:
            _check(node, known, found)
        except InvalidError as error:
            raise InvalidError(f"{place}: {error}") from None
    return frozenset(found)


def _check(node: nodes.Node, known: Known, found: set[str]) -> None:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise fields.nearest(node.name, list(FILTERS), "filter")
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise fields.nearest(node.name, list(TESTS), "test")
    if isinstance(node, nodes.Getattr):
        if not isinstance(node.node, nodes.Name):
            raise InvalidError(f"only one dot, after {', '.join(GROUPS)}")
        name = f"{node.node.name}.{node.attr}"
    elif isinstance(node, nodes.Name):
        name = node.name
    else:
        return
    known.refuse(name)
    found.add(name)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """Every node; of `contact.size` the whole, not `contact` beside it."""
    yield node
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return
    for child in node.iter_child_nodes():
        yield from _walk(child)
