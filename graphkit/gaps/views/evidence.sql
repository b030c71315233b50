-- Completed events since a step was last reopened, and what was looked at (CONTRACT.md section 3).
-- Reads: events, stages, places, step_events, steps, coverage, region_above, settings.

-- Only of steps where more than one completed event, or a reopened one, makes them worth comparing.
CREATE OR REPLACE TABLE completions AS
WITH compared AS (
  SELECT
    worth.step, events.kind, events."on", events.recorded_at, events.id, events.source, events.amount
  FROM events
  JOIN stages ON stages.policy = events.policy AND stages.id = events.stage
  JOIN places ON places.scope = events.scope
  JOIN (SELECT step FROM step_events WHERE completed_count > 1 OR reopened_count > 0) AS worth
    ON worth.step = stages.number * 4294967296 + places.number
  WHERE events.kind IN ('completed', 'reopened')
),
reopened AS (
  SELECT step, max(ROW("on", recorded_at, id)) AS moment FROM compared WHERE kind = 'reopened' GROUP BY step
)
SELECT compared.step, compared.id, compared."on", compared.source, compared.amount
FROM compared
LEFT JOIN reopened ON reopened.step = compared.step
WHERE compared.kind = 'completed'
  AND (reopened.step IS NULL OR ROW(compared."on", compared.recorded_at, compared.id) > reopened.moment);

CREATE OR REPLACE VIEW sourced_steps AS
SELECT step FROM step_events WHERE reopened_count = 0 AND sourced_count > 0
UNION
SELECT step FROM completions WHERE source IS NOT NULL;

-- How far somebody looked: by policy, stage (none: all of the policy's) and scope with all regions below it.
CREATE OR REPLACE TABLE looked_at AS
SELECT coverage.policy, coverage.stage, region_above.code AS scope, max(coalesce(coverage.until, settings.as_of)) AS until
FROM coverage
CROSS JOIN settings
JOIN region_above ON region_above.ancestor = coverage.scope
GROUP BY ALL
UNION ALL
SELECT coverage.policy, coverage.stage, coverage.scope, max(coalesce(coverage.until, settings.as_of)) AS until
FROM coverage
CROSS JOIN settings
WHERE coverage.scope NOT IN (SELECT code FROM regions)
GROUP BY ALL;

CREATE OR REPLACE TABLE steps_past_due AS
SELECT
  steps.step, steps.due_on, steps.event_count,
  NOT settings.has_coverage OR EXISTS (
    SELECT 1 FROM looked_at
    WHERE looked_at.policy = steps.policy AND looked_at.scope = steps.region
      AND (looked_at.stage IS NULL OR looked_at.stage = steps.stage) AND looked_at.until >= steps.due_on
  ) OR EXISTS (
    SELECT 1 FROM looked_at
    WHERE looked_at.policy = steps.policy AND looked_at.scope = steps.scope
      AND (looked_at.stage IS NULL OR looked_at.stage = steps.stage) AND looked_at.until >= steps.due_on
  ) AS is_covered
FROM steps
CROSS JOIN settings
WHERE steps.required AND steps.state IN ('open', 'untouched') AND steps.ready AND steps.due_on < settings.as_of;
