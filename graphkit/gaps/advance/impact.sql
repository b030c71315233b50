-- The gaps whose causes, impact or agencies may be otherwise: those of the steps downstream, of the fronts that reach one
-- of them or did, of the steps with other leads, and those that are about no step.
-- Reads: downstream, moved_fronts, led_again, reach, gap_rows.

INSERT INTO moved_fronts
SELECT DISTINCT front FROM main.reach WHERE step IN (SELECT step FROM downstream);

CREATE OR REPLACE TABLE gap_rows AS
SELECT *
FROM main.gap_rows
WHERE step IN (
  SELECT step FROM downstream UNION ALL SELECT step FROM moved_fronts UNION ALL SELECT step FROM led_again
)
UNION ALL
SELECT * FROM main.gap_rows WHERE step IS NULL;

INSERT INTO changed_gaps SELECT id FROM gap_rows;
