"""The revisions: each leads from one schema to the next."""
