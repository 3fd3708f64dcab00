"""An SLA policy's own rules: what it promises, for which cases, and exactly one default policy.

A promise is stated as `urgent:1h/8h, high:4h/16h, normal:8h/40h, low:16h/-`: by priority the working time until a
case is answered and until it is resolved; `-` is no promise, and so is a priority that is not named.
"""

import re
from collections.abc import Sequence
from typing import Any

from crm_cli import choices, fields
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import clocks, policies, standard
from crm_cli.rules.drafts import Draft
from crm_cli.values import word_key

USUAL = "urgent:1h/8h, high:4h/16h, normal:8h/40h, low:16h/80h"
WHOLE = 1_000_000  # 100 per cent as it is stored
HOUR = 60  # minutes
LONGEST = 10 * 366 * 24 * HOUR
ORDER = tuple(reversed(choices.Priority))  # the most urgent first
_TIME = re.compile(r"(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?")
_DAYS = re.compile(r"\d+\s*(?:d|days?|w|weeks?)")

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Check and complete a batch of policies.

    Raises:
        InvalidError: a promise, a share or a condition that cannot be.
        ConflictError: the name is taken.
    """
    standard.hold(change, "sla", drafts)
    for draft in drafts:
        _targets(change, draft)
        warn = draft.get("warn_pct")
        if warn is None:
            draft.values["warn_pct"] = fields.noun("sla").fields["warn_pct"].default
        elif not 0 < warn <= WHOLE:
            raise InvalidError("warn_pct: give a percentage above 0 and up to 100")
        if condition := draft.values.get("condition"):
            _condition(change, condition)


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let there be one default, and open cases follow what changed."""
    standard.only_one(change, "sla", drafts)
    if any(draft.changed for draft in drafts):
        clocks.rewind(change)


def deleted(change: Change) -> None:
    """Let open cases follow that a policy is gone."""
    clocks.rewind(change)


def parse(text: str) -> list[Row]:
    """The targets that a promise states, the most urgent first.

    Raises:
        InvalidError: a word that is no priority, or a time that is none.
    """
    found: dict[str, Row] = {}
    words = choices.words("Priority")
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        name, colon, times = (each.strip() for each in part.partition(":"))
        response, slash, resolution = (each.strip() for each in times.partition("/"))
        if not (colon and slash):
            raise InvalidError(
                f'"{part.strip()}" needs a time to answer and one to resolve, like normal:8h/40h'
            )
        priority = words.get(word_key(name))
        if priority is None:
            raise fields.nearest(name, [*ORDER], "priority")
        if priority in found:
            raise InvalidError(f"{priority} is promised twice; say it once")
        found[priority] = _row(priority, _minutes(response), _minutes(resolution))
    return [found[each] for each in ORDER if each in found]


def _is_vain(row: Row) -> bool:
    """Whether a case is to be resolved before it is to be answered."""
    return bool(row["resolution_minutes"] and (row["response_minutes"] or 0) > row["resolution_minutes"])


def _row(priority: str, response: int | None, resolution: int | None) -> Row:
    return {"priority": priority, "response_minutes": response, "resolution_minutes": resolution}


def _minutes(text: str) -> int | None:
    """The minutes of `90m`, `8h` or `1h30m`; None of `-`."""
    if text in ("-", "–", ""):
        return None
    found = _TIME.fullmatch(text.lower())
    if _DAYS.fullmatch(text.lower()):
        raise InvalidError(
            f'"{text}": a day may have 24 hours or those of a working day; write hours, like 8h'
        )
    minutes = int(found[1] or 0) * HOUR + int(found[2] or 0) if found else 0
    if not 0 < minutes <= LONGEST:
        raise InvalidError(
            f'"{text}" is no time; write hours and minutes, like 8h, 30m or 1h30m, or - for none'
        )
    return minutes


def _targets(change: Change, draft: Draft) -> None:
    """Turn a stated promise into rows, and check rows that came as such."""
    promise = draft.entered.get("promise")
    if "targets" in draft.parts:
        draft.parts["targets"] = _checked(draft.parts["targets"])
    elif promise is not None or draft.before is None:
        try:
            rows = parse(promise or USUAL)
        except InvalidError as error:
            raise InvalidError(f"promise: {error}") from None
        draft.parts["targets"] = rows
        none = [each for each in ORDER if each not in {row["priority"] for row in rows}]
        if none and not draft.imported:
            change.notes.append(f"{draft.get('name')} promises nothing for {', '.join(none)}")
        vain = [row["priority"] for row in rows if _is_vain(row)]
        if vain and not draft.imported:
            change.notes.append(
                f"{draft.get('name')} promises an answer only after the end for {', '.join(vain)}: write the "
                "time to answer first, like normal:8h/40h"
            )


def _checked(rows: Sequence[Row]) -> list[Row]:
    seen = [row.get("priority") for row in rows]
    if len(set(seen)) != len(seen) or not all(seen):
        raise InvalidError("targets: each priority stands there once, and each entry names one")
    if any((row.get(each) or 1) < 1 for row in rows for each in ("response_minutes", "resolution_minutes")):
        raise InvalidError("targets: give minutes above 0, or nothing for no promise")
    return [_row(row["priority"], row.get("response_minutes"), row.get("resolution_minutes")) for row in rows]


def _condition(change: Change, condition: str) -> None:
    try:
        policies.check(change, condition)
    except InvalidError as error:
        raise InvalidError(f"condition: {error}") from None
