-- For each policy the stage where the chain stops first in most places, and in how many; where nobody looked, no stop is known.
SELECT policy, stage, count(DISTINCT scope) AS places
FROM gaps
WHERE root AND category <> 'unknown' AND step IN (SELECT step FROM ({{steps}}) AS steps WHERE state <> 'done')
GROUP BY policy, stage
QUALIFY row_number() OVER (PARTITION BY policy ORDER BY places DESC, stage) = 1
ORDER BY policy
