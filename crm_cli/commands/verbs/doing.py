"""The verbs that change: add, edit, delete, tag, untag; and what other verbs do to several records at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from crm_cli import fields, output
from crm_cli.commands.options import Argument, Doing, Given, Option, Refs, Setting, counted, given
from crm_cli.desk import Desk, pick
from crm_cli.errors import InvalidError
from crm_cli.refs import AmbiguousError

if TYPE_CHECKING:
    from crm_cli.rules.drafts import Draft

PAGE = 2_000  # records that are changed together
T = TypeVar("T")
AddsNamed = Callable[[str, str], bool]
"""Whether a record that is named (its noun, its name) and not there is to be added."""
Create = Annotated[
    bool, Option("--create", help="Add a company, contact, user or campaign that is named and not there")
]
# What a new record can be told by, where that is more than its name.
CALLED = {
    "contact": ("name", "first_name", "last_name", "email", "phone", "external_id"),
    "lead": ("name", "first_name", "last_name", "company_name", "email", "phone", "external_id"),
    "deal": ("name", "company", "contact", "product", "external_id"),
    "company": ("name", "domain", "website", "email", "phone", "external_id"),
    "product": ("name", "code", "external_id"),
    "user": ("name", "email", "external_id"),
    "article": ("name", "case", "external_id"),
    "quote": ("number", "company", "contact", "deal", "external_id"),
    "member": ("name", "contact", "lead", "external_id"),
    "invoice": ("number", "company", "contact", "deal", "external_id"),
    "activity": ("subject", "body"),
    "task": ("subject", "body"),
}
# What a new record is told by first, where that is not what it is called.
FIRST = {"survey": "score", "consent": "state"}
# What a new record is added in spite of, where that is not an address.
FORCED = {"goal": "Add it although its period is over"}


def make_add(noun: str) -> Callable[..., None]:
    """`add`."""
    title = FIRST.get(noun, fields.noun(noun).label)
    options: Any = given(noun, without=() if noun in FIRST else (title,))

    def add(
        ctx: typer.Context,
        *,
        name: Annotated[
            str | None, Argument(metavar=f"[{title.upper()}]", help=fields.noun(noun).fields[title].help)
        ] = None,
        named: options,
        setting: Setting,
        force: Annotated[
            bool,
            Option(
                "--force",
                help=FORCED.get(noun, "Add it although one has this e-mail address, or it can be none"),
            ),
        ] = False,
        create: Create = False,
        doing: Doing,
    ) -> None:
        texts = _texts(named, setting)
        if name:
            texts[title] = name
        add_record(ctx.obj, noun, texts, doing, force=force, create=create)

    return add


def add_record(
    desk: Desk, noun: str, texts: dict[str, Any], doing: Doing, *, force: bool = False, create: bool = False
) -> None:
    """Add one record from typed texts and say so; with `create` also what it names and is not there."""
    doing.on(desk)
    from crm_cli.rules import adding, records

    title = FIRST.get(noun, fields.noun(noun).label)
    if not any(texts.get(each) for each in CALLED.get(noun, (title,))):
        texts |= _asked(desk, noun, title)
    if not (force or create or doing.dry_run or doing.format) and desk.keeps(
        f"{noun} add", [(noun, texts)], lambda drafts: _added(desk, noun, drafts[0], doing)
    ):
        return

    def carry_out(adds_named: AddsNamed) -> "Draft":
        with desk.change(f"{noun} add", dry_run=doing.dry_run) as change:
            change.adds_named = adds_named
            draft = adding.drafted(change, noun, texts, force=force)
            records.write(change, noun, [draft])
            change.summary = _called(noun, draft)
        return draft

    draft = _with_picked(desk, noun, texts, lambda: _with_named(desk, carry_out, create=create))
    if doing.dry_run:
        desk.say(f"would add {noun} {_called(noun, draft)}")
    else:
        _added(desk, noun, draft, doing)


def _with_picked(desk: Desk, noun: str, texts: dict[str, Any], carry_out: Callable[[], T]) -> T:
    """Carry out a change with these texts; in a terminal the person chooses where a reference names several."""
    about = fields.noun(noun).fields
    while True:
        try:
            return carry_out()
        except AmbiguousError as several:
            linking = [key for key, text in texts.items()
                       if key in about and about[key].to == several.noun and text == several.text]  # fmt: skip
            if not (desk.interactive and linking):
                raise
            texts |= dict.fromkeys(linking, str(pick(several)))


def _with_named(desk: Desk, carry_out: Callable[[AddsNamed], T], *, create: bool) -> T:
    """Carry out a change that may add what it names; in a terminal the person is asked whether it shall."""
    from crm_cli.refs import UnknownError
    from crm_cli.rules.intake import NAMED

    wished: set[tuple[str, str]] = set()
    while True:
        try:
            return carry_out(lambda noun, name: create or (noun, name) in wished)
        except UnknownError as unknown:
            asked = unknown.noun, unknown.text
            if not (desk.interactive and unknown.is_name and unknown.noun in NAMED) or asked in wished:
                raise
            meant, is_question, _ = unknown.hint.partition("?")
            near = f" ({meant}?)" if is_question else ""
            if not _wishes(f"There is no {unknown.noun} {unknown.text}{near}. Add it?"):
                raise
            wished.add(asked)


def _wishes(question: str) -> bool:
    import questionary

    return bool(questionary.confirm(question, default=False).unsafe_ask())


def _called(noun: str, draft: "Draft") -> str:
    """What a record is called, by its number too where it has one."""
    names = (draft.get("number"), str(draft.get(fields.noun(noun).label)))
    return " ".join(dict.fromkeys(filter(None, names)))


def _added(desk: Desk, noun: str, draft: "Draft", doing: Doing) -> None:
    """Say that a record is written."""
    desk.say(f"added {noun} {draft.id} {_called(noun, draft)}")
    desk.written(noun, [draft.id], format=doing.format)
    if noun == "case" and desk.style.limited:
        _show_similar(desk, draft.id)


def _show_similar(desk: Desk, case_id: int) -> None:
    """Show the person who opens a case how cases like it were settled."""
    from crm_cli.asking import similar

    rows = similar.similar_to(desk, case_id)
    if rows.rows:
        desk.say(f"like it, with more in `crm case similar {case_id}`:")
        output.write(rows, desk.style)


def _asked(desk: Desk, noun: str, title: str) -> dict[str, str]:
    """What the person calls a record that nothing given tells apart."""
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
        create: Create = False,
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
        edit_records(desk, noun, ids, texts, doing, create=create)

    return edit


def edit_records(
    desk: Desk, noun: str, ids: list[int], texts: dict[str, Any], doing: Doing, verb: str = "edit", *,
    create: bool = False,
) -> None:  # fmt: skip
    """Set the same fields of several records in one change and say what changed; with `create` add what they name."""
    from crm_cli.rules import duplicates, intake, records

    def carry_out(adds_named: AddsNamed) -> list[int]:
        with desk.change(f"{noun} {verb}", dry_run=doing.dry_run) as change:
            change.adds_named = adds_named
            watch, changed = duplicates.Watch(change, noun), list[int]()
            for start in range(0, len(ids), PAGE):
                drafts = records.load(change, noun, ids[start : start + PAGE])
                for draft in drafts:
                    intake.fill(change, noun, draft, texts)
                records.write(change, noun, drafts)
                watch.look(drafts)
                changed += [draft.id for draft in drafts if draft.changed]
            change.notes += watch.notes()
            change.summary = f"{counted(changed, noun)}: {', '.join(sorted(texts))}"
        return changed

    changed = _with_named(desk, carry_out, create=create)
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
        from crm_cli.rules import deletion

        with desk.change(f"{noun} delete", dry_run=doing.dry_run) as change:
            gone = deletion.delete(change, noun, ids, with_related=with_related)
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
        desk.say(f"{'would ' + verb if doing.dry_run else verb + 'ged'} {counted(changed, noun)} {words}")
        if not doing.dry_run:
            desk.written(noun, changed, format=doing.format)

    return tagging


def _texts(named: Given, setting: Setting) -> dict[str, Any]:
    return named.texts() | setting.texts()
