-- The rows of a case that rest on a document, with what they say.
SELECT table_name, id, locator, note
FROM ({{sourced}}) AS sourced
WHERE source IN (SELECT name FROM document_names WHERE document = {{document}})
ORDER BY ALL
LIMIT 200
