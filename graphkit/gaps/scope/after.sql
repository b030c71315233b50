-- After impact was measured again among what is left. Reads: gaps, explained_gaps, agencies, findings.

UPDATE gaps SET root = FALSE WHERE id IN (SELECT id FROM explained_gaps);
DELETE FROM gap_agencies
WHERE gap NOT IN (SELECT id FROM gaps) OR agency NOT IN (SELECT id FROM agencies);
DELETE FROM gap_findings
WHERE gap NOT IN (SELECT id FROM gaps) OR finding NOT IN (SELECT id FROM findings);
DROP TABLE explained_gaps;
DROP TABLE own_places;
DROP TABLE own_holders;
