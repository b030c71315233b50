-- id: unaddressed_finding
-- revision: 1
-- about: finding
-- category: break
-- severity: medium
-- thresholds: [unaddressed_days]
-- title: {zh: 问题无人处理, en: Unaddressed finding}
-- finds:
--   zh: 问题发现后超过规定天数，没有任何处理动作。
--   en: A finding has no action at all more than unaddressed_days after it was found.
-- explanation:
--   zh: 于{happened}发现的问题“{subject}”应在{unaddressed_days:zh}内处理，超期{days:zh}仍没有任何处理记录；{responsible}{impact}。
--   en: The finding "{subject}" of {happened} should have been taken up within {unaddressed_days:en}; {days:en} beyond that, no action is on record; {responsible}{impact}.
SELECT
  policy, CAST(NULL AS VARCHAR) AS measure, stage, scope, id AS subject, region,
  found_on + CAST(settings.unaddressed_days AS INTEGER) + 1 AS since,
  severity, count, amount, currency, found_on AS happened_on
FROM finding_states, settings
WHERE action_count = 0 AND found_on + CAST(settings.unaddressed_days AS INTEGER) < settings.as_of
