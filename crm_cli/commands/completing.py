"""Shell completion of fields, values and record names; asks the store and loads no ORM.

Names are offered whatever the case and accents of what was typed. Bash parts words at `=` and inserts what it
is given as it stands, so that there a value comes without its field, and a name with its blanks escaped. Zsh drops
what does not begin with the letters that were typed, so that there an answer keeps them.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from crm_cli import fields, output
from crm_cli.desk import Desk

MOST = 50  # names that a completion offers


class Offer(str):
    """A candidate that answers to what was typed although it may begin with other letters."""

    __slots__ = ()

    def startswith(self, *_: Any) -> bool:
        """Typer drops what does not begin as typed; this one has been looked up by it."""
        return True


def formats() -> list[str]:
    """The output formats."""
    return list(output.FORMATS)


def columns(ctx: Any, incomplete: str) -> list[str]:
    """The columns of the command's noun; after a comma, the next one."""
    noun = noun_of(ctx)
    done, comma, _ = incomplete.rpartition(",")
    return [done + comma + name for name in (*fields.noun(noun).columns, *_own(ctx, noun))] if noun else []


def sorting(ctx: Any, incomplete: str) -> list[str]:
    """The columns to sort by, after - where they descend; after a comma, the next one."""
    done, comma, last = incomplete.rpartition(",")
    return [done + comma + "-" * last.startswith("-") + name for name in columns(ctx, "")]


def settings() -> list[str]:
    """The keys of the settings."""
    from crm_cli.config import FAMILIES, SETTINGS

    return [*SETTINGS, *(f"columns.{noun}" for noun in fields.names()), *(f"{name}." for name in FAMILIES)]


def field_types() -> list[str]:
    """The types of the user's own fields."""
    return ["text", "number", "integer", "date", "boolean", "choice"]


def papers() -> list[str]:
    """The kinds of papers that have a template."""
    from crm_cli.papers import writing

    return list(writing.FILES)


def own_fields(ctx: Any) -> list[str]:
    """The user's own fields, each after its noun."""
    return [f"{noun}.{name}" for noun in fields.names() for name in _own(ctx, noun)]


def assignments(ctx: Any, incomplete: str) -> list[str]:
    """`FIELD=` for `--set`, then its values."""
    noun = noun_of(ctx)
    if not noun:
        return []
    own = _own(ctx, noun)
    name, value, before = _parted(incomplete)
    if name is None:
        return [f"{each.name}=" for each in (*fields.noun(noun).options(), *own.values())]
    return _beginning(ctx, (fields.noun(noun).fields | own).get(name), value, before)


def references(ctx: Any, incomplete: str) -> list[str]:
    """Names of the command's noun that begin as typed."""
    noun = noun_of(ctx)
    return list(_names(ctx, noun, incomplete)) if noun else []


def moves(ctx: Any, incomplete: str) -> list[str]:
    """Deals, and once one is named the stages before further deals."""
    stages = _names(ctx, "stage", incomplete) if ctx.params.get("refs") else ()
    return [*stages, *_names(ctx, "deal", incomplete)]


def anything(ctx: Any, incomplete: str) -> list[str]:
    """Names of customers and deals that begin as typed."""
    return [name for noun in ("contact", "company", "deal", "lead") for name in _names(ctx, noun, incomplete)]


def filters(ctx: Any, incomplete: str) -> list[str]:
    """`FIELD=` for a filter, then its values, else names of records."""
    noun = noun_of(ctx)
    if not noun:
        return []
    known = fields.noun(noun).columns | fields.groups(noun) | _own(ctx, noun)
    name, value, before = _parted(incomplete)
    if name is not None:
        return _beginning(ctx, known.get(name), value, before)
    return [*(f"{each}=" for each in known), *_names(ctx, noun, incomplete)]


def groups(ctx: Any) -> list[str]:
    """What the report can be grouped by."""
    from crm_cli import reports
    from crm_cli.asking import groups as known

    report = reports.load(ctx.info_name)
    if hasattr(report, "ways"):
        return list(report.ways())
    own = getattr(report, "GROUPS", ())
    return [*known.names(report.NOUN, report.DAY, own), *_own(ctx, report.NOUN)]


def one_of(words: Sequence[str]) -> Callable[[], list[str]]:
    """A completion of one of a few words."""
    return lambda: list(words)


def values_of(each: fields.Field) -> Callable[..., list[str]] | None:
    """A completion of one field's values, None for a field that takes any."""
    if each.choices() or each.kind.startswith("ref:") or each.kind == "boolean":
        return lambda ctx, incomplete: _values(ctx, each, incomplete)
    return None


