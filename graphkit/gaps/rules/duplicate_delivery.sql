-- id: duplicate_delivery
-- revision: 2
-- about: delivery
-- category: difficulty
-- severity: medium
-- title: {zh: 重复发放, en: Duplicate delivery}
-- finds:
--   zh: 每名对象只应享受一次的措施，同一对象第二次及以后的发放。
--   en: Under a measure that each beneficiary gets once, every delivery after a beneficiary's first (by on, then id).
-- explanation:
--   zh: 《{policy}》{measure}规定每名对象只享受一次，{scope}却有{count}笔重复发放，涉及{amount}；{responsible}{impact}。
--   en: The policy "{policy}"{measure} is given once to each beneficiary; in {scope} {count:delivery|deliveries} ({amount}) came after a beneficiary's first; {responsible}{impact}.
-- rows: true
WITH repeated AS (
  SELECT deliveries.policy, deliveries.measure, deliveries.beneficiary
  FROM deliveries
  JOIN measures ON measures.id = deliveries.measure AND measures.one_per_beneficiary
  WHERE deliveries."on" IS NOT NULL AND coalesce(deliveries.amount, 0) >= 0
  GROUP BY ALL
  HAVING count(*) > 1
)
SELECT
  delivery_rows.id, delivery_rows.policy, delivery_rows.measure, delivery_rows.region, delivery_rows."on" AS since,
  delivery_rows.amount, delivery_rows.currency
FROM delivery_rows
JOIN repeated
  ON repeated.policy = delivery_rows.policy AND repeated.measure = delivery_rows.measure
 AND repeated.beneficiary = delivery_rows.beneficiary
-- What takes a delivery back (a negative amount) is not another one.
WHERE delivery_rows."on" IS NOT NULL AND coalesce(delivery_rows.amount, 0) >= 0
QUALIFY row_number() OVER (
  PARTITION BY delivery_rows.policy, delivery_rows.measure, delivery_rows.beneficiary
  ORDER BY delivery_rows."on", delivery_rows.id
) > 1
