-- id: funds_untraced
-- revision: 1
-- about: holder
-- category: break
-- severity: high
-- title: {zh: 资金来源不明, en: Funds untraced}
-- finds:
--   zh: 单位或受益群体在某日之前拨付或发放的资金超过其截至当日收到的资金。
--   en: An agency or group passed on or delivered, under a policy and measure, more than it had received up to that day.
-- explanation:
--   zh: 按《{policy}》{measure}拨付的资金应有来源，{subject}自{since}起拨付或发放的资金超出其已收到的资金，最多超出{amount}，来源不明{impact}。
--   en: Money paid under "{policy}"{measure} has to come from somewhere; from {since} {subject} passed on up to {amount} more than it had received, and where that came from is not on record{impact}.
WITH running AS (
  SELECT
    holder, policy, measure, currency, day,
    sum(sent - received) OVER (PARTITION BY holder, policy, measure, currency ORDER BY day) AS excess
  FROM account_days
)
SELECT
  running.policy, running.measure, CAST(NULL AS VARCHAR) AS stage, CAST(NULL AS VARCHAR) AS scope,
  running.holder AS subject, holders.region, min(running.day) AS since, max(running.excess) AS amount, running.currency
FROM running
JOIN holders ON holders.id = running.holder
WHERE running.excess > 0
GROUP BY running.policy, running.measure, running.holder, holders.region, running.currency
