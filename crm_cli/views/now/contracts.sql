-- What contracts are on a day.
SELECT facts.*,
  (CASE
    WHEN status IN ('on_hold', 'cancelled', 'expired') THEN status
    WHEN ends_on < :today THEN 'expired'
    WHEN starts_on > :today THEN 'not_started'
    WHEN status = 'not_started' AND starts_on IS NULL THEN status
    ELSE 'active'
  END) AS status -- choice:ContractStatus: Where it stands today
FROM main.contracts AS facts
