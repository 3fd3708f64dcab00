"""Writing the members of a campaign, as many at a time as a question finds.

What `crm_cli.rules.member` completes in a member that somebody adds follows here from the person, the campaign and
the reason alone, so that it is said in SQL: one by one, a hundred thousand would take as long again. A test holds that
both write the same.
"""

from hashlib import blake2b
from typing import Any

from crm_cli.changing import Change
from crm_cli.rules import records

WHOLE = 1_000_000  # 100 per cent as it is stored
_MEMBERS = """
INSERT INTO member (uid, created_at, updated_at, folded, campaign_id, {noun}_id, name, status, channel, control,
  reason, currency)
SELECT :stamp || printf('%08x', person.id), :now, :now,
  iif(asked.why IS NULL, person.name_key, trim(person.name_key || ' ' || fold(asked.why))), :campaign, person.id,
  person.name, iif(asked.why IS NULL, 'targeted', 'excluded'), :channel, iif(asked.why IS NULL, {control}, 0),
  asked.why, :currency
FROM audience AS asked CROSS JOIN {noun} AS person ON person.id = asked.id
WHERE asked.noun = '{noun}' AND asked.id <= :last ORDER BY asked.id
"""
_STATUSES = """
INSERT INTO member_status (member_id, status, at)
SELECT id, status, created_at FROM member WHERE id BETWEEN ? AND ? ORDER BY id
"""
# What the campaign whose control group is shared says of a person.
_TOLD = (
    "(SELECT control FROM member AS told WHERE told.campaign_id = :shared AND told.{noun}_id = person.id "
    "AND told.status <> 'excluded')"
)


class Enrolling:
    """Making members of a campaign of its audience, some of whom are left alone by chance."""

    def __init__(self, change: Change, campaign: Any, channel: str | None) -> None:
        self._change, self._campaign = change, campaign
        shared = change.one("SELECT * FROM campaign WHERE id = ?", campaign["control_of_id"])
        drawing = shared or campaign
        share = drawing["control_pct"] or campaign["control_pct"] or 0
        begin = f"{drawing['id']}:{drawing['seed'] or 0}"
        change.connection.create_function(
            "drawn", 1, lambda person: is_control(begin, person, share), deterministic=True
        )
        drawn = "drawn('{noun}:' || person.id)"
        self._control = f"coalesce({_TOLD}, {drawn})" if shared else drawn if share else "0"
        self._told = {
            "now": change.now, "campaign": campaign["id"], "channel": channel, "shared": campaign["control_of_id"],
            "currency": campaign["currency"] or change.config.currency,
        }  # fmt: skip

    def enrol(self, noun: str, last: int, reasons: dict[int, str]) -> int:
        """Make members of the people of a noun up to an id, with the reasons of the excluded; how many are control."""
        change = self._change
        change.connection.executemany(
            f"UPDATE audience SET why = ? WHERE noun = '{noun}' AND id = ?",
            ((reason, each) for each, reason in reasons.items()),
        )
        question = _MEMBERS.format(noun=noun, control=self._control.format(noun=noun))
        first, number = self._inserted(
            "member", question, self._told | {"last": last, "stamp": records.stamp()}
        )
        self._inserted("member_status", _STATUSES, (first, first + number - 1))
        control = "SELECT count(*) FROM member WHERE id BETWEEN ? AND ? AND control"
        return int(change.value(control, first, first + number - 1))

    def _inserted(self, table: str, question: str, values: Any) -> tuple[int, int]:
        """Insert what a question finds; the id of the first row and how many they are."""
        first = self._change.next_id(table)
        number = self._change.connection.execute(question, values).rowcount
        self._change.inserted(table, list(range(first, first + number)))
        return first, number


def is_control(begin: str, person: str, share: int) -> bool:
    """Whether a person is in the control group of a campaign, by chance but the same whenever it is asked.

    Args:
        begin: the campaign's number and seed, such as `12:1`.
        person: the person's noun and number, such as `contact:7`.
        share: of the people that is left alone, in ten-thousandths of a per cent.
    """
    if not share:
        return False
    drawn = blake2b(f"{begin}:{person}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) * WHOLE < share << 64
