-- list: id name kind on filter owner tags
-- table: id name kind on filter
SELECT
  segment.id, segment.name, segment.kind, segment."on", segment.filter, segment.description,
  (SELECT name FROM user WHERE user.id = segment.owner_id) AS owner,
  segment.tags,
  (SELECT json_group_array(json_patch('{}', json_object('noun', m.noun, 'record_id', m.record_id, 'name', CASE m.noun WHEN 'contact' THEN (SELECT name FROM contact WHERE id = m.record_id) WHEN 'lead' THEN (SELECT name FROM lead WHERE id = m.record_id) WHEN 'company' THEN (SELECT name FROM company WHERE id = m.record_id) END, 'address', m.address, 'added_at', m.added_at))) FROM (SELECT * FROM segment_member WHERE segment_id = segment.id ORDER BY id) AS m) AS members, -- parts:segment_member: Who was put into it
  segment.notes, segment.owner_id, segment.external_id, segment.external_source, segment.created_at, segment.updated_at, segment.uid
FROM segment
