"""Whom a campaign is for: `crm campaign target`, `exclude`, `next`."""

from typing import Annotated

import typer

from crm_cli import fields, values
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, counted
from crm_cli.desk import Desk, stdin_lines
from crm_cli.errors import InvalidError
from crm_cli.fields import nearest
from crm_cli.values import Reading

WHOLE = 1_000_000  # 100 per cent as it is stored

Campaign = Annotated[
    str, Argument(metavar="CAMPAIGN", help="Which campaign", autocompletion=completing.references)
]


def target(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    segments: Annotated[
        list[str] | None,
        Argument(
            metavar="[SEGMENT…]",
            help="Whom: contacts, leads, or companies for their people; else the segments it has",
            autocompletion=completing.segments,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None, Option("--exclude", metavar="SEGMENT", help="Without those of this one")
    ] = None,
    filter_: Annotated[
        list[str] | None, Option("--filter", metavar="FILTER", help="Only whom this fits, such as city=Paris")
    ] = None,
    control: Annotated[
        str | None,
        Option("--control", metavar="PERCENT", help="Leave this share alone, by chance, to measure against"),
    ] = None,
    channel: Annotated[
        str | None,
        Option(
            metavar="|".join(fields.own_words("MessageChannel")),
            help="How they are reached; else by the campaign's type",
            autocompletion=completing.one_of(fields.own_words("MessageChannel")),
        ),
    ] = None,
    doing: Doing,
) -> None:
    """Choose whom a campaign is for: everybody in segments, each checked.

    Who may not be written to is excluded, with the reason. Said again, it adds who has come since, and nobody twice.

    crm campaign target "Spring fair" "Quiet shops" --exclude Competitors --control 10%
    crm member list campaign="Spring fair" status=excluded
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import targeting

    how = _word("MessageChannel", channel, "channel") if channel else None
    with desk.change("campaign target", dry_run=doing.dry_run) as change:
        share = _share(control, change.reading) if control else None
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        found = {
            what: [desk.resolve("segment", each, change.connection) for each in texts or []]
            for what, texts in (("in", segments), ("out", exclude))
        }
        done = targeting.target(
            change, campaign_id, found["in"], without=found["out"], texts=filter_ or [], control_pct=share,
            channel=how,
        )  # fmt: skip
        name = change.held("campaign", campaign_id, "name")
        change.summary = f"{name}: {done}"
    desk.say(f"{'would have ' if doing.dry_run else ''}{done}")
    if not doing.dry_run:
        desk.written("campaign", [campaign_id], format=doing.format)


def exclude(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    refs: Annotated[
        list[str],
        Argument(
            metavar="CONTACT|LEAD|SEGMENT…",
            help="Whom: id, name, e-mail, segment:NAME, or - for standard input",
        ),
    ],
    reason: Annotated[str, Option(metavar="WORDS", help="Why; it is kept with each")] = "excluded by hand",
    doing: Doing,
) -> None:
    """Keep people out of a campaign that has not reached them yet.

    crm campaign exclude "Spring fair" "Jane Doe" --reason "Is on leave"
    crm campaign exclude "Spring fair" segment:Competitors
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli import refs as references
    from crm_cli.rules import targeting

    texts = [line for text in refs for line in (stdin_lines() if text == "-" else [text])]
    with desk.change("campaign exclude", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        country = change.config.get("country") or None
        nouns = ("contact", "lead", "segment")
        people = [references.anywhere(change.connection, text, nouns, country) for text in texts]
        told = targeting.exclude(change, campaign_id, people, reason)
        change.summary = f"{told['excluded']:,}: {reason}"
    further = {status: number for status, number in told.items() if status != "excluded"}
    late = "".join(f", {number:,} {status} already" for status, number in further.items())
    desk.say(f"{'would exclude' if doing.dry_run else 'excluded'} {told['excluded']:,}{late}")
    if not doing.dry_run:
        desk.written("campaign", [campaign_id], format=doing.format)


def follow(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    from_: Annotated[
        str,
        Option(
            "--from",
            metavar="GROUP",
            help=f"Whom to target next: {', '.join(fields.own_words('MemberGroup'))}",
            autocompletion=completing.one_of(fields.own_words("MemberGroup")),
        ),
    ],
    name: Annotated[str | None, Option(metavar="NAME", help="What to call the segment")] = None,
    doing: Doing,
) -> None:  # fmt: skip
    """Make a segment of those who answered, or did not, to target next.

    crm campaign next "Spring fair" --from non_responders --name "Ask again"
    crm campaign target "Autumn fair" "Ask again"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import following

    group = _word("MemberGroup", from_, "group")

    with desk.change("campaign next", dry_run=doing.dry_run) as change:
        made = following.follow(change, desk.resolve("campaign", campaign, change.connection), group, name)
        names = {each: change.held("segment", each, "name") for each in made}
        change.summary = ", ".join(f"{names[each]}: {made[each]:,}" for each in made)
    for each, number in made.items():
        desk.say(
            f"{'would make' if doing.dry_run else 'made'} {counted([each], 'segment')} {names[each]}: {number:,}"
        )
    if not doing.dry_run:
        desk.written("segment", list(made), format=doing.format)


def _share(text: str, reading: Reading) -> int:
    """A share from 0 up to 100 per cent."""
    found = values.read("percent", text, reading)
    if not isinstance(found, int) or not 0 <= found < WHOLE:
        raise InvalidError(f"--control {text}: give a share from 0% to less than 100%")
    return found


def _word(vocabulary: str, text: str, called: str) -> str:
    known = fields.words(vocabulary)
    if found := known.get(values.word_key(text)):
        return found
    raise nearest(text, list(dict.fromkeys(known.values())), called)
