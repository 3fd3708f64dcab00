"""Sending a campaign: `crm campaign send`, `run-due` and `calls`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crm_cli import output
from crm_cli.commands import sending
from crm_cli.commands.campaigning import Campaign, Channel, Default, channel_named, left_out, nobody, pairs
from crm_cli.commands.handing import BY_HAND, by_hand
from crm_cli.commands.options import Doing, Option, Out
from crm_cli.desk import Desk
from crm_cli.errors import CrmError, InvalidError

if TYPE_CHECKING:
    from crm_cli.rules.messaging.mustering import Muster

MayRepeat = Annotated[
    bool,
    Option("--retry-uncertain", help="Send also what may have arrived already, whoever then gets it twice"),
]


def send(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    channel: Channel = None,
    limit: Annotated[
        int | None, Option(metavar="N", min=1, help="To so many of those who wait, the first first")
    ] = None,
    default: Default = None,
    schedule: Annotated[
        str | None, Option(metavar="TIME", help="Not now: `crm campaign run-due` sends it then")
    ] = None,
    now: Annotated[bool, Option("--now", help="At once, whatever time of day suits people best")] = False,
    retry_uncertain: MayRepeat = False,
    out: Annotated[
        str | None, Option("--out", metavar="FILE|-", help="Letters, SMS: the file of texts, as CSV")
    ] = None,
    doing: Doing,
) -> None:
    """Send a campaign to its members, but not to who may not be written to.

    E-mails go to the mail server of the settings, else into the outbox; each at the time that suits the person best,
    unless --now is given. Run again, it goes on where it was broken off, and nobody gets it twice. Letters and text
    messages are written to a file, and calls become planned calls with the script in them.

    crm campaign send "Spring fair" --dry-run
    crm campaign send "Spring fair" --schedule "2026-03-02 09:00"
    crm campaign send "Spring fair" --channel mail --out letters.csv --yes
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules.messaging import mustering

    campaign_id = desk.resolve("campaign", campaign)
    about = mustering.campaign(desk.connection, campaign_id)
    mustering.refuse_over(about)
    found = mustering.muster(
        desk.connection, about, channel_named(channel), limit=limit, defaults=pairs(default)
    )
    if schedule:
        _schedule(desk, found, schedule, doing)
    elif found.channel in BY_HAND:
        by_hand(desk, found, out, doing)
    elif out:
        raise InvalidError("--out is for letters and text messages; e-mails and calls need no file")
    elif _asks(desk, found, doing):
        _launch(desk, found, limit, doing, at_once=now, retry_uncertain=retry_uncertain)


def run_due(ctx: typer.Context, *, doing: Doing) -> None:
    """Send the campaigns and messages whose time has come; made for cron.

    Where there are none, it says nothing.

    crm campaign run-due
    */5 * * * *  crm campaign run-due
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules.messaging import launching, mustering

    wrong: list[CrmError] = []
    with desk.change("campaign run-due", dry_run=doing.dry_run) as change:
        for about in launching.due(change):
            try:
                with change.attempt():
                    found = mustering.muster(change.connection, about)
                    if found.channel in BY_HAND:
                        raise InvalidError(
                            "letters and text messages need a file; `crm campaign send --out FILE`"
                        )
                    made = _queued(change, found, at_once=False)
                    launching.begun(change, about)
            except CrmError as error:
                wrong.append(type(error)(f"{about['name']}: {error}"))
                continue
            change.summary += f"{', ' if change.summary else ''}{about['name']}: {made:,}"
            queued = "would be queued" if doing.dry_run else "queued"
            desk.say(f"{about['name']}: {made:,} {queued}{left_out(found)}")
    if not doing.dry_run and _waits(desk, None):
        _hand_over(desk, None)
    for each in wrong[:-1]:
        desk.say(f"crm: {each}")
    if wrong:
        raise wrong[-1]


def calls(ctx: typer.Context, *, campaign: Campaign, out: Out) -> None:
    """List the calls of a campaign that are left, each with its script.

    Holding one takes it off the list: crm activity edit 12 --status done --outcome "Wants a quote", or crm call.

    crm campaign calls "Spring fair" -o csv > calls.csv
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli.asking import planning

    output.write(planning.calls(desk, desk.resolve("campaign", campaign)), desk.style)


def _schedule(desk: Desk, found: "Muster", text: str, doing: Doing) -> None:
    """Let a campaign go out at a time."""
    from crm_cli import clock, values
    from crm_cli.rules import records

    if found.channel in BY_HAND:
        raise InvalidError("letters and text messages go out by hand; leave --schedule out")
    found.refuse_lacking()
    with desk.change("campaign send", dry_run=doing.dry_run) as change:
        at = str(values.read("instant", text, change.reading))
        draft = records.edit(change, "campaign", found.campaign["id"], send_at=at)
        change.summary = f"{draft.get('name')}: at {at}"
    when = clock.local_text(at, desk.config.zone)
    late = ", which has passed" if at <= clock.now(desk.config.zone) else ""
    desk.say(
        f"{draft.get('name')} {'would go' if doing.dry_run else 'goes'} out at {when}{late}, to {len(found.ready):,}: "
        "`crm campaign run-due` sends what is due; let cron run it"
    )
    if not doing.dry_run:
        desk.written("campaign", [found.campaign["id"]], format=doing.format)


