"""Leads and deals that partners were offered: the commands of offers."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Leads and deals that partners were offered.")
verbs.common(
    app,
    "offer",
    ("list", "show", "edit", "delete", "export", "import", "tag", "untag", "accept", "decline"),
    list='crm offer list state=offered hours_left=..12 ;; crm offer list lead="Sam Field"',
    accept='crm offer accept 4 --next-step "Visit them" --due fri',
    decline='crm offer decline 4 --reason "No room this month"',
)
