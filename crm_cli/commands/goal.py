"""What shall be reached: the commands of goals."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What shall be reached, by whom, by when.")
verbs.common(
    app,
    "goal",
    add='crm goal add "Third quarter" --metric won_amount --period 2026-Q3 --target 120000 --owner me',
)
