-- The blocked walk (CONTRACT.md section 3): from each step that stands at the front of a break, down to the steps it blocks.
-- Reads: step_states, stages, step_after, gap_rows.

-- Who waits for whom: a required step that is not done, and a predecessor of it that is not done.
CREATE OR REPLACE TABLE waiting AS
SELECT step_after.predecessor, step_after.step, stages.depth
FROM step_after
JOIN step_states AS own ON own.step = step_after.step
JOIN stages ON stages.number = own.stage_number
JOIN step_states AS before ON before.step = step_after.predecessor
WHERE own.required AND own.state IN ('open', 'untouched') AND NOT own.ready AND before.counts AND before.state <> 'done';

-- A step whose break explains others; the gap that explains it all is the unassigned one, where there is one.
CREATE OR REPLACE TABLE fronts AS
SELECT step, coalesce(max(CASE WHEN kind = 'unassigned_step' THEN id END), max(id)) AS root
FROM gap_rows
WHERE kind IN ('missing_step', 'unobserved_step', 'overdue_step', 'unassigned_step')
GROUP BY step;

CREATE OR REPLACE TABLE reach AS SELECT step AS front, step FROM fronts WHERE FALSE;
