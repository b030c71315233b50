-- Which agencies answer for a step (CONTRACT.md section 4, responsible). Reads: assignments, steps.

CREATE OR REPLACE TABLE step_agencies AS
SELECT DISTINCT steps.step, assignments.agency, coalesce(assignments.role, 'lead') AS role
FROM assignments
JOIN steps
  ON steps.policy = assignments.policy AND steps.stage = assignments.stage AND steps.scope = assignments.scope;

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
