-- Every finding that counts, with its place, what was entered with it, the gaps about it, and what it repeats.
SELECT
  states.id, states.title, states.category, states.kind, states.severity, states.policy, states.stage, states.scope,
  states.region, states.agency, coalesce(agency_region.level, region.level) AS level, states.found_on, states.amount,
  coalesce(states.currency, settings.case_currency) AS currency, states.count, findings.source, findings.locator,
  findings.recorded_at, json_extract_string(findings.attributes, '$.entered_by') AS entered_by,
  json_extract_string(findings.attributes, '$.gap') AS origin,
  (
    SELECT list(DISTINCT earlier.id ORDER BY earlier.id)
    FROM finding_states AS earlier
    JOIN actions ON actions.finding = earlier.id AND actions.kind = 'verified' AND actions."on" < states.found_on
    WHERE earlier.kind = states.kind AND earlier.agency = states.agency AND earlier.id <> states.id
      AND earlier.found_on < states.found_on
  ) AS repeats
FROM finding_states AS states
JOIN findings ON findings.id = states.id
CROSS JOIN settings
LEFT JOIN regions AS agency_region ON agency_region.code = states.agency_region
LEFT JOIN regions AS region ON region.code = states.region
ORDER BY states.found_on, states.id
