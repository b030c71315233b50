-- id: funds_retained
-- revision: 2
-- about: holder
-- category: blockage
-- severity: high
-- thresholds: [retention_days, retention_min]
-- title: {zh: 资金滞留, en: Funds retained}
-- finds:
--   zh: 单位（或有转出资金的受益群体）收到的资金超过其拨付或发放的资金，只计收到已超过规定天数的部分。
--   en: A holder received more under a policy and measure than it passed on or delivered, counting only receipts more than retention_days ago.
-- explanation:
--   zh: 按《{policy}》{measure}收到的资金应及时拨付或发放，{subject}仍滞留{amount}，超出{retention_days:zh}的期限{days:zh}{impact}。
--   en: Money received under "{policy}"{measure} has to be passed on; {subject} still holds {amount}, {days:en} beyond the {retention_days:en} allowed{impact}.
WITH changes AS (
  SELECT holder, policy, measure, currency, day, sum(change) AS change
  FROM (
    -- What takes a receipt back (a negative one) counts at once, as what is passed on does.
    SELECT
      holder, policy, measure, currency,
      CASE WHEN received > 0 THEN day + CAST(settings.retention_days AS INTEGER) + 1 ELSE day END AS day, received AS change
    FROM account_days, settings WHERE received <> 0
    UNION ALL
    SELECT holder, policy, measure, currency, day, -sent AS change FROM account_days WHERE sent <> 0
  )
  GROUP BY ALL
),
balances AS (
  SELECT
    changes.holder, changes.policy, changes.measure, changes.currency, changes.day,
    sum(changes.change) OVER (
      PARTITION BY changes.holder, changes.policy, changes.measure, changes.currency ORDER BY changes.day
    ) AS balance,
    row_number() OVER (
      PARTITION BY changes.holder, changes.policy, changes.measure, changes.currency ORDER BY changes.day DESC
    ) AS from_last
  FROM changes, settings
  WHERE changes.day <= settings.as_of
),
-- The last day on which nothing was held beyond the limit: what is held now has been held since the change after it.
released AS (
  SELECT holder, policy, measure, currency, max(day) AS day
  FROM balances, settings
  WHERE balance <= 0 OR balance < settings.retention_min
  GROUP BY ALL
),
held AS (
  SELECT balances.holder, balances.policy, balances.measure, balances.currency, balances.balance
  FROM balances, settings
  WHERE from_last = 1 AND balance > 0 AND balance >= settings.retention_min
)
SELECT
  held.policy, held.measure, CAST(NULL AS VARCHAR) AS stage, CAST(NULL AS VARCHAR) AS scope, held.holder AS subject,
  holders.region, greatest(min(balances.day), any_value(first_sent.day)) AS since, any_value(held.balance) AS amount, held.currency
FROM held
JOIN holders ON holders.id = held.holder
JOIN balances
  ON balances.holder = held.holder AND balances.policy = held.policy
 AND balances.measure IS NOT DISTINCT FROM held.measure AND balances.currency = held.currency
LEFT JOIN released
  ON released.holder = held.holder AND released.policy = held.policy
 AND released.measure IS NOT DISTINCT FROM held.measure AND released.currency = held.currency
-- A group is a holder from the day on which it first passes anything on.
LEFT JOIN (
  SELECT holder, min(day) AS day FROM account_days WHERE sent <> 0 GROUP BY holder
) AS first_sent ON first_sent.holder = held.holder AND NOT holders.is_agency
WHERE (released.day IS NULL OR balances.day > released.day)
  AND (holders.is_agency OR first_sent.day IS NOT NULL)
GROUP BY held.policy, held.measure, held.holder, holders.region, held.currency
