"""What customers ask, miss or complain of: the commands of cases."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What customers ask, miss or complain of.")
verbs.common(
    app,
    "case",
    add='crm case add "Grinder jams" --company Acme --type problem --priority high',
)
