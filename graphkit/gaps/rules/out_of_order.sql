-- id: out_of_order
-- revision: 1
-- about: step
-- category: break
-- severity: medium
-- title: {zh: 次序颠倒, en: Out of order}
-- finds:
--   zh: 该环节已完成，而其前序环节未完成或完成日更晚（依规可先行的除外）。
--   en: The step is done while a predecessor is not done or was completed on a later date (unless the step may lawfully precede it).
-- explanation:
--   zh: 《{policy}》规定{scope}的“{stage}”应在“{detail}”之后进行，却已于{happened}先行完成；{responsible}{impact}。
--   en: Under "{policy}", "{stage}" in {scope} has to come after "{detail}", but was completed on {happened} before it; {responsible}{impact}.
SELECT own.step, min(own.done_on) AS since, min(own.done_on) AS happened_on, min(before.stage) AS detail
FROM steps AS own
JOIN step_after ON step_after.step = own.step
JOIN steps AS before ON before.step = step_after.predecessor
WHERE own.state = 'done' AND (own.order_pending > 0 OR own.order_done_on > own.done_on)
  AND NOT step_after.may_precede AND before.counts
  AND (before.state <> 'done' OR before.done_on > own.done_on)
GROUP BY own.step
