-- What each gap weighs, to tell worse from eased: people, steps held up, money.
SELECT gaps.id, gaps.beneficiaries, gaps.blocked_steps, coalesce(money.amount, 0) AS amount
FROM gaps
LEFT JOIN (SELECT gap, sum(amount) AS amount FROM gap_amounts GROUP BY gap) AS money ON money.gap = gaps.id
WHERE gaps.kind <> 'blocked_step'
  AND ({{policy}} IS NULL OR gaps.policy = {{policy}})
  AND ({{region}} IS NULL OR gaps.region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
ORDER BY gaps.id
