-- How many deliveries of one agency, day and group a part of their money paid for, at least in part: the parts are
-- $5 (starts) and $6 (ends) on the line of their amounts, in the order of their ids. $1 agency, $2 day, $3 group (or
-- null), $4 whether what was taken back is meant; $7 policy, $8 measure, $9 currency.
-- Reads: deliveries, beneficiary_groups, settings.
WITH rows AS (
  SELECT
    deliveries.id, abs(deliveries.amount) AS amount,
    sum(abs(deliveries.amount)) OVER (ORDER BY deliveries.id) AS until
  FROM deliveries
  CROSS JOIN settings
  LEFT JOIN (
    SELECT measure, region, min(id) AS id FROM beneficiary_groups GROUP BY measure, region HAVING count(*) = 1
  ) AS alone
    ON deliveries."group" IS NULL AND alone.measure = deliveries.measure AND alone.region = deliveries.region
  WHERE deliveries.policy = $7 AND deliveries.measure IS NOT DISTINCT FROM $8
    AND coalesce(deliveries.currency, settings.case_currency) = $9
    AND deliveries.agency = $1 AND deliveries."on" = $2
    AND coalesce(deliveries."group", alone.id) IS NOT DISTINCT FROM $3
    AND deliveries.amount <> 0 AND (deliveries.amount < 0) = $4
)
SELECT count(DISTINCT rows.id) AS count
FROM rows
JOIN (SELECT unnest($5) AS low, unnest($6) AS high) AS parts
  ON parts.low < rows.until AND parts.high > rows.until - rows.amount
