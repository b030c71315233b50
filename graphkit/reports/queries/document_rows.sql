-- The rows of a case that rest on a document, with what they say.
SELECT 'events' AS table_name, id, locator, note FROM events WHERE source = {{document}}
UNION ALL
SELECT 'findings', id, locator, title FROM findings WHERE source = {{document}}
UNION ALL
SELECT 'actions', id, locator, note FROM actions WHERE source = {{document}}
ORDER BY ALL
LIMIT 200
