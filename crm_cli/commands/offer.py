"""Leads and deals that partners were offered: the commands of offers."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Leads and deals that partners were offered.")
verbs.common(
    app,
    "offer",
    ("list", "show", "edit", "delete", "export", "import", "tag", "untag"),
    list="crm offer list state=offered",
)
