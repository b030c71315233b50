-- The gaps of money under one policy and measure in one currency: $1, $2, $3. Reads: gaps, gap_amounts.
SELECT id, kind, subject
FROM gaps
WHERE kind IN ('funds_retained', 'funds_untraced') AND policy = $1 AND measure IS NOT DISTINCT FROM $2
  AND id IN (SELECT gap FROM gap_amounts WHERE currency = $3)
ORDER BY id
