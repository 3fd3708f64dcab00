"""A relationship's own rules: two ends that are not one, and no relationship twice.

Either end is a company or a person. When records are merged, what comes to relate one to itself goes, and what
comes to say the same twice is said once.
"""

from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import deletion
from crm_cli.rules.drafts import Draft

FROM, TO = ("company_id", "contact_id"), ("to_company_id", "to_contact_id")
ENDS = (*FROM, *TO)
OPTIONS = ("--company or --contact", "--to-company or --to-contact")


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Hold relationships to two ends, and refuse those that stand already.

    Raises:
        InvalidError: an end is missing or is two, both are the same, or it does not say what one is to the other.
        ConflictError: the same relationship stands; names it.
    """
    for draft in drafts:
        if not draft.get("kind"):
            raise InvalidError(
                "kind may not be empty; say what the first is to the second, such as referred_by"
            )
        for end, options in zip((FROM, TO), OPTIONS, strict=True):
            if sum(bool(draft.get(column)) for column in end) != 1:
                raise InvalidError(f"a relationship has two ends, each a company or a person; give {options}")
        if [draft.get(column) for column in FROM] == [draft.get(column) for column in TO]:
            raise InvalidError("nobody is related to themselves; name another company or person at one end")
        if draft.before is None or draft.values.keys() & {"kind", *ENDS}:
            _refuse_double(change, draft)


def tidy(change: Change, noun: str, record_id: int) -> None:
    """Take away what a merge has left between a company or contact and itself, or twice."""
    columns = ", ".join(f"coalesce({column}, 0)" for column in ENDS)
    mine = f"{noun}_id = ?1 OR to_{noun}_id = ?1"
    itself = f"SELECT id FROM relationship WHERE {noun}_id = ?1 AND to_{noun}_id = ?1"
    twice = (
        f"SELECT id FROM relationship WHERE ({mine}) AND id NOT IN "
        f"(SELECT min(id) FROM relationship WHERE {mine} GROUP BY kind, {columns})"
    )
    deletion.delete(
        change, "relationship", [row[0] for row in change.rows(f"{itself} UNION {twice}", record_id)]
    )


def _refuse_double(change: Change, draft: Draft) -> None:
    same = " AND ".join(f"{column} IS ?" for column in ("kind", *ENDS))
    values: list[Any] = [draft.get(column) for column in ("kind", *ENDS)]
    own = draft.before["id"] if draft.before else 0
    found = change.value(f"SELECT id FROM relationship WHERE {same} AND id <> ?", *values, own)
    if found:
        raise ConflictError(f"relationship {found} says so already")
