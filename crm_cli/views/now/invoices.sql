-- What invoices are on a day.
SELECT facts.*,
  (CASE WHEN status IN ('unpaid', 'partial') AND due_on < :today THEN 'overdue' ELSE status END) AS status, -- choice:InvoiceStatus: Where it stands today
  (CASE WHEN status IN ('unpaid', 'partial') AND due_on < :today THEN CAST(julianday(:today) - julianday(due_on) AS INTEGER) END) AS days_late -- integer: Days since it was due
FROM main.invoices AS facts
