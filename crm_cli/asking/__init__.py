"""Questions to the store: lists, a record's picture, today, search, history. They only read, without the ORM."""

from crm_cli.asking.listing import SHOWN, count, lines, listing, records, stages

__all__ = ["SHOWN", "count", "lines", "listing", "records", "stages"]
