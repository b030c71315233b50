-- The gaps whose causes or impact may be otherwise: those of the steps downstream, those of the fronts that reach one of
-- them or did, and those that are about no step. Reads: downstream, moved_fronts, reach, gap_rows.

INSERT INTO moved_fronts
SELECT DISTINCT front FROM main.reach WHERE step IN (SELECT step FROM downstream);

CREATE OR REPLACE TABLE gap_rows AS
SELECT *
FROM main.gap_rows
WHERE step IS NULL OR step IN (SELECT step FROM downstream UNION ALL SELECT step FROM moved_fronts);

INSERT INTO changed_gaps SELECT id FROM gap_rows;
