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
--   zh: 《{policy}》对每名对象设有上限，{scope}却有{count}名对象超标准享受，共超出{amount}；{responsible}{impact}。
--   en: The policy "{policy}" has a cap for each beneficiary; in {scope} {count} beneficiaries got more, {amount} above it in all; {responsible}{impact}.
-- rows: true
-- counts: beneficiaries
SELECT
  id, policy, measure, region, first_over AS since,
  CASE WHEN from_last = 1 THEN total - cap_per_beneficiary END AS amount, currency,
  CASE WHEN from_last = 1 THEN 1 ELSE 0 END AS counted
FROM (
  SELECT
    summed.*,
    min(CASE WHEN running > cap_per_beneficiary THEN "on" END) OVER (PARTITION BY policy, measure, beneficiary) AS first_over,
    first_value(own_region) OVER (PARTITION BY policy, measure, beneficiary ORDER BY from_last) AS region
  FROM (
    SELECT
      delivery_rows.id, delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary,
      delivery_rows.region AS own_region, delivery_rows."on", settings.case_currency AS currency, measures.cap_per_beneficiary,
      sum(capped.amount) OVER (
        PARTITION BY delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary
      ) AS total,
      sum(capped.amount) OVER (
        PARTITION BY delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary ORDER BY delivery_rows."on", delivery_rows.id
      ) AS running,
      row_number() OVER (
        PARTITION BY delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary
        ORDER BY delivery_rows."on" DESC, delivery_rows.id DESC
      ) AS from_last
    FROM delivery_rows
    JOIN measures ON measures.id = delivery_rows.measure AND measures.cap_per_beneficiary IS NOT NULL
    CROSS JOIN settings
    -- The cap is in the case's currency: what was given in another is not held against it.
    CROSS JOIN LATERAL (
      SELECT CASE WHEN delivery_rows.currency = settings.case_currency THEN delivery_rows.amount END AS amount
    ) AS capped
    WHERE delivery_rows."on" IS NOT NULL
  ) AS summed
  WHERE total > cap_per_beneficiary
)
