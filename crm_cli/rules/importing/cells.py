"""The texts of a column's cells, as they are before anything is made of them.

What stands for nothing in the other program is empty, what belongs together is one text, and words that stand for
others are replaced.
"""

import json
import re
from collections.abc import Sequence

from crm_cli import choices, values
from crm_cli.formats.table import Cells
from crm_cli.rules.importing.plan import Column
from crm_cli.rules.importing.recognition import Sight
from crm_cli.rules.importing.wishes import Pairs, Wishes
from crm_cli.values.folding import fold

_SEVERAL = ":::"
_MARK = "* "  # what some programs put before the groups that are theirs, and before the first of several


def texts(
    column: Column, wishes: Wishes, lines: Sequence[tuple[int, Cells]], own: Sequence[str | None]
) -> list[str]:
    """The texts of a column, row by row, without blanks around them; `own` are its cells."""
    found = [cell.strip() if cell else "" for cell in own]
    if column.sight and (column.sight.beside or column.sight.unless):
        found = [_arranged(column, column.sight, cells) for _, cells in lines]
    if column.field.kind in ("tags", "list"):
        found = [_listed(text, column.words) if _SEVERAL in text or _MARK in text else text for text in found]
        found = ["" if text == "[]" else text for text in found]
    nothing = _nothing(wishes)
    if not column.words and not nothing:
        return found
    words = {text: column.words.get(fold(text), text) for text in set(found)}
    if nothing:
        words |= {text: "" for text in words if nothing.match(fold(text))}
    return [words[text] for text in found]


def kind(sight: Sight | None, cells: Cells) -> str:
    """What the address in a row is for, empty where nothing says it."""
    if sight is None or sight.label is None:
        return sight.kind if sight else ""
    text = (cells[sight.label] or "").strip().removeprefix(_MARK).strip()
    return str(values.read("open", text, _ANY, choices.words("AddressKind")) or "")


def _arranged(column: Column, sight: Sight, cells: Cells) -> str:
    """A cell and those beside it, nothing where a better column is filled; a day needs all its parts."""
    if any((cells[other] or "").strip() for other in sight.unless):
        return ""
    parts = [(cells[at] or "").strip() for at in (sight.at, *sight.beside)]
    if column.field.kind == "day" and not all(parts):
        return ""
    return sight.by.join(filter(None, parts))


def _listed(text: str, words: Pairs) -> str:
    """The words of a cell that parts them with `:::`, as a list."""
    parts = (part.strip().removeprefix(_MARK).strip() for part in text.split(_SEVERAL))
    kept = [words.get(fold(part), part) for part in parts]
    return json.dumps([part for part in kept if part], ensure_ascii=False)


def _nothing(wishes: Wishes) -> re.Pattern[str] | None:
    """What the folded text of an empty cell looks like."""
    if not wishes.placeholders:
        return None
    each = [
        re.escape(fold(text).removesuffix("*")) + (".*" if text.endswith("*") else "")
        for text in wishes.placeholders
    ]
    return re.compile(f"(?:{'|'.join(each)})\\Z", re.DOTALL)


_ANY = values.Reading(today=None)  # type: ignore[arg-type]  # words need no day
