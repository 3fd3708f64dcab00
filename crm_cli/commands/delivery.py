"""Messages on their way out: the commands of deliveries."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Messages on their way out.")
verbs.common(
    app,
    "delivery",
    ("list", "show", "export", "import", "delete", "tag", "untag", "edit"),
    list="crm delivery list status=uncertain",
)
