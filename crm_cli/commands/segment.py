"""Groups of people or companies: the commands of segments."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Groups of people or companies.")
verbs.common(
    app,
    "segment",
    add='crm segment add "Quiet shops" --kind dynamic --filter "company.industry=retail last_touch=..-6m"',
)
