-- The policies, measures and currencies under which a holder (its id is $1) had money, or a group was delivered to.
-- Reads: transfers, deliveries, beneficiary_groups, settings.
SELECT DISTINCT policy, measure, coalesce(currency, settings.case_currency) AS currency
FROM (
  SELECT policy, measure, currency FROM transfers WHERE ("from" = $1 OR "to" = $1) AND amount <> 0
  UNION ALL
  SELECT policy, measure, currency FROM deliveries
  WHERE (agency = $1 OR "group" = $1) AND "on" IS NOT NULL AND amount <> 0
  UNION ALL
  SELECT deliveries.policy, deliveries.measure, deliveries.currency
  FROM deliveries
  JOIN beneficiary_groups
    ON beneficiary_groups.id = $1 AND deliveries.measure = beneficiary_groups.measure
   AND deliveries.region = beneficiary_groups.region
  WHERE deliveries."group" IS NULL AND deliveries.agency IS NOT NULL AND deliveries."on" IS NOT NULL AND deliveries.amount <> 0
)
CROSS JOIN settings
ORDER BY ALL
