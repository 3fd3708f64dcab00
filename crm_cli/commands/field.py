"""Fields of the user's own: the commands of fields."""

from typing import Annotated, Any

import typer

from crm_cli import lazy
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.commands.verbs.doing import add_record, edit_records
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

app = lazy.application(
    "Fields of your own, on any noun: then an option of --set, a filter, a column, a sort key, an import header.",
    epilog="crm contact list shoe_size=42.. --columns name,shoe_size --sort -shoe_size",
)

Ref = Annotated[
    str, Argument(metavar="NOUN.NAME", help="Such as contact.size", autocompletion=completing.own_fields)
]
Type = Annotated[
    str | None,
    Option(
        "--type",
        metavar="text|number|integer|date|boolean|choice",
        help="Type of its values",
        autocompletion=completing.field_types,
    ),
]
Meaning = Annotated[str | None, Option(metavar="TEXT", help="What it means")]
Words = Annotated[str | None, Option(metavar="a,b,c", help="The words of a choice")]


@app.command()
def add(
    ctx: typer.Context,
    *,
    ref: Annotated[str, Argument(metavar="NOUN.NAME", help="Such as contact.size")],
    type_: Type = None,
    meaning: Meaning = None,
    words: Words = None,
    doing: Doing,
) -> None:
    """Add a field of your own to a noun.

    crm field add contact.shoe_size --type number --meaning "European size"
    crm field add deal.risk --words low,medium,high
    crm contact edit "Jane Doe" --set shoe_size=42
    """
    from crm_cli.rules import field as rules

    noun, name = rules.target(ref)
    texts: dict[str, Any] = {"on": noun, "name": name} | _texts(type_, meaning, words)
    add_record(ctx.obj, "field", texts, doing)


def _texts(kind: str | None, meaning: str | None, words: str | None) -> dict[str, str]:
    """What is said of a field; words alone make it a choice."""
    said = {"kind": kind or ("choice" if words else None), "help": meaning, "words": words}
    return {key: value for key, value in said.items() if value is not None}


@app.command()
def edit(
    ctx: typer.Context,
    *,
    ref: Ref,
    name: Annotated[str | None, Option(metavar="NAME", help="Another name; values go along")] = None,
    type_: Type = None,
    meaning: Meaning = None,
    words: Words = None,
    doing: Doing,
) -> None:
    """Change a field of your own; its values go along, or it is refused.

    crm field edit contact.shoe_size --type text
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    texts: dict[str, Any] = _texts(type_, meaning, words) | ({"name": name} if name else {})
    if not texts:
        raise InvalidError("nothing to change; give --name, --type, --meaning or --words")
    edit_records(desk, "field", [desk.resolve("field", ref)], texts, doing)


@app.command()
def delete(
    ctx: typer.Context,
    *,
    ref: Ref,
    with_related: Annotated[bool, Option("--with-related", help="Clear its values in all records")] = False,
    doing: Doing,
) -> None:
    """Delete a field of your own; refused while records hold values of it."""
    desk: Desk = ctx.obj
    doing.on(desk)
    found = desk.resolve("field", ref)
    if not doing.dry_run:
        desk.confirm(f"Delete the field {ref}?", yes=doing.yes)
    from crm_cli.rules import field as rules

    with desk.change("field delete", dry_run=doing.dry_run) as change:
        cleared = rules.delete(change, found, with_related=with_related)
        change.summary = ref
    said = "would delete" if doing.dry_run else "deleted"
    desk.say(f"{said} the field {ref}" + (f" and {cleared:,} values" if cleared else ""))


verbs.common(app, "field", ("list", "show", "import", "export"))
