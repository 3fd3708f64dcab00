-- list: id name metric period baseline target stretch currency owner parent
SELECT
  goal.id, goal.name, goal.metric, goal.period, goal.baseline, goal.target, goal.stretch, goal.currency,
  (SELECT name FROM user WHERE user.id = goal.owner_id) AS owner,
  goal.tags,
  (SELECT name FROM goal AS p WHERE p.id = goal.parent_id) AS parent,
  (SELECT name FROM pipeline WHERE pipeline.id = goal.pipeline_id) AS pipeline,
  goal.starts_on, goal.ends_on, goal.parent_id, goal.pipeline_id,
  goal.notes, goal.owner_id, goal.external_id, goal.external_source, goal.created_at, goal.updated_at, goal.uid
FROM goal
