-- Which steps a case expects (CONTRACT.md section 1): one for each stage and region of its level that lies inside
-- the case's jurisdiction or contains it; `scopes` narrows that to some regions, or to agencies in their regions.
-- Reads: regions, agencies, case_info, stages, stage_scopes.

-- Every region with each of its ancestors, itself at distance 0.
CREATE OR REPLACE TABLE region_above AS
WITH RECURSIVE up AS (
  SELECT code, code AS ancestor, 0 AS distance FROM regions
  UNION ALL
  SELECT up.code, parent.code AS ancestor, up.distance + 1 AS distance
  FROM up
  JOIN regions AS own ON own.code = up.ancestor
  JOIN regions AS parent ON parent.code = own.parent
)
SELECT code, ancestor, distance FROM up;

-- The regions that the case is about.
CREATE OR REPLACE TABLE inside AS
SELECT regions.code
FROM regions, case_info
WHERE case_info.jurisdiction IS NULL
   OR regions.code IN (
        SELECT code FROM region_above JOIN case_info ON ancestor = jurisdiction
        UNION ALL
        SELECT ancestor FROM region_above JOIN case_info ON code = jurisdiction
      );

-- Where a step can stand: `number` makes step numbers; a region stands in itself, an agency in its region (or, without one,
-- nowhere, which only the agency's own steps come before and after).
CREATE OR REPLACE TABLE places AS
SELECT row_number() OVER (ORDER BY is_agency, scope) AS number, scope, is_agency, region, level
FROM (
  SELECT regions.code AS scope, FALSE AS is_agency, regions.code AS region, regions.level
  FROM regions JOIN inside USING (code)
  UNION ALL
  SELECT agencies.id AS scope, TRUE AS is_agency, agencies.region, regions.level
  FROM agencies LEFT JOIN regions ON regions.code = agencies.region
  WHERE agencies.id IN (SELECT scope FROM stage_scopes)
    AND (agencies.region IS NULL OR agencies.region IN (SELECT code FROM inside))
    AND agencies.id NOT IN (SELECT code FROM regions)
);

-- Stages that stand in the same places share a spread: all of a level without `scopes` do. It has the number of its first stage.
CREATE OR REPLACE TABLE stage_spreads AS
SELECT number AS stage_number, CASE WHEN scoped THEN number ELSE min(number) OVER (PARTITION BY level, scoped) END AS spread
FROM stages;

CREATE OR REPLACE TABLE spread_places AS
SELECT stages.number AS spread, places.number AS place_number, places.region
FROM stages
JOIN places ON places.level = stages.level AND NOT places.is_agency
WHERE NOT stages.scoped AND stages.number IN (SELECT spread FROM stage_spreads)
UNION ALL
SELECT stages.number AS spread, places.number AS place_number, places.region
FROM stages
JOIN stage_scopes ON stage_scopes.policy = stages.policy AND stage_scopes.stage = stages.id
JOIN places ON places.scope = stage_scopes.scope AND (places.is_agency OR places.level = stages.level)
WHERE stages.scoped;

-- A step's number is made of those of its stage and its place.
CREATE OR REPLACE VIEW expected_steps AS
SELECT
  stages.number * 4294967296 + places.number AS step,
  stages.number AS stage_number, places.number AS place_number,
  stages.policy, stages.id AS stage, places.scope, places.region, places.level
FROM stages
JOIN stage_spreads ON stage_spreads.stage_number = stages.number
JOIN spread_places ON spread_places.spread = stage_spreads.spread
JOIN places ON places.number = spread_places.place_number;
