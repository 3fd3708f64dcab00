-- list: id name is_default zone hours holidays owner
-- table: id name is_default zone hours holidays
SELECT
  calendar.id, calendar.name, calendar.is_default, calendar.zone, calendar.hours, calendar.holidays,
  (SELECT name FROM user WHERE user.id = calendar.owner_id) AS owner,
  calendar.tags,
  (SELECT json_group_array(json_patch('{}', json_object('day', d.day, 'hours', d.hours, 'name', d.name))) FROM (SELECT * FROM calendar_day WHERE calendar_id = calendar.id ORDER BY day) AS d) AS days, -- parts:calendar_day: Days unlike their weekday
  calendar.notes, calendar.owner_id, calendar.external_id, calendar.external_source, calendar.created_at, calendar.updated_at, calendar.uid
FROM calendar
