"""Writes a revision: the step from the schema as last generated to the models, for a person to read and keep.

Alembic finds what differs. New columns are written as plain `ADD COLUMN`, which keeps the table and its
references where they are; for what SQLite cannot alter, Alembic replaces the table.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from sqlalchemy import Column
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.schema import CreateColumn
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from crm_cli.migrations import generate, upgrade

TEMPLATE = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    """{message}."""
    {steps}
'''


def write(old: str, message: str) -> Path:
    """Write the revision from the schema `old` (SQL) to the models.

    Where no table differs it is empty, and still brings changed views to the stores, since every upgrade makes
    them anew. A store goes back by its copy, so there is no downgrade.
    """
    steps = _steps(old)
    known = generate.versions()
    number = f"{len(known) + 1:04}"
    slug = re.sub(r"\W+", "_", message.casefold()).strip("_")[:40]
    path = upgrade.VERSIONS / f"{number}_{slug}.py"
    text = TEMPLATE.format(message=message.strip().rstrip("."), number=number, before=known[-1], steps=steps)
    for unused in (
        "import sqlalchemy as sa\n" * ("sa." not in steps),
        "from alembic import op\n\n" * (not steps),
    ):
        text = text.replace(unused, "")
    path.write_text(text.rstrip() + "\n", encoding="utf-8")
    return path


def _steps(old: str) -> str:
    """The body of the revision."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(old)
        with upgrade.connected(connection) as context:
            context.opts["include_name"] = _named
            found: Any = produce_migrations(context, SQLModel.metadata).upgrade_ops
            found.ops = [step for each in found.ops for step in _plain(each)]
            if not found.ops:
                return ""
            text = render_python_code(
                found, render_as_batch=True, render_item=_rendered, migration_context=context
            )
    text = re.sub(r"\s*# ### .*", "", text).strip()
    # A table that is made anew must go on never giving an id twice.
    return text.replace("', schema=None)", "', table_kwargs={'sqlite_autoincrement': True})")


def _plain(step: Any) -> list[Any]:
    """The steps within a table, each new column with its reference as one statement."""
    if not isinstance(step, ops.ModifyTableOps):
        return [step]
    added = {each.column.name: each for each in step.ops if isinstance(each, ops.AddColumnOp)}
    plain: list[Any] = [
        ops.ExecuteSQLOp(_add_column(each.table_name, each.column)) for each in added.values()
    ]
    rest = []
    for each in step.ops:
        if isinstance(each, ops.CreateIndexOp):
            plain.append(each)
        elif not isinstance(each, ops.AddColumnOp) and not _reference_of(each, added):
            rest.append(each)
    return [*plain, ops.ModifyTableOps(step.table_name, rest)] if rest else plain


def _reference_of(step: Any, added: dict[str, Any]) -> bool:
    return isinstance(step, ops.CreateForeignKeyOp) and set(step.local_cols) <= added.keys()


def _add_column(table: str, column: Column[Any]) -> str:
    declared = str(CreateColumn(column).compile(dialect=dialect()))
    for key in column.foreign_keys:
        target = key.column
        declared += f' REFERENCES "{target.table.name}" ({target.name})'
        declared += f" ON DELETE {key.ondelete}" if key.ondelete else ""
    return f'ALTER TABLE "{table}" ADD COLUMN {declared}'


def _named(name: str | None, kind: str, _: Any) -> bool:
    """Leave the search index out, which is no table of the models."""
    return not (kind == "table" and (name or "").startswith("search"))


def _rendered(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write the text type of the models without their library, which a store of the future may not need."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False
