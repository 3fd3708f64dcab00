"""Calls, meetings, e-mails and notes: the commands of activities."""

from crm_cli import lazy
from crm_cli.commands import log, verbs

app = lazy.application(
    "Calls, meetings, e-mails and notes; `crm call`, `mail`, `meet` and `note` log them in one line.",
    epilog="crm activity list kind=call done_at=this-week owner=me",
)
verbs.common(
    app,
    "activity",
    add='crm activity add "Demo" --kind meeting --start "2026-03-02 10:00" --about "Jane Doe"',
    list="crm activity list kind=call,email done_at=last-month --sort -done_at",
    import_="crm activity import sent.mbox --create-leads ;; crm activity import calendar.ics",
    export="crm activity export kind=meeting start=this-month -o ics > meetings.ics",
)
logged = lazy.application(
    "Log what was said and tick off a planned call, as `crm call` does.",
    epilog='crm activity log call "Jane Doe" "Wants the larger plan" --outcome interested',
)
app.add_typer(logged, name="log")
for kind, command in (("call", log.call), ("email", log.mail), ("meeting", log.meet), ("note", log.note)):
    logged.command(kind)(command)
