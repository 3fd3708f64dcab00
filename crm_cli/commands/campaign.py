"""Efforts to win attention: the commands of campaigns."""

from crm_cli import lazy
from crm_cli.commands import launching, mailing, measuring, planning, results, targeting, verbs

app = lazy.application(
    "Efforts to win attention; leads and deals name the one they came from.",
    epilog="crm campaign list status=active --sort -won_amount",
)
verbs.common(
    app,
    "campaign",
    add='crm campaign add "Spring fair" --type event --starts-on 2026-03-02 --budget 4000',
    list="crm campaign list status=active --sort -won_amount",
)
app.command()(targeting.target)
app.command()(targeting.exclude)
app.command()(planning.offer)
app.command()(planning.budget)
app.command()(mailing.message)
app.command()(mailing.preview)
app.command()(launching.send)
app.command("run-due")(launching.run_due)
app.command()(launching.calls)
app.command()(results.respond)
app.command("result", help=results.RESULT)(results.Result())
app.command()(results.cost)
app.command()(measuring.measure)
app.command()(measuring.compare)
app.command()(measuring.forecast)
app.command("next")(targeting.follow)
app.command()(planning.step)
