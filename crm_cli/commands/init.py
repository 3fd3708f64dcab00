"""`crm init`: say once who you are and how you write money, dates and numbers."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from crm_cli import config, db
from crm_cli.commands.options import Option
from crm_cli.config import settings, surroundings
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

QUESTIONS = {
    "me": "Your name",
    "email": "Your own e-mail addresses, separated by commas",
    "currency": "Currency of money that names none",
    "zone": "Time zone",
    "country": "Country of phone numbers that name none, as ISO code",
    "week_start": "First day of the week",
    "date_order": "Order of dates such as 03/04/2026",
    "decimal": "Decimal mark of the numbers that you type",
}
REFUSE = "refuse such dates"


def init(
    ctx: typer.Context,
    *,
    me: Annotated[str | None, Option(metavar="NAME", help="Your name")] = None,
    email: Annotated[str | None, Option(metavar="ADDRESSES", help="Your own addresses, by commas")] = None,
    currency: Annotated[str | None, Option(metavar="CODE", help="Currency, such as EUR")] = None,
    zone: Annotated[str | None, Option(metavar="ZONE", help="Time zone, such as Europe/Paris")] = None,
    country: Annotated[str | None, Option(metavar="CODE", help="Country, such as NL")] = None,
    week_start: Annotated[
        str | None, Option(metavar="monday|saturday|sunday", help="First day of the week")
    ] = None,
    date_order: Annotated[str | None, Option(metavar="dmy|mdy|ymd", help="Order of 03/04/2026")] = None,
    decimal: Annotated[str | None, Option(metavar=".|,", help="Decimal mark of typed numbers")] = None,
    yes: Annotated[bool, Option("-y", "--yes", help="Take for the rest what the system says")] = False,
) -> None:
    """Say once who you are and how you write money and dates; makes the store and says where it is.

    crm init
    crm init --me "Jane Doe" --currency EUR --zone Europe/Paris
    """
    desk: Desk = ctx.obj
    said = {"me": me, "email": email, "currency": currency, "zone": zone, "country": country,
            "week_start": week_start, "date_order": date_order, "decimal": decimal}  # fmt: skip
    given = {key: value for key, value in said.items() if value is not None}
    for key, value in given.items():
        settings.check(key, settings.as_kept(key, value))
    if not yes and desk.interactive:
        given |= _ask({key: value for key, value in _proposed(desk).items() if key not in given})
    elif not yes and not given:
        options = ", ".join(f"--{key.replace('_', '-')}" for key in QUESTIONS)
        raise InvalidError(f"there is nobody to ask; give {options}, or -y to take what the system says")
    elif yes:
        given = _proposed(desk) | given
    db.look(desk.path).close() if db.exists(desk.path) else db.create(desk.path)
    file = settings.save(given)
    for key in QUESTIONS:
        desk.say(f"{key}: {config.load().effective(key) or 'not set'}")
    desk.say(f"the settings are in {file}, the store is {desk.path}")


def _proposed(desk: Desk) -> dict[str, str]:
    """What is configured, else what the system says, where that can be."""
    guesses = surroundings.guesses()
    return {
        key: desk.config.values.get(key) or (guess if _check(key)(guess) is True else "")
        for key, guess in guesses.items()
    }


def _ask(proposed: dict[str, str]) -> dict[str, str]:
    """Ask the person for each value; what cannot be is asked again."""
    import questionary

    answers = {}
    for key, value in proposed.items():
        question = f"{QUESTIONS[key]}:"
        if key == "week_start":
            asked: Any = questionary.select(question, choices=["monday", "saturday", "sunday"], default=value)
        elif key == "date_order":
            asked = questionary.select(
                question, choices=["dmy", "mdy", "ymd", REFUSE], default=value or REFUSE
            )
        elif key == "decimal":
            asked = questionary.select(question, choices=[".", ","], default=value)
        else:
            asked = questionary.text(question, default=value, validate=_check(key))
        answer = asked.unsafe_ask()
        answers[key] = "" if answer == REFUSE else answer
    return answers


def _check(key: str) -> Callable[[str], bool | str]:
    def check(text: str) -> bool | str:
        try:
            settings.check(key, settings.as_kept(key, text))
        except InvalidError as error:
            return str(error)
        return True

    return check
