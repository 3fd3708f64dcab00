"""Which pairs of records are worth comparing: those that share a key, of all that a store could make.

A key is a value that must be equal (an address, a number, a birthday) or two that together are rare (how a name
sounds and where it is). Within a key that many share, records are sorted and each is compared with its next
neighbours only, so that the work grows with the number of records and not with its square.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from crm_cli.rules.evidence import Profile
from crm_cli.rules.likeness import sound

WHOLE = 25  # records of a key up to which all pairs are compared
RARE = frozenset("lmty")  # keys that say something only as long as few share them
NEXT = 5  # neighbours that each is compared with beyond that
SHORTEST = 5  # letters of an address before the @ that tell anything
Key = tuple[str, ...]


def pairs(profiles: Collection[Profile]) -> Iterator[tuple[Profile, Profile]]:
    """The pairs worth comparing, each once, the smaller id first."""
    blocks: dict[Key, list[Profile]] = defaultdict(list)
    for each in profiles:
        for key in set(keys(each)):
            blocks[key].append(each)
    seen: set[int] = set()
    for key, block in blocks.items():
        if len(block) > WHOLE and key[0] in RARE:
            continue
        for one, other in _within(block):
            first, second = (one, other) if one.id < other.id else (other, one)
            pair = first.id << 32 | second.id  # one number takes half the room of two
            if pair not in seen:
                seen.add(pair)
                yield first, second


def keys(each: Profile) -> Iterator[Key]:
    """The keys of a record."""
    for address in each.emails:
        local, _, domain = address.partition("@")
        yield "e", address
        if len(local) >= SHORTEST:
            yield "l", local
        yield "m", local[:1], domain
    yield from (("p", phone) for phone in each.phones)
    if each.number:
        yield "n", each.number
    if each.domain:
        yield "d", each.domain
    if each.birthday:
        yield "b", each.birthday
    yield from _named(each)


def _named(each: Profile) -> Iterator[Key]:
    """Keys that hold a name or a street together with what makes them rare."""
    sounds = sorted({sound(word) for word in each.name or tuple(each.bare.split())})
    code, city = each.place
    spots = [spot for spot in (code, city) if spot]
    if len(sounds) > 1:
        yield from (("s", *two) for two in combinations(sounds[:4], 2))
    if each.bare:
        yield "c", each.bare.replace(" ", "")
    for heard in sounds:
        if each.birthday:
            yield "y", heard, each.birthday[:7]
            yield "y", heard, each.birthday[5:]
        if each.company:
            yield "w", heard, each.company
        yield from (("t", heard, spot) for spot in spots)
    if each.street:
        yield from (("a", each.street, spot) for spot in spots or [""])


def _within(block: list[Profile]) -> Iterable[tuple[Profile, Profile]]:
    if len(block) <= WHOLE:
        return combinations(block, 2)
    block.sort(key=_order)
    return ((one, other) for at, one in enumerate(block) for other in block[at + 1 : at + 1 + NEXT])


def _order(each: Profile) -> tuple[object, ...]:
    return sorted(each.name), each.bare, each.birthday or "", each.street, each.company
