-- Who leads otherwise than before: steps with no lead of their own, behind one that counts otherwise.
-- Reads: changed, led_before (of the changed steps; all of them in main), lead_steps.

CREATE TABLE led_again AS
WITH RECURSIVE again AS (
  SELECT step FROM main.led_before WHERE step IN (SELECT step FROM changed)
  UNION
  SELECT step FROM led_before
  UNION
  SELECT led_before.step FROM again JOIN main.led_before AS led_before ON led_before.predecessor = again.step
)
SELECT step FROM again;

DELETE FROM main.led_before WHERE step IN (SELECT step FROM changed);
INSERT INTO main.led_before SELECT * FROM led_before;
DELETE FROM main.lead_steps WHERE distance > 0 AND step IN (SELECT step FROM led_again);

CREATE OR REPLACE TABLE led_before AS SELECT * FROM main.led_before WHERE step IN (SELECT step FROM led_again);
DROP VIEW lead_steps;
