-- Whom the blocked walk meets otherwise than before: every step that waits, near or far, for one that changed.
-- Reads: changed, waiting, reach, fronts (all but changed in main, and up to date).

CREATE TABLE downstream AS
WITH RECURSIVE down AS (
  SELECT step FROM changed
  UNION
  SELECT waiting.step FROM down JOIN main.waiting AS waiting ON waiting.predecessor = down.step
)
SELECT step FROM down;

CREATE TABLE moved_fronts AS
SELECT DISTINCT front AS step FROM main.reach WHERE step IN (SELECT step FROM downstream);

DELETE FROM main.reach WHERE step IN (SELECT step FROM downstream);

CREATE OR REPLACE TABLE waiting AS
SELECT * FROM main.waiting WHERE step IN (SELECT step FROM downstream);
