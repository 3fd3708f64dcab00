"""Promises: a noun's and a verb's name and summary without the cost of building it.

Typer builds every command of an application before it runs one. Here the groups hold promises, which know
what help and completion show, and only the command that is reached is built. Noun modules are ordinary
Typer applications; `Bundle` lets a family of options be declared once and taken as one parameter.

Where a process carries out many lines, `straight` reaches a command without going through the groups above it again.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import copy
from functools import cache, cached_property
from importlib import import_module
from typing import Any, cast, dataclass_transform

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from crm_cli.command import Command


@dataclass_transform(kw_only_default=True)
class Bundle:
    """A family of annotated options that a command takes as one parameter; declared like a dataclass.

    A dataclass compiles methods of its own each time it is loaded, and every command loads more families than it
    takes; here the methods stand once.
    """

    def __init__(self, **given: Any) -> None:
        kind: Any = type(self)
        _ungiven(kind)
        vars(self).update(given)

    def told(self) -> set[str]:
        """The options that a line gives: those that are not what they are where none is given."""
        kind: Any = type(self)
        return {name for name, value in _ungiven(kind).items() if getattr(self, name) != value}


@cache
def _ungiven(kind: type) -> dict[str, Any]:
    """What the options of a family are where none is given: what its class has, from the first one made."""
    found = {name: getattr(kind, name, None) for name in _declared(kind)}
    for name, value in found.items():
        setattr(kind, name, value)
    return found


def _declared(kind: type) -> dict[str, Any]:
    """The options of a family, its parents' first: name and annotation."""
    return {
        name: annotation
        for each in reversed(kind.__mro__)
        for name, annotation in vars(each).get("__annotations__", {}).items()
    }


class Made(ABC):
    """A command whose options depend on what is declared elsewhere: it is made when it is reached."""

    @abstractmethod
    def make(self) -> Callable[..., Any]:
        """The command."""

    def __call__(self, *words: Any, **said: Any) -> Any:
        """Carry it out, made for this once."""
        return self.make()(*words, **said)


class Promise:
    """A command that is not built yet; stands in a group where the command will be."""

    deprecated = False

    def __init__(
        self,
        name: str,
        summary: str,
        build: Callable[[], Any],
        section: str = "Commands",
        *,
        hidden: bool = False,
    ) -> None:
        self.name, self.summary, self.build = name, summary, build
        self.section, self.hidden = section, hidden

    @cached_property
    def built(self) -> Any:
        """The command, built once however many lines reach it."""
        return self.build()

    def get_short_help_str(self, limit: int = 100) -> str:
        """What a list of commands shows."""
        return self.summary if len(self.summary) <= limit else self.summary[: limit - 1] + "…"


