-- What was touched since the commit {since}, `until` the first advance after it that did: null for steps that only gaps which
-- were touched are at. Reads: before.*, what advances replaced; gaps, events, steps.

CREATE TABLE touched_gaps AS
SELECT id AS key, min(until) AS until FROM before.found WHERE until > {since} GROUP BY id;

CREATE TABLE touched_steps AS
SELECT step AS key, min(until) AS until FROM before.step_states WHERE until > {since} GROUP BY step;

INSERT INTO touched_steps
SELECT DISTINCT gaps.step, CAST(NULL AS BIGINT)
FROM (SELECT id, step FROM main.gaps UNION ALL SELECT id, step FROM before.gaps WHERE until > {since}) AS gaps
JOIN touched_gaps ON touched_gaps.key = gaps.id
WHERE gaps.step IS NOT NULL AND gaps.step NOT IN (SELECT key FROM touched_steps);

-- A table first: left in the join, these names are looked up as often as there are events.
CREATE TABLE touched_names AS
SELECT policy, stage, scope FROM main.steps WHERE step IN (SELECT key FROM touched_steps);

CREATE TABLE touched_events AS
SELECT events.*
FROM main.events AS events
SEMI JOIN touched_names AS touched
  ON touched.policy = events.policy AND touched.stage = events.stage AND touched.scope = events.scope;

CREATE TABLE first_sources AS
SELECT source, 'b' || min(CAST(substr(batch, 2) AS BIGINT)) AS batch FROM main.events WHERE source IS NOT NULL GROUP BY source;
