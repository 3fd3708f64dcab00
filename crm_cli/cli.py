"""The root: global options, the table of nouns, the one place where an error becomes a line and an exit code."""

import errno
import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import Abort, Exit, TyperException
from typer.main import get_command

from crm_cli.desk import Desk
from crm_cli.errors import CrmError, InvalidError
from crm_cli.lazy import Promise, PromisedGroup, command_promise, noun_promise, straight
from crm_cli.output import Style, say, speak_utf8, text

COMPLETING = "_CRM_COMPLETE"  # set by a shell that asks what may follow
INTERRUPTED = 130  # the exit code of Ctrl-C
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)  # of standard output
EVERYDAY, FIRST, MORE = "Everyday", "First", "More"
# noun → section, summary
NOUNS: dict[str, tuple[str, str]] = {
    "contact": (EVERYDAY, "People you know."),
    "company": (EVERYDAY, "Organisations that buy, sell or help to sell."),
    "lead": (EVERYDAY, "Who may be worth the effort, until that is known."),
    "deal": (EVERYDAY, "Opportunities on their way through a pipeline."),
    "case": (EVERYDAY, "What customers ask, miss or complain of."),
    "campaign": (EVERYDAY, "Efforts to win attention."),
    "report": (MORE, "Pipeline, forecast, wins and losses, and more."),
    "task": (MORE, "What is to be done."),
    "activity": (MORE, "Calls, meetings, e-mails and notes."),
    "product": (MORE, "What you sell."),
    "pipeline": (MORE, "Ways of selling: stages and what it takes to leave them."),
    "contract": (MORE, "What customers are entitled to, for a term."),
    "sla": (MORE, "How soon cases are answered and resolved."),
    "calendar": (MORE, "When we work: hours, holidays, exceptions."),
    "article": (MORE, "Answers that are worth keeping."),
    "survey": (MORE, "What customers say when asked how it went."),
    "segment": (MORE, "Groups of people or companies."),
    "member": (MORE, "Whom campaigns are for, and how far each came."),
    "result": (MORE, "What came of campaigns that name nobody, such as advertisements."),
    "consent": (MORE, "What people agreed to or refused."),
    "delivery": (MORE, "Messages on their way out."),
    "pricelist": (MORE, "Prices for some customers or a time."),
    "quote": (MORE, "What you offer at which price, until when."),
    "invoice": (MORE, "What customers owe and have paid."),
    "partner": (MORE, "Who helps to sell, and what they were offered."),
    "offer": (MORE, "Leads and deals that partners were offered."),
    "relationship": (MORE, "How companies and people stand to each other."),
    "goal": (MORE, "What shall be reached, by whom, by when."),
    "snapshot": (MORE, "What was forecast, on which day."),
    "rate": (MORE, "Rates of exchange, by day."),
    "user": (MORE, "Who works here."),
    "field": (MORE, "Fields of your own."),
    "db": (MORE, "The store: where it is, copies, checks, upgrades."),
    "config": (MORE, "Settings."),
}
# command at the top → module, function, section, summary
COMMANDS: dict[str, tuple[str, str, str, str]] = {
    "today": ("today", "today", FIRST, "What to do now: tasks, deals that wait, new leads."),
    "search": ("search", "search", FIRST, "Find words in everything."),
    "import": ("importing", "anything", FIRST, "Import files; says what each is taken for."),
    "show": ("show", "show", MORE, "The whole picture of a customer, or any record."),
    "note": ("log", "note", MORE, "Note something about any record."),
    "call": ("log", "call", MORE, "Log a call, and the next step."),
    "mail": ("log", "mail", MORE, "Log an e-mail, and the next step."),
    "meet": ("log", "meet", MORE, "Log a meeting, and the next step."),
    "dashboard": ("dashboard", "dashboard", MORE, "The state of the business on one screen."),
    "history": ("history", "history", MORE, "What changed, by which command."),
    "undo": ("history", "undo", MORE, "Revert the latest commands."),
    "redo": ("history", "redo", MORE, "Revert the last undo."),
    "export": ("exporting", "export", MORE, "The whole store as an archive, or one noun."),
    "clean": ("clean", "clean", MORE, "Mend what is safe to mend in the data; list what is wrong."),
    "sql": ("sql", "sql", MORE, "Ask the store in SQL, read-only."),
    "batch": ("batch", "batch", MORE, "Many commands, a line each, as one change."),
    "shell": ("shell", "shell", MORE, "One command after the other, with history and completion."),
    "init": ("init", "init", MORE, "Say once who you are and how you write money and dates."),
    "demo": ("demo", "demo", MORE, "A made-up business to try things on."),
}

