"""What the commands of campaigns share: which campaign, over which channel, and what stands in for what people lack."""

from typing import Annotated

from crm_cli import choices, fields
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Option
from crm_cli.errors import InvalidError

Campaign = Annotated[
    str,
    Argument(metavar="CAMPAIGN", help="Which campaign: name, code, id", autocompletion=completing.references),
]
Channel = Annotated[
    str | None,
    Option(
        metavar="|".join(choices.MessageChannel), help="Over which channel; else that of the campaign's type"
    ),
]
Default = Annotated[
    list[str] | None,
    Option("--default", metavar="FIELD=TEXT", help="What stands in where a person lacks a field"),
]


def channel_named(channel: str | None) -> str | None:
    """The channel of a word that people use for it.

    Raises:
        InvalidError: there is no such channel.
    """
    if not channel:
        return None
    known = choices.words("MessageChannel")
    key = channel.strip().lower().replace("-", "_")
    if key not in known:
        raise fields.nearest(channel, list(dict.fromkeys(known.values())), "channel")
    return known[key]


def pairs(texts: list[str] | None) -> dict[str, str]:
    """What stands in for which field.

    Raises:
        InvalidError: one is no `FIELD=TEXT`.
    """
    found = {}
    for each in texts or []:
        name, equals, text = each.partition("=")
        if not equals:
            raise InvalidError(f"--default {each!r} has no =; write --default first_name=there")
        found[name.strip()] = text
    return found
