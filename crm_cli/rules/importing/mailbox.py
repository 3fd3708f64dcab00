"""Mail in: every message becomes an activity of the people whose address it bears.

Who wrote from an own address wrote out, all others in. What belongs to a case goes to that case (see
`crm_cli.rules.importing.threads`), and the case follows it. A message is told by its Message-ID, so that the same
mail from another folder or another day is no second one. Mail about nobody we know is left out and its senders
are named, or they become leads where that is wished. An address that a report says is dead is marked so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice

from crm_cli.changing import Change
from crm_cli.formats import mail
from crm_cli.formats.mail import Message, Person
from crm_cli.formats.source import Source
from crm_cli.rules import records, survey, tombstones
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing.absent import forgotten
from crm_cli.rules.importing.addresses import Addresses
from crm_cli.rules.importing.happened import BATCH, LARGE, TABLES, Event, Events
from crm_cli.rules.importing.report import Report
from crm_cli.rules.importing.threads import Threads
from crm_cli.rules.importing.wishes import Wishes
from crm_cli.rules.messages import MAIL
from crm_cli.values import emails

NAMED = 10  # unknown senders that are named
Mail = tuple[str, int, Message]  # the file, the line, and what stands there


def run(
    change: Change,
    sources: Callable[[], Iterator[Source]],
    wishes: Wishes,
    *,
    create_leads: bool = False,
    keep_unknown: bool = False,
    tick: Callable[[int], None] | None = None,
) -> Report:
    """Import the messages of files.

    Args:
        change: the transaction.
        sources: gives the files, as often as asked.
        wishes: what the user says of them.
        create_leads: make a lead of each sender whom nobody knows.
        keep_unknown: keep messages that are about nobody.
        tick: called with the number of messages after each batch.
    """
    box = _Mailbox(change, wishes, keep_unknown=keep_unknown)
    if create_leads:
        box.meet(message for source in sources() for message in mail.senders(source))
    messages = ((source.name, *each) for source in sources() for each in mail.read(source))
    batch = list(islice(messages, BATCH))
    with ExitStack() as stack:
        if len(batch) > LARGE:
            stack.enter_context(change.bulk(TABLES))
        while batch:
            box.take(batch)
            if tick:
                tick(len(batch))
            batch = list(islice(messages, BATCH))
    box.finish()
    return box.report


class _Mailbox:
    """The work on one import."""

    def __init__(self, change: Change, wishes: Wishes, *, keep_unknown: bool) -> None:
        self.change, self.keep_unknown = change, keep_unknown
        self.report = Report("activity")
        self.events = Events(change, self.report, wishes, MAIL)
        self.addresses, self.threads = Addresses(change), Threads(change)
        self._unknown: Counter[str] = Counter()
        self._attached = self._dead = self._heard = self._passed = 0
        self._absent: set[str] = set()

    def meet(self, messages: Iterator[Message]) -> None:
        """Make leads of the senders whom nobody knows, before any message is taken, so that all are theirs."""
        first: dict[str, tuple[Person, str | None]] = {}
        for message in messages:
            if message.sender and not message.automatic:
                key = emails.key(message.sender.address)
                known, at = first.get(key, (message.sender, message.sent_at))
                earliest = min(filter(None, (at, message.sent_at)), default=None)
                first[key] = (known if known.name else message.sender, earliest)
        people = list(first.values())
        for start in range(0, len(people), BATCH):
            self._make_leads(people[start : start + BATCH])
        self.addresses = Addresses(self.change)

    def _make_leads(self, people: Sequence[tuple[Person, str | None]]) -> None:
        self.addresses.look_up(person.address for person, _ in people)
        absent = forgotten(self.change, (person.address for person, _ in people))
        drafts = [
            Draft(
                values={"email": person.address, "source": "email", "import_id": self.change.command_id}
                | ({"name": person.name} if person.name else {})
                | ({"created_at": at} if at else {}),
                imported=True,
            )
            for person, at in people
            if not self.addresses.is_known(person.address) and emails.key(person.address) not in absent
        ]
        records.write(self.change, "lead", drafts)
        self.report.linked["lead"] = self.report.linked.get("lead", 0) + len(drafts)

    def take(self, batch: Sequence[Mail]) -> None:
        """Import a batch of messages."""
        self.report.read += len(batch)
        self.addresses.look_up(each for *_, message in batch for each in _addresses(message))
        self._absent = forgotten(self.change, (m.sender.address for *_, m in batch if m.sender))
        self.threads.look_up([message for *_, message in batch])
        keys = [message.key for *_, message in batch]
        standing = self.threads.sent(keys) | self.events.standing(keys)
        wanted = [each for each in batch if self._is_wanted(each[2], known=each[2].key in standing)]
        fresh = self.events.write([self._event(*each, standing) for each in wanted], standing)
        new = {event.key for event in fresh}
        once = {message.key: message for *_, message in wanted if message.key in new}
        self._attached += sum(len(message.attachments) for message in once.values())
        self._mark_dead(once.values())
        self._hear(once.values())

    def _hear(self, messages: Iterable[Message]) -> None:
        """Enter the answers to surveys that replies to our questions are."""
        for message in messages:
            if message.answers and self.threads.is_quiet(message) and not message.automatic:
                self._heard += (
                    survey.hear(self.change, message.answers[-1], message.body, message.sent_at) is not None
                )

    def finish(self) -> None:
        """Say what is to be known."""
        report = self.report
        report.linked = {noun: number for noun, number in report.linked.items() if number}
        if not self.addresses.ours:
            report.notes.append(
                "all mail is taken as incoming; `crm config set email ann@example.org` says which addresses are yours"
            )
        if self._unknown:
            report.notes.append(_strangers(self._unknown))
        if self._passed:
            report.notes.append(f"{self._passed:,} skipped, whose senders {tombstones.MANY}")
        if self._attached:
            report.notes.append(f"attachments are named but not kept: {self._attached:,}")
        if self._heard:
            report.notes.append(f"answers to surveys among them: {self._heard:,}")
        if self._dead:
            report.notes.append(f"addresses marked as invalid, since mail to them came back: {self._dead:,}")

    def _is_wanted(self, message: Message, *, known: bool) -> bool:
        """Whether a message is about somebody; else it is counted with its sender."""
        sender = emails.key(message.sender.address) if message.sender else ""
        absent = sender in self._absent
        if message.sender and not message.automatic and not absent and not self.addresses.is_known(sender):
            self._unknown[sender] += 1
        about = self.addresses.of(_addresses(message)) or self.threads.of(message)
        if known or about or (self.keep_unknown and not absent):
            return True
        self._passed += absent
        self.report.skipped += 1
        return False

    def _event(self, file: str, line: int, message: Message, standing: dict[str, Draft]) -> Event:
        """A message as an activity; what stands keeps its words and may only get more people."""
        about = [*self.threads.of(message), *self.addresses.of(_addresses(message))]
        people = [number for noun, number in about if noun == "contact"]
        quiet = self.threads.is_quiet(message)
        if message.key in standing:
            return Event(file, line, message.key, {}, about, people, quiet)
        ours = bool(message.sender and self.addresses.is_ours(message.sender.address))
        left = ", ".join(message.attachments)
        values = {
            "kind": "email",
            "subject": message.subject or None,
            "body": message.body or None,
            "status": "done",
            "done_at": message.sent_at,
            "direction": "out" if ours else "in",
            "notes": f"Attachments, not kept: {left}" if left else None,
        }
        return Event(file, line, message.key, values, about, people, quiet)

    def _mark_dead(self, messages: Iterable[Message]) -> None:
        """Mark the addresses of contacts to which mail came back for good."""
        hard = {
            emails.key(each) for message in messages for each, gone in message.undelivered.items() if gone
        }
        if not hard:
            return
        wanted = {number for noun, number in self.addresses.of(hard) if noun == "contact"}
        contacts = records.load(self.change, "contact", sorted(wanted))
        for contact in contacts:
            rows = self.change.rows(
                "SELECT * FROM contact_email WHERE contact_id = ? ORDER BY id", contact.id
            )
            parts = [{name: row[name] for name in dict(row) if name != "contact_id"} for row in rows]
            for part in parts:
                if part["key"] in hard and not part["invalid"]:
                    part["invalid"] = 1
                    self._dead += 1
            contact.parts["emails"] = parts
        records.write(self.change, "contact", contacts)


def _addresses(message: Message) -> list[str]:
    """All that a message bears; of a report those that it is about."""
    people = [*([message.sender] if message.sender else []), *message.receivers]
    return [*(person.address for person in people), *message.undelivered]


def _strangers(unknown: Counter[str]) -> str:
    named = ", ".join(f"{address} ({number:,})" for address, number in unknown.most_common(NAMED))
    more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
    return f"senders whom nobody knows here: {named}{more}; --create-leads makes leads of them"
