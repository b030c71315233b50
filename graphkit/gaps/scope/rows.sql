-- Which rows of the case tables one may see who is limited to a region: those that lie in it or below. What stands
-- above it is there by its name alone. Each table own_NAME takes the place of NAME (graphkit.gaps.scope).
-- Reads: asker, every case table, document_names, region_above, delivery_rows, finding_states, gap_agencies.

CREATE TABLE own_places AS
SELECT code AS scope, code AS region FROM region_above WHERE ancestor = (SELECT region FROM asker)
UNION ALL
SELECT agencies.id AS scope, agencies.region
FROM agencies
JOIN region_above ON region_above.code = agencies.region AND region_above.ancestor = (SELECT region FROM asker)
WHERE agencies.id NOT IN (SELECT code FROM regions);

CREATE TABLE own_regions AS
SELECT
  * REPLACE (CASE WHEN code IN (SELECT region FROM own_places) THEN attributes END AS attributes)
FROM regions
WHERE code IN (SELECT region FROM own_places)
   OR code IN (SELECT ancestor FROM region_above WHERE code = (SELECT region FROM asker));

CREATE TABLE own_beneficiary_groups AS
SELECT * FROM beneficiary_groups WHERE region IN (SELECT region FROM own_places);

CREATE TABLE own_holders AS
SELECT scope AS id FROM own_places
UNION
SELECT id FROM own_beneficiary_groups;

CREATE TABLE own_beneficiaries AS
SELECT *
FROM beneficiaries
WHERE region IN (SELECT region FROM own_places)
   OR (region IS NULL AND "group" IN (SELECT id FROM own_beneficiary_groups));

CREATE TABLE own_assignments AS SELECT * FROM assignments WHERE scope IN (SELECT scope FROM own_places);

CREATE TABLE own_events AS SELECT * FROM events WHERE scope IN (SELECT scope FROM own_places);

CREATE TABLE own_coverage AS SELECT * FROM coverage WHERE scope IN (SELECT scope FROM own_places);

CREATE TABLE own_transfers AS
SELECT * FROM transfers WHERE "from" IN (SELECT id FROM own_holders) OR "to" IN (SELECT id FROM own_holders);

CREATE TABLE own_supplies AS
SELECT * FROM supplies WHERE "from" IN (SELECT id FROM own_holders) OR "to" IN (SELECT id FROM own_holders);

CREATE TABLE own_deliveries AS
SELECT deliveries.*
FROM deliveries
SEMI JOIN (SELECT id FROM delivery_rows WHERE region IN (SELECT region FROM own_places)) AS near ON near.id = deliveries.id;

CREATE TABLE own_findings AS
SELECT *
FROM findings
WHERE id IN (SELECT id FROM finding_states WHERE region IN (SELECT region FROM own_places));

CREATE TABLE own_actions AS SELECT * FROM actions WHERE finding IN (SELECT id FROM own_findings);

-- Reports are about the whole case.
CREATE TABLE own_reports AS SELECT * FROM reports WHERE FALSE;

-- Agencies elsewhere are known by name where they are above the region, or in none, and a row in it names them.
CREATE TABLE own_agencies AS
SELECT * FROM agencies WHERE id IN (SELECT scope FROM own_places)
UNION ALL
SELECT
  * REPLACE (NULL AS parent, NULL AS aliases, NULL AS attributes, NULL AS source_file, NULL AS source_row)
FROM agencies
WHERE id NOT IN (SELECT scope FROM own_places)
  AND (region IS NULL OR region IN (SELECT code FROM own_regions))
  AND id IN (
    SELECT agency FROM own_assignments
    UNION ALL SELECT agency FROM own_events
    UNION ALL SELECT agency FROM own_findings
    UNION ALL SELECT agency FROM own_deliveries
    UNION ALL SELECT "from" FROM own_transfers
    UNION ALL SELECT "to" FROM own_transfers
    UNION ALL SELECT "from" FROM own_supplies
    UNION ALL SELECT "to" FROM own_supplies
    UNION ALL SELECT "by" FROM own_actions
    UNION ALL SELECT "to" FROM own_actions
    UNION ALL
    SELECT gap_agencies.agency
    FROM gap_agencies
    JOIN gaps ON gaps.id = gap_agencies.gap
    WHERE gaps.region IN (SELECT region FROM own_places)
  );

CREATE TABLE own_documents AS
SELECT *
FROM documents
WHERE issuer IN (SELECT scope FROM own_places)
   OR id IN (
    SELECT document
    FROM document_names
    WHERE name IN (
      SELECT source FROM own_assignments
      UNION ALL SELECT source FROM own_events
      UNION ALL SELECT source FROM own_coverage
      UNION ALL SELECT source FROM own_transfers
      UNION ALL SELECT source FROM own_deliveries
      UNION ALL SELECT source FROM own_findings
      UNION ALL SELECT source FROM own_actions
    )
  );
