-- Every change of a deal's stage: from, to, when, and the days spent in the one left.
SELECT
  h.id, -- id: Our number for the change
  h.deal_id, -- id: The deal
  (SELECT name FROM stage WHERE stage.id = h.from_stage_id) AS from_stage, -- text: The stage left
  (SELECT name FROM stage WHERE stage.id = h.stage_id) AS stage, -- text: The stage entered
  h.at, -- instant: When
  h.day, -- day: The day, in the configured zone
  h.days, -- integer: Days spent in the stage left
  h.from_stage_id, -- id: The stage left
  h.stage_id -- id: The stage entered
FROM deal_stage AS h
