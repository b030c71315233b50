-- The step that a gap is about.
SELECT step FROM gaps WHERE id = {{gap}} AND step IS NOT NULL
