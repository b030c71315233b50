-- The rows that may name a source, with what they say; those about persons are left out.
SELECT 'assignments' AS table_name, NULL AS id, source, locator, NULL AS note FROM assignments
UNION ALL
SELECT 'events', id, source, locator, note FROM events
UNION ALL
SELECT 'transfers', id, source, locator, NULL FROM transfers
UNION ALL
SELECT 'findings', id, source, locator, title FROM findings
UNION ALL
SELECT 'actions', id, source, locator, note FROM actions
UNION ALL
SELECT 'reports', id, source, NULL, NULL FROM reports
UNION ALL
SELECT 'coverage', NULL, source, NULL, NULL FROM coverage
