-- id: unsupported_step
-- revision: 1
-- about: step
-- category: difficulty
-- severity: low
-- title: {zh: 缺少佐证, en: Unsupported step}
-- finds:
--   zh: 该环节报告已完成，按要求须有佐证，但自上次重启以来的完成记录均未注明来源。
--   en: The step is done and its stage asks for evidence, but no completed event since it was last reopened names a source.
-- explanation:
--   zh: 《{policy}》要求{scope}的“{stage}”须有{detail}佐证，报告于{happened}完成却未注明任何来源；{responsible}{impact}。
--   en: Under "{policy}", "{stage}" in {scope} must be backed by a {detail}; it was reported done on {happened} without naming any source; {responsible}{impact}.
SELECT steps.step, steps.done_on AS since, steps.done_on AS happened_on, steps.evidence AS detail
FROM steps
SEMI JOIN unsourced_steps ON unsourced_steps.step = steps.step
WHERE steps.state = 'done' AND steps.evidence IS NOT NULL
