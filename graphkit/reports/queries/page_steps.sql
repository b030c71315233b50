-- Each step of the levels that are shown one by one, with its lead agencies and its gaps.
SELECT
  steps.policy, steps.stage, steps.region, steps.scope, steps.status, steps.done_on, steps.due_on,
  leads.agencies, found.gap_ids
FROM ({{steps}}) AS steps
LEFT JOIN (
  SELECT policy, stage, scope, list_sort(list(DISTINCT agency)) AS agencies
  FROM assignments WHERE coalesce(role, 'lead') = 'lead'
  GROUP BY ALL
) AS leads ON leads.policy = steps.policy AND leads.stage = steps.stage AND leads.scope = steps.scope
LEFT JOIN (
  SELECT step, list(id ORDER BY id) AS gap_ids FROM gaps WHERE step IS NOT NULL AND kind <> 'blocked_step' GROUP BY step
) AS found ON found.step = steps.step
WHERE steps.level IN (SELECT unnest({{levels}}))
ORDER BY steps.policy, steps.stage, steps.scope
