-- list: id currency day rate
SELECT
  rate.id, rate.currency, rate.day, rate.rate,
  (SELECT name FROM user WHERE user.id = rate.owner_id) AS owner,
  rate.tags,
  rate.notes, rate.owner_id, rate.external_id, rate.external_source, rate.created_at, rate.updated_at, rate.uid
FROM rate
