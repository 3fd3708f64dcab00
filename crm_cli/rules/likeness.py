"""How alike two values are, value by value: names, companies' names, days, numbers, addresses.

Each comparison answers with a level in words, None where either side is blank, since blanks never match. Texts
come folded. rapidfuzz counts the edits; what an edit means in a name, a day or a number is decided here.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from crm_cli.values.folding import fold

Level = str | None
Words = tuple[str, ...]
LIKE = 0.88  # Jaro-Winkler similarity from which two words may be one with a slip
STREET_LIKE = 0.92
LONG = 8  # letters from which a word may have two slips
SHORT = 4  # letters below which a slip makes another word
_NICKNAMES = """
alexander alex sasha xander | andrew andy drew | anthony tony | benjamin ben | charles charlie chuck
catherine katherine kathryn kate kathy katie cathy | christopher chris kit | daniel dan danny | david dave
dolores lola | edward ed eddie ned | elizabeth liz beth betty eliza lizzie | francisco paco pancho
frederick fred | friedrich fritz | henry harry hank | ivan vanya | james jim jimmy jamie
johannes hans johann | john jack johnny | jose pepe | josef sepp | joseph joe | lawrence larry
margaret maggie meg peggy | maria mitzi | mary polly molly | michael mike mick | mikhail misha
nicholas nick | nikolai kolya | patricia patty trish | patrick paddy | richard dick rick rich
robert bob bobby rob | samuel sam | sarah sally | stephen steven steve | susan sue
theodore ted theo | thomas tom | timothy tim | william bill billy will
"""
_CALLED = {name: names.split()[0] for names in re.split(r"[|\n]", _NICKNAMES) for name in names.split()}
_PARTING = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
# Soundex's groups of consonants; vowels go, and letters of other scripts stay as they are.
_SOUNDS = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556", "aeiouyhw")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=200_000)
def words(text: str | None) -> Words:
    """The words of a text, folded, without punctuation: `O'Neil-Smith, J.` is oneil, smith, j."""
    return tuple(each for each in _PARTING.split(fold(text or "").replace("'", "")) if each)


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """A short key that spellings of one word, and the short forms of one name, mostly share."""
    word = _CALLED.get(word, word)
    return word[:1] + _DOUBLED.sub(r"\1", word[1:].translate(_SOUNDS))[:3]


def person(one: Words, other: Words) -> Level:
    """Two names of people: `same`, `close`, `part` (one says less), `half` (one name differs) or `other`.

    The order of the names does not count, since it differs between programs.
    """
    if not one or not other:
        return None
    if one == other or sorted(one) == sorted(other):
        return "same" if len(one) > 1 else "part"
    few, many = sorted((one, other), key=lambda each: (len(each), each))
    if "".join(few) == "".join(many):
        return "close"
    left, found = list(many), []
    for each in few:
        alike, best = max((_word(each, word), word) for word in left)
        found.append(alike)
        if alike:
            left.remove(best)
    return _level(found, len(few))


def _level(found: Sequence[int], wanted: int) -> str:
    """The level of names whose words are equal (3), close (2), an initial (1) or nothing to each other (0)."""
    alike = sum(map(bool, found))
    if alike < wanted:
        return "half" if alike else "other"
    return "part" if wanted == 1 or 1 in found else "close"


@lru_cache(maxsize=100_000)
def _word(one: str, other: str) -> int:
    if one == other:
        return 3
    if len(one) == 1 or len(other) == 1:
        return int(one[0] == other[0])
    if one in _CALLED and _CALLED[one] == _CALLED.get(other):
        return 2
    shorter = min(len(one), len(other))
    if shorter < SHORT - 1:
        return 0
    slips = 1 + (max(len(one), len(other)) >= LONG)
    alike = one.startswith(other) or other.startswith(one) or JaroWinkler.similarity(one, other) >= LIKE
    return 2 if alike or (shorter >= SHORT and OSA.distance(one, other) <= slips) else 0


def organisation(one: str, other: str) -> Level:
    """Two bare names of companies: `same`, `close`, `short` or `other`; the order of the words does not count.

    `short` is what can be the other in short: AI Labs is Artificial Intelligence Labs, and also Amber Island Labs.
    Another number makes another company: Studio 54 is not Studio 45.
    """
    if not one or not other:
        return None
    first, second = one.split(), other.split()
    if sorted(first) == sorted(second) or "".join(first) == "".join(second):
        return "same"
    few, many = sorted((first, second), key=lambda each: (len(each), each))
    inside = len(few) > 1 and set(few) <= set(many)
    slips = 1 + (min(len(one), len(other)) >= 2 * LONG)
    slip = min(len(one), len(other)) > SHORT and OSA.distance(one, other, score_cutoff=slips) <= slips
    same_numbers = _DIGITS.findall(one) == _DIGITS.findall(other)
    if inside or ((slip or _by_words(few, many)) and same_numbers):
        return "close"
    shortens = _shortens(first, second) or _shortens(second, first)
    return "short" if shortens and same_numbers else "other"


def _by_words(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether every word has its like, as in `Arts Delicatessen` and `Art's Deli`."""
    return len(few) > 1 and all(any(_word(each, word) > 1 for word in many) for each in few)


