-- How many rows of a case rest on each document.
SELECT names.document, count(*) AS uses
FROM ({{sourced}}) AS sourced
JOIN document_names AS names ON names.name = sourced.source
GROUP BY names.document
ORDER BY names.document
