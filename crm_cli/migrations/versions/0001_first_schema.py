"""The schema that stores begin with: `schema.sql` makes it whole, so there is nothing to do."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: a store is created at this schema."""


def downgrade() -> None:
    """Nothing lies before it."""
