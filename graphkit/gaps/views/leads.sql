-- Which agencies answer for a step (CONTRACT.md section 4, responsible).
-- Reads: assignments, stages, places, step_states, steps, step_after.

CREATE OR REPLACE TABLE step_agencies AS
SELECT DISTINCT step_states.step, assignments.agency, coalesce(assignments.role, 'lead') AS role
FROM assignments
JOIN stages ON stages.policy = assignments.policy AND stages.id = assignments.stage
JOIN places ON places.scope = assignments.scope
JOIN step_states ON step_states.step = stages.number * 4294967296 + places.number;

-- The steps whose lead agencies answer for a step: its own, or (collect/leads.sql) the nearest predecessors that have one.
CREATE OR REPLACE TABLE lead_steps AS
SELECT DISTINCT step, step AS lead_step, 0 AS distance FROM step_agencies WHERE role = 'lead';

-- The steps with no lead of their own, each with its predecessors; where a policy has no assignments nobody leads.
CREATE OR REPLACE TABLE led_before AS
SELECT own.step, own.depth, step_after.predecessor
FROM steps AS own
ANTI JOIN lead_steps ON lead_steps.step = own.step
JOIN step_after ON step_after.step = own.step
JOIN step_states AS before ON before.step = step_after.predecessor
WHERE own.policy IN (SELECT policy FROM assignments) AND before.counts;
