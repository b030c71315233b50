-- The one state in which a step is shown: what is wrong with it first, else how far it is.
SELECT
  steps.*,
  CASE
    WHEN steps.state = 'cancelled' THEN 'cancelled'
    WHEN list_contains(kinds, 'unassigned_step') THEN 'unassigned'
    WHEN list_contains(kinds, 'missing_step') THEN 'missing'
    WHEN list_contains(kinds, 'overdue_step') THEN 'overdue'
    WHEN list_contains(kinds, 'unobserved_step') THEN 'unknown'
    WHEN list_contains(kinds, 'blocked_step') THEN 'waiting'
    WHEN list_contains(kinds, 'out_of_order') THEN 'disordered'
    WHEN list_contains(kinds, 'conflicting_evidence') THEN 'disputed'
    WHEN list_contains(kinds, 'unsupported_step') THEN 'unsupported'
    WHEN list_contains(kinds, 'late_step') THEN 'late'
    WHEN steps.state = 'done' THEN 'done'
    WHEN NOT steps.required THEN 'optional'
    ELSE 'pending'
  END AS status
FROM steps
LEFT JOIN (SELECT step, list(DISTINCT kind) AS kinds FROM gaps WHERE step IS NOT NULL GROUP BY step) AS marks
  ON marks.step = steps.step
