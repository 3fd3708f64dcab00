"""The verbs that every noun has: add, list, show, edit, delete, import, export, tag, untag.

`common` puts promises of them into a noun's application; each is made, with the options of that noun's
fields, only when it is reached.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from crm_cli import asking, fields, output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Given, Option, Out, Page, Setting, given
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.output import Rows

Refs = Annotated[
    list[str], Argument(metavar="REF…", help="Which: id, name, e-mail, a filter, or - for references on standard input",
                        autocompletion=completing.filters)
]  # fmt: skip
Filters = Annotated[
    list[str] | None,
    Argument(
        metavar="[FILTER…]", help="FIELD=VALUE, all of which must hold", autocompletion=completing.filters
    ),
]
# What a new record can be told by, where that is more than its name.
CALLED = {
    "contact": ("name", "first_name", "last_name", "email", "phone", "external_id"),
    "lead": ("name", "first_name", "last_name", "company_name", "email", "phone", "external_id"),
    "deal": ("name", "company", "contact", "product", "external_id"),
    "company": ("name", "domain", "website", "email", "phone", "external_id"),
    "product": ("name", "code", "external_id"),
    "user": ("name", "email", "external_id"),
    "activity": ("subject", "body"),
    "task": ("subject", "body"),
}
# Files beside tables: the formats that records are exported as, and what the help of import and export says.
_CARDS = ("vcf", "vcf3"), "CSV, JSON or vCards, also a folder of cards", ", or as vCards with -o vcf or vcf3"
FILES = {
    "contact": _CARDS,
    "company": _CARDS,
    "task": (("ics",), "CSV, JSON or a calendar (.ics)", ", or as a calendar with -o ics"),
    "activity": (
        ("ics",),
        "CSV, JSON, mail (mbox, .eml) or a calendar (.ics)",
        ", or as a calendar with -o ics",
    ),
}
_TABLES = (), "a CSV, TSV, JSON or JSON lines file", " unless told otherwise"
ALL = ("add", "list", "show", "edit", "delete", "tag", "untag", "import", "export")


def common(app: typer.Typer, noun: str, verbs: tuple[str, ...] = ALL, **examples: str) -> None:
    """Give a noun the common verbs; `examples` are lines of help by verb (`import_` for import)."""
    for verb in verbs:
        maker = _Maker(MAKERS[verb], noun, examples.get(verb, examples.get(f"{verb}_", "")))
        app.registered_commands.append(
            CommandInfo(name=verb, callback=maker, help=_summary(verb, noun) + _example(maker.example))
        )


class _Maker:
    """Makes one command of one noun when it is reached."""

    def __init__(self, make: Callable[[str], Callable[..., None]], noun: str, example: str) -> None:
        self._make, self.noun, self.example = make, noun, example

    def make(self) -> Callable[..., None]:
        """The command."""
        return self._make(self.noun)

    def __call__(self) -> None:
        """Typer asks that a callback can be called; it is made first."""
        raise NotImplementedError


def _summary(verb: str, noun: str) -> str:
    many, article = fields.plural(noun), "an" if noun[0] in "aeiou" else "a"
    return {
        "add": f"Add {article} {noun}.",
        "list": f"List {many}, filtered, sorted, in any format.",
        "show": f"Show all about {article} {noun}.",
        "edit": f"Change fields of {many}: one, several, or all that a filter finds.",
        "delete": f"Delete {many}.",
        "tag": f"Put labels on {many}.",
        "untag": f"Take labels off {many}.",
        "import": f"Import {many} from {FILES.get(noun, _TABLES)[1]}.",
        "export": f"Export {many}, every field, as CSV{FILES.get(noun, _TABLES)[2]}.",
    }[verb]


def _example(line: str) -> str:
    return "\n\n" + "\n".join(f"    {each}" for each in line.split(" ;; ")) if line else ""


def make_list(noun: str) -> Callable[..., None]:
    """`list`."""

    def list_(
        ctx: typer.Context,
        *,
        filters: Filters = None,
        page: Page,
        out: Out,
    ) -> None:
        desk: Desk = ctx.obj
        out.on(desk)
        if page.columns in ("?", ""):
            output.write(_columns(desk, noun), desk.style)
            return
        ids, texts = _refs_and_filters(desk, noun, filters or [])
        if page.count:
            output.text(str(asking.count(desk, noun, texts, ids)))
            return
        columns = page.columns.split(",") if page.columns else None
        output.write(
            asking.listing(
                desk,
                noun,
                texts,
                ids=ids,
                columns=columns,
                sort=page.sort,
                limit=page.limit,
                offset=page.offset,
            ),
            desk.style,
        )

    return list_


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
            output.write(asking.listing(desk, noun, ids=ids, columns=["all"]), desk.style)
            return
        from crm_cli.asking import picture

        for each in ids:
            output.text(picture.lines(desk, noun, each))

    return show


def make_add(noun: str) -> Callable[..., None]:
    """`add`."""
    title = "name" if "name" in fields.noun(noun).fields else "subject"
    options: Any = given(noun, without=(title,))

    def add(
        ctx: typer.Context,
        *,
        name: Annotated[
            str | None, Argument(metavar=f"[{title.upper()}]", help=fields.noun(noun).fields[title].help)
        ] = None,
        named: options,
        setting: Setting,
        force: Annotated[
            bool, Option("--force", help="Add it although one with this e-mail address exists")
        ] = False,
        doing: Doing,
    ) -> None:
        texts = _texts(named, setting)
        if name:
            texts[title] = name
        add_record(ctx.obj, noun, texts, doing, force=force)

    return add


def add_record(desk: Desk, noun: str, texts: dict[str, Any], doing: Doing, *, force: bool = False) -> None:
    """Add one record from typed texts and say so."""
    doing.on(desk)
    from crm_cli.rules import duplicates, intake, records

    if not any(texts.get(each) for each in CALLED.get(noun, ("name",))):
        texts |= _asked_name(desk, noun)
    with desk.change(f"{noun} add", dry_run=doing.dry_run) as change:
        draft = intake.new(change, noun, texts)
        duplicates.refuse(change, noun, draft, force=force)
        change.notes += duplicates.warn(change, noun, draft)
        records.write(change, noun, [draft])
        called = str(draft.get("name") or draft.get("subject"))
        change.summary = called
    if doing.dry_run:
        desk.say(f"would add {noun} {called}")
        return
    desk.say(f"added {noun} {draft.id} {called}")
    desk.written(noun, [draft.id], format=doing.format)


def _asked_name(desk: Desk, noun: str) -> dict[str, str]:
    """What the person calls a record that nothing given tells apart."""
    title = "name" if "name" in fields.noun(noun).fields else "subject"
    if not desk.interactive:
        raise InvalidError(
            f"which {noun}? Give its {title}: crm {noun} add {title.upper()} (crm {noun} add --help)"
        )
    import questionary

    answer: str = questionary.text(f"{title.capitalize()} of the {noun}:").unsafe_ask()
    if not answer.strip():
        raise InvalidError("nothing was added")
    return {title: answer}


def make_edit(noun: str) -> Callable[..., None]:
    """`edit`."""
    options: Any = given(noun)

    def edit(
        ctx: typer.Context,
        *,
        refs: Refs,
        named: options,
        setting: Setting,
        editor: Annotated[bool, Option("--editor", help="Change the fields in $EDITOR")] = False,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ids, filtered = desk.targets(noun, refs)
        texts = _texts(named, setting)
        if editor:
            from crm_cli.commands import editing

            texts |= editing.page(desk, noun, ids)
        if not ids:
            desk.say(f"no {noun} to change")
            return
        if not texts:
            raise InvalidError(
                f"nothing to set; name a field, such as --set owner=me (crm {noun} edit --help)"
            )
        if filtered and not doing.dry_run:
            desk.confirm(f"Change {len(ids):,} {fields.plural(noun)}?", yes=doing.yes)
        edit_records(desk, noun, ids, texts, doing)

    return edit


def edit_records(
    desk: Desk, noun: str, ids: list[int], texts: dict[str, Any], doing: Doing, verb: str = "edit"
) -> None:
    """Set the same fields of several records in one change and say what changed."""
    from crm_cli.rules import intake, records

    with desk.change(f"{noun} {verb}", dry_run=doing.dry_run) as change:
        drafts = records.load(change, noun, ids)
        for draft in drafts:
            intake.fill(change, noun, draft, texts)
        records.write(change, noun, drafts)
        changed = [draft.id for draft in drafts if draft.changed]
        change.summary = f"{counted(changed, noun)}: {', '.join(sorted(texts))}"
    said = "would change" if doing.dry_run else "changed"
    same = sorted(set(ids) - set(changed))
    were = "was" if len(same) == 1 else "were"
    told = [f"{said} {counted(changed, noun)}"] * bool(changed) + [
        f"{counted(same, noun)} {were} so already"
    ] * bool(same)
    desk.say(", ".join(told))
    if not doing.dry_run:
        desk.written(noun, ids, format=doing.format)


def assign_records(desk: Desk, noun: str, refs: list[str], to: str | None, doing: Doing) -> None:
    """Give leads or deals to a user: the one named, else the one the rules choose, with the reasons."""
    doing.on(desk)
    ids, filtered = desk.targets(noun, refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Assign {counted(ids, noun)}?", yes=doing.yes)
    from crm_cli.rules import assign, intake

    with desk.change(f"{noun} assign", dry_run=doing.dry_run) as change:
        user = intake.resolve(change, "user", to) if to else None
        change.notes += assign.assign(change, noun, ids, user)
        change.summary = counted(ids, noun)
    if not doing.dry_run:
        desk.written(noun, ids, format=doing.format)


def make_delete(noun: str) -> Callable[..., None]:
    """`delete`."""

    def delete(
        ctx: typer.Context,
        refs: Refs,
        doing: Doing,
        with_related: Annotated[bool, Option("--with-related", help="Take along what refers to it")] = False,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ids, _ = desk.targets(noun, refs)
        if ids and not doing.dry_run:
            desk.confirm(f"Delete {counted(ids, noun)}?", yes=doing.yes)
        from crm_cli.rules import records

        gone: dict[str, int] = {}
        with desk.change(f"{noun} delete", dry_run=doing.dry_run) as change:
            for each in ids:
                if change.value(f'SELECT 1 FROM "{fields.noun(noun).table}" WHERE id = ?', each):
                    for name, number in records.delete(change, noun, each, with_related=with_related).items():
                        gone[name] = gone.get(name, 0) + number
            change.summary = ", ".join(f"{number} {name}" for name, number in gone.items())
        said = ", ".join(f"{n} {fields.plural(name) if n > 1 else name}" for name, n in gone.items())
        desk.say(f"{'would delete' if doing.dry_run else 'deleted'} {said or 'nothing'}")
        if not desk.style.terminal and not doing.dry_run:
            output.text(str(each) for each in ids)

    return delete


def make_tag(noun: str) -> Callable[..., None]:
    """`tag`."""
    return _tagging(noun, "tag")


def make_untag(noun: str) -> Callable[..., None]:
    """`untag`."""
    return _tagging(noun, "untag")


def _tagging(noun: str, verb: str) -> Callable[..., None]:
    def tagging(
        ctx: typer.Context,
        words: Annotated[str, Argument(metavar="TAG[,TAG…]", help="The labels")],
        refs: Refs,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ids, filtered = desk.targets(noun, refs)
        if filtered and not doing.dry_run:
            desk.confirm(f"Change {counted(ids, noun)}?", yes=doing.yes)
        from crm_cli.rules import tags

        with desk.change(f"{noun} {verb}", dry_run=doing.dry_run) as change:
            changed = tags.change(change, noun, ids, words, put=verb == "tag")
            change.summary = f"{words}: {counted(changed, noun)}"
        desk.say(f"{verb}ged {counted(changed, noun)} {words}")
        if not doing.dry_run:
            desk.written(noun, changed, format=doing.format)

    return tagging


def make_export(noun: str) -> Callable[..., None]:
    """`export`."""

    def export(
        ctx: typer.Context,
        *,
        filters: Filters = None,
        out: Out,
        sort: Annotated[str | None, Option(metavar="COLUMNS", help="Sort by")] = None,
        columns: Annotated[str | None, Option(metavar="a,b,c", help="Only these columns")] = None,
    ) -> None:
        desk: Desk = ctx.obj
        file = out.format if out.format in FILES.get(noun, _TABLES)[0] else None
        out.format = "csv" if file else out.format or "csv"
        out.on(desk)
        ids, texts = _refs_and_filters(desk, noun, filters or [])
        if file:
            if columns:
                raise InvalidError(f"--columns is for tables; -o {file} has what such a file can hold")
            output.raw(_filed(desk, noun, file, texts, ids=ids, sort=sort))
            return
        wanted = columns.split(",") if columns else ["all"]
        output.write(asking.listing(desk, noun, texts, ids=ids, columns=wanted, sort=sort), desk.style)

    return export


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


def make_import(noun: str) -> Callable[..., None]:
    """`import`."""
    from crm_cli.commands import importing

    return importing.command(noun)


MAKERS: dict[str, Callable[[str], Callable[..., None]]] = {
    "add": make_add,
    "list": make_list,
    "show": make_show,
    "edit": make_edit,
    "delete": make_delete,
    "tag": make_tag,
    "untag": make_untag,
    "import": make_import,
    "export": make_export,
}


def counted(ids: list[int], noun: str) -> str:
    """`1 deal 12` or `3 deals`."""
    return f"{noun} {ids[0]}" if len(ids) == 1 else f"{len(ids):,} {fields.plural(noun)}"


def _texts(named: Given, setting: Setting) -> dict[str, Any]:
    return named.texts() | setting.texts()
