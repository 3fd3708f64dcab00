"""Deleting records: what they leave behind lets go of them, goes along, or keeps them here.

A record that others refer to stays unless these may go along. Then each of them that can do without the reference
loses it, and each that cannot is deleted, with what refers to it in turn. A noun's own rules stand in
`crm_cli.rules.NOUN` as `deleting`, before a record of it goes, and as `deleted`, when records of it have gone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules.records import rule_of

# References that a record can lose and still make sense; by any other it goes along with what it names.
LOOSE = frozenset(
    (
        "owner", "manager", "parent", "campaign", "contract", "sla_policy", "calendar", "renewal_deal",
        "renewed_from", "pricelist", "quote", "partner", "delivery", "control_of",
    )
)  # fmt: skip
# Of those the ones that say whose a record is, which goes along after all.
BOUND = frozenset((("offer", "partner"), ("member", "campaign"), ("result", "campaign")))
# What one noun alone can lose: an invoice is owed, whatever becomes of the deal that it billed.
FREED = frozenset((("invoice", "deal"),))
LOOSE_PARTS = frozenset(
    ("article_case", "price", "product_part", "offer_candidate", "campaign_segment", "campaign_product")
)
"""Parts of the same kind: an article stays one without a case that it answers, a list without one of its prices."""


def delete(change: Change, noun: str, ids: Iterable[int], *, with_related: bool = False) -> dict[str, int]:
    """Delete records with their parts; returns how many of each noun went.

    Raises:
        ConflictError: others refer to one and `with_related` is not given; names them with counts.
    """
    deletion = _Deletion(change, with_related)
    for each in ids:
        deletion.delete(noun, each)
    rule = rule_of(noun)
    if deletion.gone and rule and hasattr(rule, "deleted"):
        rule.deleted(change)
    return dict(deletion.gone)


def referrers(change: Change, noun: str, record_id: int) -> dict[str, list[int]]:
    """Who refers to a record and is not a part of it: noun → ids."""
    table = fields.noun(noun).table
    found: dict[str, list[int]] = {}
    for name in fields.names():
        if not fields.noun(name).only:
            ids = _referring(change, name, table, record_id) - ({record_id} if name == noun else set())
            found[name] = sorted(ids)
    told = "SELECT activity_id FROM activity_about WHERE noun = ? AND record_id = ?"
    found["activity"] = sorted({*found["activity"], *(row[0] for row in change.rows(told, table, record_id))})
    return {name: ids for name, ids in found.items() if ids}


def _referring(change: Change, noun: str, table: str, record_id: int) -> set[int]:
    """The ids of a noun's records that refer to a row of a table by a field of their own or by a part."""
    about = fields.noun(noun)
    columns = [each.column for each in about.fields.values() if each.to == table and each.column]
    found: set[int] = set()
    for column in columns:
        found |= {
            row[0] for row in change.rows(f'SELECT id FROM "{about.table}" WHERE "{column}" = ?', record_id)
        }
    for owner, part, column, key in _part_links(table):
        if owner == noun:
            found |= {
                row[0] for row in change.rows(f'SELECT "{key}" FROM {part} WHERE "{column}" = ?', record_id)
            }
    return found


@dataclass
class _Deletion:
    """One deletion: whether those that refer to a record go along, and what has gone so far."""

    change: Change
    with_related: bool
    gone: Counter[str] = field(default_factory=Counter)
    """How many of each noun."""
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def delete(self, noun: str, record_id: int) -> None:
        """Delete a record, unless it has gone already, and what cannot do without it.

        Raises:
            ConflictError: others refer to it and may not go along.
        """
        if (noun, record_id) in self._seen:
            return
        self._seen.add((noun, record_id))
        rule = rule_of(noun)
        if rule and hasattr(rule, "deleting"):
            rule.deleting(self.change, record_id)
        found = referrers(self.change, noun, record_id)
        if found and not self.with_related:
            raise _referred_to(noun, record_id, found)
        table = fields.noun(noun).table
        for name, ids in found.items():
            for each in ids:
                if (name, each) not in self._seen and not _released(
                    self.change, table, record_id, name, each
                ):
                    self.delete(name, each)
        self.change.connection.execute(f'DELETE FROM "{table}" WHERE id = ?', (record_id,))
        self.gone[noun] += 1


def _referred_to(noun: str, record_id: int, found: dict[str, list[int]]) -> ConflictError:
    counts = ", ".join(
        f"{len(ids)} {fields.plural(name) if len(ids) > 1 else name}" for name, ids in found.items()
    )
    return ConflictError(
        f"{noun} {record_id} is still referred to by {counts}; "
        "change them first, or give --with-related to take them along"
    )


def _released(change: Change, table: str, record_id: int, noun: str, other: int) -> bool:
    """Take the reference out of a record that can do without it; False where it must go along."""
    about = fields.noun(noun)
    if noun == "activity":
        change.connection.execute(
            "DELETE FROM activity_about WHERE activity_id = ? AND noun = ? AND record_id = ?",
            (other, table, record_id),
        )
        if table != "user":
            return bool(change.value("SELECT count(*) FROM activity_about WHERE activity_id = ?", other))
    for each in about.fields.values():
        if each.to == table and each.column and _is_loose(noun, each.name):
            change.connection.execute(
                f'UPDATE "{about.table}" SET "{each.column}" = NULL WHERE id = ? AND "{each.column}" = ?',
                (other, record_id),
            )
    for owner, part, column, key in _part_links(table):
        if owner == noun and part in LOOSE_PARTS:
            change.connection.execute(
                f'DELETE FROM {part} WHERE "{key}" = ? AND "{column}" = ?', (other, record_id)
            )
    return other not in _referring(change, noun, table, record_id)


def _is_loose(noun: str, name: str) -> bool:
    """Whether a record can lose a reference; an offer goes with its partner, a member with its campaign."""
    return noun == "lead" or (noun, name) in FREED or (name in LOOSE and (noun, name) not in BOUND)


def _part_links(table: str) -> Iterable[tuple[str, str, str, str]]:
    """Parts of other nouns that refer to a table: the noun, the part, its column, its owner's column."""
    for name in fields.names():
        about = fields.noun(name)
        for part in about.parts.values() if not about.only else ():
            owner = f"{about.table}_id"
            for each in fields.part(part).values():
                if each.to == table and each.column and each.column != owner:
                    yield name, part, each.column, owner
