-- list: id name pipeline position kind probability forecast_category rotten_days requires
-- The steps of all pipelines, in order within each.
SELECT
  stage.id, -- id: Our number for the stage
  stage.name, -- text: Name
  (SELECT name FROM pipeline WHERE pipeline.id = stage.pipeline_id) AS pipeline, -- ref:pipeline: Its pipeline
  stage.position, -- integer: Its place in the pipeline
  stage.kind, -- choice:StageKind: open, won or lost
  stage.probability, -- percent: Chance to win in this stage
  stage.forecast_category, -- choice:ForecastCategory: How firmly its deals are counted on
  stage.rotten_days, -- integer: Days without a touch after which a deal is rotten
  stage.requires, -- text: What must hold to leave it
  stage.pipeline_id -- id: Its pipeline's id
FROM stage
