"""When we work: the commands of calendars."""

from typing import Annotated

import typer

from crm_cli import lazy, output
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option, Out
from crm_cli.desk import Desk
from crm_cli.values import dates

app = lazy.application(
    "When we work: hours, holidays, exceptions.",
    epilog='crm calendar close 2026-12-24..2026-12-31 --name "Works holidays"',
)
verbs.common(
    app,
    "calendar",
    add='crm calendar add Berlin --zone Europe/Berlin --hours "mon-fri 09:00-17:00" --holidays DE-BE',
    edit='crm calendar edit Berlin --hours "mon-thu 09:00-12:30,13:30-17:00; fri 09:00-14:00"',
)

Days = Annotated[str, Argument(metavar="DATE[..DATE]", help="The day, or the first and the last")]
Which = Annotated[
    str | None,
    Option("--calendar", metavar="REF", help="The calendar; else the default one",
           autocompletion=completing.references),
]  # fmt: skip
Hours = Annotated[str | None, Option(metavar="HH:MM-HH:MM", help="The hours that are worked on it")]
Name = Annotated[str | None, Option(metavar="TEXT", help="Why")]
AHEAD = "+0d..+13d"


@app.command()
def close(
    ctx: typer.Context, *, days: Days, calendar: Which = None, hours: Hours = None, name: Name = None,
    doing: Doing,
) -> None:  # fmt: skip
    """Close on days that would be worked, or work other hours on them.

    Deadlines of open cases move along.

    crm calendar close 2026-12-31
    crm calendar close 2026-12-24 --hours 09:00-12:00 --name "Christmas Eve"
    """
    _put(ctx.obj, "close", days, calendar, hours or "closed", name, doing)


@app.command("open")
def open_(
    ctx: typer.Context, *, days: Days, calendar: Which = None, hours: Hours = None, name: Name = None,
    doing: Doing,
) -> None:  # fmt: skip
    """Let days be worked again, or work in these hours on a holiday.

    crm calendar open 2026-12-31
    crm calendar open 2026-11-01 --hours 10:00-16:00 --name "Sunday opening"
    """
    _put(ctx.obj, "open", days, calendar, hours, name, doing)


@app.command()
def days(
    ctx: typer.Context,
    *,
    period: Annotated[
        str, Argument(metavar="[PERIOD]", help="Such as 2026-12, or a day; else two weeks")
    ] = AHEAD,
    calendar: Which = None,
    out: Out,
) -> None:
    """List days with their hours: working days, holidays, exceptions.

    crm calendar days 2026-12 --calendar Berlin
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from datetime import date

    from crm_cli.asking import working

    first, last = dates.period(period, today=desk.reading.today, order=desk.reading.date_order)
    number = desk.resolve("calendar", calendar) if calendar else None
    begin = date.fromisoformat(first) if first else desk.reading.today
    end = date.fromisoformat(last) if last else begin
    output.write(working.days(desk, number, begin, end), desk.style)


def _put(
    desk: Desk, verb: str, days: str, calendar: str | None, hours: str | None, name: str | None, doing: Doing
) -> None:
    """Set the hours of days in one calendar and say which days these are."""
    doing.on(desk)
    first, last = dates.period(days, today=desk.reading.today, order=desk.reading.date_order)
    begin, end = first or last or "", last or first or ""
    from crm_cli.rules import calendar as rules
    from crm_cli.rules import standard
    from crm_cli.working.hours import span_of_days

    with desk.change(f"calendar {verb}", dry_run=doing.dry_run) as change:
        number = (
            desk.resolve("calendar", calendar, change.connection)
            if calendar
            else standard.default_calendar(change)
        )
        rows = [{"day": day, "hours": hours, "name": name} for day in span_of_days(begin, end)]
        draft = rules.put(change, number, rows)
        span = begin if begin == end else f"{begin}..{end}"
        change.summary = f"{draft.get('name')}: {span}"
    said = hours or "like their weekday"
    desk.say(f"{'would set' if doing.dry_run else 'set'} {span} of calendar {draft.get('name')}: {said}")
    if not doing.dry_run:
        desk.written("calendar", [draft.id], format=doing.format)
