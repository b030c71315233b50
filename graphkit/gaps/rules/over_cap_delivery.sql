-- id: over_cap_delivery
-- revision: 1
-- about: delivery
-- category: difficulty
-- severity: medium
-- title: {zh: 超标准发放, en: Delivery over the cap}
-- finds:
--   zh: 同一对象在一项措施下累计享受金额超过每名对象的上限。
--   en: The sum delivered to one beneficiary under a measure is above its cap_per_beneficiary.
-- explanation:
--   zh: 《{policy}》{measure}对每名对象设有上限，{scope}却有{count}名对象超标准享受，共超出{amount}；{responsible}{impact}。
--   en: The policy "{policy}"{measure} has a cap for each beneficiary; in {scope} {count:beneficiary|beneficiaries} got more, {amount} above it in all; {responsible}{impact}.
-- rows: true
-- counts: beneficiaries
WITH over_cap AS (
  SELECT deliveries.policy, deliveries.measure, deliveries.beneficiary, measures.cap_per_beneficiary, sum(deliveries.amount) AS total
  FROM deliveries
  JOIN measures ON measures.id = deliveries.measure AND measures.cap_per_beneficiary IS NOT NULL
  CROSS JOIN settings
  -- The cap is in the case's currency: what was given in another is not held against it.
  WHERE deliveries."on" IS NOT NULL AND coalesce(deliveries.currency, settings.case_currency) = settings.case_currency
  GROUP BY ALL
  HAVING sum(deliveries.amount) > measures.cap_per_beneficiary
),
-- Only of those beneficiaries every delivery, in its order: since when the sum is above the cap, and which was the last.
summed AS (
  SELECT
    delivery_rows.id, delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary,
    delivery_rows.region AS own_region, delivery_rows."on", over_cap.cap_per_beneficiary, over_cap.total,
    sum(CASE WHEN delivery_rows.currency = settings.case_currency THEN delivery_rows.amount END) OVER (
      PARTITION BY delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary ORDER BY delivery_rows."on", delivery_rows.id
    ) AS running,
    row_number() OVER (
      PARTITION BY delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary
      ORDER BY delivery_rows."on" DESC, delivery_rows.id DESC
    ) AS from_last
  FROM delivery_rows
  JOIN over_cap
    ON over_cap.policy = delivery_rows.policy AND over_cap.measure = delivery_rows.measure
   AND over_cap.beneficiary = delivery_rows.beneficiary
  CROSS JOIN settings
  WHERE delivery_rows."on" IS NOT NULL
)
SELECT
  summed.id, summed.policy, summed.measure,
  first_value(own_region) OVER (PARTITION BY summed.policy, summed.measure, summed.beneficiary ORDER BY from_last) AS region,
  min(CASE WHEN running > cap_per_beneficiary THEN "on" END)
    OVER (PARTITION BY summed.policy, summed.measure, summed.beneficiary) AS since,
  CASE WHEN from_last = 1 THEN total - cap_per_beneficiary END AS amount, settings.case_currency AS currency,
  CASE WHEN from_last = 1 THEN 1 ELSE 0 END AS counted
FROM summed
CROSS JOIN settings
