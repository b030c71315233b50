-- id: missing_step
-- revision: 1
-- about: step
-- category: break
-- severity: high
-- caused_by: [unassigned_step]
-- title: {zh: 环节缺失, en: Missing step}
-- finds:
--   zh: 前序环节均已完成、期限已过，而该环节没有任何记录，且有人查过。
--   en: A required step whose predecessors are all done and whose due date is past has no event at all, where somebody looked.
-- explanation:
--   zh: 《{policy}》要求{scope}在{due}前完成“{stage}”，至今已过{days:zh}仍没有任何记录；{responsible}{impact}。
--   en: Under "{policy}", {scope} had to complete "{stage}" by {due}; {days:en} later nothing of it is on record; {responsible}{impact}.
SELECT step, due_on + 1 AS since, due_on
FROM steps_past_due
WHERE event_count = 0 AND is_covered
