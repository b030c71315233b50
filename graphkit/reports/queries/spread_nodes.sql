-- Which node of the picture of breaks each step is drawn in: a root step of its own while it is among the gravest
-- {{roots}} of its stage; a waiting step of its own where a stage has at most {{waiting}}; else with the others like it.
SELECT
  *,
  CASE
    WHEN class = 'root' AND place <= {{roots}} THEN 'step:' || step
    WHEN class = 'waiting' AND of_class <= {{waiting}} THEN 'step:' || step
    ELSE class || ':' || policy || ':' || stage
  END AS node
FROM (
  SELECT
    classed.*, worst.id AS gap, worst.days, worst.blocked_steps, worst.beneficiaries,
    count(*) OVER (PARTITION BY policy, stage, class) AS of_class,
    row_number() OVER (
      PARTITION BY policy, stage, class
      ORDER BY worst.grade, worst.beneficiaries DESC, worst.blocked_steps DESC, worst.days DESC, scope
    ) AS place
  FROM (
    SELECT
      *,
      CASE
        WHEN status IN ('unassigned', 'missing', 'overdue', 'unknown') THEN 'root'
        WHEN status = 'waiting' THEN 'waiting'
        WHEN state = 'done' THEN 'done'
        ELSE 'other'
      END AS class
    FROM ({{steps}}) AS steps
  ) AS classed
  LEFT JOIN (
    SELECT step, id, days, blocked_steps, beneficiaries,
      CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END AS grade
    FROM gaps
    WHERE step IS NOT NULL AND root
    QUALIFY row_number() OVER (PARTITION BY step ORDER BY grade, id) = 1
  ) AS worst ON worst.step = classed.step
)
WHERE class <> 'other'
