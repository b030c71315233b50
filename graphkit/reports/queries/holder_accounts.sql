-- What each holder of a policy's money received and paid out, and what gaps say of the rest.
SELECT
  accounts.holder, accounts.measure, accounts.currency, holders.is_agency, holders.region,
  sum(accounts.received) AS received, sum(accounts.sent) AS sent, sum(accounts.received) - sum(accounts.sent) AS rest,
  max(CASE WHEN accounts.received > 0 THEN accounts.day END) AS last_in, max(CASE WHEN accounts.sent > 0 THEN accounts.day END) AS last_out,
  any_value(found.id) AS gap, any_value(found.kind) AS kind, any_value(found.since) AS since, any_value(found.days) AS days,
  any_value(kept.amount) AS held
FROM account_days AS accounts
JOIN holders ON holders.id = accounts.holder
LEFT JOIN gaps AS found
  ON found.kind IN ('funds_retained', 'funds_untraced') AND found.policy = accounts.policy
 AND found.measure IS NOT DISTINCT FROM accounts.measure AND found.subject = accounts.holder
LEFT JOIN gap_amounts AS kept ON kept.gap = found.id AND kept.currency = accounts.currency
WHERE accounts.policy = {{policy}}
GROUP BY accounts.holder, accounts.measure, accounts.currency, holders.is_agency, holders.region
ORDER BY any_value(found.id) IS NULL, rest DESC, accounts.holder, accounts.measure
