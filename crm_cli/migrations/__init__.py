"""Upgrades of a store from an older schema, run by Alembic; loaded only when the versions differ."""
