-- Every name by which rows may cite a document, with the document.
SELECT names.name, documents.* FROM document_names AS names JOIN documents ON documents.id = names.document ORDER BY names.name
