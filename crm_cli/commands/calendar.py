"""When we work: the commands of calendars."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("When we work: hours, holidays, exceptions.")
verbs.common(
    app,
    "calendar",
    add='crm calendar add Berlin --zone Europe/Berlin --hours "mon-fri 09:00-17:00" --holidays DE-BE',
)
