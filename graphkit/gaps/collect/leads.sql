-- One depth of the chains: a step with no lead of its own takes those of the nearest predecessors that have one.
INSERT INTO lead_steps
SELECT step, lead_step, distance
FROM (
  SELECT DISTINCT
    led_before.step, before.lead_step, before.distance + 1 AS distance,
    min(before.distance) OVER (PARTITION BY led_before.step) + 1 AS nearest
  FROM led_before
  JOIN lead_steps AS before ON before.step = led_before.predecessor
  WHERE led_before.depth = {depth}
)
WHERE distance = nearest;
