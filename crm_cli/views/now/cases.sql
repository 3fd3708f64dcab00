-- What cases are at a moment, beside their facts: `:now` is the instant, `:today` the day in the user's zone.
SELECT facts.*,
  (CASE
    WHEN status = 'cancelled' THEN NULL
    WHEN sla_result IS NOT NULL AND status IN ('resolved', 'closed') THEN sla_result
    WHEN resolution_met = 0 OR first_response_met = 0 THEN 'breached'
    WHEN resolution_met IS NULL AND (resolution_due < :now OR resolution_left < 0) THEN 'breached'
    WHEN first_response_met IS NULL AND (first_response_due < :now OR first_response_left < 0) THEN 'breached'
    WHEN resolution_met IS NULL AND resolution_left IS NOT NULL THEN 'paused'
    WHEN first_response_met IS NULL AND first_response_left IS NOT NULL THEN 'paused'
    WHEN resolution_met IS NULL AND resolution_warn <= :now THEN 'nearing'
    WHEN first_response_met IS NULL AND first_response_warn <= :now THEN 'nearing'
    WHEN resolution_met IS NULL AND resolution_due IS NOT NULL THEN 'in_progress'
    WHEN first_response_met IS NULL AND first_response_due IS NOT NULL THEN 'in_progress'
    WHEN resolution_met = 1 OR first_response_met = 1 THEN 'met'
  END) AS sla_state -- choice:SlaState: Where its clock stands now
FROM main.cases AS facts
