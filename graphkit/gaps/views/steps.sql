-- The state of every expected step (CONTRACT.md section 2), its predecessors (section 1), readiness and due date.
-- Reads: stages, stage_after, stage_spreads, spread_places, places, region_above, levels, policies, events, workdays,
-- settings.

-- What the events say of each step. The order of a step's events is on, recorded_at, id; the last one decides. Day, second
-- and kind make one number, whose maximum costs a fraction of that of rows (2^41 is more than four times the seconds of
-- the years 1 to 9999). Where the highest and the lowest kind of the last second differ, the whole rows decide below.
CREATE OR REPLACE TABLE event_sums AS
SELECT
  stages.number * 4294967296 + places.number AS step,
  count(*) AS event_count,
  max(events.moment + events.kind_rank) AS last_highest,
  max(events.moment + 3 - events.kind_rank) AS last_lowest,
  max(events."on") AS last_on,
  count(events.completed) AS completed_count,
  count(events.sourced) AS sourced_count,
  count(events.reopened) AS reopened_count
FROM (
  SELECT
    policy, stage, scope, "on",
    date_diff('day', DATE '1970-01-01', "on") * 2199023255552
      + date_diff('second', TIMESTAMP '1970-01-01 00:00:00', coalesce(recorded_at, TIMESTAMP '9999-12-31 00:00:00')) * 4
      AS moment,
    CASE kind WHEN 'completed' THEN 3 WHEN 'cancelled' THEN 2 WHEN 'reopened' THEN 1 ELSE 0 END AS kind_rank,
    CASE WHEN kind = 'completed' THEN 1 END AS completed,
    CASE WHEN kind = 'completed' AND source IS NOT NULL THEN 1 END AS sourced,
    CASE WHEN kind = 'reopened' THEN 1 END AS reopened
  FROM events
) AS events
JOIN stages ON stages.policy = events.policy AND stages.id = events.stage
JOIN places ON places.scope = events.scope
GROUP BY ALL;

CREATE OR REPLACE TABLE tied_steps AS
SELECT tied.step, max_by(events.kind, ROW(events."on", events.recorded_at, events.id)) AS last_kind
FROM events
JOIN stages ON stages.policy = events.policy AND stages.id = events.stage
JOIN places ON places.scope = events.scope
JOIN (SELECT step FROM event_sums WHERE (last_highest & 3) + (last_lowest & 3) <> 3) AS tied
  ON tied.step = stages.number * 4294967296 + places.number
GROUP BY tied.step;

CREATE OR REPLACE TABLE step_events AS
SELECT
  event_sums.step, event_sums.event_count,
  CASE
    WHEN tied_steps.last_kind IS NOT NULL THEN tied_steps.last_kind
    WHEN last_highest & 3 = 3 THEN 'completed'
    WHEN last_highest & 3 = 2 THEN 'cancelled'
    WHEN last_highest & 3 = 1 THEN 'reopened'
    ELSE 'started'
  END AS last_kind,
  event_sums.last_on, event_sums.completed_count, event_sums.sourced_count, event_sums.reopened_count
FROM event_sums
LEFT JOIN tied_steps ON tied_steps.step = event_sums.step;

DROP TABLE event_sums;
DROP TABLE tied_steps;

-- `counts`: a predecessor that others wait for or look at; a cancelled step, or an optional one not done, is not there.
CREATE OR REPLACE TABLE steps_observed AS
SELECT
  *,
  state = 'done' OR (state <> 'cancelled' AND required) AS counts
FROM (
  SELECT
    expected.step, stages.number AS stage_number, expected.place_number,
    NOT stages.optional AS required,
    coalesce(step_events.event_count, 0) AS event_count,
    CASE
      WHEN step_events.last_kind = 'completed' THEN 'done'
      WHEN step_events.last_kind = 'cancelled' THEN 'cancelled'
      WHEN step_events.event_count > 0 THEN 'open'
      ELSE 'untouched'
    END AS state,
    CASE WHEN step_events.last_kind = 'completed' THEN step_events.last_on END AS done_on
  FROM (
    SELECT stage_number * 4294967296 + place_number AS step, stage_number, place_number
    FROM stage_spreads JOIN spread_places ON spread_places.spread = stage_spreads.spread
  ) AS expected
  JOIN stages ON stages.number = expected.stage_number
  LEFT JOIN step_events ON step_events.step = expected.step
);

-- Which stage follows which, by number, and the spreads of both.
CREATE OR REPLACE TABLE stage_pairs AS
SELECT
  stages.number AS stage_number, before.number AS before_number, stage_after.may_precede,
  own.spread, earlier.spread AS before_spread, before_level.rank > own_level.rank AS is_below
FROM stage_after
JOIN stages ON stages.policy = stage_after.policy AND stages.id = stage_after.stage
JOIN stages AS before ON before.policy = stage_after.policy AND before.id = stage_after.after
JOIN stage_spreads AS own ON own.stage_number = stages.number
JOIN stage_spreads AS earlier ON earlier.stage_number = before.number
JOIN levels AS own_level ON own_level.level = stages.level
JOIN levels AS before_level ON before_level.level = before.level;

-- Where the predecessors stand is the same for all stages of the same two spreads: in the step's own place …
CREATE OR REPLACE TABLE spread_pairs AS
SELECT DISTINCT pairs.spread, pairs.before_spread, pairs.is_below, own.place_number, own.region
FROM stage_pairs AS pairs
JOIN spread_places AS own ON own.spread = pairs.spread;

