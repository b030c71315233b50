-- id: late_delivery
-- revision: 1
-- about: delivery
-- category: blockage
-- severity: medium
-- caused_by: [missing_step, unobserved_step, overdue_step, unassigned_step, funds_retained]
-- title: {zh: 发放迟延, en: Late delivery}
-- finds:
--   zh: 发放日晚于应发放日，或应发放日已过而尚未发放。
--   en: Delivered after its due_on, or not delivered and due_on is past.
-- explanation:
--   zh: 《{policy}》{measure}应按期发放，{scope}却有{count}笔迟发或至今未发{still_due}；{responsible}{impact}。
--   en: The policy "{policy}"{measure} has to be delivered on time; in {scope} {count:delivery was late or is|deliveries were late or are} still not made{still_due}; {responsible}{impact}.
-- rows: true
SELECT
  id, policy, measure, region, due_on + 1 AS since,
  CASE WHEN "on" IS NULL THEN amount END AS amount, currency
FROM delivery_rows, settings
WHERE "on" > due_on OR ("on" IS NULL AND due_on < settings.as_of)
