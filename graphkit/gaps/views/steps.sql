-- The state of every expected step (CONTRACT.md section 2), its predecessors (section 1), readiness and due date.
-- Reads: expected_steps, stages, stage_after, places, region_above, levels, policies, events, settings.

-- What the events say of each step. The order of a step's events is on, recorded_at, id; the last one decides.
CREATE OR REPLACE TABLE step_events AS
SELECT
  stages.number * 4294967296 + places.number AS step,
  count(*) AS event_count,
  max_by(events.kind, ROW(events."on", events.recorded_at, events.id)) AS last_kind,
  max(events."on") AS last_on,
  count(*) FILTER (WHERE events.kind = 'completed') AS completed_count,
  count(*) FILTER (WHERE events.kind = 'completed' AND events.source IS NOT NULL) AS sourced_count,
  count(*) FILTER (WHERE events.kind = 'reopened') AS reopened_count
FROM events
JOIN stages ON stages.policy = events.policy AND stages.id = events.stage
JOIN places ON places.scope = events.scope
GROUP BY ALL;

-- `counts`: a predecessor that others wait for or look at; a cancelled step, or an optional one not done, is not there.
CREATE OR REPLACE TABLE step_states AS
SELECT
  *,
  state = 'done' OR (state <> 'cancelled' AND required) AS counts
FROM (
  SELECT
    expected_steps.step, expected_steps.stage_number, expected_steps.place_number,
    NOT stages.optional AS required,
    coalesce(step_events.event_count, 0) AS event_count,
    CASE
      WHEN step_events.last_kind = 'completed' THEN 'done'
      WHEN step_events.last_kind = 'cancelled' THEN 'cancelled'
      WHEN step_events.event_count > 0 THEN 'open'
      ELSE 'untouched'
    END AS state,
    CASE WHEN step_events.last_kind = 'completed' THEN step_events.last_on END AS done_on
  FROM expected_steps
  JOIN stages ON stages.number = expected_steps.stage_number
  LEFT JOIN step_events ON step_events.step = expected_steps.step
);

-- Which stage follows which, by number.
CREATE OR REPLACE TABLE stage_pairs AS
SELECT
  stages.number AS stage_number, before.number AS before_number, stage_after.may_precede,
  before_level.rank > own_level.rank AS is_below
FROM stage_after
JOIN stages ON stages.policy = stage_after.policy AND stages.id = stage_after.stage
JOIN stages AS before ON before.policy = stage_after.policy AND before.id = stage_after.after
JOIN levels AS own_level ON own_level.level = stages.level
JOIN levels AS before_level ON before_level.level = before.level;

-- Predecessors in the step's own scope …
CREATE OR REPLACE TABLE step_after_same AS
SELECT expected_steps.step, before.step AS predecessor, stage_pairs.before_number, stage_pairs.may_precede
FROM expected_steps
JOIN stage_pairs ON stage_pairs.stage_number = expected_steps.stage_number
JOIN expected_steps AS before
  ON before.stage_number = stage_pairs.before_number AND before.place_number = expected_steps.place_number;

CREATE OR REPLACE TABLE step_pairs_left AS
SELECT expected_steps.step, expected_steps.region, stage_pairs.before_number, stage_pairs.may_precede, stage_pairs.is_below
FROM expected_steps
JOIN stage_pairs ON stage_pairs.stage_number = expected_steps.stage_number
ANTI JOIN step_after_same
  ON step_after_same.step = expected_steps.step AND step_after_same.before_number = stage_pairs.before_number;

