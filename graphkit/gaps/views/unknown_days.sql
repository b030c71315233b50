-- A due date that counts working days from a day before the years whose calendar is known (CONTRACT.md section 1, calendar).
-- One that is counted beyond them needs no error: whoever asks, asks as of a day within them, and by then it is not past.
-- Reads: steps, policies_in_force, stages, workdays.
SELECT steps.policy, steps.stage, steps.scope, steps.ready_on
FROM steps
JOIN policies_in_force ON policies_in_force.id = steps.policy
JOIN stages ON stages.policy = steps.policy AND stages.id = steps.stage
WHERE steps.state <> 'cancelled' AND stages.within_days > 0
  AND steps.ready_on < (SELECT min(day) FROM workdays)
ORDER BY ALL
LIMIT 1
