"""Where a campaign stands: its ten steps as a checklist, what it says, and the calls that are left."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm_cli import choices, clock, output
from crm_cli.asking import blocks
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

TITLES = {
    "create": "Create the campaign",
    "target": "Choose target customers",
    "offer": "Choose products and offers",
    "budget": "Set the budget",
    "message": "Design the message",
    "send": "Send it",
    "responses": "Receive responses",
    "measure": "Measure results and return",
    "roi": "Calculate the return on investment",
    "next": "Choose the next target",
}
MARKS = {"done": "[x]", "late": "[!]", "planned": "[ ]", "open": "[ ]"}
STEP_COLUMNS = (
    Field("number", "integer", "Its place"),
    Field("step", "text", "The step"),
    Field("title", "text", "What is to be done"),
    Field("state", "text", "done, late, planned or open"),
    Field("planned_on", "day", "Planned day"),
    Field("done_on", "day", "Day it was done"),
    Field("note", "text", "Note"),
)
MESSAGE_COLUMNS = tuple(
    Field(name, kind)
    for name, kind in (("channel", "text"), ("subject", "text"), ("body", "long"), ("html", "long"),
                       ("defaults", "text"))
)  # fmt: skip
CALL_COLUMNS = tuple(
    Field(name, kind)
    for name, kind in (("id", "id"), ("noun", "text"), ("record_id", "id"), ("name", "text"), ("phone", "text"),
                       ("due", "day"), ("start", "instant"), ("owner", "text"), ("body", "long"))
)  # fmt: skip
_CALLS = """
SELECT a.id, p.noun, p.record_id, coalesce(c.name, l.name),
  CASE p.noun WHEN 'contact' THEN (SELECT value FROM contact_phone AS n WHERE n.contact_id = c.id
    ORDER BY n.invalid, n."primary" DESC, n.id LIMIT 1) ELSE l.phone END,
  a.due, a.start, (SELECT name FROM user WHERE user.id = a.owner_id), a.body
FROM activity_about AS x
JOIN activity AS a ON a.id = x.activity_id AND a.kind = 'call' AND a.status = 'planned'
JOIN activity_about AS p ON p.activity_id = a.id AND p.noun IN ('contact', 'lead')
LEFT JOIN contact AS c ON p.noun = 'contact' AND c.id = p.record_id
LEFT JOIN lead AS l ON p.noun = 'lead' AND l.id = p.record_id
WHERE x.noun = 'campaign' AND x.record_id = ?
ORDER BY coalesce(a.start, a.due), a.id"""


def steps(desk: "Desk", campaign_id: int) -> Rows:
    """The ten steps of a campaign in order, with where each stands."""
    today = clock.today(desk.config.zone).isoformat()
    question = "SELECT step, planned_on, done_on, note FROM campaign_step WHERE campaign_id = ?"
    found = {row[0]: tuple(row)[1:] for row in desk.connection.execute(question, (campaign_id,))}
    rows = []
    for number, step in enumerate(choices.CampaignStepName, 1):
        planned, done, note = found.get(step.value, (None, None, None))
        state = (
            "done" if done else "late" if planned and planned < today else "planned" if planned else "open"
        )
        rows.append((number, step.value, TITLES[step.value], state, planned, done, note))
    return Rows(list(STEP_COLUMNS), rows)


def checklist(desk: "Desk", campaign_id: int) -> list[str]:
    """The ten steps as people read them."""
    calendar = desk.config.get("calendar")
    rows = []
    for number, _, title, state, planned, done, note in steps(desk, campaign_id).rows:
        day = done or planned
        when = f"{state} {shown(day, calendar)}" if day else ""
        rows.append([MARKS[state], str(number), title, when, output.visible(note or "")])
    return blocks.aligned(rows, [False, True, False, False, False])


def messages(desk: "Desk", campaign_id: int) -> Rows:
    """What a campaign says, a row for each channel."""
    names = ", ".join(each.name for each in MESSAGE_COLUMNS)
    question = f"SELECT {names} FROM campaign_message WHERE campaign_id = ? ORDER BY id"
    return Rows(list(MESSAGE_COLUMNS), desk.connection.execute(question, (campaign_id,)).fetchall())


def message_lines(desk: "Desk", campaign_id: int) -> Iterator[str]:
    """What a campaign says, as people read it."""
    for number, (channel, subject, body, html, defaults) in enumerate(messages(desk, campaign_id).rows):
        if number:
            yield ""
        yield f"{channel}  {output.visible(subject or '')}".rstrip()
        for text, heading in ((body, ""), (html, "as HTML:")):
            if text:
                yield from _indented([heading] * bool(heading) + output.visible(text).splitlines())
        if defaults:
            yield from _indented([f"where missing: {output.visible(defaults)}"])


def calls(desk: "Desk", campaign_id: int) -> Rows:
    """The calls of a campaign that are left, those that are due first first."""
    return Rows(list(CALL_COLUMNS), desk.connection.execute(_CALLS, (campaign_id,)).fetchall())


def sections(desk: "Desk", campaign_id: int) -> Iterator[tuple[str, list[str]]]:
    """What the picture of a campaign says of its plan: the checklist, its messages, where they stand."""
    yield "steps", checklist(desk, campaign_id)
    yield "messages", list(message_lines(desk, campaign_id))
    question = (
        "SELECT channel, status, count(*) FROM delivery WHERE campaign_id = ? GROUP BY 1, 2 ORDER BY 1, 2"
    )
    rows: list[Any] = desk.connection.execute(question, (campaign_id,)).fetchall()
    yield "deliveries", blocks.aligned([[channel, status, f"{number:,}"] for channel, status, number in rows])


def _indented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"  {line}".rstrip()
