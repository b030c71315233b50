-- A rule about deliveries: its rows are put together by policy, measure and region.
CREATE OR REPLACE TABLE found AS
SELECT
  policy, measure, region, coalesce(currency, settings.case_currency) AS currency,
  min(since) AS since, CAST(sum({counted}) AS BIGINT) AS count, sum(amount) AS amount
FROM ({query}) AS found
CROSS JOIN settings
WHERE policy IN (SELECT id FROM policies_in_force)
GROUP BY ALL;

INSERT INTO found_gaps
SELECT
  '{about}', '{kind}', '{category}', '{severity}', NULL, policy, measure, NULL, region, NULL, region,
  min(since), NULL, NULL, NULL, CAST(sum(count) AS BIGINT)
FROM found
GROUP BY policy, measure, region;

INSERT INTO found_amounts
SELECT '{kind}', policy, measure, NULL, region, NULL, currency, amount FROM found WHERE amount IS NOT NULL;
