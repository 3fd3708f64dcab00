"""What speaks for two records being one: the evidence, its weight, a score and the reasons.

Each finding adds or takes points; a point doubles or halves the odds that the two are one. They begin at `PRIOR`,
for two records taken at random are not. The score is the chance in per cent that comes of it. Weights are set so
that what convicts alone (an e-mail address, a number, a domain) reaches `LIKELY` and, where names differ, stays below
`SURE`; so does a name with a birthday, a street, a company or a phone. Weaker findings do so only together.
"""

from dataclasses import dataclass
from math import exp2

from crm_cli.rules import likeness
from crm_cli.rules.likeness import Level, Words

PRIOR = -9
LIKELY = 80
"""The score from which two records are taken for duplicates, to be looked at."""
SURE = 95
"""The score from which they are merged unseen, where nothing else is said."""
CERTAIN = 12  # points beyond which the odds say no more

Weights = dict[str, dict[str, int]]
PERSON: Weights = {
    "e-mail": {"same": 15, "near": 7},
    "number": {"same": 15, "near": 6, "other": -4},
    "phone": {"same": 10},
    "name": {"same": 6, "close": 5, "part": 4, "half": -3, "other": -4},
    "birthday": {"same": 7, "near": 5, "similar": -1, "other": -4},
    "address": {"same": 7, "near": 6, "street": 3, "place": 2, "moved": 2, "other": -1},
    "company": {"same": 6, "close": 5, "short": 5},
}
COMPANY: Weights = {
    "e-mail": {"same": 19, "near": 5},
    "number": {"same": 19, "near": 6, "other": -6},
    "domain": {"same": 19, "other": -4},
    "phone": {"same": 10},
    "name": {"same": 11, "close": 6, "short": 3, "other": -8},
    "address": {"same": 7, "near": 6, "street": 5, "place": 2, "moved": -4, "other": -5},
}
WEIGHTS = {"contact": PERSON, "lead": PERSON, "company": COMPANY}
# What the members of a household or an office share, so that it says nothing where names differ.
SHARED = ("phone", "address", "company")
_SAID = {
    ("name", "short"): "a name that can be short for the other",
    ("company", "short"): "a company that can be short for the other",
    ("name", "part"): "a name that can be the same",
    ("name", "half"): "half of the name differs",
    ("birthday", "near"): "birthday but for a slip",
    ("birthday", "similar"): "a birthday like it",
    ("number", "near"): "number but for a slip",
    ("e-mail", "near"): "e-mail but for a slip",
    ("address", "street"): "the same street",
    ("address", "place"): "the same place",
    ("address", "moved"): "the same place, another street",
}


@dataclass(slots=True, eq=False)
class Profile:
    """What of a record tells whose it is, in the form in which it is compared; what is not known is empty."""

    id: int
    name: Words = ()
    bare: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    number: str | None = None
    birthday: str | None = None
    street: str = ""
    place: tuple[str, str] = ("", "")
    company: str = ""
    domain: str | None = None


def weigh(noun: str, one: Profile, other: Profile) -> tuple[int, dict[str, str]]:
    """The score of two profiles, 0 to 100, and what was found by kind."""
    found = _company(one, other) if noun == "company" else _person(one, other)
    weights = WEIGHTS[noun]
    known = {kind: level for kind, level in found.items() if level}
    points = PRIOR + sum(weights[kind].get(level, 0) for kind, level in known.items())
    if points > CERTAIN:
        return 100, known
    return round(100 / (1 + exp2(-points))), known


def reasons(noun: str, found: dict[str, str]) -> str:
    """What speaks for it, the weightiest first, then what speaks against it."""
    weighed = [(WEIGHTS[noun][kind].get(level, 0), kind, level) for kind, level in found.items()]
    ranked = sorted(weighed, key=lambda each: -abs(each[0]))
    told = [_said(kind, level) for points, kind, level in ranked if points > 0]
    against = [_said(kind, level) for points, kind, level in ranked if points < 0]
    return ", ".join(told) + (f"; but {', '.join(against)}" if against else "")


def _said(kind: str, level: str) -> str:
    return _SAID.get((kind, level)) or f"{level} {kind}"


def _person(one: Profile, other: Profile) -> dict[str, Level]:
    found = {
        "name": likeness.person(one.name, other.name),
        "e-mail": likeness.addresses(one.emails, other.emails),
        "phone": likeness.shared(one.phones, other.phones),
        "number": likeness.number(one.number, other.number),
        "birthday": likeness.day(one.birthday, other.birthday),
        "address": _address(one, other),
        "company": likeness.organisation(one.company, other.company),
    }
    if found["name"] in ("half", "other"):
        found |= {kind: None for kind in SHARED if WEIGHTS["contact"][kind].get(found[kind] or "", 0) > 0}
    return found


def _company(one: Profile, other: Profile) -> dict[str, Level]:
    return {
        "name": likeness.organisation(one.bare, other.bare),
        "e-mail": likeness.addresses(one.emails, other.emails),
        "phone": likeness.shared(one.phones, other.phones),
        "number": likeness.number(one.number, other.number),
        "domain": None
        if one.domain is None or other.domain is None
        else "same"
        if one.domain == other.domain
        else "other",
        "address": _address(one, other),
    }


def _address(one: Profile, other: Profile) -> Level:
    """`same`, `near`, `street` (elsewhere or untold where), `place`, `moved` (within it) or `other`."""
    street = likeness.street(one.street, other.street)
    place = likeness.place(one.place, other.place)
    if street in ("same", "near"):
        return street if place else "street"
    if place:
        return "moved" if street else "place"
    return None if street is None and place is None else "other"
