-- Completed events since a step was last reopened, and what was looked at (CONTRACT.md section 3).
-- Reads: events, stages, places, step_events, steps, coverage, region_above, settings.

-- Only of steps where more than one completed event, or a reopened one, makes them worth comparing.
CREATE OR REPLACE TABLE completions AS
WITH compared AS (
  SELECT
    worth.step, events.kind, events."on", events.recorded_at, events.id, events.source, events.amount,
    coalesce(events.currency, settings.case_currency) AS currency
  FROM events
  CROSS JOIN settings
  JOIN stages ON stages.policy = events.policy AND stages.id = events.stage
  JOIN places ON places.scope = events.scope
  JOIN (SELECT step FROM step_events WHERE completed_count > 1 OR reopened_count > 0) AS worth
    ON worth.step = stages.number * 4294967296 + places.number
  WHERE events.kind IN ('completed', 'reopened')
),
reopened AS (
  SELECT step, max(ROW("on", recorded_at, id)) AS moment FROM compared WHERE kind = 'reopened' GROUP BY step
)
SELECT compared.step, compared.id, compared."on", compared.source, compared.amount, compared.currency
FROM compared
LEFT JOIN reopened ON reopened.step = compared.step
WHERE compared.kind = 'completed'
  AND (reopened.step IS NULL OR ROW(compared."on", compared.recorded_at, compared.id) > reopened.moment);

-- Completed steps of which no completed event since they were last reopened names a source.
CREATE OR REPLACE VIEW unsourced_steps AS
SELECT step
FROM step_events
WHERE completed_count > 0
  AND CASE
    WHEN reopened_count = 0 THEN sourced_count = 0
    ELSE step NOT IN (SELECT step FROM completions WHERE source IS NOT NULL)
  END;

-- How far somebody looked: coverage names a policy, a stage (none: all of the policy's) and a scope with all regions below it.
CREATE OR REPLACE TABLE steps_past_due AS
WITH past_due AS (
  SELECT steps.step, steps.policy, steps.stage, steps.scope, steps.region, steps.due_on, steps.event_count
  FROM steps
  CROSS JOIN settings
  WHERE steps.required AND steps.state IN ('open', 'untouched') AND steps.ready AND steps.due_on < settings.as_of
),
within AS (
  SELECT past_due.*, region_above.ancestor AS place
  FROM past_due JOIN region_above ON region_above.code = past_due.region
  UNION ALL
  SELECT past_due.*, past_due.scope AS place FROM past_due
),
covered AS (
  SELECT DISTINCT within.step
  FROM within
  CROSS JOIN settings
  JOIN coverage ON coverage.policy = within.policy AND coverage.scope = within.place
  WHERE (coverage.stage IS NULL OR coverage.stage = within.stage)
    AND coalesce(coverage.until, settings.as_of) >= within.due_on
)
SELECT
  past_due.step, past_due.due_on, past_due.event_count,
  NOT settings.has_coverage OR covered.step IS NOT NULL AS is_covered
FROM past_due
CROSS JOIN settings
LEFT JOIN covered ON covered.step = past_due.step;
