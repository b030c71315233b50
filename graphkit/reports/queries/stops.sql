-- For each policy the stage where the chain stops first in most places, and in how many; where nobody looked, no stop is
-- known. Of several such stages the first of the chain, as on the page of chains.
SELECT gaps.policy, gaps.stage, count(DISTINCT gaps.scope) AS places
FROM gaps
JOIN ({{steps}}) AS steps ON steps.step = gaps.step AND steps.state <> 'done'
JOIN stages ON stages.policy = gaps.policy AND stages.id = gaps.stage
WHERE gaps.root AND gaps.category <> 'unknown'
GROUP BY gaps.policy, gaps.stage
QUALIFY row_number() OVER (PARTITION BY gaps.policy ORDER BY places DESC, min(steps.depth), min(stages.number)) = 1
ORDER BY gaps.policy
