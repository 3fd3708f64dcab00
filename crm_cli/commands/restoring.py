"""Archives come in: what `crm import` does with a directory or a zip file that `crm export --all` wrote."""

import time

from crm_cli import fields
from crm_cli.commands import outcomes
from crm_cli.desk import Desk


def bring(desk: Desk, path: str, *, dry_run: bool) -> dict[str, int]:
    """Bring an archive into the store, which must be empty; returns how many there are of each noun, and commands."""
    desk.alone("bringing in a whole store")
    from crm_cli.formats import archive
    from crm_cli.rules import restoring

    started = time.monotonic()
    with archive.reading(path) as opened:
        if dry_run:
            restoring.check(desk.path, opened)
            lost = 0
        else:
            with outcomes.progress(desk) as tick:
                lost = restoring.restore(desk.path, opened, tick)
        counts = opened.counts
    end = " (a dry run; nothing was changed)" if dry_run else f" into {desk.path}"
    desk.say(f"{path}: {held(counts)}{end} in {time.monotonic() - started:.1f} s")
    if lost:
        desk.say(f"{lost:,} references lead nowhere, as they did when it was exported; see `crm db check`")
    return counts


def held(counts: dict[str, int]) -> str:
    """What an archive holds, in words."""
    singular = {fields.plural(noun): noun for noun in fields.names()} | {"commands": "command"}
    said = [
        f"{number:,} {name if number > 1 else singular.get(name, name)}"
        for name, number in counts.items()
        if number
    ]
    return ", ".join(said) or "nothing"
