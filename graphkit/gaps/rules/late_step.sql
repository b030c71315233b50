-- id: late_step
-- revision: 1
-- about: step
-- category: blockage
-- severity: low
-- title: {zh: 环节迟完成, en: Late step}
-- finds:
--   zh: 该环节已完成，但完成日晚于期限。
--   en: The step is done, but was completed after its due date.
-- explanation:
--   zh: 《{policy}》要求{scope}在{due}前完成“{stage}”，实际于{happened}完成，迟于期限；{responsible}{impact}。
--   en: Under "{policy}", {scope} had to complete "{stage}" by {due} and completed it on {happened}, after the due date; {responsible}{impact}.
SELECT step, due_on + 1 AS since, due_on, done_on AS happened_on
FROM steps
WHERE state = 'done' AND done_on > due_on
