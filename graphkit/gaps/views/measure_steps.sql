-- For each measure and region: the steps of that measure there, or in the nearest ancestor region that has one.
-- Reads: steps, region_above, beneficiary_groups, delivery_sums. A cancelled step counts as not there.

CREATE OR REPLACE TABLE measure_regions AS
SELECT measure, region FROM beneficiary_groups WHERE measure IS NOT NULL AND region IS NOT NULL
UNION
SELECT measure, region FROM delivery_sums WHERE region IS NOT NULL;

CREATE OR REPLACE TABLE measure_steps AS
SELECT measure, region, step
FROM (
  SELECT
    measure_regions.measure, measure_regions.region, steps.step, region_above.distance,
    min(region_above.distance) OVER (PARTITION BY measure_regions.measure, measure_regions.region) AS nearest
  FROM measure_regions
  JOIN region_above ON region_above.code = measure_regions.region
  JOIN steps ON steps.measure = measure_regions.measure AND steps.region = region_above.ancestor
  WHERE steps.state <> 'cancelled'
)
WHERE distance = nearest;

DROP TABLE delivery_sums;
