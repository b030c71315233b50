-- Money by policy, currency and the levels that it went from and to: source, central … township, beneficiaries; returned is
-- what went to a source, unplaced who lies in no known region. Within a level it is left out: it has not moved on.
-- For a region: what entered, left or moved in it or below.
SELECT policy, currency, from_level, to_level, sum(amount) AS amount
FROM (
  SELECT
    transfers.policy, coalesce(transfers.currency, settings.case_currency) AS currency, transfers.amount,
    CASE
      WHEN starts_with(transfers."from", 'source:') THEN 'source'
      WHEN NOT giver.is_agency THEN 'beneficiaries'
      ELSE coalesce(giving.level, 'unplaced')
    END AS from_level,
    CASE
      WHEN starts_with(transfers."to", 'source:') THEN 'returned'
      WHEN NOT taker.is_agency THEN 'beneficiaries'
      ELSE coalesce(taking.level, 'unplaced')
    END AS to_level,
    giver.region AS giver_region, taker.region AS taker_region
  FROM transfers
  CROSS JOIN settings
  LEFT JOIN holders AS giver ON giver.id = transfers."from"
  LEFT JOIN regions AS giving ON giving.code = giver.region
  LEFT JOIN holders AS taker ON taker.id = transfers."to"
  LEFT JOIN regions AS taking ON taking.code = taker.region
  UNION ALL
  SELECT
    deliveries.policy, coalesce(deliveries.currency, settings.case_currency), deliveries.amount,
    coalesce(regions.level, 'unplaced') AS from_level, 'beneficiaries' AS to_level, agencies.region, agencies.region
  FROM deliveries
  CROSS JOIN settings
  LEFT JOIN agencies ON agencies.id = deliveries.agency
  LEFT JOIN regions ON regions.code = agencies.region
  WHERE deliveries."on" IS NOT NULL AND deliveries.amount IS NOT NULL AND deliveries.agency IS NOT NULL
)
WHERE from_level <> to_level
  AND ({{policy}} IS NULL OR policy = {{policy}})
  AND ({{region}} IS NULL OR len(list_intersect(
    [giver_region, taker_region], (SELECT list(code) FROM region_above WHERE ancestor = {{region}}))) > 0)
GROUP BY ALL
ORDER BY ALL