def _asks(desk: Desk, found: "Muster", doing: Doing) -> bool:
    """Say what would be done, or ask whether it shall be; True where it shall."""
    from crm_cli.rules.messaging import mustering

    name = found.campaign["name"]
    if not found.ready and not found.excluded:
        nobody(desk, dict(found.campaign), quiet=True)
    if doing.dry_run:
        found.refuse_lacking()
        desk.say(f"would send {name} to {len(found.ready):,}{left_out(found)}")
        for sentence in mustering.elsewhere(desk.connection, found.campaign, found.channel):
            desk.say(sentence)
        desk.written("member", [each.id for each in found.ready], format=doing.format)
        return False
    if desk.interactive and found.ready:
        desk.confirm(f"Send {name} to {len(found.ready):,}{left_out(found)}?", yes=doing.yes)
    return True


def _launch(
    desk: Desk, seen: "Muster", limit: int | None, doing: Doing, *, at_once: bool, retry_uncertain: bool
) -> None:
    """Queue the message for all who wait, and hand over what is due of the campaign."""
    from crm_cli.rules.messaging import mustering

    about = seen.campaign
    seen.ready.clear()  # who waits is looked at again, and may be many
    with desk.change("campaign send") as change:
        about = mustering.campaign(change, about["id"])
        mustering.refuse_over(about)
        found = mustering.muster(change.connection, about, seen.channel, limit=limit, defaults=seen.defaults)
        made = _queued(change, found, at_once=at_once)
        change.summary = f"{about['name']}: {made:,}{left_out(found)}"
    if found.excluded:
        desk.say(left_out(found).removeprefix(", "))
    if found.channel == "phone" and not made:
        desk.say(
            f"nobody is left to call anew; `crm campaign calls {about['id']}` lists the calls that are planned"
        )
    elif found.channel == "phone":
        desk.say(
            f"planned {made:,} {'call' if made == 1 else 'calls'}: `crm campaign calls {about['id']}` lists them"
        )
    else:
        _deliver(desk, about, at_once=at_once, retry_uncertain=retry_uncertain)
    for sentence in mustering.elsewhere(desk.connection, about, found.channel):
        desk.say(sentence)
    desk.written("campaign", [about["id"]], format=doing.format)


def _queued(change: Any, found: "Muster", *, at_once: bool) -> int:
    """Queue e-mails or plan calls; returns how many."""
    from crm_cli.rules.messaging import calls as calling
    from crm_cli.rules.messaging import keeping, launching

    if found.defaults:
        keeping.keep(change, found.campaign["id"], found.channel, {}, found.defaults)
    if found.channel == "phone":
        return len(calling.make(change, found))
    return len(launching.queue(change, found, at_once=at_once))


def _deliver(desk: Desk, about: dict[str, Any], *, at_once: bool, retry_uncertain: bool) -> None:
    """Hand over what is queued of a campaign, and say what is left of it."""
    from crm_cli import clock
    from crm_cli.rules.sending import looking

    wanted = ["queued", *["uncertain", "sending"] * retry_uncertain]
    rows = looking.unsent(desk.connection, about["id"])
    now = clock.now(desk.config.zone)
    ids = [number for number, status, at in rows if status in wanted and (at_once or not at or at <= now)]
    if ids or any(status == "sending" for _, status, _ in rows):
        _hand_over(desk, ids, retry_uncertain=retry_uncertain)
    else:
        desk.say("nothing to send: nobody waits for it now")
    left = [status for _, status, _ in looking.unsent(desk.connection, about["id"])]
    waiting, doubtful = left.count("queued"), left.count("uncertain")
    if waiting:
        desk.say(f"{waiting:,} for a better time: `crm campaign run-due` sends them, --now does at once")
    if doubtful:
        desk.say(
            f"{doubtful:,} uncertain: `crm delivery list campaign_id={about['id']} status=uncertain` lists them, "
            "--retry-uncertain sends them again"
        )


def _hand_over(desk: Desk, ids: list[int] | None, *, retry_uncertain: bool = False) -> None:
    from crm_cli.rules.messaging.composing import Composer

    composer = Composer(desk.path)
    try:
        sending.send(desk, ids, retry_uncertain=retry_uncertain, compose=composer, strict=True)
    finally:
        composer.close()


def _waits(desk: Desk, ids: list[int] | None) -> bool:
    """Whether anything is due, or was left on its way by a run that died."""
    from crm_cli.rules.sending import looking

    due, _ = looking.waiting(desk.connection, ids, retry_uncertain=False, composing=True)
    return bool(due) or looking.broken_off(desk.connection)
