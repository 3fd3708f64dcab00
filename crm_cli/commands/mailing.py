"""What a campaign says: `crm campaign message` and `preview`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import fields, output
from crm_cli.commands import editing
from crm_cli.commands.campaigning import Campaign, Channel, Default, channel_named, pairs
from crm_cli.commands.options import Doing, Option, Out
from crm_cli.desk import Desk, stdin_text
from crm_cli.errors import InvalidError
from crm_cli.output import Rows

if TYPE_CHECKING:
    from crm_cli.rules.messaging.mustering import Member, Muster

SHOWN = tuple(
    fields.Field(name, kind)
    for name, kind in (("member", "id"), ("name", "text"), ("to", "text"), ("subject", "text"), ("body", "long"),
                       ("html", "long"), ("lacks", "text"))
)  # fmt: skip


def message(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    channel: Channel = None,
    subject: Annotated[str | None, Option(help="Subject of the e-mail or letter; a template")] = None,
    body: Annotated[str | None, Option(metavar="FILE|-", help="The text, from a file; a template")] = None,
    text: Annotated[str | None, Option(help="The text, as words; a template")] = None,
    html: Annotated[
        str | None, Option(metavar="FILE|-", help="The same as HTML, from a file; a template")
    ] = None,
    default: Default = None,
    editor: Annotated[bool, Option("--editor", help="Write the text in $EDITOR")] = False,
    remove: Annotated[bool, Option("--remove", help="Say nothing over this channel")] = False,
    doing: Doing,
) -> None:
    """Write what a campaign says over a channel, or show it.

    Fields are written {{ first_name }}, {{ company }}, {{ contact.birthday }}, {{ promo_code }}, {{ unsubscribe }};
    {{ first_name|default('there') }} stands in where one is missing, and {% if %} tells cases apart. A script for calls
    and a letter are written in the same way.

    crm campaign message "Spring fair" --subject "Coffee, {{ first_name }}?" --body letter.txt --html letter.html
    crm campaign message "Spring fair" --channel sms --text "20% off with {{ promo_code }} until {{ ends_on }}"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    channel = channel_named(channel)
    said = {name: said for name, said in (("subject", subject), ("body", _text(body, text)), ("html", _read(html)))
            if said is not None}  # fmt: skip
    defaults = pairs(default)
    campaign_id = desk.resolve("campaign", campaign)
    if editor:
        said["body"] = editing.in_editor(said.get("body") or _standing(desk, campaign_id, channel), ".txt")
    if not said and not defaults and not remove:
        _show(desk, campaign_id)
        return
    if remove and said:
        raise InvalidError("--remove takes the message away; leave the texts or --remove out")
    from crm_cli.rules.messaging import keeping

    with desk.change("campaign message", dry_run=doing.dry_run) as change:
        if remove:
            over = keeping.drop(change, campaign_id, channel)
        else:
            over = keeping.keep(change, campaign_id, channel, said, defaults)
        change.summary = f"{campaign}: {over}"
    done = "take away" if remove else "write"
    desk.say(
        f"{'would ' + done if doing.dry_run else 'took away' if remove else 'wrote'} the {over} message of {campaign}"
    )
    if not doing.dry_run:
        desk.written("campaign", [campaign_id], format=doing.format)


def preview(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    channel: Channel = None,
    member: Annotated[
        str | None, Option(metavar="REF", help="For this person; else for the first who wait for it")
    ] = None,
    number: Annotated[int, Option("-n", "--n", metavar="N", min=1, help="For so many")] = 3,
    default: Default = None,
    out: Out,
) -> None:
    """Show a campaign's message as members will get it, and who lacks what it needs.

    Nothing is sent.

    crm campaign preview "Spring fair" --n 5
    crm campaign preview "Spring fair" --member "Jane Doe" --default first_name=there
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli.rules.messaging import mustering

    campaign_id = desk.resolve("campaign", campaign)
    about = mustering.campaign(desk.connection, campaign_id)
    found = mustering.muster(desk.connection, about, channel_named(channel), defaults=pairs(default))
    chosen = [mustering.member(found, _member(desk, campaign_id, member))] if member else found.ready[:number]
    _written(desk, found, chosen)
    if member:
        return
    lacks = found.lacks()
    names = {each.id: each.name for each in found.ready}
    for each, needed in list(lacks.items())[:number]:
        desk.say(f"member {each} {names[each]} lacks {', '.join(needed)}")
    desk.say(_counted(found, len(lacks)))


def _counted(found: "Muster", lacking: int) -> str:
    from crm_cli.rules.messaging import launching

    told = [f"{len(found.ready):,} would get it"]
    if lacking:
        told.append(f"{lacking:,} of them {'lacks' if lacking == 1 else 'lack'} what it needs")
    if found.excluded:
        told.append(f"{len(found.excluded):,} would not: {launching.told(found.excluded)}")
    return "; ".join(told)


def _written(desk: Desk, found: "Muster", chosen: "list[Member]") -> None:
    """Write the messages of some members: as text for people, as rows when a format is asked for."""
    made = list(found.written(chosen))
    if desk.style.format not in (None, "table"):
        rows = [(each.id, each.name, each.address, *text, ", ".join(lacking)) for each, text, lacking in made]
        output.write(Rows(list(SHOWN), rows), desk.style)
        return
    from crm_cli.formats import markup

    for place, (each, text, lacking) in enumerate(made):
        head = [f"To: {each.name} <{each.address}>", *([f"Subject: {text.subject}"] if text.subject else [])]
        lacks = [f"({each.name} lacks {', '.join(lacking)})"] if lacking else []
        html = ["", "as HTML:", *markup.text_of(text.html).split("\n")] if text.html else []
        output.text(
            [
                *["", "---", ""] * bool(place),
                *head,
                *lacks,
                "",
                *(text.body or "").rstrip("\n").split("\n"),
                *html,
            ]
        )


def _member(desk: Desk, campaign_id: int, text: str) -> int:
    """The member of a campaign whom a reference to a member, a contact or a lead names."""
    from crm_cli import refs
    from crm_cli.rules import member

    if text.isdecimal() or text.startswith("member:"):
        return desk.resolve("member", text.removeprefix("member:"))
    noun, person = refs.anywhere(
        desk.connection, text, ("contact", "lead"), desk.config.get("country") or None
    )
    found = member.among(desk.connection, campaign_id, noun, person)
    if found is None:
        raise InvalidError(
            f"{text} is no member of the campaign; `crm member list campaign_id={campaign_id}` shows them"
        )
    return found


def _standing(desk: Desk, campaign_id: int, channel: str | None) -> str:
    from crm_cli.asking import planning

    rows = [row for row in planning.messages(desk, campaign_id).rows if channel in (None, row[0])]
    return str(rows[0][2] or "") if rows else ""


def _show(desk: Desk, campaign_id: int) -> None:
    from crm_cli.asking import planning

    if desk.style.format in (None, "table"):
        output.text(planning.message_lines(desk, campaign_id))
    else:
        output.write(planning.messages(desk, campaign_id), desk.style)


def _text(file: str | None, words: str | None) -> str | None:
    if file is not None and words is not None:
        raise InvalidError("give either --body, a file, or --text, the words")
    return words if file is None else _read(file)


def _read(file: str | None) -> str | None:
    """The text of a file, or of standard input."""
    if not file:
        return file
    if file == "-":
        return stdin_text()
    try:
        return Path(file).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidError(f"{file} is not UTF-8; convert it, such as with iconv") from None
    except OSError as error:
        raise InvalidError(f"cannot read {file}: {error.strerror}") from error
