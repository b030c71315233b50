-- One depth of the chains: a step with no lead of its own takes those of the nearest predecessors that have one.
INSERT INTO lead_steps
SELECT step, lead_step, distance
FROM (
  SELECT DISTINCT
    steps.step, before.lead_step, before.distance + 1 AS distance,
    min(before.distance) OVER (PARTITION BY steps.step) + 1 AS nearest
  FROM steps
  ANTI JOIN lead_steps AS own ON own.step = steps.step
  JOIN step_after ON step_after.step = steps.step
  JOIN steps AS counted ON counted.step = step_after.predecessor AND counted.counts
  JOIN lead_steps AS before ON before.step = step_after.predecessor
  WHERE steps.depth = {depth}
)
WHERE distance = nearest;
