-- list: id campaign name day impressions clicks responses sales amount cost currency
SELECT
  result.id,
  (SELECT name FROM campaign WHERE campaign.id = result.campaign_id) AS campaign,
  result.name, result.day, result.impressions, result.clicks, result.responses, result.sales, result.amount, result.cost, result.currency,
  (SELECT name FROM user WHERE user.id = result.owner_id) AS owner,
  result.tags,
  result.campaign_id,
  result.notes, result.owner_id, result.external_id, result.external_source, result.created_at, result.updated_at, result.uid
FROM result
