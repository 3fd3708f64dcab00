-- What offers are at a moment.
SELECT facts.*,
  (CASE WHEN state = 'offered' THEN CAST((julianday(respond_by) - julianday(:now)) * 24 AS INTEGER) END) AS hours_left -- integer: Hours left to answer it
FROM main.offers AS facts
