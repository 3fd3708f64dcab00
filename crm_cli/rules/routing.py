"""Routing a lead or a deal to partners: who could take it, in which order and why, and the first offer.

Partners are companies of the type partner that take offers. A higher level goes first, then whose territory it
lies in, then who took more of the offers that came to them first, then who has fewer offers to answer. Who has
declined it, or let it expire, is not asked again unless named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import assign, offer, records, telling
from crm_cli.rules.drafts import Draft
from crm_cli.values.countries import name as country_name
from crm_cli.values.folding import fold

LEVELS = {"gold": 0, "silver": 1, "bronze": 2}
MOST = 10
"""Partners that are asked one after the other where nobody names them."""
_PARTNERS = """
SELECT id, name, type, partner_level, territory, offers_paused,
  (SELECT count(*) FROM offer WHERE partner_id = company.id AND rank = 1 AND state = 'accepted') AS accepted,
  (SELECT count(*) FROM offer WHERE partner_id = company.id AND rank = 1 AND state <> 'offered') AS settled,
  (SELECT count(*) FROM offer WHERE partner_id = company.id AND state = 'offered') AS open
FROM company WHERE type = 'partner'
"""
Known = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Candidate:
    """A partner who could take a lead or deal: standing, territory, and how they have answered so far."""

    id: int
    name: str
    level: str | None
    territory: str | None
    paused: bool
    accepted: int
    """Of the offers that came to them first, those they took."""
    settled: int
    """Offers that came to them first and are answered or expired."""
    open: int
    """Offers they have yet to answer."""
    here: tuple[str, ...] = ()
    """The places of their territory that the lead or deal lies in."""

    @property
    def order(self) -> tuple[Any, ...]:
        """Sorts the best first.

        The share of first offers taken is (accepted + 1) ÷ (settled + 2), Laplace's rule of succession: who has
        not been asked yet counts as one half, and a single answer does not outweigh a hundred.
        """
        fit = 0 if self.here else 2 if self.territory else 1
        return (
            LEVELS.get(self.level or "", 3),
            fit,
            -(self.accepted + 1) / (self.settled + 2),
            self.open,
            self.id,
        )

    def why(self, *, named: bool = False) -> str:
        """What speaks for the partner, in words."""
        told = ["as named"] if named else []
        told.append(self.level or "no level")
        if self.here:
            told.append(f"serves {', '.join(self.here)}")
        elif self.territory:
            told.append(f"serves {self.territory} only")
        told.append(
            f"took {self.accepted} of {self.settled} first offers"
            if self.settled
            else "no first offer so far"
        )
        told.append(f"{self.open} open {'offer' if self.open == 1 else 'offers'}")
        return "; ".join(told)


def known(change: Change) -> Known:
    """Every partner, and how each has answered so far."""
    return {row["id"]: dict(row) for row in change.rows(_PARTNERS)}


def ranked(
    change: Change, noun: str, subjects: Sequence[Draft], named: Sequence[int], rows: Known
) -> Iterator[tuple[Draft, list[Candidate]]]:
    """Each lead or deal with the partners for it, the best first; those named, in the order of their names.

    What is changed in `rows` meanwhile is heeded. Who has not taken it when asked comes only where named.

    Raises:
        NotFoundError: there is no partner of those named.
        InvalidError: one of those named is no partner.
    """
    asked: dict[int, set[int]] = {}
    for row in offer.about(change, noun, [each.id for each in subjects], "state <> 'accepted'"):
        asked.setdefault(row["subject"], set()).add(row["partner_id"])
    for subject in subjects:
        places = _places(change, noun, subject)
        partners = {each: _candidate(row, places) for each, row in rows.items()}
        if named:
            yield (
                subject,
                [partners[each] for each in dict.fromkeys(named) if _is_partner(change, each, partners)],
            )
            continue
        passed = {*asked.get(subject.id, ()), subject.get("company_id")}
        free = [each for each in partners.values() if not each.paused and each.id not in passed]
        yield subject, sorted(free, key=lambda each: each.order)[:MOST]


def route(change: Change, noun: str, ids: Sequence[int], named: Sequence[int] = ()) -> list[Draft]:
    """Offer leads or deals to the best partners, one after the other; returns the offers.

    Partners are looked at once, and what each is offered meanwhile is counted along.

    Raises:
        NotFoundError: there is no such lead, deal or partner.
        ConflictError: one is offered or given to a partner already, or decided; or nobody is left to ask.
        InvalidError: one of those named is no partner.
    """
    subjects = offer.subjects(change, noun, ids)
    offer.refuse_taken(change, noun, subjects)
    rows, made = known(change), list[Draft]()
    for subject, found in ranked(change, noun, subjects, named, rows):
        made.append(_offer(change, noun, subject, found, named=bool(named)))
        rows[made[-1].get("partner_id")]["open"] += 1
    for draft, delivery in zip(made, telling.tell(change, [draft.values for draft in made]), strict=True):
        draft.values["delivery_id"] = delivery
    records.write(change, "offer", made)
    return made


def _offer(change: Change, noun: str, subject: Draft, found: Sequence[Candidate], *, named: bool) -> Draft:
    """An offer to the first of the partners found, which remembers who is asked next.

    Raises:
        ConflictError: there is none.
    """
    if not found:
        raise ConflictError(
            f"there is no partner to offer {noun} {subject.id} to who has not been asked; "
            "name one with --partner, or see `crm partner list`"
        )
    first, *rest = (
        {"rank": rank, "partner_id": each.id, "reason": each.why(named=named)}
        for rank, each in enumerate(found, 1)
    )
    about = {"lead_id": None, "deal_id": None, f"{noun}_id": subject.id, "owner_id": subject.get("owner_id")}
    until = {"offered_at": change.now, "respond_by": offer.deadline(change, change.now), "state": "offered"}
    return Draft(values=about | first | until, parts={"candidates": rest})


def _places(change: Change, noun: str, subject: Draft) -> frozenset[str]:
    """Where a lead or deal is, as people may write it: countries by code and by name."""
    places = assign.places(change, noun, subject)
    return places | {fold(country) for each in places if (country := country_name(each.upper()))}


def _candidate(row: Any, places: frozenset[str]) -> Candidate:
    words = [word.strip() for word in (row["territory"] or "").replace(";", ",").split(",") if word.strip()]
    here = tuple(word for word in words if fold(word) in places)
    return Candidate(
        row["id"], row["name"], row["partner_level"], ", ".join(words) or None, bool(row["offers_paused"]),
        row["accepted"], row["settled"], row["open"], here,
    )  # fmt: skip


def _is_partner(change: Change, company_id: int, partners: dict[int, Candidate]) -> bool:
    if company_id in partners:
        return True
    name = change.value("SELECT name FROM company WHERE id = ?", company_id)
    if name is None:
        raise NotFoundError(f"there is no partner {company_id}; `crm partner list` shows them")
    raise InvalidError(f"{name} is no partner; say so first: crm company edit {company_id} --type partner")
