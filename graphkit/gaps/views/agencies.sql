-- Who is responsible for a gap, who supports, and which findings say the same (CONTRACT.md section 4).
-- Reads: gaps, step_agencies, lead_steps, measure_steps, finding_states.

CREATE OR REPLACE TABLE gap_agencies AS
SELECT DISTINCT gap, agency, role
FROM (
  SELECT gaps.id AS gap, step_agencies.agency, 'lead' AS role
  FROM gaps
  JOIN lead_steps ON lead_steps.step = gaps.step
  JOIN step_agencies ON step_agencies.step = lead_steps.lead_step AND step_agencies.role = 'lead'
  UNION ALL
  SELECT gaps.id AS gap, step_agencies.agency, 'support' AS role
  FROM gaps
  JOIN step_agencies ON step_agencies.step = gaps.step AND step_agencies.role = 'support'
  UNION ALL
  SELECT gaps.id AS gap, gaps.subject AS agency, 'lead' AS role FROM gaps WHERE gaps.about = 'holder'
  UNION ALL
  SELECT gaps.id AS gap, finding_states.agency, 'lead' AS role
  FROM gaps JOIN finding_states ON finding_states.id = gaps.subject
  WHERE gaps.about = 'finding' AND finding_states.agency IS NOT NULL
  UNION ALL
  SELECT gaps.id AS gap, step_agencies.agency, 'support' AS role
  FROM gaps
  JOIN measure_steps ON measure_steps.measure = gaps.measure AND measure_steps.region = gaps.region
  JOIN step_agencies ON step_agencies.step = measure_steps.step AND step_agencies.role = 'support'
  WHERE gaps.about IN ('group', 'delivery')
  UNION ALL
  SELECT gaps.id AS gap, step_agencies.agency, 'lead' AS role
  FROM gaps
  JOIN measure_steps ON measure_steps.measure = gaps.measure AND measure_steps.region = gaps.region
  JOIN lead_steps ON lead_steps.step = measure_steps.step
  JOIN step_agencies ON step_agencies.step = lead_steps.lead_step AND step_agencies.role = 'lead'
  WHERE gaps.about IN ('group', 'delivery')
);

CREATE OR REPLACE TABLE gap_findings AS
SELECT gaps.id AS gap, finding_states.id AS finding
FROM gaps
JOIN finding_states
  ON finding_states.policy = gaps.policy AND finding_states.stage = gaps.stage AND finding_states.scope = gaps.scope
WHERE gaps.about = 'step'
UNION
SELECT gaps.id AS gap, gaps.subject AS finding FROM gaps WHERE gaps.about = 'finding'
UNION
SELECT gaps.id AS gap, finding_states.id AS finding
FROM gaps
JOIN finding_states ON finding_states.policy = gaps.policy AND finding_states.agency = gaps.subject
WHERE gaps.about = 'holder';
