"""What customers say when asked how it went: the commands of surveys."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What customers say when asked how it went.")
verbs.common(
    app,
    "survey",
    add='crm survey add --kind nps --score 9 --contact "Jane Doe" --touchpoint delivery',
)
