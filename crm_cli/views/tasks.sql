-- list: id kind subject status due done_at owner about priority tags
-- table: id subject status due priority about owner
SELECT
  activity.id, activity.kind, activity.subject, activity.status, activity.due, activity.done_at,
  (SELECT name FROM user WHERE user.id = activity.owner_id) AS owner,
  (SELECT group_concat(noun || ':' || record_id, ' ') FROM (SELECT noun, record_id FROM activity_about WHERE activity_id = activity.id ORDER BY id)) AS about, -- about: The records it is about
  activity.priority, activity.start, activity.direction, activity.minutes, activity.outcome, activity.tags,
  activity.body, activity.status_original, activity.recurrence,
  activity.status IN ('planned', 'not_started', 'in_progress', 'waiting', 'deferred') AS open, -- boolean: Is still to be done
  (SELECT json_group_array(json_patch('{}', json_object('contact', c.name, 'contact_id', c.id))) FROM activity_participant AS x JOIN contact AS c ON c.id = x.contact_id WHERE x.activity_id = activity.id) AS participants, -- parts:activity_participant: Who takes part
  (SELECT json_group_array(json_patch('{}', json_object('noun', x.noun, 'record_id', x.record_id, 'name', (SELECT name FROM called WHERE called.noun = x.noun AND called.id = x.record_id)))) FROM (SELECT * FROM activity_about WHERE activity_id = activity.id ORDER BY id) AS x) AS about_records, -- parts:activity_about: The records it is about, in full
  activity.notes, activity.owner_id, activity.external_id, activity.external_source, activity.created_at, activity.updated_at, activity.uid
FROM activity
WHERE activity.kind = 'task'
