-- What quotes are on a day.
SELECT facts.*,
  (CASE WHEN status IN ('draft', 'sent') AND valid_until < :today THEN 'expired' ELSE status END) AS status -- choice:QuoteStatus: Where it stands today
FROM main.quotes AS facts
