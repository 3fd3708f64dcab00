-- What contracts are on a day.
SELECT facts.*,
  (CASE
    WHEN status IN ('on_hold', 'cancelled', 'expired') THEN status
    WHEN ends_on < :today THEN 'expired'
    WHEN starts_on > :today THEN 'not_started'
    WHEN status = 'not_started' AND starts_on IS NULL THEN status
    ELSE 'active'
  END) AS status, -- choice:ContractStatus: Where it stands today
  (CAST(julianday(ends_on) - julianday(:today) AS INTEGER)) AS days_left, -- integer: Days until it ends; negative once it has
  (status NOT IN ('on_hold', 'cancelled', 'expired') AND ends_on >= :today AND (starts_on IS NULL OR starts_on <= :today) AND renewal_deal_id IS NULL AND renew_from <= :today AND NOT EXISTS (SELECT 1 FROM main.contract AS n WHERE n.renewed_from_id = facts.id)) AS renewal_due -- boolean: Ends soon, and nobody works on its renewal
FROM main.contracts AS facts
