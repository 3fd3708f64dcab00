"""Who works here: the commands of users."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Who works here: owners, their managers and regions.")
verbs.common(
    app,
    "user",
    add='crm user add "Mara Quist" --email mara@example.org --region North --manager "Ivo Brandt"',
    list="crm user list region=North",
)
