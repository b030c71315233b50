-- id: unobserved_step
-- revision: 1
-- about: step
-- category: unknown
-- severity: low
-- caused_by: [unassigned_step]
-- title: {zh: 环节未查, en: Unobserved step}
-- finds:
--   zh: 同“环节缺失”，但没有任何核查覆盖到期限之日：情况不明，不计为断点。
--   en: As a missing step, but nobody looked as far as its due date; nobody knows, and it is never counted as a break.
-- explanation:
--   zh: 《{policy}》要求{scope}在{due}前完成“{stage}”，但没有核查覆盖到该期限，是否完成尚不清楚；{responsible}{impact}。
--   en: Under "{policy}", {scope} had to complete "{stage}" by {due}, but nobody looked as far as that date, so whether it was done is not known; {responsible}{impact}.
SELECT step, due_on + 1 AS since, due_on
FROM steps_past_due
WHERE event_count = 0 AND NOT is_covered
