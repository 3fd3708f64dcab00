"""Why people are not reached by a campaign: each of them has a reason that they can be told."""

from collections.abc import Container, Iterator, Mapping
from functools import cached_property

from crm_cli import segments
from crm_cli.changing import Change
from crm_cli.rules.permission import MARKETING, Address, Question
from crm_cli.rules.targeting.audience import PEOPLE, Page, members

Key = tuple[str, int]


class Objections:
    """What stands against reaching people for a campaign over a channel, asked page by page."""

    def __init__(self, change: Change, campaign_id: int, channel: str) -> None:
        self._change, self._campaign_id, self._channel = change, campaign_id, channel
        self._names = dict(map(tuple, change.rows("SELECT id, name FROM segment")))

    def against(self, page: Page) -> dict[int, str]:
        """By id why each of those who are not to be reached is not."""
        found = {
            each: f"is in the segment {self._names[segment]}, which is left out"
            for each, segment in page.left_out.items()
            if segment
        }
        question = Question.of(self._change, page.noun, page.ids, self._channel, MARKETING, bulk=True)
        for record_id, reason in question.reasons():
            found.setdefault(record_id, reason)
        if self._channel != "mail":  # a household may get several letters, an address gets one message
            found |= dict(self._sharing(page.noun, question.addresses, found))
        return found

    def _sharing(
        self, noun: str, at: Mapping[int, Address], known: Container[int]
    ) -> Iterator[tuple[int, str]]:
        """Who would be reached where somebody else is reached already."""
        shared = self._shared
        for record_id, address in at.items():
            if address.key in shared and record_id not in known:
                other = self._first.setdefault(address.key, (noun, record_id))
                if other != (noun, record_id):
                    yield record_id, f"shares {address.value} with {other[0]} {other[1]}"

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The addresses that several people have."""
        return frozenset(row[0] for row in self._change.rows(_held_by_several(self._channel)))

    @cached_property
    def _first(self) -> dict[str, Key]:
        """By shared address who is reached there: those who are members and not excluded, then who comes first."""
        found: dict[str, Key] = {}
        for noun in PEOPLE:
            rows = self._change.rows(
                f"SELECT id FROM ({_addresses(noun, self._channel)}) WHERE id IN ({members(noun, reached=True)}) "
                f'AND "key" IN ({_held_by_several(self._channel)})',
                self._campaign_id,
            )
            ids = [row[0] for row in rows]
            question = Question.of(self._change, noun, ids, self._channel, MARKETING, bulk=True)
            for record_id, address in question.addresses.items():
                found.setdefault(address.key, (noun, record_id))
        return found


def _addresses(noun: str, channel: str) -> str:
    """The ids of a noun and the comparing forms of their addresses."""
    return segments.ADDRESSES[noun][channel != "email"]


def _held_by_several(channel: str) -> str:
    """The addresses that stand more than once, among people of one kind or of both."""
    contacts, leads = (
        f'SELECT "key" FROM ({_addresses(noun, channel)}) WHERE "key" IS NOT NULL' for noun in PEOPLE
    )
    several = " GROUP BY 1 HAVING count(*) > 1"
    return f'{contacts}{several} UNION {leads}{several} UNION {leads} AND "key" IN ({contacts})'
