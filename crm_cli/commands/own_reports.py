"""Reports of the user's own: running a command that was saved, and saving one."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from crm_cli import fields, reports
from crm_cli.asking import own_reports
from crm_cli.commands.options import Argument, Option
from crm_cli.desk import Desk
from crm_cli.errors import ConflictError, InvalidError

AT_TOP = ("report", "dashboard", "sql", "today", "search")
"""What asks and stands at the top; of nouns it is `list`."""


def found(written: Callable[[str], Any]) -> list[CommandInfo]:
    """The commands of the user's own reports; `written` makes the callback of one in SQL."""
    return [
        CommandInfo(name=name, callback=_Saved(name), help=f"{own_reports.summary(name)}\n\ncrm report {name}",
                    context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
        if own_reports.is_saved(name)
        else CommandInfo(name=name, callback=written(name), help=f"{own_reports.summary(name)}\n\ncrm report {name}")
        for name in own_reports.names()
        if name not in (*reports.names(), "save")
    ]  # fmt: skip


class _Saved:
    """Makes the command that runs a saved one, with what is said beside its words."""

    def __init__(self, name: str) -> None:
        self.name = name

    def make(self) -> Callable[..., None]:
        """The command."""

        def run(ctx: typer.Context) -> None:
            words, _ = own_reports.saved(self.name)
            try:
                _refuse(words)
            except InvalidError as error:
                raise InvalidError(f"{own_reports.folder() / self.name}.toml: {error}") from None
            root: Any = ctx.find_root().command
            root.main(args=[*words, *ctx.args], prog_name="crm", standalone_mode=False, obj=ctx.obj)

        return run

    def __call__(self) -> None:
        """Typer asks that a callback can be called; it is made first."""
        raise NotImplementedError


def save(
    ctx: typer.Context,
    *,
    name: Annotated[str, Argument(metavar="NAME", help="What it shall be called: crm report NAME")],
    words: Annotated[list[str], Argument(metavar="-- COMMAND…", help="What it shall run, without crm")],
    about: Annotated[str | None, Option(metavar="WORDS", help="What it tells, for the help")] = None,
    force: Annotated[bool, Option("--force", help="Replace the one of that name")] = False,
) -> None:
    """Keep a question as a report of your own.

    Filters and formats can be added when it is run.

    A question in SQL is a file NAME.sql in the folder reports beside the settings (crm config path). It may begin
    with lines such as -- help: Won by region, -- noun: deal, -- day: closed_on, -- measure: won. With a noun it reads
    FROM chosen, the records that filters and, by that day, a period choose. At the end of a column's line a comment
    says its kind and meaning: sum(amount) AS won, -- money: What was won. `crm sql --tables` names what there is.

    crm report save big -- deal list amount=10000.. --sort -amount
    crm report big owner=me -o csv
    """
    desk: Desk = ctx.obj
    if not own_reports.NAMED.fullmatch(name) or name == "save":
        raise InvalidError(
            f"{name!r} is no name of a report; write small letters, digits and -, such as big-deals"
        )
    if name in reports.names():
        raise ConflictError(f"{name} is a report that crm has; choose another name")
    words = words[1:] if words[:1] == ["crm"] else words
    _refuse(words)
    if name in own_reports.names() and not force:
        raise ConflictError(f"there is a report {name} of yours; give --force to replace it")
    import tomlkit

    file = own_reports.folder() / f"{name}.toml"
    text = tomlkit.dumps({"help": about or f"crm {' '.join(words)}", "command": words})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.with_suffix(".sql").unlink(missing_ok=True)
    except OSError as error:
        raise InvalidError(f"cannot write {file}: {error.strerror}") from error
    desk.say(f"saved; crm report {name} asks it, {file} holds it")


def _refuse(words: list[str]) -> None:
    """Refuse a command that does more than ask, or that is a saved one itself.

    Raises:
        InvalidError: it is none that a report can run.
    """
    noun, verb = (*words, "", "")[:2]
    if noun in fields.names() and verb == "list":
        return
    if noun not in AT_TOP:
        raise InvalidError(
            f"a report runs what only asks: NOUN list, {', '.join(AT_TOP)}; not {noun} {verb}".rstrip()
        )
    if noun == "report" and (verb == "save" or (verb in own_reports.names() and own_reports.is_saved(verb))):
        raise InvalidError(f"report {verb} runs a command itself; save that command with more words")
