-- Money by holder: an account is one holder, policy, measure (none is its own) and currency (CONTRACT.md section 3).
-- Reads: transfers, delivery_sums, agencies, beneficiary_groups, settings.

-- What came in and what went out of each account on each day; what an agency delivered went out.
CREATE OR REPLACE TABLE account_days AS
SELECT holder, policy, measure, currency, "on" AS day, sum(received) AS received, sum(sent) AS sent
FROM (
  SELECT "to" AS holder, policy, measure, coalesce(currency, case_currency) AS currency, "on", amount AS received, 0 AS sent
  FROM transfers, settings
  UNION ALL
  SELECT "from" AS holder, policy, measure, coalesce(currency, case_currency) AS currency, "on", 0 AS received, amount AS sent
  FROM transfers, settings
  UNION ALL
  SELECT agency AS holder, policy, measure, currency, "on", 0 AS received, amount AS sent
  FROM delivery_sums
  WHERE "on" IS NOT NULL AND amount IS NOT NULL AND agency IS NOT NULL
)
WHERE NOT starts_with(holder, 'source:')
GROUP BY ALL;

-- Who holds money or may: without a table of agencies, whoever else passes money on is one of unknown region.
CREATE OR REPLACE TABLE holders AS
SELECT id, TRUE AS is_agency, region FROM agencies
UNION ALL
SELECT id, FALSE AS is_agency, region FROM beneficiary_groups WHERE id NOT IN (SELECT id FROM agencies)
UNION ALL
SELECT DISTINCT holder AS id, TRUE AS is_agency, CAST(NULL AS VARCHAR) AS region
FROM account_days
WHERE holder NOT IN (SELECT id FROM agencies UNION ALL SELECT id FROM beneficiary_groups);