CREATE OR REPLACE TABLE places_before AS
WITH same AS (
  SELECT spread_pairs.spread, spread_pairs.before_spread, spread_pairs.place_number, before.place_number AS before_place
  FROM spread_pairs
  JOIN spread_places AS before
    ON before.spread = spread_pairs.before_spread AND before.place_number = spread_pairs.place_number
),
-- … or in the nearest region upwards that has one (an agency's own region comes first) …
above AS (
  SELECT spread, before_spread, place_number, before_place
  FROM (
    SELECT
      spread_pairs.spread, spread_pairs.before_spread, spread_pairs.place_number, before.place_number AS before_place,
      region_above.distance,
      min(region_above.distance)
        OVER (PARTITION BY spread_pairs.spread, spread_pairs.before_spread, spread_pairs.place_number) AS nearest
    FROM spread_pairs
    ANTI JOIN same USING (spread, before_spread, place_number)
    JOIN region_above ON region_above.code = spread_pairs.region
    JOIN spread_places AS before
      ON before.spread = spread_pairs.before_spread AND before.region = region_above.ancestor
  )
  WHERE distance = nearest
)
-- … or, where the earlier stage is of a lower level, in every region below.
SELECT spread, before_spread, place_number, before_place FROM same
UNION ALL
SELECT spread, before_spread, place_number, before_place FROM above
UNION ALL
SELECT spread_pairs.spread, spread_pairs.before_spread, spread_pairs.place_number, before.place_number AS before_place
FROM spread_pairs
ANTI JOIN same USING (spread, before_spread, place_number)
ANTI JOIN above USING (spread, before_spread, place_number)
JOIN region_above ON region_above.ancestor = spread_pairs.region AND region_above.distance > 0
JOIN spread_places AS before
  ON before.spread = spread_pairs.before_spread AND before.region = region_above.code
WHERE spread_pairs.is_below;

CREATE OR REPLACE TABLE step_after AS
SELECT
  stage_pairs.stage_number * 4294967296 + places_before.place_number AS step,
  stage_pairs.before_number * 4294967296 + places_before.before_place AS predecessor,
  stage_pairs.may_precede
FROM stage_pairs
JOIN places_before
  ON places_before.spread = stage_pairs.spread AND places_before.before_spread = stage_pairs.before_spread;

-- Policies whose gaps count: before its effective.from a policy has none.
CREATE OR REPLACE VIEW policies_in_force AS
SELECT policies.id
FROM policies, settings
WHERE policies.effective_from IS NULL OR policies.effective_from <= settings.as_of;

-- Every step by its number: what was observed of it, and what its predecessors leave it to wait for.
CREATE OR REPLACE TABLE step_states AS
WITH waits AS (
  SELECT
    step_after.step,
    count(*) FILTER (WHERE before.done_on IS NULL) AS pending,
    max(before.done_on) AS last_done_on,
    max(CASE WHEN NOT step_after.may_precede THEN before.done_on END) AS order_done_on,
    count(*) FILTER (WHERE before.done_on IS NULL AND NOT step_after.may_precede) AS order_pending
  FROM step_after
  JOIN steps_observed AS before ON before.step = step_after.predecessor
  WHERE before.counts
  GROUP BY step_after.step
)
SELECT
  dated.* EXCLUDE (counted_due_on, stage_due_on),
  CASE
    WHEN counted_due_on IS NULL THEN stage_due_on
    WHEN stage_due_on IS NULL THEN counted_due_on
    ELSE least(counted_due_on, stage_due_on)
  END AS due_on
FROM (
  SELECT
    observed.step, observed.stage_number, observed.place_number, observed.required, observed.state, observed.done_on,
    observed.counts, observed.event_count,
    coalesce(waits.pending, 0) = 0 AS ready,
    CASE WHEN coalesce(waits.pending, 0) = 0 THEN coalesce(waits.last_done_on, policies.effective_from) END AS ready_on,
    waits.order_done_on, coalesce(waits.order_pending, 0) AS order_pending,
    stages.due_on AS stage_due_on,
    CASE
      WHEN coalesce(waits.pending, 0) > 0 OR stages.within_days IS NULL THEN NULL
      WHEN settings.calendar = 'days' OR stages.within_days = 0
        -- What falls behind the last day that there is is not due on any other day either.
        THEN least(
          CAST(coalesce(waits.last_done_on, policies.effective_from) + CAST(stages.within_days AS INTEGER) AS DATE),
          DATE '9999-12-31'
        )
      ELSE last_workday.day
    END AS counted_due_on
  FROM steps_observed AS observed
  JOIN stages ON stages.number = observed.stage_number
  JOIN policies ON policies.id = stages.policy
  CROSS JOIN settings
  LEFT JOIN waits ON waits.step = observed.step
  -- Empty unless the case counts working days; `number` is how many there were up to and with that day.
  LEFT JOIN workdays AS first_day ON first_day.day = coalesce(waits.last_done_on, policies.effective_from)
  LEFT JOIN workdays AS last_workday
    ON last_workday.is_workday AND last_workday.number = first_day.number + stages.within_days
) AS dated;

DROP TABLE steps_observed;
DROP TABLE stage_pairs;
DROP TABLE spread_pairs;
DROP TABLE places_before;

-- The same with names, for those who read.
CREATE OR REPLACE VIEW steps AS
SELECT
  states.step, stages.policy, stages.id AS stage, places.scope, places.region, places.level, stages.measure,
  states.required, states.state, states.done_on, states.counts, states.event_count,
  stages.depth, stages.evidence, stages.severity, states.ready, states.ready_on, states.order_done_on,
  states.order_pending, states.due_on
FROM step_states AS states
JOIN stages ON stages.number = states.stage_number
JOIN places ON places.number = states.place_number;
