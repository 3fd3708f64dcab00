"""What people agreed to or refused: the commands of the log of consent."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What people agreed to or refused.")
verbs.common(
    app,
    "consent",
    add='crm consent add opted_in --contact "Jane Doe" --source "web form"',
)
