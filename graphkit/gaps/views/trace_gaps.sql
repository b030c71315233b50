-- The gaps of money under one policy and measure: $1, $2. Reads: gaps.
SELECT id, kind, subject
FROM gaps
WHERE kind IN ('funds_retained', 'funds_untraced') AND policy = $1 AND measure IS NOT DISTINCT FROM $2
ORDER BY id
