-- What a document is called.
SELECT title FROM documents WHERE id = (SELECT document FROM document_names WHERE name = {{document}})
