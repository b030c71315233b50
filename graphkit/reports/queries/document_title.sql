-- What a document is called.
SELECT title FROM documents WHERE id = {{document}}
