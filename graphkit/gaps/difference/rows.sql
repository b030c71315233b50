-- The rows that count in this evaluation and not in another one, by the gap that they can have changed.
-- ? 1: the gaps as JSON; ? 2 to 4: the other's as-of day, known-by time and commit.
-- Reads: the case's tables, stage_after, region_above.
WITH asked AS (
  SELECT unnest(from_json(?, '[{"id": "VARCHAR", "about": "VARCHAR", "policy": "VARCHAR", "measure": "VARCHAR",
    "stage": "VARCHAR", "scope": "VARCHAR", "subject": "VARCHAR"}]'), recursive := true)
),
other AS (
  SELECT CAST(? AS DATE) AS as_of, CAST(? AS TIMESTAMP) AS known_by, CAST(? AS BIGINT) AS commit
),
new_events AS (
  SELECT events.* FROM events, other
  WHERE events."on" > other.as_of OR events.recorded_at > other.known_by
    OR CAST(substr(events.batch, 2) AS BIGINT) > other.commit
),
own_events AS (
  SELECT asked.id AS gap, new_events.*
  FROM asked
  JOIN new_events
    ON new_events.policy = asked.policy AND new_events.stage = asked.stage AND new_events.scope = asked.scope
  UNION
  SELECT asked.id AS gap, new_events.*
  FROM asked
  JOIN stage_after ON stage_after.policy = asked.policy AND stage_after.stage = asked.stage
  JOIN region_above ON region_above.code = asked.scope
  JOIN new_events
    ON new_events.policy = asked.policy AND new_events.stage = stage_after."after"
    AND new_events.scope = region_above.ancestor
  UNION
  SELECT asked.id AS gap, new_events.*
  FROM asked
  JOIN stage_after ON stage_after.policy = asked.policy AND stage_after.stage = asked.stage
  JOIN region_above ON region_above.ancestor = asked.scope
  JOIN new_events
    ON new_events.policy = asked.policy AND new_events.stage = stage_after."after"
    AND new_events.scope = region_above.code
),
new_assignments AS (
  SELECT assignments.* FROM assignments, other
  WHERE assignments.assigned_on > other.as_of OR CAST(substr(assignments.batch, 2) AS BIGINT) > other.commit
),
new_coverage AS (
  SELECT coverage.* FROM coverage, other WHERE CAST(substr(coverage.batch, 2) AS BIGINT) > other.commit
),
new_transfers AS (
  SELECT transfers.* FROM transfers, other
  WHERE transfers."on" > other.as_of OR transfers.recorded_at > other.known_by
    OR CAST(substr(transfers.batch, 2) AS BIGINT) > other.commit
),
new_deliveries AS (
  SELECT deliveries.* FROM deliveries, other
  WHERE deliveries."on" > other.as_of OR deliveries.recorded_at > other.known_by
    OR CAST(substr(deliveries.batch, 2) AS BIGINT) > other.commit
),
new_findings AS (
  SELECT findings.* FROM findings, other
  WHERE findings.found_on > other.as_of OR findings.recorded_at > other.known_by
    OR CAST(substr(findings.batch, 2) AS BIGINT) > other.commit
),
new_actions AS (
  SELECT actions.* FROM actions, other
  WHERE actions."on" > other.as_of OR actions.recorded_at > other.known_by
    OR CAST(substr(actions.batch, 2) AS BIGINT) > other.commit
),
new_reports AS (
  SELECT reports.* FROM reports, other
  WHERE reports.issued_on > other.as_of OR CAST(substr(reports.batch, 2) AS BIGINT) > other.commit
),
related AS (
  SELECT gap, 'events' AS "table", id, kind, "on", amount, source, locator, source_file, source_row FROM own_events
  UNION ALL
  SELECT asked.id, 'assignments', rows.agency, rows.role, rows.assigned_on, NULL, rows.source, rows.locator,
    rows.source_file, rows.source_row
  FROM asked JOIN new_assignments AS rows
    ON rows.policy = asked.policy AND rows.stage = asked.stage AND rows.scope = asked.scope
  UNION ALL
  SELECT asked.id, 'coverage', rows.scope, rows.stage, rows.until, NULL, rows.source, NULL, rows.source_file,
    rows.source_row
  FROM asked
  JOIN region_above ON region_above.code = asked.scope
  JOIN new_coverage AS rows
    ON rows.policy = asked.policy AND rows.scope = region_above.ancestor
    AND (rows.stage IS NULL OR rows.stage = asked.stage)
  WHERE asked.about = 'step'
  UNION ALL
  SELECT asked.id, 'transfers', rows.id, 'in', rows."on", rows.amount, rows.source, rows.locator, rows.source_file,
    rows.source_row
  FROM asked JOIN new_transfers AS rows ON rows.policy = asked.policy AND rows."to" = asked.subject
  UNION ALL
  SELECT asked.id, 'transfers', rows.id, 'out', rows."on", rows.amount, rows.source, rows.locator, rows.source_file,
    rows.source_row
  FROM asked JOIN new_transfers AS rows ON rows.policy = asked.policy AND rows."from" = asked.subject
  UNION ALL
  SELECT asked.id, 'deliveries', rows.id, 'delivered', rows."on", rows.amount, rows.source, rows.locator,
    rows.source_file, rows.source_row
  FROM asked JOIN new_deliveries AS rows
    ON rows.policy = asked.policy AND rows.measure = asked.measure AND rows.agency = asked.subject
  UNION ALL
  SELECT asked.id, 'deliveries', rows.id, 'delivered', rows."on", rows.amount, rows.source, rows.locator,
    rows.source_file, rows.source_row
  FROM asked JOIN new_deliveries AS rows
    ON rows.policy = asked.policy AND rows.measure = asked.measure AND rows."group" = asked.subject
  UNION ALL
  SELECT asked.id, 'deliveries', rows.id, 'delivered', rows."on", rows.amount, rows.source, rows.locator,
    rows.source_file, rows.source_row
  FROM asked JOIN new_deliveries AS rows
    ON rows.policy = asked.policy AND rows.measure = asked.measure AND rows.region = asked.scope
  WHERE asked.about = 'delivery'
  UNION ALL
  SELECT asked.id, 'findings', rows.id, rows.kind, rows.found_on, rows.amount, rows.source, rows.locator,
    rows.source_file, rows.source_row
  FROM asked JOIN new_findings AS rows ON rows.id = asked.subject
  WHERE asked.about = 'finding'
  UNION ALL
  SELECT asked.id, 'actions', rows.id, rows.kind, rows."on", rows.amount, rows.source, rows.locator, rows.source_file,
    rows.source_row
  FROM asked JOIN new_actions AS rows ON rows.finding = asked.subject
  WHERE asked.about = 'finding'
  UNION ALL
  SELECT asked.id, 'reports', rows.id, rows.kind, rows.issued_on, NULL, rows.source, NULL, rows.source_file,
    rows.source_row
  FROM asked JOIN new_reports AS rows ON rows.kind || ':' || CAST(rows.period_end AS VARCHAR) = asked.subject
  WHERE asked.about = 'report'
)
SELECT *, count(*) OVER (PARTITION BY gap) AS total
FROM related
QUALIFY row_number() OVER (PARTITION BY gap ORDER BY "on", "table", id, kind) <= 20
ORDER BY gap, "on", "table", id, kind
