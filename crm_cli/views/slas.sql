-- list: id name is_default condition calendar warn_pct promise owner
-- table: id name is_default condition calendar warn_pct promise
SELECT
  sla.id, sla.name, sla.is_default, sla.condition,
  (SELECT name FROM calendar WHERE calendar.id = sla.calendar_id) AS calendar,
  sla.warn_pct, sla.rank,
  (SELECT group_concat(said, ', ') FROM (
    SELECT priority || ':' || coalesce(CASE WHEN response_minutes % 60 THEN response_minutes || 'm' ELSE (response_minutes / 60) || 'h' END, '-')
      || '/' || coalesce(CASE WHEN resolution_minutes % 60 THEN resolution_minutes || 'm' ELSE (resolution_minutes / 60) || 'h' END, '-') AS said
    FROM sla_target WHERE sla_id = sla.id
    ORDER BY CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END)) AS promise, -- text: Response and resolution by priority, in working time
  (SELECT name FROM user WHERE user.id = sla.owner_id) AS owner,
  sla.tags,
  (SELECT json_group_array(json_patch('{}', json_object('priority', t.priority, 'response_minutes', t.response_minutes, 'resolution_minutes', t.resolution_minutes))) FROM (SELECT * FROM sla_target WHERE sla_id = sla.id ORDER BY id) AS t) AS targets, -- parts:sla_target: Minutes of working time by priority
  sla.calendar_id,
  sla.notes, sla.owner_id, sla.external_id, sla.external_source, sla.created_at, sla.updated_at, sla.uid
FROM sla
