-- list: id name is_default stage_names open_deals tags
-- table: id name is_default stage_names open_deals
SELECT
  pipeline.id, pipeline.name, pipeline.is_default,
  (SELECT group_concat(name, ' → ') FROM (SELECT name FROM stage WHERE pipeline_id = pipeline.id ORDER BY position)) AS stage_names, -- text: Its stages in order
  (SELECT count(*) FROM deal WHERE deal.pipeline_id = pipeline.id AND deal.stage_id IN (SELECT id FROM stage WHERE kind = 'open')) AS open_deals, -- integer: Deals not yet decided
  (SELECT json_group_array(json_patch('{}', json_object('name', s.name, 'kind', s.kind, 'probability', s.probability, 'forecast_category', s.forecast_category, 'rotten_days', s.rotten_days, 'requires', s.requires))) FROM (SELECT * FROM stage WHERE pipeline_id = pipeline.id ORDER BY position) AS s) AS stages, -- parts:stage: Its stages in full
  pipeline.tags, pipeline.notes,
  (SELECT name FROM user WHERE user.id = pipeline.owner_id) AS owner,
  pipeline.owner_id, pipeline.external_id, pipeline.external_source, pipeline.created_at, pipeline.updated_at, pipeline.uid
FROM pipeline