def users(ctx: Any, incomplete: str) -> list[str]:
    """Names of users."""
    return ["me", *_names(ctx, "user", incomplete)]


def segments(ctx: Any, incomplete: str) -> list[str]:
    """Names of segments."""
    return list(_names(ctx, "segment", incomplete))


def products(ctx: Any, incomplete: str) -> list[str]:
    """Names of products."""
    return list(_names(ctx, "product", incomplete))


def cases(ctx: Any, incomplete: str) -> list[str]:
    """The cases."""
    return list(_names(ctx, "case", incomplete))


def contacts(ctx: Any, incomplete: str) -> list[str]:
    """Names of contacts."""
    return list(_names(ctx, "contact", incomplete))


def partners(ctx: Any, incomplete: str) -> list[str]:
    """Names of partners."""
    return list(_names(ctx, "partner", incomplete))


def deal_roles() -> list[str]:
    """What part a person may play in a deal."""
    return list(fields.own_words("DealRole"))


def lost_reasons() -> list[str]:
    """Why deals are lost."""
    return list(fields.own_words("LostReason"))


def noun_of(ctx: Any) -> str | None:
    """The noun whose command is being completed."""
    name = ctx.parent.info_name if ctx.parent else None
    if name == "report":
        from crm_cli import reports

        return reports.load(ctx.info_name).NOUN
    return name if name in fields.names() else None


def desk_of(ctx: Any) -> Desk:
    """The desk of the command line so far; the root has not run yet, and no store is made for a look."""
    from crm_cli.cli import desk

    given = ctx.find_root().params
    if given.get("demo"):
        from crm_cli.demo import store

        return Desk(store.place())
    return desk(given.get("db"), demo=False)


def _own(ctx: Any, noun: str) -> dict[str, fields.Field]:
    return fields.custom(desk_of(ctx).connection, noun)


def _bash() -> tuple[list[str], int]:
    """The words that bash is completing and which of them, where it is bash that asks."""
    if os.environ.get("_CRM_COMPLETE") != "complete_bash":
        return [], 0
    words = os.environ.get("COMP_WORDS", "").split("\n")
    at = int(os.environ.get("COMP_CWORD", "0"))
    return (words, at) if at < len(words) else ([], 0)


def _parted(incomplete: str) -> tuple[str | None, str, str]:
    """The field of a filter or assignment, its value so far, and what an answer begins with."""
    words, at = _bash()
    if at and words[at] == "=":
        return words[at - 1], "", ""
    if at > 1 and words[at - 1] == "=":
        return words[at - 2], incomplete, ""
    name, equals, value = incomplete.partition("=")
    return (name, value, f"{name}=") if equals else (None, "", "")


def _beginning(ctx: Any, each: fields.Field | None, typed: str, before: str) -> list[str]:
    """The values of a field that begin as typed."""
    from crm_cli.values.folding import fold

    if each is None:
        return []
    found: Iterable[str] = _values(ctx, each, typed)
    return [
        Offer(before + _as_typed(value, typed))
        for value in found
        if isinstance(value, Offer) or value.startswith(fold(typed))
    ]


def _offer(name: str) -> Offer:
    """A record's name as the shell may insert it."""
    words, at = _bash()
    if not words or words[at].startswith(("'", '"')):
        return Offer(output.visible(name))
    return Offer(re.sub(r"([^\w@%+:,./-])", r"\\\1", output.visible(name)))


def _as_typed(name: str, typed: str) -> str:
    """A name with the letters that zsh has of it already, which mean the same to us."""
    from crm_cli.values.folding import fold

    kept = os.environ.get("_CRM_COMPLETE") == "complete_zsh" and fold(name[: len(typed)]) == fold(typed)
    return typed + name[len(typed) :] if kept else name


def _values(ctx: Any, each: fields.Field, incomplete: str = "") -> list[str]:
    if each.kind == "boolean":
        return ["yes", "no"]
    if each.kind.startswith("ref:"):
        own = ["me"] if each.to == "user" else []
        return own + list(_names(ctx, each.to or "", incomplete))
    return list(dict.fromkeys(each.choices().values()))


def _names(ctx: Any, noun: str, incomplete: str) -> Iterator[str]:
    if noun in fields.names() or noun == "stage":
        from crm_cli import refs

        for name in refs.beginning(desk_of(ctx).connection, noun, incomplete, MOST):
            yield _offer(_as_typed(name, incomplete))
