"""The form in which names are compared and found: without case, accents, letter forms, invisible marks.

Folding works letter by letter; what a letter and a word become is remembered, so a text costs a look-up a word.
Accents and vowel points go; marks that are letters of their own (Devanagari vowels, kana voicing) stay, since
without them other names would come out. Punctuation stays.
"""

from functools import lru_cache

# unicodedata is imported where it is used: ASCII, which most texts are, does without it.
# Arabic and Persian keyboards write one letter in several code points; Latin strokes and ligatures are no
# combining marks, so they do not decompose; typographic quotes and dashes stand for the typed ones.
_FORMS = {
    **dict.fromkeys("يىېےۍ", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةەہھۃ", "ه"),
    "ٱ": "ا",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ŧ": "t",
    "ŋ": "n",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    **dict.fromkeys("‘’‚‛ʼ′", "'"),
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "ـ": "",
}
_ACCENTS = (  # first and last code point of the marks that only colour a letter
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x0711, 0x074A),
    (0x08CA, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
)


def fold(text: str) -> str:
    """Give the comparing form of a text; its fold is itself: `fold("Ångström  AB") == "angstrom ab"`."""
    if text.isascii():
        return " ".join(text.lower().split())
    words = [word.lower() if word.isascii() else _word(word) for word in text.split()]
    return " ".join(filter(None, words))


def ascii_digits(text: str) -> str:
    """Write the decimal digits of every script as 0-9, leave all else: `ascii_digits("۱۲ km") == "12 km"`."""
    return text if text.isascii() else text.translate(_DIGITS)


class _Letters(dict[int, str]):
    """What each letter folds to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        import unicodedata

        folded = chr(code)
        # A decomposed letter may hold others that fold further, so a letter is folded until it rests.
        while (further := "".join(map(_step, unicodedata.normalize("NFKD", folded)))) != folded:
            folded = further
        self[code] = folded
        return folded


class _Digits(dict[int, str]):
    """Each character as itself, a decimal digit of any script as its ASCII one."""

    def __missing__(self, code: int) -> str:
        import unicodedata

        letter = chr(code)
        value = unicodedata.decimal(letter, None)
        self[code] = letter = letter if value is None else str(value)
        return letter


@lru_cache(maxsize=2_000)
def _word(word: str) -> str:
    """The comparing form of a word; the few that are not ASCII come again and again."""
    import unicodedata

    return unicodedata.normalize("NFC", " ".join(word.translate(_LETTERS).split()))


_LETTERS = _Letters()
_DIGITS = _Digits()


def _step(letter: str) -> str:
    """One decomposed letter without accent, invisibility, case or regional form."""
    import unicodedata

    category = unicodedata.category(letter)
    if category == "Cf" or (category[0] == "M" and _is_accent(ord(letter))):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    lower = letter.casefold()
    return "".join(_FORMS.get(each, each) for each in lower)


def _is_accent(code: int) -> bool:
    return any(first <= code <= last for first, last in _ACCENTS)
