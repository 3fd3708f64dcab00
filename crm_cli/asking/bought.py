"""What counts as a purchase: an invoice that is not void, by its day of issue; or a deal won, by the day it closed."""

DAYS = {"invoice": "issued_on", "deal": "closed_on"}
"""The day of a purchase."""
CONDITIONS = {
    "invoice": "(void_on IS NULL OR void_on > ?1) AND issued_on <= ?1",
    "deal": "stage_id IN (SELECT id FROM stage WHERE kind = 'won') AND closed_on <= ?1",
}
"""What holds of a purchase up to the day ?1, in SQL."""
