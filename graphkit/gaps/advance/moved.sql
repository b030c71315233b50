-- Whether any measure has another step, or none, now that one is cancelled or no longer.
-- Reads: step_states (old ones in main), changed.
SELECT coalesce(bool_or((before.state = 'cancelled') <> (after.state = 'cancelled')), FALSE)
FROM main.step_states AS before
JOIN step_states AS after ON after.step = before.step
WHERE after.step IN (SELECT step FROM changed)
