-- What agencies delivered in one pool, put together by agency, day and group: $1 policy, $2 measure, $3 currency.
-- Reads: deliveries, beneficiary_groups, settings. A delivery that names no group is that of the one group of its
-- measure and region; where there are several, of none. What was taken back is put together for itself.
SELECT
  deliveries.agency, deliveries."on", coalesce(deliveries."group", alone.id) AS "group",
  deliveries.amount < 0 AS taken_back, sum(deliveries.amount) AS amount, count(*) AS count
FROM deliveries
CROSS JOIN settings
LEFT JOIN (
  SELECT measure, region, min(id) AS id FROM beneficiary_groups GROUP BY measure, region HAVING count(*) = 1
) AS alone
  ON deliveries."group" IS NULL AND alone.measure = deliveries.measure AND alone.region = deliveries.region
WHERE deliveries.policy = $1 AND deliveries.measure IS NOT DISTINCT FROM $2
  AND coalesce(deliveries.currency, settings.case_currency) = $3
  AND deliveries.agency IS NOT NULL AND deliveries."on" IS NOT NULL AND deliveries.amount <> 0
GROUP BY ALL
ORDER BY ALL
