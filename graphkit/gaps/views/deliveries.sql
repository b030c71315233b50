-- Deliveries with the region and the group that they count for (CONTRACT.md section 3).
-- Reads: deliveries, beneficiary_groups, beneficiaries, settings.

CREATE OR REPLACE VIEW delivery_rows AS
SELECT
  deliveries.id, deliveries.policy, deliveries.measure, deliveries.beneficiary, deliveries.agency,
  deliveries."group", coalesce(deliveries.region, beneficiary_groups.region, beneficiaries.region) AS region,
  deliveries.amount, coalesce(deliveries.currency, settings.case_currency) AS currency,
  deliveries."on", deliveries.due_on, deliveries.source, deliveries.locator,
  beneficiaries.id IS NOT NULL AS is_known, beneficiaries.eligible, beneficiaries.eligible_from, beneficiaries.eligible_to
FROM deliveries
CROSS JOIN settings
LEFT JOIN beneficiary_groups ON beneficiary_groups.id = deliveries."group"
LEFT JOIN beneficiaries ON beneficiaries.id = deliveries.beneficiary;

-- All that is summed up over deliveries, in one pass over them.
CREATE OR REPLACE TABLE delivery_sums AS
SELECT policy, measure, "group", region, agency, currency, "on", sum(amount) AS amount
FROM delivery_rows
GROUP BY ALL;

-- What was delivered to each group: to those that name it, or, naming none, in its region under its measure.
CREATE OR REPLACE TABLE group_deliveries AS
SELECT beneficiary_groups.id AS "group", delivered.currency, sum(delivered.amount) AS amount
FROM beneficiary_groups
JOIN (
  SELECT "group", measure, coalesce(region, '') AS region, currency, sum(amount) AS amount
  FROM delivery_sums
  WHERE "on" IS NOT NULL AND amount IS NOT NULL
  GROUP BY ALL
) AS delivered
  ON delivered.measure = beneficiary_groups.measure
 AND (delivered."group" = beneficiary_groups.id
      OR (delivered."group" IS NULL AND delivered.region = beneficiary_groups.region))
GROUP BY ALL;

CREATE OR REPLACE TABLE group_reached AS
SELECT "group", count(DISTINCT beneficiary) AS beneficiaries
FROM (
  SELECT beneficiary_groups.id AS "group", deliveries.beneficiary
  FROM beneficiary_groups
  JOIN deliveries ON deliveries.measure = beneficiary_groups.measure AND deliveries."group" = beneficiary_groups.id
  WHERE deliveries."on" IS NOT NULL
  UNION ALL
  SELECT beneficiary_groups.id AS "group", delivery_rows.beneficiary
  FROM beneficiary_groups
  JOIN delivery_rows ON delivery_rows.measure = beneficiary_groups.measure AND delivery_rows.region = beneficiary_groups.region
  WHERE delivery_rows."on" IS NOT NULL AND delivery_rows."group" IS NULL
)
GROUP BY "group";
