-- What new events change of the steps themselves. Reads: new_events, events, stages, places, step_after, step_states.

-- The steps that the new events name.
CREATE TABLE touched AS
SELECT DISTINCT
  stages.number * 4294967296 + places.number AS step, new_events.policy, new_events.stage, new_events.scope
FROM new_events
JOIN stages ON stages.policy = new_events.policy AND stages.id = new_events.stage
JOIN places ON places.scope = new_events.scope;

-- All that was ever observed of them, in the columns by which steps are told.
CREATE TABLE events AS
SELECT
  events.id, events.policy, events.stage, events.scope, events.kind, events."on", events.recorded_at, events.source,
  events.amount, events.currency
FROM main.events AS events
SEMI JOIN touched
  ON touched.policy = events.policy AND touched.stage = events.stage AND touched.scope = events.scope;

-- The steps of which anything may be otherwise: those, and the ones that come after them …
CREATE TABLE changed AS
SELECT step FROM touched
UNION
SELECT step FROM step_after WHERE predecessor IN (SELECT step FROM touched);

-- … and, to look at them, the steps that come before.
CREATE TABLE step_after AS
SELECT * FROM main.step_after WHERE step IN (SELECT step FROM changed);

CREATE TABLE near AS
SELECT step, place_number, stage_number
FROM step_states
WHERE step IN (SELECT step FROM changed UNION ALL SELECT predecessor FROM step_after);
