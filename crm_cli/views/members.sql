-- list: id campaign name contact lead status channel control reason first_responded_at amount currency
-- table: id campaign name status channel control reason first_responded_at
SELECT
  member.id,
  (SELECT name FROM campaign WHERE campaign.id = member.campaign_id) AS campaign,
  coalesce((SELECT name FROM contact WHERE contact.id = member.contact_id), (SELECT name FROM lead WHERE lead.id = member.lead_id), member.name) AS name,
  (SELECT name FROM contact WHERE contact.id = member.contact_id) AS contact,
  (SELECT name FROM lead WHERE lead.id = member.lead_id) AS lead,
  member.status, member.channel, member.control, member.reason, member.first_responded_at, member.amount, member.currency,
  (SELECT name FROM user WHERE user.id = member.owner_id) AS owner,
  member.tags,
  member.address, member.sent_at, member.response, member.status_original,
  (SELECT json_group_array(json_patch('{}', json_object('status', h.status, 'at', h.at))) FROM (SELECT * FROM member_status WHERE member_id = member.id ORDER BY at, id) AS h) AS statuses, -- parts:member_status: Every change of the status
  member.campaign_id, member.contact_id, member.lead_id,
  member.notes, member.owner_id, member.external_id, member.external_source, member.created_at, member.updated_at, member.uid
FROM member
