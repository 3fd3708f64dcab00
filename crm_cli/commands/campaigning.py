"""What the commands of campaigns share: which campaign, over which channel, and what stands in for what people lack."""

from typing import TYPE_CHECKING, Annotated, Any

from crm_cli import fields
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from crm_cli.rules.messaging.mustering import Muster

Campaign = Annotated[
    str,
    Argument(metavar="CAMPAIGN", help="Which campaign: name, code, id", autocompletion=completing.references),
]
Channel = Annotated[
    str | None,
    Option(
        metavar="|".join(fields.own_words("MessageChannel")),
        help="Over which channel; else that of the campaign's type",
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
    known = fields.words("MessageChannel")
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


def left_out(found: "Muster") -> str:
    """Who is excluded, counted by the reason, as it follows what is sent; empty where nobody is."""
    from crm_cli.rules.messaging import launching

    if not found.excluded:
        return ""
    return f", excluded {len(found.excluded):,}: {launching.told(found.excluded)}"


def nobody(desk: Desk, about: dict[str, Any], *, quiet: bool = False) -> None:
    """Say that nobody waits for a campaign.

    Raises:
        InvalidError: it has no members at all.
    """
    from crm_cli.rules import member

    if not member.any_asked(desk.connection, about["id"]):
        raise InvalidError(
            f"nobody is targeted by {about['name']}; choose whom with `crm campaign target {about['id']}`"
        )
    if not quiet:
        desk.say("nothing to send: nobody waits for it now")
