"""From a page to a text: by a template of the user's own where there is one, else by ours.

A template of the user's lies beside the settings: `quote.html.j2`, `quote.txt.j2` or `quote.md.j2`. It is Jinja2, run
in a sandbox: it sees the page and nothing of this machine, no other file either; `crm_cli.papers.bounds` tells what may
stand in it. `usual/quote.html.j2` is ours, to be extended or included. What is undefined is an error, so that no
paper goes out with a hole in it.
"""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from crm_cli import config
from crm_cli.errors import InvalidError
from crm_cli.papers.quote import Page

TEMPLATES = Path(__file__).with_name("templates")
FILES = {"text": "quote.txt.j2", "md": "quote.md.j2", "html": "quote.html.j2"}
"""The kinds of texts, and their templates."""
USUAL = "usual/"  # before the name of a template of ours, where a file has the plain one

_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


def render(page: Page, kind: str) -> str:
    """A page as `text`, `md` or `html`.

    Raises:
        InvalidError: the template of the user's is wrong; says where.
    """
    from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

    name = FILES[kind]
    # What a template of the user's can do wrong beside Jinja's own errors.
    wrong = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
             MemoryError)  # fmt: skip
    seen: dict[str, Any] = {each.name: getattr(page, each.name) for each in fields(page)}
    more = {name: getattr(page, name) for name in ("title", "has_discounts", "has_taxes")}
    try:
        return str(_environment(kind).get_template(name).render(seen | more))
    except wrong as error:
        at = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        said = " ".join(str(error).split()).rstrip(".")
        said = f"there is no template {said}" if isinstance(error, TemplateNotFound) else said
        said = "it takes in itself" if isinstance(error, RecursionError) else said or "it makes too much"
        raise InvalidError(
            f"{own(name)}{at}: {said}; mend it, or take it away to have the usual one"
        ) from error


def own(name: str) -> Path:
    """Where a template of the user's lies."""
    return config.path().with_name(name)


def usual(kind: str) -> str:
    """The text of our own template, to begin one's own with."""
    return (TEMPLATES / FILES[kind]).read_text(encoding="utf-8")


def _environment(kind: str) -> Any:
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from crm_cli.papers import bounds

    def load(name: str) -> str | None:
        """The text of a template: the user's own, else ours; no other file is one."""
        if name in FILES.values() and own(name).is_file():
            text = own(name).read_text(encoding="utf-8")
            bounds.check(made.parse(text))
            return text
        plain = name.removeprefix(USUAL)
        return (TEMPLATES / plain).read_text(encoding="utf-8") if plain in FILES.values() else None

    made = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        autoescape=kind == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in bounds.FILTERS} | {"md": _markdown}
    return made


def _markdown(text: str) -> str:
    """A text that Markdown shows as it is, on one line of a table."""
    return _MARKS.sub(r"\\\1", text).replace("\r\n", "\n").replace("\n", "<br>")
