"""What was forecast: the commands of snapshots."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What was forecast, on which day.")
verbs.common(
    app,
    "snapshot",
    ("list", "show", "edit", "delete", "export", "import", "tag", "untag"),
    list="crm snapshot list period=2026-11",
)
