-- A rule about steps: one row of the query is one gap; everything else is the step's.
INSERT INTO found_gaps
SELECT
  '{about}', '{kind}', '{category}',
  CASE WHEN {graded} THEN coalesce(steps.severity, '{severity}') ELSE '{severity}' END,
  found.step, steps.policy, steps.measure, steps.stage, steps.scope, NULL, steps.region,
  found.since, found.due_on, found.happened_on, found.detail, found.count
FROM ({query}) AS found
JOIN steps ON steps.step = found.step
WHERE steps.policy IN (SELECT id FROM policies_in_force);
