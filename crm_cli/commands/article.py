"""Answers that are worth keeping: the commands of articles."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Answers that are worth keeping.")
verbs.common(
    app,
    "article",
    add='crm article add "Descale a brewer" --body "Fill the tank …" --status published',
)
