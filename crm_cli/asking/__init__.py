"""Questions to the store: lists, a record's picture, today, search, history. Reads only; no ORM, no writing."""

from crm_cli.asking.listing import SHOWN, count, lines, listing, stages

__all__ = ["SHOWN", "count", "lines", "listing", "stages"]
