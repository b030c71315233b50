-- A due date that counts working days beyond the years whose calendar is known (CONTRACT.md section 1, calendar).
-- Reads: steps, stages, workdays.
SELECT steps.policy, steps.stage, steps.scope, steps.ready_on
FROM steps
JOIN stages ON stages.policy = steps.policy AND stages.id = steps.stage
WHERE steps.ready_on IS NOT NULL AND stages.within_days > 0
  AND NOT EXISTS (
    SELECT 1
    FROM workdays AS first_day
    JOIN workdays AS last_workday
      ON last_workday.is_workday AND last_workday.number = first_day.number + stages.within_days
    WHERE first_day.day = steps.ready_on
  )
ORDER BY ALL
LIMIT 1
