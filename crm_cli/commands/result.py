"""What came of campaigns that name nobody: the commands of results."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What came of campaigns that name nobody, such as advertisements.")
verbs.common(
    app,
    "result",
    add='crm result add "Banner, week 12" --campaign "Spring fair" --impressions 7350 --clicks 12 --cost 14.50',
)
