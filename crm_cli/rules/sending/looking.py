"""Looking at messages without sending them: how they go out, which wait, and why others do not."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from crm_cli import clock, config
from crm_cli.formats import markup
from crm_cli.rules.sending import carrying, writing
from crm_cli.rules.sending.writing import Compose

STANDS = {
    "sending": "is being sent",
    "sent": "has been sent, and does not go out again",
    "uncertain": "may have arrived; --retry-uncertain sends it again",
    "cancelled": "is cancelled; `crm delivery edit {id} --status queued` lets it go",
}


def message(connection: sqlite3.Connection, delivery: int, compose: Compose | None = None) -> EmailMessage:
    """The message of a delivery as it would go out now.

    Raises:
        RefusedError: it cannot be written.
    """
    connection.row_factory, before = sqlite3.Row, connection.row_factory
    row = connection.execute("SELECT * FROM delivery WHERE id = ?", (delivery,)).fetchone()
    connection.row_factory = before
    settings = config.load()
    moment = row["sent_at"] or clock.now(settings.zone)
    return writing.write(row, writing.Sender.of(settings), moment, compose)


def source(connection: sqlite3.Connection, delivery: int, compose: Compose | None = None) -> str:
    """A message as a mail program keeps it."""
    written = message(connection, delivery, compose)
    return written.as_bytes().decode("utf-8", "replace")


def lines(connection: sqlite3.Connection, delivery: int, compose: Compose | None = None) -> Iterator[str]:
    """A message as a person reads it: its head, where it stands, its text."""
    status, error, sent_at, attempts, send_at, override = connection.execute(
        "SELECT status, error, sent_at, attempts, send_at, override FROM delivery WHERE id = ?", (delivery,)
    ).fetchone()
    stands = [sent_at and f"at {sent_at}", send_at and not sent_at and f"not before {send_at}",
              attempts > 1 and f"after {attempts} tries", error]  # fmt: skip
    yield f"delivery {delivery}  {status}" + "".join(f", {each}" for each in stands if each)
    if override:
        yield f"sent all the same: {override}"
    try:
        written = message(connection, delivery, compose)
    except carrying.RefusedError as refusal:
        yield str(refusal)
        return
    yield from (f"{name}: {value}" for name, value in written.items() if not _is_technical(name))
    yield ""
    text, html = written.get_body(("plain",)), written.get_body(("html",))
    yield from (text.get_content().rstrip("\n").split("\n") if text else [])
    if html:
        yield from ("", "as HTML:", *markup.text_of(html.get_content()).split("\n"))


def unsent(connection: sqlite3.Connection, campaign_id: int) -> list[tuple[int, str, str | None]]:
    """The e-mails of a campaign that did not go out for certain: id, where each stands, and not before when."""
    return connection.execute(
        "SELECT id, status, send_at FROM delivery WHERE campaign_id = ? AND channel = 'email' "
        "AND status IN ('queued', 'sending', 'uncertain') ORDER BY id",
        (campaign_id,),
    ).fetchall()


def broken_off(connection: sqlite3.Connection) -> bool:
    """Whether a run died while a message was on its way."""
    question = "SELECT EXISTS (SELECT 1 FROM delivery WHERE status = 'sending')"
    return bool(connection.execute(question).fetchone()[0])


def waiting(
    connection: sqlite3.Connection,
    ids: Sequence[int] | None,
    *,
    retry_uncertain: bool,
    composing: bool = False,
) -> tuple[list[int], list[int]]:
    """The messages that a run would send now, and those that wait for their time; what is named is not waited for.

    `composing` says that texts are made on the way, so that what has none yet waits too.
    """
    now, open_ = clock.now(config.load().zone), statuses(ids, retry_uncertain=retry_uncertain)
    rows = connection.execute(
        "SELECT id, send_at > ?1 FROM delivery WHERE channel = 'email' AND status IN (SELECT value FROM json_each(?2)) "
        "AND (?3 IS NULL OR id IN (SELECT value FROM json_each(?3))) "
        "AND (?4 OR body IS NOT NULL OR html IS NOT NULL) ORDER BY id",
        (now, json.dumps(open_), None if ids is None else json.dumps(ids), composing),
    ).fetchall()
    later = [number for number, is_later in rows if is_later and ids is None]
    return [number for number, _ in rows if number not in set(later)], later


def statuses(ids: Sequence[int] | None, *, retry_uncertain: bool) -> list[str]:
    """The statuses that messages are sent from: what is named goes out also where it failed before."""
    return ["queued", *["failed"] * (ids is not None), *["uncertain"] * retry_uncertain]


def why_not(connection: sqlite3.Connection, ids: Sequence[int], chosen: Sequence[int]) -> Iterator[str]:
    """Of the deliveries that were named, why some do not go out."""
    left = json.dumps(sorted(set(ids) - set(chosen)))
    question = (
        "SELECT id, status, channel, body IS NULL AND html IS NULL FROM delivery "
        "WHERE id IN (SELECT value FROM json_each(?))"
    )
    for number, status, channel, without in connection.execute(question, (left,)):
        reason = STANDS.get(status, "").format(id=number)
        if not reason and without:
            reason = "has no text of its own; its campaign sends it"
        yield f"delivery {number} {reason or f'goes by {channel}, which is not sent from here'}"


def _is_technical(name: str) -> bool:
    return name.lower().startswith(("content-", "mime-"))