app = typer.Typer(
    cls=PromisedGroup,
    help="The CRM that lives in a terminal: contacts, leads, deals and a right pipeline report, in one local file.",
    epilog='crm call "Jane Doe" "Wants the larger plan" --next "Send quote" --due fri',
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def tell_version(wanted: bool) -> None:
    """Say the version and end; before a command is asked for."""
    if wanted:
        from importlib.metadata import version

        text(f"crm {version('crm-cli')}")
        raise Exit


@app.callback()
def root(
    ctx: typer.Context,
    db: Annotated[
        str | None, typer.Option(metavar="PATH", help="The store to use; else CRM_DB, else the usual place")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Use the demo store")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Without colour")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing beside the answer")] = False,
    version: Annotated[  # noqa: ARG001 - its callback has answered
        bool, typer.Option("--version", is_eager=True, callback=tell_version, help="The version")
    ] = False,
) -> None:
    """Make the desk that all commands share, where the line is not one of several that share theirs."""
    style = Style(color=not no_color, quiet=quiet)
    if ctx.obj is None:
        ctx.obj = desk(db, demo=demo, style=style)
    elif db or demo:
        raise InvalidError("a line works on the store of the whole; say which before batch or shell")
    else:
        style.instead = ctx.obj.style.instead
        ctx.obj.style = style
    ctx.call_on_close(ctx.obj.close)


def desk(db_: str | None, *, demo: bool, style: Style | None = None) -> Desk:
    """The desk for a store."""
    from crm_cli import config
    from crm_cli.db import chosen_path

    config.play({})
    if demo:
        from crm_cli.demo import store

        config.play(store.SETTINGS)
        return Desk(store.ready(), style or Style())
    return Desk(Path(chosen_path(db_)), style or Style())


def group() -> PromisedGroup:
    """The root with a promise for everything below it."""
    made: Any = get_command(app)
    promises: list[Promise] = [
        noun_promise(name, f"crm_cli.commands.{name}", summary, section)
        for name, (section, summary) in NOUNS.items()
    ]
    promises += [
        command_promise(name, f"crm_cli.commands.{module}", function, summary, section)
        for name, (module, function, section, summary) in COMMANDS.items()
    ]
    order = [EVERYDAY, FIRST, MORE]
    made.commands = {each.name: each for each in sorted(promises, key=lambda each: order.index(each.section))}
    return made  # type: ignore[no-any-return]


def run(
    arguments: list[str] | None = None, *, root: PromisedGroup | None = None, at: Desk | None = None
) -> int:
    """Run one command line, on a root that is there and at a desk where these are given; returns its exit code."""
    speak_utf8()
    try:
        code = _main(arguments, root, at)
        sys.stdout.flush()
    except (CrmError, TyperException) as error:
        return fail(error)
    except (KeyboardInterrupt, Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        return closed_pipe()
    except OSError as error:
        if error.errno not in UNWRITABLE or error.filename is not None:
            raise
        closed_pipe()
        return fail(CrmError(f"cannot write the answer: {error.strerror}"))
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # Typer's answer to a closed pipe
            return closed_pipe()
        code = error.code  # completion is done when Typer says so
    except UnicodeEncodeError as error:
        if not _undecodable(error.object):
            raise
        return fail(InvalidError(f"{error.object[:80]!a} is not valid Unicode; write it in UTF-8"))
    except RuntimeError as error:
        if "home directory" not in str(error):  # what pathlib says of ~ and a name that it does not know
            raise
        return fail(InvalidError("a path begins with ~ and the name of nobody here; write out the folder"))
    except sqlite3.DatabaseError as error:
        from crm_cli.db import refusal

        refused = refusal(error, "the store")
        if not isinstance(refused, CrmError):
            raise
        return fail(refused)
    if code == INTERRUPTED:
        say("crm: interrupted; nothing was changed")
    return code if isinstance(code, int) else 0


def _main(arguments: list[str] | None, root: PromisedGroup | None, at: Desk | None) -> Any:
    """Carry out a command line; returns its exit code, or nothing where all went well."""
    if root and at and arguments:
        try:
            if ctx := straight(root, arguments, at):
                with ctx:
                    return ctx.command.invoke(ctx)
        except Exit as error:
            return error.exit_code
        finally:
            at.close()
    words = _helped(sys.argv[1:] if arguments is None else arguments)
    return (root or group()).main(args=words, prog_name="crm", standalone_mode=False, obj=at)


def _helped(words: list[str]) -> list[str]:
    """A line that asks for help in the way of other programs, as ours do."""
    if words[:1] == ["help"]:
        return [*words[1:], "--help"]
    return [*words[:-1], "--help"] if words[-1:] == ["-h"] and "--" not in words else words


def fail(error: CrmError | TyperException) -> int:
    """Say what is wrong on one line; returns the exit code."""
    words = _usage(error) if isinstance(error, TyperException) else str(error)
    where: Any = getattr(error, "ctx", None)
    if where is not None and words == where.get_help():  # nothing was asked: show what can be
        say(words)
        return error.exit_code
    if COMPLETING in os.environ:  # a shell that completes a line has no room for sentences
        return error.exit_code
    say("crm: " + " ".join(words.split("\n")).strip())
    return error.exit_code


def _usage(error: TyperException) -> str:
    """What is wrong with the words of a line: the names that look alike, else where to read which there are."""
    from difflib import get_close_matches

    wrong: Any = error
    if near := getattr(wrong, "possibilities", None):  # compared with their dashes, which any two share
        bare = {each.lstrip("-"): each for each in near}
        near = [bare[each] for each in get_close_matches(wrong.option_name.lstrip("-"), bare)]
        wrong.possibilities = near
    words: str = re.sub(r"a valid int(eger)?( range)?\b", "a whole number", wrong.format_message())
    where = getattr(wrong, "ctx", None)
    if where is None or "\n" in words or "Did you mean" in words or near:
        return words
    return f"{words.rstrip('.')}; {_filter(wrong)}see `{where.command_path} --help`"


def _filter(error: Any) -> str:
    """What to write instead where an option is meant as a filter."""
    from crm_cli import fields

    name, where = getattr(error, "option_name", "").lstrip("-").replace("-", "_"), error.ctx
    noun = where.parent.info_name if where.parent and where.info_name in ("list", "export") else ""
    known = [*fields.noun(noun).columns, "tag"] if noun in fields.names() else []
    return f"a filter has no dashes: {name}=VALUE; " if name in known else ""


def _undecodable(words: str) -> bool:
    """Whether a text came in as bytes that are no text."""
    return any("\ud800" <= letter <= "\udfff" for letter in words)


def closed_pipe() -> int:
    """Whoever read us has gone, which is their right: end quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
