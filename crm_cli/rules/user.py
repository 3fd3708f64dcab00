"""A user's own rules: nobody is here twice."""

from collections.abc import Sequence
from itertools import chain

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails
from crm_cli.values.folding import fold

Person = tuple[int | None, str, str | None, str | None]
"""A user's id, where it stands, name, e-mail address and external id."""


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the name and refuse one that is here already, unless another program tells them apart."""
    for draft in drafts:
        if draft.before is None and not draft.values.get("name"):
            known = f"#{draft.key}" if draft.key else "(no name)"
            draft.values["name"] = draft.values.get("email") or known
        if draft.before is not None and draft.values.get("manager_id") == draft.id:
            raise InvalidError(f"manager: {draft.get('name')} cannot report to themselves")
    told = [draft for draft in drafts if draft.before is None or draft.values.keys() & {"name", "email"}]
    _refuse_twice(change, told)


def _refuse_twice(change: Change, drafts: Sequence[Draft]) -> None:
    names = [fold(draft.get("name") or "") for draft in drafts]
    addresses = [emails.key(draft.get("email") or "") for draft in drafts]
    marks = ", ".join("?" * len(drafts))
    question = (
        "SELECT id, name, email, external_id FROM user "
        f"WHERE name_key IN ({marks}) OR lower(email) IN ({marks}) ORDER BY id"
    )
    rows = change.rows(question, *names, *addresses)
    known: dict[tuple[str, str], list[Person]] = {}
    for row in rows:
        _remember(known, (row["id"], row["name"], row["email"], row["external_id"]))
    for draft in drafts:
        number = draft.id if draft.before else None
        own = (number, draft.get("name"), draft.get("email"), draft.get("external_id"))
        for other in chain.from_iterable(known.get(each, ()) for each in _told_by(own)):
            if other[0] != own[0] or other[0] is None:
                _refuse_same(own, other)
        _remember(known, own)


def _told_by(one: Person) -> list[tuple[str, str]]:
    """What a person may be the same as another by."""
    named, address = ("name", fold(one[1])), one[2] and ("address", emails.key(one[2]))
    return [named, address] if address else [named]


def _remember(known: dict[tuple[str, str], list[Person]], one: Person) -> None:
    for each in _told_by(one):
        known.setdefault(each, []).append(one)


def _refuse_same(own: Person, other: Person) -> None:
    same_name = fold(own[1]) == fold(other[1])
    same_address = own[2] and other[2] and emails.key(own[2]) == emails.key(other[2])
    apart = own[3] and other[3] and own[3] != other[3]
    if (same_name or same_address) and not apart:
        said = f"user {other[0]} {other[1]}" if other[0] else f"another {other[1]} in this file"
        raise ConflictError(
            f"there is {said} already{' with this e-mail address' if same_address else ''}; edit that one"
        )