class PromisedGroup(TyperGroup):
    """A group whose commands are promises."""

    _above: typer.Context | None = None

    def above(self, name: str, parent: typer.Context | None) -> typer.Context:
        """The context of what stands below it, made once however many lines go through."""
        if self._above is None:
            self._above = typer.Context(self, info_name=name, parent=parent)
        return self._above

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Build the one command that is reached."""
        name, promise, rest = super().resolve_command(ctx, args)
        return name, promise.built if isinstance(promise, Promise) else promise, rest

    def format_commands(self, _: Any, formatter: Any) -> None:
        """List the commands under their sections, in the order of declaration."""
        sections: dict[str, list[tuple[str, str]]] = {}
        width = max((len(name) for name in self.commands), default=0)
        for name, promise in self.commands.items():
            if not promise.hidden:
                short = promise.get_short_help_str(formatter.width - 6 - width)
                sections.setdefault(getattr(promise, "section", "Commands"), []).append((name, short))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def straight(root: PromisedGroup, words: list[str], obj: Any) -> typer.Context | None:
    """The context of the command that a line names by its first words; None where options stand among them.

    Raises:
        TyperException: the words after the command are none for it.
    """
    group, above = root, root.above("crm", None)
    for place, word in enumerate(words):
        found: Any = group.commands.get(word)
        command = found.built if isinstance(found, Promise) else found
        if not isinstance(command, PromisedGroup):
            ctx: typer.Context | None = command and command.make_context(
                word, words[place + 1 :], parent=above, obj=obj
            )
            return ctx
        group, above = command, command.above(word, above)
    return None


def application(help_: str, epilog: str | None = None) -> typer.Typer:
    """An empty noun: an ordinary Typer application without Rich markup or completion of its own."""
    return typer.Typer(
        help=help_, epilog=epilog, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False
    )


def noun_promise(name: str, module: str, summary: str, section: str) -> Promise:
    """The promise of a noun whose module is loaded when it is reached.

    A module with a function `more` has commands beside those of its application: what there is at that moment.
    """
    return Promise(name, summary, lambda: _noun(name, import_module(module)), section)


def _noun(name: str, module: Any) -> PromisedGroup:
    group = _group(name, module.app)
    commands: Any = group.commands
    for info in module.more() if hasattr(module, "more") else ():
        commands[info.name] = _verb_promise(info)
    return group


def _group(name: str, app: typer.Typer) -> PromisedGroup:
    """An application as a group of promises, its own groups included."""
    promises = [_verb_promise(info) for info in app.registered_commands]
    promises += [
        _group_promise(str(info.name), info.typer_instance)
        for info in app.registered_groups
        if info.typer_instance
    ]
    return PromisedGroup(
        name=name,
        commands={promise.name: promise for promise in promises},  # type: ignore[misc]
        help=str(app.info.help),
        epilog=app.info.epilog if isinstance(app.info.epilog, str) else None,
        no_args_is_help=True,
        rich_markup_mode=None,
    )


def _group_promise(name: str, app: typer.Typer) -> Promise:
    return Promise(name, str(app.info.help), lambda: _group(name, app))


def command_promise(name: str, module: str, function: str, summary: str, section: str) -> Promise:
    """The promise of a command at the top."""
    return Promise(
        name,
        summary,
        lambda: build(CommandInfo(name=name, callback=getattr(import_module(module), function))),
        section,
    )


def build(info: CommandInfo) -> Any:
    """Build one command, its bundles unfolded into options; what was registered stays as it is for the next line."""
    info, made = copy(info), info.callback
    if isinstance(made, Made):
        made = made.make()
    info.help = _with_examples(info.help or (made.__doc__ if made else None) or "")
    info.callback = unfold(made) if made else None
    info.cls = Command
    return get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)


def _with_examples(words: str) -> str:
    """The help with its examples, which are paragraphs that begin with `crm`, line by line as they stand."""
    paragraphs = [inspect.cleandoc(each) for each in words.split("\n\n")]
    return "\n\n".join(_example(each) if each.startswith("crm ") else each for each in paragraphs)


def _example(paragraph: str) -> str:
    return "\b\n" + "\n".join(f"    {line.strip()}" for line in paragraph.splitlines())


def unfold(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Replace each parameter that is a bundle by the options in it."""
    flat: list[inspect.Parameter] = []
    bundles: dict[str, tuple[type, list[str]]] = {}
    for parameter in inspect.signature(callback, eval_str=True).parameters.values():
        kind = parameter.annotation
        if isinstance(kind, type) and issubclass(kind, Bundle):
            flat.extend(_options(kind))
            bundles[parameter.name] = (kind, list(_declared(kind)))
        else:
            flat.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    def unfolded(**given: Any) -> Any:
        for name, (kind, names) in bundles.items():
            given[name] = kind(**{each: given.pop(each) for each in names})
        return callback(**given)

    command: Any = unfolded  # what is told of a function stands on it
    command.plainly = _plainly(callback, flat, bundles)
    command.__name__ = callback.__name__
    command.__doc__ = callback.__doc__
    command.__signature__ = inspect.Signature(flat)
    return cast("Callable[..., Any]", command)


def _plainly(
    callback: Callable[..., Any], flat: list[inspect.Parameter], bundles: dict[str, tuple[type, list[str]]]
) -> Callable[[typer.Context, dict[str, Any]], Any]:
    """What carries out a command with the options that a line gives, each in its bundle; the others are as declared."""
    home = {each: name for name, (_, names) in bundles.items() for each in names}
    rest = {each.name: each for each in flat if each.name not in home}

    def plainly(ctx: typer.Context, said: dict[str, Any]) -> Any:
        given = {
            name: ctx if each.annotation is typer.Context else each.default for name, each in rest.items()
        }
        of: dict[str, dict[str, Any]] = {name: {} for name in bundles}
        for name, value in said.items():
            taken = list(value) if isinstance(value, tuple) else value
            (of[home[name]] if name in home else given)[name] = taken
        given |= {name: kind(**of[name]) for name, (kind, _) in bundles.items()}
        return callback(**given)

    return plainly


def _options(kind: type) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=getattr(kind, name, None), annotation=annotation
        )
        for name, annotation in _declared(kind).items()
    ]


def _verb_promise(info: CommandInfo) -> Promise:
    callback = info.callback
    name = info.name or (callback.__name__.replace("_", "-") if callback else "")
    summary = (info.help or (callback.__doc__ if callback else None) or "").strip().partition("\n")[0]
    return Promise(name, summary, lambda: build(info), hidden=info.hidden)
