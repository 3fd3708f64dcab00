-- What offers are at a moment.
SELECT facts.*,
  (CASE WHEN state = 'offered' THEN (strftime('%s', respond_by) - strftime('%s', :now) - 3599 * (respond_by < :now)) / 3600 END) AS hours_left -- integer: Whole hours left to answer it, less than 0 when its time is over
FROM main.offers AS facts
