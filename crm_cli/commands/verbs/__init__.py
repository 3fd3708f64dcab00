"""The verbs that every noun has: add, list, show, edit, delete, import, export, tag, untag.

`common` puts promises of them into a noun's application; each is made, with the options of that noun's
fields, only when it is reached: those that ask stand in `seeing`, those that change in `doing`.
"""

from collections.abc import Callable
from importlib import import_module

import typer
from typer.models import CommandInfo

from crm_cli import fields
from crm_cli.commands.verbs.files import FILES, TABLES
from crm_cli.lazy import Made

# verb → the module that makes it, and its function there
MAKERS = {
    "add": ("crm_cli.commands.verbs.doing", "make_add"),
    "list": ("crm_cli.commands.verbs.seeing", "make_list"),
    "show": ("crm_cli.commands.verbs.seeing", "make_show"),
    "edit": ("crm_cli.commands.verbs.doing", "make_edit"),
    "delete": ("crm_cli.commands.verbs.doing", "make_delete"),
    "tag": ("crm_cli.commands.verbs.doing", "make_tag"),
    "untag": ("crm_cli.commands.verbs.doing", "make_untag"),
    "import": ("crm_cli.commands.importing", "command"),
    "export": ("crm_cli.commands.verbs.seeing", "make_export"),
}
ALL = tuple(MAKERS)
# What people have beside it, who want to be reached in their own ways.
OF_PEOPLE = {
    "prefer": ("crm_cli.commands.preferring", "make_prefer"),
    "consent": ("crm_cli.commands.preferring", "make_consent"),
    "forget": ("crm_cli.commands.forgetting", "make_forget"),
}
PEOPLE = (*ALL, *OF_PEOPLE)
# What is done with leads and deals that partners are to work on, and with the offers themselves.
OF_OFFERS = {
    "route": ("crm_cli.commands.verbs.offering", "make_route"),
    "accept": ("crm_cli.commands.verbs.offering", "make_accept"),
    "decline": ("crm_cli.commands.verbs.offering", "make_decline"),
}
# What is done with those of whom a store may hold one twice; and with those who buy.
OF_DUPLICATES = {
    "dedupe": ("crm_cli.commands.merging", "make_dedupe"),
    "merge": ("crm_cli.commands.merging", "make_merge"),
}
OF_CUSTOMERS = OF_DUPLICATES | {"suggest": ("crm_cli.commands.suggesting", "make_suggest")}
ALSO_OF_PEOPLE = {
    "show": ("crm_cli.commands.preferring", "make_show"),
    "export": ("crm_cli.commands.forgetting", "make_export"),
}
"""The common verbs that do more for people."""
OF_SEGMENTS = {"add": ("crm_cli.commands.verbs.keeping", "make_add")}
"""The common verbs that do more for segments."""


def common(app: typer.Typer, noun: str, verbs: tuple[str, ...] = ALL, **examples: str) -> None:
    """Give a noun the common verbs; `examples` are lines of help by verb (`import_` for import)."""
    many = fields.plural(noun)
    usual = {
        "import_": f"crm {noun} import {many}.csv --dry-run",
        "export": f"crm {noun} export > {many}.csv",
    }
    for verb in verbs:
        example = (usual | examples).get(verb, (usual | examples).get(f"{verb}_", ""))
        app.registered_commands.append(
            CommandInfo(name=verb, callback=_Maker(verb, noun), help=_summary(verb, noun) + _example(example))
        )


def more(app: typer.Typer, noun: str, *verbs: str) -> None:
    """Give a noun verbs whose help stands where they are made."""
    app.registered_commands += [CommandInfo(name=verb, callback=_Maker(verb, noun)) for verb in verbs]


class _Maker(Made):
    """Makes one command of one noun when it is reached; its docstring is the first line of the help."""

    def __init__(self, verb: str, noun: str) -> None:
        self.verb, self.noun = verb, noun
        self.__doc__ = _summary(verb, noun)

    def make(self) -> Callable[..., None]:
        """The command."""
        module, function = (MAKERS | OF_PEOPLE | OF_OFFERS | OF_CUSTOMERS)[self.verb]
        if self.noun in ("contact", "lead"):
            module, function = ALSO_OF_PEOPLE.get(self.verb, (module, function))
        elif self.noun == "segment":
            module, function = OF_SEGMENTS.get(self.verb, (module, function))
        made: Callable[..., None] = getattr(import_module(module), function)(self.noun)
        return made


def _summary(verb: str, noun: str) -> str:
    many, article = fields.plural(noun), "an" if noun[0] in "aeiou" else "a"
    called = {"sla": "service-level policy"}.get(noun, noun)
    return {
        "add": f"Add {article} {called}.",
        "list": f"List {many}, filtered, sorted, in any format.",
        "show": f"Show all about {article} {called}.",
        "edit": f"Change fields of {many}: one, several, or all that a filter finds.",
        "delete": f"Delete {many}.",
        "tag": f"Put labels on {many}.",
        "untag": f"Take labels off {many}.",
        "prefer": f"Say how {many} want to be reached, and how not.",
        "consent": f"Note what {many} agreed to or refused; without a state, show the log.",
        "forget": f"Erase the persons that {many} are, in the history too, for good.",
        "dedupe": f"Find {many} that are one, with a score and the reasons.",
        "merge": f"Merge {many} into the first one named.",
        "suggest": f"Products that {article} {called} has not bought and that similar customers have.",
        "route": f"Offer {many} to the partners who fit best, one after the other.",
        "accept": f"Note that the partner takes {article} {called}, and what happens next.",
        "decline": f"Note that the partner does not take {article} {called}; it goes to the next.",
        "import": f"Import {many} from {FILES.get(noun, TABLES)[1]}.",
        "export": f"Export {many}, every field, as CSV{FILES.get(noun, TABLES)[2]}.",
    }[verb]


def _example(line: str) -> str:
    return "\n\n" + "\n".join(f"    {each}" for each in line.split(" ;; ")) if line else ""
