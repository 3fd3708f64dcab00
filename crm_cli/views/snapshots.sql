-- list: id taken_on period owner pipeline_amount best_case commit closed weighted currency
SELECT
  snapshot.id, snapshot.taken_on, snapshot.period,
  (SELECT name FROM user WHERE user.id = snapshot.owner_id) AS owner,
  snapshot.tags,
  snapshot.pipeline_amount, snapshot.best_case, snapshot."commit", snapshot.closed, snapshot.weighted, snapshot.currency,
  snapshot.notes, snapshot.owner_id, snapshot.external_id, snapshot.external_source, snapshot.created_at, snapshot.updated_at, snapshot.uid
FROM snapshot
