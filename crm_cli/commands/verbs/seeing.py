"""The verbs that ask: list, show, export."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import typer

from crm_cli import asking, fields, output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Filters, Out, Page, Shape, Watch
from crm_cli.commands.verbs.files import FILES, TABLES
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.output import Rows


def make_list(noun: str) -> Callable[..., None]:
    """`list`."""

    def list_(
        ctx: typer.Context,
        *,
        filters: Filters = None,
        page: Page,
        watch: Watch,
        out: Out,
    ) -> None:
        desk: Desk = ctx.obj
        out.on(desk)
        if watch.watch and not page.count:
            from crm_cli import watching

            def answer(current: Desk, room: int) -> Callable[[], None]:
                return partial(output.write, _listed(current, noun, filters, page, room), desk.style)

            watching.show(desk, watch.every, answer)
            return
        if page.columns in ("?", ""):
            output.write(_columns(desk, noun), desk.style)
            return
        if page.count:
            watch.refuse("--count")
            ids, texts = _refs_and_filters(desk, noun, filters or [])
            output.text(str(asking.count(desk, noun, texts, ids)))
            return
        output.write(_listed(desk, noun, filters, page), desk.style)

    return list_


def _listed(desk: Desk, noun: str, filters: list[str] | None, page: Page, room: int | None = None) -> Rows:
    """The rows that a page shows, by default as many as there is room for."""
    ids, texts = _refs_and_filters(desk, noun, filters or [])
    return asking.listing(
        desk,
        noun,
        texts,
        ids=ids,
        columns=page.columns.split(",") if page.columns else None,
        sort=page.sort,
        limit=room if page.limit is None else page.limit,
        offset=page.offset,
    )


def _columns(desk: Desk, noun: str) -> Rows:
    each = [fields.Field("column", "text"), fields.Field("kind", "text"), fields.Field("meaning", "text")]
    known = fields.noun(noun).columns | fields.custom(desk.connection, noun)
    rows = [(column.name, column.kind, column.help) for column in known.values()]
    return Rows(each, rows)


def _refs_and_filters(desk: Desk, noun: str, texts: list[str]) -> tuple[list[int] | None, list[str]]:
    from crm_cli.filters import is_filter

    known = fields.custom(desk.connection, noun)
    filters = [text for text in texts if is_filter(fields.noun(noun), text, known)]
    others = [text for text in texts if text not in filters]
    return (desk.targets(noun, others)[0] if others else None), filters


def make_show(noun: str) -> Callable[..., None]:
    """`show`."""

    def show(
        ctx: typer.Context,
        refs: Annotated[
            list[str],
            Argument(metavar="REF…", help="Which: id, name, e-mail …", autocompletion=completing.references),
        ],
        out: Out,
    ) -> None:
        desk: Desk = ctx.obj
        out.on(desk)
        ids, _ = desk.targets(noun, refs)
        if desk.style.format not in (None, "table"):
            output.write(asking.records(desk, noun, ids), desk.style)
            return
        from crm_cli.asking import picture

        for each in ids:
            output.text(picture.lines(desk, noun, each))

    return show


def make_export(noun: str) -> Callable[..., None]:
    """`export`."""

    def export(
        ctx: typer.Context,
        *,
        filters: Filters = None,
        out: Out,
        shape: Shape,
    ) -> None:
        export_of(ctx.obj, noun, filters, out, shape)

    return export


def export_of(
    desk: Desk,
    noun: str,
    filters: list[str] | None,
    out: Out,
    shape: Shape,
    *,
    only: Callable[[list[str], list[int] | None], list[int]] | None = None,
) -> None:
    """Write the records that filters and references let through; `only` says by their ids which of these."""
    if shape.spreadsheet:
        _for_spreadsheets(desk, out)
    file = out.format if out.format in FILES.get(noun, TABLES)[0] else None
    out.format = "csv" if file else out.format or "csv"
    out.on(desk)
    ids, texts = _refs_and_filters(desk, noun, filters or [])
    if only:
        ids = only(texts, ids)
    if file:
        if shape.columns:
            raise InvalidError(f"--columns is for tables; -o {file} has what such a file can hold")
        output.raw(_filed(desk, noun, file, texts, ids=ids, sort=shape.sort))
        return
    wanted = shape.columns.split(",") if shape.columns else ["all"]
    output.write(asking.listing(desk, noun, texts, ids=ids, columns=wanted, sort=shape.sort), desk.style)


def _for_spreadsheets(desk: Desk, out: Out) -> None:
    """Let CSV be written for spreadsheet programs."""
    from crm_cli import spreadsheets

    if out.format not in (None, "csv"):
        raise InvalidError(f"--spreadsheet is for CSV; leave -o {out.format} or --spreadsheet out")
    desk.style.spreadsheet = spreadsheets.decimal_mark(desk.config.get("decimal"), desk.config.get("locale"))


def _filed(
    desk: Desk, noun: str, form: str, filters: list[str], *, ids: list[int] | None, sort: str | None
) -> Iterator[str]:
    """The text of a file of another kind."""
    if form == "ics":
        from crm_cli.asking import calendars

        return calendars.text(desk, noun, filters, ids=ids, sort=sort)
    from crm_cli.asking import cards

    version = {"vcf": "4.0", "vcf3": "3.0"}[form]
    return cards.text(desk, noun, filters, version=version, ids=ids, sort=sort)
