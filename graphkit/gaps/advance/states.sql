-- The states of the steps at hand, as views/steps.sql makes them: it finds no other steps than these.
-- Reads: near, places, touched.

-- Each stage has a spread of its own here, of the places at hand.
CREATE TABLE stage_spreads AS SELECT DISTINCT stage_number, stage_number AS spread FROM near;

CREATE TABLE spread_places AS
SELECT near.stage_number AS spread, near.place_number, places.region
FROM near JOIN places ON places.number = near.place_number;

CREATE OR REPLACE TABLE step_events AS
SELECT * FROM main.step_events WHERE step IN (SELECT step FROM near);

CREATE OR REPLACE TABLE completions AS
SELECT * FROM main.completions WHERE step IN (SELECT step FROM changed);
