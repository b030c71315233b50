-- Every action that counts, in the order of CONTRACT.md section 2.
SELECT
  id, finding, kind, "by", "to", "on", due_on, amount, currency, recorded_at, source, locator, note,
  json_extract_string(attributes, '$.entered_by') AS entered_by
FROM actions
ORDER BY finding, "on", recorded_at NULLS FIRST, id
