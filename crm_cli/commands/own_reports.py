"""Reports of the user's own: running a command that was saved, and saving one."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from crm_cli import fields, output, reports
from crm_cli.asking import own_reports
from crm_cli.commands.options import Argument, Option
from crm_cli.desk import Desk
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.lazy import Made
from crm_cli.output import Rows

AT_TOP = ("report", "dashboard", "sql", "today", "search")
"""What asks and stands at the top; of nouns it is `list`."""
DRAWING = ("report", "dashboard")
"""What draws itself."""


def found(written: Callable[[str], Any], drawn: Callable[..., None]) -> list[CommandInfo]:
    """The commands of the user's own reports; `written` makes the callback of one in SQL, `drawn` writes charts."""
    return [
        CommandInfo(name=name, callback=_Saved(name, drawn), help=f"{own_reports.summary(name)}\n\ncrm report {name}",
                    context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
        if own_reports.is_saved(name)
        else CommandInfo(name=name, callback=written(name), help=f"{own_reports.summary(name)}\n\ncrm report {name}")
        for name in own_reports.names()
        if name not in (*reports.names(), "save")
    ]  # fmt: skip


class _Saved(Made):
    """Makes the command that runs a saved one, with what is said beside its words."""

    def __init__(self, name: str, drawn: Callable[..., None]) -> None:
        self.name = name
        self.drawn = drawn

    def make(self) -> Callable[..., None]:
        """The command."""

        def run(ctx: typer.Context) -> None:
            words, about = own_reports.saved(self.name)
            try:
                _refuse(words)
            except InvalidError as error:
                raise InvalidError(f"{own_reports.folder() / self.name}.toml: {error}") from None
            desk: Desk = ctx.obj
            more = list(ctx.args) if words[0] in DRAWING else self._seen(desk, ctx.args, words, about)
            manner = ["--quiet"] * desk.style.quiet + ["--no-color"] * (not desk.style.color)
            root: Any = ctx.find_root().command
            try:
                root.main(args=[*manner, *words, *more], prog_name="crm", standalone_mode=False, obj=desk)
            finally:
                desk.style.instead = None
                desk.connection.set_trace_callback(None)

        return run

    def _seen(self, desk: Desk, more: list[str], words: list[str], about: str) -> list[str]:
        """The words but those that say how a list is looked at: it is drawn or made a page of when it comes."""
        file, left = _file(more)
        asked = " ".join(["crm", *words, *left])
        if file:
            desk.style.instead = lambda rows: self._page(desk, rows, file, asked, about)
        elif "--chart" in left:
            left.remove("--chart")
            desk.style.instead = lambda rows: self.drawn(*_listed(rows), None, desk.style)
        elif "--explain" in left:
            left.remove("--explain")
            questions: list[str] = []
            desk.connection.set_trace_callback(questions.append)
            desk.style.instead = lambda rows: _explained(
                rows, [about, asked.replace(" --explain", "")], questions
            )
        return left

    def _page(self, desk: Desk, rows: Rows, file: Path, asked: str, about: str) -> None:
        from crm_cli import drawing, pages

        rows.rows = list(rows.rows)
        try:
            charts = drawing.charts(*_listed(rows))
        except InvalidError:  # it is a page without a picture
            charts = []
        page = pages.Page(about or self.name, asked, [pages.Section(charts=charts, rows=rows)])
        pages.publish(page, file, desk)


def _file(words: list[str]) -> tuple[Path | None, list[str]]:
    """The file that --html names, and the other words.

    Raises:
        InvalidError: it names none.
    """
    for at, word in enumerate(words):
        name, equals, said = word.partition("=")
        if name == "--html":
            rest = words[at + 1 :] if equals else words[at + 2 :]
            if not (file := said or "".join(words[at + 1 : at + 2])):
                raise InvalidError("--html needs a file; - is standard output")
            return Path(file), words[:at] + rest
    return None, list(words)


def _explained(rows: Rows, told: list[str], questions: list[str]) -> None:
    """Write what a list is and, once it has been asked, its question in SQL: the longest of what was asked for it."""
    for _ in rows.rows:
        pass
    output.text([*told, "", max(questions, key=len, default="") + ";"])


def _listed(rows: Rows) -> Any:
    from crm_cli.drawing import lists

    return lists.listed(rows)


def save(
    ctx: typer.Context,
    *,
    name: Annotated[str, Argument(metavar="NAME", help="What it shall be called: crm report NAME")],
    words: Annotated[list[str], Argument(metavar="-- COMMAND…", help="What it shall run, without crm")],
    about: Annotated[str | None, Option(metavar="WORDS", help="What it tells, for the help")] = None,
    force: Annotated[bool, Option("--force", help="Replace the one of that name")] = False,
) -> None:
    """Keep a question as a report of your own.

    Filters, formats, --chart, --html FILE and --explain can be added when it is run.

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