-- … or in the nearest region upwards that has one (an agency's own region comes first) …
CREATE OR REPLACE TABLE step_after_above AS
SELECT step, predecessor, before_number, may_precede
FROM (
  SELECT
    step_pairs_left.step, expected_steps.step AS predecessor,
    step_pairs_left.before_number, step_pairs_left.may_precede, region_above.distance,
    min(region_above.distance) OVER (PARTITION BY step_pairs_left.step, step_pairs_left.before_number) AS nearest
  FROM step_pairs_left
  JOIN region_above ON region_above.code = step_pairs_left.region
  JOIN expected_steps
    ON expected_steps.stage_number = step_pairs_left.before_number AND expected_steps.region = region_above.ancestor
)
WHERE distance = nearest;

-- … or, where the earlier stage is of a lower level, in every region below.
CREATE OR REPLACE TABLE step_after AS
SELECT step, predecessor, may_precede FROM step_after_same
UNION ALL
SELECT step, predecessor, may_precede FROM step_after_above
UNION ALL
SELECT step_pairs_left.step, expected_steps.step AS predecessor, step_pairs_left.may_precede
FROM step_pairs_left
ANTI JOIN step_after_above
  ON step_after_above.step = step_pairs_left.step AND step_after_above.before_number = step_pairs_left.before_number
JOIN region_above ON region_above.ancestor = step_pairs_left.region AND region_above.distance > 0
JOIN expected_steps
  ON expected_steps.stage_number = step_pairs_left.before_number AND expected_steps.region = region_above.code
WHERE step_pairs_left.is_below;

DROP TABLE step_after_same;
DROP TABLE step_pairs_left;
DROP TABLE step_after_above;

-- What the predecessors of a step leave it to wait for.
CREATE OR REPLACE TABLE step_waits AS
SELECT
  step_after.step,
  count(*) FILTER (WHERE before.counts AND before.state <> 'done') AS pending,
  max(before.done_on) AS last_done_on,
  max(CASE WHEN NOT step_after.may_precede THEN before.done_on END) AS order_done_on,
  count(*) FILTER (WHERE before.counts AND before.state <> 'done' AND NOT step_after.may_precede) AS order_pending
FROM step_after
JOIN step_states AS before ON before.step = step_after.predecessor
WHERE before.counts
GROUP BY step_after.step;

-- Policies whose gaps count: before its effective.from a policy has none.
CREATE OR REPLACE VIEW policies_in_force AS
SELECT policies.id
FROM policies, settings
WHERE policies.effective_from IS NULL OR policies.effective_from <= settings.as_of;

CREATE OR REPLACE TABLE steps AS
SELECT
  dated.* EXCLUDE (counted_due_on, stage_due_on),
  CASE
    WHEN counted_due_on IS NULL THEN stage_due_on
    WHEN stage_due_on IS NULL THEN counted_due_on
    ELSE least(counted_due_on, stage_due_on)
  END AS due_on
FROM (
  SELECT
    step_states.step, stages.policy, stages.id AS stage, places.scope, places.region, places.level, stages.measure,
    step_states.required, step_states.state, step_states.done_on, step_states.counts, step_states.event_count,
    stages.depth, stages.evidence, stages.severity,
    coalesce(step_waits.pending, 0) = 0 AS ready,
    CASE WHEN coalesce(step_waits.pending, 0) = 0
      THEN coalesce(step_waits.last_done_on, policies.effective_from) END AS ready_on,
    step_waits.order_done_on, coalesce(step_waits.order_pending, 0) AS order_pending,
    stages.due_on AS stage_due_on,
    CASE
      WHEN coalesce(step_waits.pending, 0) > 0 OR stages.within_days IS NULL THEN NULL
      WHEN settings.calendar = 'days' OR stages.within_days = 0
        THEN CAST(coalesce(step_waits.last_done_on, policies.effective_from) + CAST(stages.within_days AS INTEGER) AS DATE)
      ELSE last_workday.day
    END AS counted_due_on
  FROM step_states
  JOIN stages ON stages.number = step_states.stage_number
  JOIN places ON places.number = step_states.place_number
  JOIN policies ON policies.id = stages.policy
  CROSS JOIN settings
  LEFT JOIN step_waits ON step_waits.step = step_states.step
  -- Empty unless the case counts working days; `number` is how many there were up to and with that day.
  LEFT JOIN workdays AS first_day ON first_day.day = coalesce(step_waits.last_done_on, policies.effective_from)
  LEFT JOIN workdays AS last_workday
    ON last_workday.is_workday AND last_workday.number = first_day.number + stages.within_days
) AS dated;

DROP TABLE step_waits;
DROP TABLE step_states;
