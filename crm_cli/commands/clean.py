"""`crm clean`: mend what is safe to mend, propose what may be meant, list what somebody has to look at."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import fields, output
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk
from crm_cli.fields import Field
from crm_cli.output import Rows

if TYPE_CHECKING:
    from crm_cli.changing import Change
    from crm_cli.rules.cleaning import Fix
    from crm_cli.rules.near import Near

PROPOSED = 20  # proposals that are told
COLUMNS = [
    Field("noun", "choice"),
    Field("field", "text"),
    Field("from", "text"),
    Field("to", "text"),
    Field("records", "integer"),
]


def clean(
    ctx: typer.Context,
    *,
    nouns: Annotated[
        list[str] | None, Argument(metavar="[NOUN…]", help="Only these: contact, company, lead …")
    ] = None,
    list_: Annotated[
        bool, Option("--list", help="Name the records in which something is wrong that only you can mend")
    ] = False,
    accept: Annotated[
        list[str] | None,
        Option("--accept", metavar="FIELD:FROM=TO", help="Mend this too, as it was proposed"),
    ] = None,
    doing: Doing,
) -> None:
    """Mend what is safe to mend, shown first: blanks, the case of e-mails, keys of phones, names of countries.

    A value that looks like a slip of another is proposed, never assumed.

    crm clean contact --dry-run
    crm clean --accept industry:technolgy=technology
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    chosen = _nouns(nouns or [], list_=list_)
    if list_:
        from crm_cli.asking import faults

        output.write(faults.faults(desk, chosen), desk.style)
        return
    found = _look(desk, chosen, accept or [], doing)
    if doing.dry_run or not found:
        desk.say(_said(found, "would mend") if found else "nothing to mend")
    else:
        desk.confirm(f"{_said(found, 'Mend')}?", yes=doing.yes)
        _mend(desk, chosen, accept or [], doing)


def _look(desk: Desk, nouns: list[str], accept: list[str], doing: Doing) -> "list[Fix]":
    """Show what would be mended, and say what may be meant."""
    from crm_cli.rules import near

    with desk.change("clean", dry_run=True) as change:
        found = _found(change, nouns, accept)
        proposed = near.proposals(change, nouns)
    if doing.format or (found and (doing.dry_run or desk.style.terminal)):
        rows = [(fix.noun, fix.field, fix.before, fix.after, len(fix.ids)) for fix in found]
        output.write(Rows(COLUMNS, rows), desk.style)
    mended = {(fix.noun, fix.field, fix.before) for fix in found}
    _propose(desk, [each for each in proposed if (each.noun, each.field, each.before) not in mended])
    return found


def _mend(desk: Desk, nouns: list[str], accept: list[str], doing: Doing) -> None:
    """Mend what is found now, in one change."""
    from crm_cli.rules import cleaning

    with desk.change("clean") as change:
        found = _found(change, nouns, accept)
        touched = cleaning.apply(change, found)
        change.summary = _said(found, "mended").removeprefix("mended ")
    desk.say(f"{_said(found, 'mended')}; `crm undo` takes it back")
    if not desk.style.terminal and not doing.format:
        output.text(f"{noun}:{each}" for noun, ids in touched.items() for each in ids)


def _nouns(named: list[str], *, list_: bool) -> list[str]:
    """The nouns to look at: those that are named, else all."""
    from crm_cli.asking import faults
    from crm_cli.rules import cleaning

    known = list(faults.NOUNS if list_ else cleaning.NOUNS)
    for name in named:
        if name not in known:
            raise fields.nearest(name, known, "noun")
    return named or known


def _found(change: "Change", nouns: list[str], accept: list[str]) -> "list[Fix]":
    """What is safe, and what was accepted."""
    from crm_cli.rules import cleaning

    safe = cleaning.fixes(change, nouns)
    return safe + [fix for wish in accept for fix in cleaning.accepted(change, nouns, wish)]


def _said(found: "list[Fix]", verb: str) -> str:
    """`mended 3 values in 2 records`."""
    touched = len({(fix.noun, each) for fix in found for each in fix.ids})
    values = sum(len(fix.ids) for fix in found)
    return f"{verb} {values:,} value{'s' * (values != 1)} in {touched:,} record{'s' * (touched != 1)}"


def _propose(desk: Desk, proposed: "list[Near]") -> None:
    """Say what may be meant, with the command that would mend it."""
    for each in proposed[:PROPOSED]:
        wish = shlex.quote(f"{each.noun}.{each.field}:{each.before}={each.after}")
        held = f"{each.records:,} record{'s' * (each.records != 1)}"
        desk.say(f'{each.noun} {each.field} "{each.before}" ({held}) may be meant as "{each.after}": '
                 f"crm clean --accept {wish}")  # fmt: skip
    if len(proposed) > PROPOSED:
        desk.say(f"and {len(proposed) - PROPOSED:,} more like these")
