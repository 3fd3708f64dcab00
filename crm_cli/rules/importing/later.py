"""What rows of a file say of each other: it waits until all have arrived, since a row may name one that comes later."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing.building import Building, own_fields
from crm_cli.rules.importing.links import MADE, Links
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.report import Remarks, Report
from crm_cli.rules.importing.rows import Name, Row

AT_ONCE = 2_000  # records that are settled together


class _Link(NamedTuple):
    """A record that a record of the same file names in a field."""

    record_id: int
    field: str
    name: Name
    outcome: str
    """What became of the record when its row was written."""


class Later:
    """The links between rows of one file."""

    def __init__(
        self,
        change: Change,
        plan: Plan,
        links: Links,
        building: Building,
        make: Callable[[Iterable[Name]], object],
    ) -> None:
        self.change, self.plan, self.links, self.building = change, plan, links, building
        self.fields = frozenset(own_fields(plan))
        """The fields by which rows name each other."""
        self._make = make
        self._links: list[_Link] = []
        self._parts: list[tuple[int, dict[str, list[dict[str, Any]]]]] = []

    def keep(self, row: Row, draft: Draft, outcome: str) -> None:
        """Keep what a row that was written says of others of the file."""
        if own := self.building.own_parts(row):
            self._parts.append((draft.id, own))
        for field, names in row.names.items():
            if field in self.fields:
                self._links.append(_Link(draft.id, field, names[0], outcome))

    def settle(self, report: Report, remarks: Remarks) -> None:
        """Write it, now that all have arrived; what names nobody is left out, and said."""
        for start in range(0, len(self._links), AT_ONCE):
            self._settle_links(self._links[start : start + AT_ONCE], report, remarks)
        for start in range(0, len(self._parts), AT_ONCE):
            self._settle_parts(dict(self._parts[start : start + AT_ONCE]), remarks)

    def _settle_links(self, some: Sequence[_Link], report: Report, remarks: Remarks) -> None:
        names = [each.name for each in some]
        self.links.look_up(names)
        if self.plan.wishes.create and self.plan.noun in MADE:
            self._make(names)
        for each in some:
            found = self.links.id(each.name)
            if found is None:
                remarks.unlinked(each.field, shared=self.links.is_shared(each.name))
            elif found != each.record_id and self._link(each, found) and each.outcome == "unchanged":
                report.unchanged -= 1
                report.updated += 1

    def _settle_parts(self, some: dict[int, dict[str, list[dict[str, Any]]]], remarks: Remarks) -> None:
        drafts = records.load(self.change, self.plan.noun, some)
        for draft in drafts:
            draft.imported = True
            for part, rows in some[draft.id].items():
                if left := self.building.join(draft, part, rows):
                    remarks.unlinked(part, rows=left)
        records.write(self.change, self.plan.noun, drafts)

    def _link(self, each: _Link, found: int) -> bool:
        """Let a record refer to another one; whether it did not yet."""
        table, column = self.plan.about.table, self.plan.about.fields[each.field].column or each.field
        if self.change.value(f'SELECT "{column}" FROM "{table}" WHERE id = ?', each.record_id) == found:
            return False
        stamp = "" if each.outcome == "created" or self.plan.own else ", updated_at = :now"
        self.change.connection.execute(
            f'UPDATE "{table}" SET "{column}" = :found{stamp} WHERE id = :id',
            {"found": found, "id": each.record_id, "now": self.change.now},
        )
        return True
