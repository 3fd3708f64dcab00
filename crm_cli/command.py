"""A command that is reached by line after line: it keeps what is the same for all of them.

The first line is read by Typer. Of those after it that are plain, texts and flags are taken as they are: options that a
line does not give are what they are declared to be, which a test holds to be what Typer makes of them.
"""

from typing import Any

import typer
from typer.core import TyperCommand


class LineContext(typer.Context):
    """What is known while a line is carried out; `said` is what a plain one gives, None of any other."""

    said: dict[str, Any] | None = None


class Command(TyperCommand):
    """A command that makes its parser once, and reads what is not given once, however many lines reach it."""

    context_class = LineContext
    _parser: Any = None
    _ungiven: dict[str, Any]
    _unread: list[Any]

    def make_parser(self, ctx: Any) -> Any:
        """The parser of the command's options, for a line."""
        if self._parser is None:
            self._parser = super().make_parser(ctx)
            self._ungiven, self._unread = {}, self.get_params(ctx)
        self._parser.ctx = ctx
        return self._parser

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of a line; what is unusual in them is left to Typer, which says what is wrong."""
        parser = self.make_parser(ctx)
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        given, rest, order = parser.parse_args(args=[*args])
        if rest or any(each.is_eager for each in order):
            return super().parse_args(ctx, args)
        told = [each for each in order if given[each.name] is not None]
        if all(each in told or not each.expose_value for each in self._unread) and all(
            _is_plain(each, given) for each in told
        ):
            ctx.said = {each.name: given[each.name] for each in told}
            return []
        ctx.params.update(self._ungiven)
        for each in dict.fromkeys((*told, *self._unread)):
            each.handle_parse_result(ctx, given, rest)
            if each not in told and _is_constant(each):
                self._ungiven[each.name] = ctx.params[each.name]
        self._unread = [each for each in self._unread if each.name not in self._ungiven]
        return []

    def invoke(self, ctx: Any) -> Any:
        """Carry out a line; a plain one without what Typer would convert for each option that it has."""
        if ctx.said is None:
            return super().invoke(ctx)
        callback: Any = self.callback
        return callback.__wrapped__.plainly(ctx, ctx.said)


def _is_constant(each: Any) -> bool:
    """Whether a parameter that is not given is the same in every line."""
    asks = each.required or each.envvar or each.callback or getattr(each, "prompt", None)
    return each.expose_value and not asks and not callable(each.default)


def _is_plain(each: Any, given: dict[str, Any]) -> bool:
    """Whether what is given of a parameter is taken as it is: a text, texts, or a flag."""
    if each.callback or not each.expose_value:
        return False
    several = each.multiple or each.nargs != 1
    return bool(each.type.name == "str" or (not several and given[each.name] in (True, False)))
