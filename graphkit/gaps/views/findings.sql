-- The state of every finding (CONTRACT.md section 3): open until verified or waived, and again after reopened.
-- Reads: findings, actions, agencies, regions.

CREATE OR REPLACE TABLE finding_states AS
SELECT
  findings.id, findings.title, findings.category, findings.kind, findings.policy, findings.stage, findings.scope,
  findings.agency, findings.found_on, findings.severity, findings.amount, findings.currency, findings.count,
  coalesce(agencies.region, scope_agency.region, regions.code) AS agency_region,
  coalesce(regions.code, scope_agency.region, agencies.region) AS region,
  count(actions.id) AS action_count,
  coalesce(max_by(actions.kind, ROW(actions."on", actions.recorded_at, actions.id))
    FILTER (WHERE actions.kind IN ('verified', 'waived', 'reopened')), 'none') NOT IN ('verified', 'waived') AS is_open
FROM findings
LEFT JOIN actions ON actions.finding = findings.id
LEFT JOIN agencies ON agencies.id = findings.agency
LEFT JOIN agencies AS scope_agency ON scope_agency.id = findings.scope
LEFT JOIN regions ON regions.code = findings.scope
GROUP BY ALL;
