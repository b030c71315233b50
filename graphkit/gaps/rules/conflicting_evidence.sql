-- id: conflicting_evidence
-- revision: 2
-- about: step
-- category: difficulty
-- severity: medium
-- title: {zh: 佐证矛盾, en: Conflicting evidence}
-- finds:
--   zh: 同一环节自上次重启以来有两条不同来源的完成记录，日期不同或金额不同。
--   en: Two completed events of one step since it was last reopened, from two different sources, give different dates or different amounts.
-- explanation:
--   zh: 《{policy}》在{scope}的“{stage}”有相互矛盾的完成记录（{detail}），须核对原始凭证；{responsible}{impact}。
--   en: Under "{policy}", the completion of "{stage}" in {scope} is told differently by two sources ({detail}), which must be checked against the originals; {responsible}{impact}.
WITH told AS (
  -- A document and its own file are one source.
  SELECT
    completions.step, completions."on", completions.amount, completions.currency,
    coalesce(document_names.document, completions.source) AS source
  FROM completions
  LEFT JOIN document_names ON document_names.name = completions.source
)
SELECT
  first.step,
  min(greatest(first."on", second."on")) AS since,
  min(greatest(first."on", second."on")) AS happened_on,
  min(first.source || ' / ' || second.source) AS detail
FROM told AS first
JOIN told AS second ON second.step = first.step AND first.source < second.source
JOIN steps ON steps.step = first.step AND steps.counts
WHERE first."on" <> second."on" OR first.amount <> second.amount
  OR (first.amount = second.amount AND first.currency <> second.currency)
GROUP BY first.step
