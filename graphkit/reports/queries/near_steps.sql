-- Steps around one: those that it comes after (distance below 0), itself, and those that it holds up (above 0), nearest first.
WITH RECURSIVE
before AS (
  SELECT {{step}} AS step, 0 AS distance
  UNION
  SELECT step_after.predecessor, before.distance - 1
  FROM before JOIN step_after ON step_after.step = before.step
  WHERE before.distance > -{{far}}
),
after AS (
  SELECT {{step}} AS step, 0 AS distance
  UNION
  SELECT step_after.step, after.distance + 1
  FROM after JOIN step_after ON step_after.predecessor = after.step
  WHERE after.distance < {{far}} AND step_after.step IN (SELECT step FROM reach WHERE front = {{step}})
),
near AS (
  SELECT step, max(distance) AS distance FROM (SELECT * FROM before UNION ALL SELECT * FROM after) GROUP BY step
)
SELECT near.distance, steps.step, steps.policy, steps.stage, steps.scope, steps.region, steps.status, steps.done_on, steps.due_on
FROM near JOIN ({{steps}}) AS steps ON steps.step = near.step
ORDER BY
  abs(near.distance), near.distance,
  CASE WHEN steps.status IN ('unassigned', 'missing', 'overdue', 'unknown') THEN 0 WHEN steps.status = 'waiting' THEN 1 ELSE 2 END,
  steps.scope, steps.step
