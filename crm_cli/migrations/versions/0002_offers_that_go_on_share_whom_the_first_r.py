"""Offers that go on share whom the first remembers."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Offers that go on share whom the first remembers."""
    op.execute('ALTER TABLE "offer" ADD COLUMN first_id INTEGER REFERENCES "offer" (id)')
    op.create_index(op.f("ix_offer_first_id"), "offer", ["first_id"], unique=False)
