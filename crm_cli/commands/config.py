"""`crm config`: the settings, one by one or as a page in an editor."""

from typing import Annotated

import typer

from crm_cli import config, lazy, output
from crm_cli.commands import completing, rates
from crm_cli.commands.options import Argument, Out
from crm_cli.config import settings
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows

app = lazy.application("Settings: who you are, your currency, zone and country, how dates are written.")
app.add_typer(rates.app, name="rates")

Key = Annotated[
    str,
    Argument(
        metavar="KEY",
        help="Such as currency, columns.deal or rates.USD; `crm config list` names them",
        autocompletion=completing.settings,
    ),
]


@app.command("list")
def list_(ctx: typer.Context, *, out: Out) -> None:
    """Every setting: its value, its default and what it means."""
    desk: Desk = ctx.obj
    out.on(desk)
    columns = [Field(name, "text") for name in ("key", "value", "default", "meaning")]
    output.write(Rows(columns, _rows(desk.config)), desk.style)


def _rows(held: config.Config) -> list[tuple[str, str, str, str]]:
    bare = config.Config({})
    rows = [(key, held.effective(key), bare.effective(key), config.meaning(key)) for key in config.SETTINGS]
    for family, (meaning, _) in config.FAMILIES.items():
        names = held.values.get(family, {})
        rows += [(f"{family}.{name}", value, "", meaning) for name, value in names.items()]
        if not names:
            rows.append((f"{family}.…", "", "", meaning))
    return rows


@app.command()
def get(ctx: typer.Context, *, key: Key) -> None:
    """The value of one setting, an empty line when it has none.

    crm config get currency
    """
    desk: Desk = ctx.obj
    config.meaning(key)
    output.text(desk.config.effective(key))


@app.command("set")
def set_(
    ctx: typer.Context,
    *,
    key: Key,
    value: Annotated[str, Argument(metavar="VALUE", help="What it shall be")],
) -> None:
    """Set one setting.

    crm config set me "Jane Doe"
    crm config set columns.deal id,name,stage,amount
    crm config set rates.USD 0.92
    """
    desk: Desk = ctx.obj
    file = settings.save({key: value})
    desk.say(f"{key} is {config.load().get(key) or 'unset'} now, in {file}")


@app.command()
def unset(ctx: typer.Context, *, key: Key) -> None:
    """Let a setting have its default again."""
    desk: Desk = ctx.obj
    settings.save({key: ""})
    desk.say(f"{key} has its default now: {config.Config({}).effective(key) or 'none'}")


@app.command()
def edit(ctx: typer.Context) -> None:
    """Change the settings in your editor.

    What cannot be read is refused, and the settings stay.
    """
    from crm_cli.commands.editing import in_editor

    desk: Desk = ctx.obj
    before = config.raw().decode(errors="replace") or settings.template()
    after = in_editor(before, ".toml")
    if after == before:
        desk.say("nothing was changed")
        return
    try:
        settings.replace(after)
    except InvalidError as error:
        draft = settings.draft(after)
        raise InvalidError(f"{error}; the settings are as they were, your text is in {draft}") from error
    desk.say(f"saved {config.path()}")


@app.command()
def path(ctx: typer.Context) -> None:  # noqa: ARG001 - every command is given the desk
    """Where the settings are kept."""
    output.text(str(config.path()))
