-- Causes and impact of the gaps (CONTRACT.md section 3).
-- Reads: gap_rows, gap_amounts, fronts, reach, steps, measure_steps, beneficiary_groups, group_deliveries, region_above,
-- workdays, settings.

CREATE OR REPLACE TABLE gap_causes AS
-- A blocked step: the root gaps at the fronts that it waits for.
SELECT gap_rows.id AS gap, fronts.root AS cause
FROM gap_rows
JOIN reach ON reach.step = gap_rows.step
JOIN fronts ON fronts.step = reach.front
WHERE gap_rows.kind = 'blocked_step'
UNION ALL
-- A missing, unobserved or overdue step: nobody was assigned to it.
SELECT gap_rows.id AS gap, fronts.root AS cause
FROM gap_rows
JOIN fronts ON fronts.step = gap_rows.step
WHERE gap_rows.kind IN ('missing_step', 'unobserved_step', 'overdue_step') AND fronts.root <> gap_rows.id
UNION ALL
-- Deliveries that are short or late: what holds up the step of their measure …
SELECT gap, cause
FROM (
  SELECT gap_rows.id AS gap, fronts.root AS cause
  FROM gap_rows
  JOIN measure_steps ON measure_steps.measure = gap_rows.measure AND measure_steps.region = gap_rows.region
  JOIN fronts ON fronts.step = measure_steps.step
  WHERE gap_rows.kind IN ('coverage_shortfall', 'late_delivery')
  UNION
  SELECT gap_rows.id AS gap, fronts.root AS cause
  FROM gap_rows
  JOIN measure_steps ON measure_steps.measure = gap_rows.measure AND measure_steps.region = gap_rows.region
  JOIN reach ON reach.step = measure_steps.step
  JOIN fronts ON fronts.step = reach.front
  WHERE gap_rows.kind IN ('coverage_shortfall', 'late_delivery')
  UNION
  -- … and the money that was kept on its way to their region.
  SELECT gap_rows.id AS gap, retained.id AS cause
  FROM gap_rows
  JOIN region_above ON region_above.code = gap_rows.region
  JOIN gap_rows AS retained
    ON retained.kind = 'funds_retained' AND retained.policy = gap_rows.policy
   AND retained.measure = gap_rows.measure AND retained.region = region_above.ancestor
  WHERE gap_rows.kind IN ('coverage_shortfall', 'late_delivery')
);

-- The groups of each step's measure in its region or below.
CREATE OR REPLACE TABLE step_groups AS
SELECT steps.step, beneficiary_groups.id AS "group"
FROM beneficiary_groups
JOIN region_above ON region_above.code = beneficiary_groups.region
JOIN steps ON steps.measure = beneficiary_groups.measure AND steps.region = region_above.ancestor;

CREATE OR REPLACE TABLE gap_groups AS
SELECT gap_rows.id AS gap, step_groups."group"
FROM gap_rows JOIN step_groups ON step_groups.step = gap_rows.step
UNION
SELECT gap_rows.id AS gap, step_groups."group"
FROM gap_rows
JOIN reach ON reach.front = gap_rows.step
JOIN step_groups ON step_groups.step = reach.step
WHERE gap_rows.kind IN ('missing_step', 'unobserved_step', 'overdue_step', 'unassigned_step')
UNION
SELECT gap_rows.id AS gap, beneficiary_groups.id AS "group"
FROM gap_rows
JOIN beneficiary_groups ON beneficiary_groups.id = gap_rows.subject
WHERE gap_rows.about IN ('holder', 'group')
UNION
SELECT gap_rows.id AS gap, beneficiary_groups.id AS "group"
FROM gap_rows
JOIN region_above ON region_above.ancestor = gap_rows.scope
JOIN beneficiary_groups ON beneficiary_groups.region = region_above.code AND beneficiary_groups.measure = gap_rows.measure
WHERE gap_rows.about = 'delivery';

-- What is still due to the groups that wait: their eligible amount less what was delivered to them.
INSERT INTO gap_amounts
SELECT gap_groups.gap, still_due.currency, sum(still_due.amount) AS amount
FROM gap_groups
JOIN gap_rows ON gap_rows.id = gap_groups.gap
JOIN (
  SELECT
    beneficiary_groups.id, coalesce(beneficiary_groups.currency, settings.case_currency) AS currency,
    greatest(beneficiary_groups.eligible_amount - coalesce(group_deliveries.amount, 0), 0) AS amount
  FROM beneficiary_groups
  CROSS JOIN settings
  LEFT JOIN group_deliveries
    ON group_deliveries."group" = beneficiary_groups.id
   AND group_deliveries.currency = coalesce(beneficiary_groups.currency, settings.case_currency)
  WHERE beneficiary_groups.eligible_amount IS NOT NULL
) AS still_due ON still_due.id = gap_groups."group"
WHERE gap_rows.kind IN
  ('missing_step', 'unobserved_step', 'overdue_step', 'unassigned_step', 'blocked_step', 'coverage_shortfall')
GROUP BY ALL;

CREATE OR REPLACE TABLE gaps AS
SELECT
  gap_rows.id, gap_rows.kind, gap_rows.about, gap_rows.category, gap_rows.severity,
  gap_rows.kind <> 'blocked_step' AND causes.gap IS NULL AS root,
  gap_rows.policy, gap_rows.measure, gap_rows.stage, gap_rows.scope, gap_rows.subject, gap_rows.region, gap_rows.step,
  gap_rows.since,
  CASE
    WHEN settings.calendar = 'days' THEN date_diff('day', gap_rows.since, settings.as_of) + 1
    ELSE last_day.number - before.number
  END AS days,
  CASE WHEN gap_rows.kind IN ('missing_step', 'unobserved_step', 'overdue_step', 'unassigned_step')
    THEN coalesce(blocked.steps, 0) ELSE 0 END AS blocked_steps,
  coalesce(waiting_groups.beneficiaries, 0) AS beneficiaries,
  gap_rows.count, gap_rows.due_on, gap_rows.happened_on, gap_rows.detail
FROM gap_rows
CROSS JOIN settings
LEFT JOIN (SELECT DISTINCT gap FROM gap_causes) AS causes ON causes.gap = gap_rows.id
LEFT JOIN (SELECT front, count(*) AS steps FROM reach GROUP BY front) AS blocked ON blocked.front = gap_rows.step
LEFT JOIN (
  SELECT gap_groups.gap, CAST(sum(beneficiary_groups.eligible_count) AS BIGINT) AS beneficiaries
  FROM gap_groups JOIN beneficiary_groups ON beneficiary_groups.id = gap_groups."group"
  GROUP BY gap_groups.gap
) AS waiting_groups ON waiting_groups.gap = gap_rows.id
LEFT JOIN workdays AS last_day ON last_day.day = settings.as_of
LEFT JOIN workdays AS before ON before.day = gap_rows.since - 1;
