-- id: overdue_step
-- revision: 1
-- about: step
-- category: blockage
-- severity: high
-- caused_by: [unassigned_step]
-- title: {zh: 环节逾期, en: Overdue step}
-- finds:
--   zh: 前序环节均已完成、期限已过，该环节已有记录但尚未完成。
--   en: A required step whose predecessors are all done and whose due date is past has an event but is not done.
-- explanation:
--   zh: 《{policy}》要求{scope}在{due}前完成“{stage}”，已有进展记录但逾期{days:zh}仍未完成；{responsible}{impact}。
--   en: Under "{policy}", {scope} had to complete "{stage}" by {due}; it was taken up but is still not done {days:en} later; {responsible}{impact}.
SELECT step, due_on + 1 AS since, due_on
FROM steps_past_due
WHERE event_count > 0
