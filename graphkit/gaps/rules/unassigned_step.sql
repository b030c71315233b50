-- id: unassigned_step
-- revision: 1
-- about: step
-- category: break
-- severity: high
-- title: {zh: 责任未落实, en: Unassigned step}
-- finds:
--   zh: 前序环节均已完成，该环节尚未完成，且没有指定牵头单位（仅限已有责任分工的政策）。
--   en: A required step whose predecessors are all done is not done and has no lead agency (only for a policy that has assignments at all).
-- explanation:
--   zh: 《{policy}》在{scope}的“{stage}”前序环节均已完成，应由牵头单位接续办理，但未指定牵头单位；{to_name}{impact}。
--   en: Under "{policy}", "{stage}" in {scope} is ready to be done, but no lead agency has been assigned to it; {to_name}{impact}.
SELECT step, ready_on AS since, due_on
FROM steps
ANTI JOIN (
  SELECT policy, stage, scope FROM assignments WHERE role IS NULL OR role = 'lead'
) AS leads ON leads.policy = steps.policy AND leads.stage = steps.stage AND leads.scope = steps.scope
WHERE required AND state IN ('open', 'untouched') AND ready
  AND steps.policy IN (SELECT policy FROM assignments)