def _shortens(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether each word begins the other's, or is the initials of several, and none is left over."""
    if not short or not long:
        return not short and not long
    word, rest = short[0], short[1:]
    begins = word == long[0] or (len(word) >= SHORT and long[0].startswith(word))
    if begins and _shortens(rest, long[1:]):
        return True
    initials = "".join(each[0] for each in long[: len(word)])
    return len(word) > 1 and word == initials and _shortens(rest, long[len(word) :])


def day(one: str | None, other: str | None) -> Level:
    """Two dates of birth: `same`, `near` (a digit wrong, or day and month exchanged), `similar` or `other`."""
    if not one or not other:
        return None
    if one == other:
        return "same"
    wrong = sum(map(str.__ne__, one, other))
    if (
        wrong == 1
        or OSA.distance(one, other) == 1
        or (one[:4], one[5:7], one[8:]) == (other[:4], other[8:], other[5:7])
    ):
        return "near"
    return "similar" if wrong == 2 else "other"  # noqa: PLR2004


def number(one: str | None, other: str | None) -> Level:
    """Two numbers of identity: `same`, `near` (one slip) or `other`."""
    if not one or not other:
        return None
    if one == other:
        return "same"
    return "near" if OSA.distance(one, other, score_cutoff=1) == 1 else "other"


def addresses(ours: frozenset[str], theirs: frozenset[str]) -> Level:
    """Two people's e-mail addresses: `same` where one is shared, `near` where one is another with a slip, `other`.

    A slip in a digit makes another address: ann7@x.org and ann8@x.org are two people.
    """
    if not ours or not theirs:
        return None
    if not ours.isdisjoint(theirs):
        return "same"
    return "near" if any(_slip(one, other) for one in ours for other in theirs) else "other"


def _slip(one: str, other: str) -> bool:
    return (
        OSA.distance(one, other, score_cutoff=2) <= 2  # noqa: PLR2004
        and _DIGITS.findall(one) == _DIGITS.findall(other)
    )


def shared(ours: frozenset[str], theirs: frozenset[str]) -> Level:
    """Two sets of keys: `same` where they share one, else `other`."""
    if not ours or not theirs:
        return None
    return "other" if ours.isdisjoint(theirs) else "same"


def street(one: str, other: str) -> Level:
    """Two streets with their house numbers: `same`, `near` or `other`; another number is another house.

    What follows the address itself, as in `2450 broadway between 90th and 91st`, only says where that is.
    """
    if not one or not other:
        return None
    if one == other:
        return "same"
    first, second = _DIGITS.search(one), _DIGITS.search(other)
    if first and second and first[0] != second[0]:
        return "other"
    if f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} "):
        return "near"
    near = JaroWinkler.similarity(one, other) >= STREET_LIKE or OSA.distance(one, other, score_cutoff=2) <= 2  # noqa: PLR2004
    return "near" if near else "other"


def place(one: tuple[str, str], other: tuple[str, str]) -> bool | None:
    """Whether two (postal code, city) can be one place; None where that cannot be told."""
    (code, city), (code_other, city_other) = one, other
    if code and code == code_other:
        return True
    if city and city_other:
        return JaroWinkler.similarity(city, city_other) >= LIKE
    return False if code and code_other else None
