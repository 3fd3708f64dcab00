"""Letters and text messages as a table for whoever prints or sends them: a row for each member, the text written."""

from collections.abc import Iterator, Sequence

from crm_cli.rules.messaging.facts import Telling
from crm_cli.rules.messaging.mustering import Muster

ADDRESS = ("name", "company", "street", "postal_code", "city", "region", "country")
HEADERS: dict[str, tuple[str, ...]] = {
    "sms": ("member", "name", "phone", "text"),
    "mail": ("member", *ADDRESS, "subject", "text"),
}


def rows(found: Muster) -> Iterator[Sequence[str]]:
    """The rows below the header of the muster's channel.

    Raises:
        InvalidError: somebody lacks what the message needs.
    """
    found.refuse_lacking()
    places = _places(found) if found.channel == "mail" else {}
    for member, text, _ in found.written(found.ready):
        if found.channel == "mail":
            place = places.get(member.id, {})
            where = [place.get(name, "") for name in ADDRESS]
            yield str(member.id), *where, text.subject, text.body or ""
        else:
            yield str(member.id), member.name, member.address, text.body or ""


def _places(found: Muster) -> dict[int, dict[str, str]]:
    telling = Telling(found.connection, found.campaign["id"], frozenset(ADDRESS))
    return telling.of(each.asked for each in found.ready)
