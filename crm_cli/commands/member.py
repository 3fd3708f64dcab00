"""Whom campaigns are for: the commands of members."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Whom campaigns are for, and how far each came.")
verbs.common(
    app,
    "member",
    add='crm member add --campaign "Spring fair" --contact "Jane Doe"',
)
