"""Adding segments: by a filter, empty, or of who is in a segment of a report now."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from crm_cli import fields
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, Setting, given
from crm_cli.commands.verbs import doing as verbs
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

RFM = ("champions", "loyal", "new", "potential", "cant_lose", "at_risk", "hibernating", "lost")


def make_add(noun: str) -> Callable[..., None]:
    """`segment add`."""
    options: Any = given(noun, without=("name",))

    def add(
        ctx: typer.Context,
        *,
        name: Annotated[
            str | None, Argument(metavar="[NAME]", help=fields.noun(noun).fields["name"].help)
        ] = None,
        from_: Annotated[
            str | None,
            Option(
                "--from",
                metavar="rfm:SEGMENT,…",
                help="Who is in segments of a report now, such as rfm:champions",
                autocompletion=completing.one_of([f"rfm:{each}" for each in RFM]),
            ),
        ] = None,
        named: options,
        setting: Setting,
        force: Annotated[bool, Option("--force", help="Take values that look wrong")] = False,
        doing: Doing,
    ) -> None:
        texts = named.texts() | setting.texts() | ({"name": name} if name else {})
        if from_:
            _keep(ctx.obj, from_, texts, doing)
        else:
            verbs.add_record(ctx.obj, noun, texts, doing, force=force)

    return add


def _keep(desk: Desk, said: str, texts: dict[str, Any], doing: Doing) -> None:
    """Keep who is in a segment of a report as a static segment."""
    doing.on(desk)
    if not texts.get("name"):
        raise InvalidError(f"the segment needs a name: crm segment add NAME --from {said}")
    if texts.get("filter") or texts.get("kind") not in (None, "static"):
        raise InvalidError("--from makes a static segment of who is in it now; leave out --filter and --kind")
    from crm_cli.asking import segments
    from crm_cli.rules import intake, records
    from crm_cli.rules import segment as rules

    found = segments.of_report(desk, said)
    texts.setdefault("on", "contact" if "contact" in found and "company" not in found else "company")
    texts["kind"] = "static"
    texts.setdefault("description", f"{said} on {desk.reading.today}")
    with desk.change("segment add", dry_run=doing.dry_run) as change:
        draft = intake.new(change, "segment", texts)
        records.write(change, "segment", [draft])
        on = draft.get("on")
        held = rules.hold(change, draft.id, on, found.get(on, []))
        change.summary = f"{texts['name']}: {held:,}"
    would = "would add" if doing.dry_run else "added"
    desk.say(f"{would} segment {texts['name']} with {held:,} {fields.plural(on)}")
    for other, ids in found.items():
        if other != on:
            desk.say(
                f"left out: {len(ids):,} {fields.plural(other)}; keep them in one of their own, with --on {other}"
            )
    if not doing.dry_run:
        desk.written("segment", [draft.id], format=doing.format)
