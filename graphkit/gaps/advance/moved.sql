-- What changed with the states: whether other steps still count a step as there, and whether a measure still has it.
-- Reads: step_states (old ones in main), changed.
SELECT
  coalesce(bool_or(before.counts <> after.counts), FALSE),
  coalesce(bool_or((before.state = 'cancelled') <> (after.state = 'cancelled')), FALSE)
FROM main.step_states AS before
JOIN step_states AS after ON after.step = before.step
WHERE after.step IN (SELECT step FROM changed)
