-- By which names rows may cite a document: its id, or its file's, with or without the folder (CONTRACT.md section 1).
-- A name that is one document's id and another's file means the first; of two with one file, the first by id.
-- Reads: documents.

CREATE OR REPLACE VIEW document_names AS
SELECT name, coalesce(min(document) FILTER (WHERE is_id), min(document)) AS document
FROM (
  SELECT id AS name, id AS document, TRUE AS is_id FROM documents
  UNION ALL
  SELECT unnest([file_name, 'documents/' || file_name]), id, FALSE
  FROM (SELECT id, regexp_replace(file, '^documents/', '') AS file_name FROM documents WHERE file IS NOT NULL)
)
GROUP BY name;
