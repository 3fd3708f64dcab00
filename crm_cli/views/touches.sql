-- A touch: an outgoing call or e-mail, or a meeting that was held. One row for each record it was about.
SELECT
  l.noun,
  l.record_id,
  a.id AS activity_id,
  a.done_at AS at -- instant: When it happened
FROM activity_about AS l CROSS JOIN activity AS a ON a.id = l.activity_id
WHERE a.done_at IS NOT NULL AND a.status IN ('done', 'completed')
  AND (a.kind = 'meeting' OR (a.kind IN ('call', 'email') AND a.direction = 'out'))
