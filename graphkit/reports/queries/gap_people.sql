-- The beneficiary groups that a gap concerns, the largest first.
SELECT groups.id, groups.name, groups.eligible_count
FROM gap_groups JOIN beneficiary_groups AS groups ON groups.id = gap_groups."group"
WHERE gap_groups.gap = {{gap}}
ORDER BY groups.eligible_count DESC NULLS LAST, groups.id
