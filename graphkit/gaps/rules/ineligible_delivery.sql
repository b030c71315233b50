-- id: ineligible_delivery
-- revision: 1
-- about: delivery
-- category: difficulty
-- severity: high
-- title: {zh: 向不符合条件者发放, en: Ineligible delivery}
-- finds:
--   zh: 发放对象被认定不符合条件、不在名册之内，或发放日不在其资格期内。
--   en: Delivered to a beneficiary marked ineligible, unknown where there is a table of beneficiaries, or outside the days of eligibility.
-- explanation:
--   zh: 《{policy}》{measure}只应惠及符合条件者，{scope}却有{count}笔发放给了不符合条件、不在名册或已过资格期的对象，涉及{amount}；{responsible}{impact}。
--   en: The policy "{policy}"{measure} is for those eligible only; in {scope} {count:delivery|deliveries} ({amount}) went to those who are not eligible, not on the roll, or outside their days of eligibility; {responsible}{impact}.
-- rows: true
SELECT id, policy, measure, region, "on" AS since, amount, currency
FROM delivery_rows, settings
WHERE "on" IS NOT NULL
  AND (
    NOT eligible
    OR (settings.has_beneficiaries AND NOT is_known)
    OR "on" < eligible_from
    OR "on" > eligible_to
  )
