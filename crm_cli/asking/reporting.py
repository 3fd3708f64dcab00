"""A report as somebody asks it at their desk: its filters compiled, in their zone, at their rates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_cli import fields, filters, reports
from crm_cli.reports import Asked
from crm_cli.values.dates import Span

if TYPE_CHECKING:
    from crm_cli.desk import Desk


def asked(
    desk: "Desk",
    name: str,
    texts: Sequence[str] = (),
    *,
    by: str | None = None,
    span: Span = (None, None),
    into: tuple[str | None, str | None] = (None, None),
    said: dict[str, str] | None = None,
) -> Asked:
    """A report, ready to answer; `into` is a currency to convert to and its rate, `said` the report's own options.

    Raises:
        InvalidError: no such report, or a filter that cannot be used.
    """
    report, texts = reports.load(name), list(texts)
    several = hasattr(report, "NOUNS")
    where = filters.where(fields.noun(report.NOUN), [] if several else texts, desk.asking)
    return Asked(
        desk.connection, desk.reading.today, report, where=where, by=by, since=span[0], until=span[1],
        into=into[0], rate=into[1], zone=desk.config.zone, texts=texts, asking=desk.asking,
        working_hours=desk.config.get("working_hours"), rates=desk.rate, said=said or {},
        setting=desk.config.get,
    )  # fmt: skip
