-- What was worked out of all rows, cut down to what lies in the asker's region; runs when the case tables are.
-- Reads: own_places, own_regions, own_holders, and every table named here.

DELETE FROM region_above
WHERE code NOT IN (SELECT code FROM own_regions) OR ancestor NOT IN (SELECT code FROM own_regions);
DELETE FROM inside WHERE code NOT IN (SELECT region FROM own_places);
DELETE FROM places WHERE scope NOT IN (SELECT scope FROM own_places);
DELETE FROM spread_places WHERE place_number NOT IN (SELECT number FROM places);
DELETE FROM step_states WHERE place_number NOT IN (SELECT number FROM places);
DELETE FROM step_after
WHERE step NOT IN (SELECT step FROM steps) OR predecessor NOT IN (SELECT step FROM steps);
DELETE FROM step_events WHERE step NOT IN (SELECT step FROM steps);
DELETE FROM completions WHERE step NOT IN (SELECT step FROM steps);
DELETE FROM steps_past_due WHERE step NOT IN (SELECT step FROM steps);
DELETE FROM step_agencies WHERE step NOT IN (SELECT step FROM steps);
DELETE FROM lead_steps WHERE step NOT IN (SELECT step FROM steps) OR lead_step NOT IN (SELECT step FROM steps);
DELETE FROM led_before WHERE step NOT IN (SELECT step FROM steps) OR predecessor NOT IN (SELECT step FROM steps);
DELETE FROM measure_regions WHERE region NOT IN (SELECT region FROM own_places);
DELETE FROM measure_steps
WHERE region NOT IN (SELECT region FROM own_places) OR step NOT IN (SELECT step FROM steps);
DELETE FROM holders WHERE id NOT IN (SELECT id FROM agencies UNION ALL SELECT id FROM beneficiary_groups);
DELETE FROM account_days WHERE holder NOT IN (SELECT id FROM own_holders);
DELETE FROM group_deliveries WHERE "group" NOT IN (SELECT id FROM beneficiary_groups);
DELETE FROM group_reached WHERE "group" NOT IN (SELECT id FROM beneficiary_groups);
DELETE FROM finding_states WHERE id NOT IN (SELECT id FROM findings);
DELETE FROM report_periods;

-- The gaps; that one is explained by something elsewhere is still told of it, though not by what.
CREATE TABLE explained_gaps AS SELECT id FROM gaps WHERE NOT root;
DELETE FROM found_gaps WHERE region IS NULL OR region NOT IN (SELECT region FROM own_places);
UPDATE found_gaps SET detail = NULL
WHERE kind = 'recurring_finding' AND detail NOT IN (SELECT id FROM findings);
DELETE FROM found_amounts
WHERE NOT EXISTS (
  SELECT 1
  FROM found_gaps
  WHERE found_gaps.kind = found_amounts.kind AND found_gaps.policy IS NOT DISTINCT FROM found_amounts.policy
    AND found_gaps.measure IS NOT DISTINCT FROM found_amounts.measure
    AND found_gaps.stage IS NOT DISTINCT FROM found_amounts.stage
    AND found_gaps.scope IS NOT DISTINCT FROM found_amounts.scope
    AND found_gaps.subject IS NOT DISTINCT FROM found_amounts.subject
);
