-- The facts behind the gaps in the table `listed`: their own, those of the steps before, who was assigned, who looked.
SELECT listed.id AS gap, 0 AS turn, events."on" AS day, events.id, events.source, events.locator, events.note
FROM listed
JOIN events ON events.policy = listed.policy AND events.stage = listed.stage AND events.scope = listed.scope
WHERE listed.about = 'step'
UNION ALL
SELECT listed.id, 1, events."on", events.id, events.source, events.locator, events.note
FROM listed
JOIN step_after ON step_after.step = listed.step
JOIN steps ON steps.step = step_after.predecessor
JOIN events ON events.policy = steps.policy AND events.stage = steps.stage AND events.scope = steps.scope
WHERE listed.kind IN ('missing_step', 'out_of_order', 'unassigned_step') AND events.kind = 'completed'
UNION ALL
SELECT listed.id, 2, NULL, NULL, assignments.source, assignments.locator, NULL
FROM listed
JOIN assignments
  ON assignments.policy = listed.policy AND assignments.stage = listed.stage AND assignments.scope = listed.scope
WHERE listed.about = 'step' AND assignments.source IS NOT NULL
UNION ALL
SELECT listed.id, 3, coverage.until, NULL, coverage.source, NULL, NULL
FROM listed
JOIN region_above ON region_above.code = listed.region
JOIN coverage ON coverage.policy = listed.policy AND coverage.scope = region_above.ancestor
  AND (coverage.stage IS NULL OR coverage.stage = listed.stage)
WHERE listed.kind = 'missing_step' AND coverage.source IS NOT NULL
UNION ALL
SELECT listed.id, 0, transfers."on", transfers.id, transfers.source, transfers.locator, NULL
FROM listed
JOIN transfers ON transfers.policy = listed.policy AND transfers.measure IS NOT DISTINCT FROM listed.measure
  AND (transfers."to" = listed.subject OR transfers."from" = listed.subject)
WHERE listed.about = 'holder'
UNION ALL
SELECT listed.id, 0, findings.found_on, findings.id, findings.source, findings.locator, NULL
FROM listed JOIN findings ON findings.id = listed.subject
WHERE listed.about = 'finding'
UNION ALL
SELECT listed.id, 1, actions."on", actions.id, actions.source, actions.locator, actions.note
FROM listed JOIN actions ON actions.finding = listed.subject
WHERE listed.about = 'finding'
ORDER BY gap, turn, day, id, source, locator
