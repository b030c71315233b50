-- What there is to tell from: groups whose number of people is known, and holders through whom money went.
SELECT
  (
    SELECT count(*)
    FROM beneficiary_groups AS groups JOIN measures ON measures.id = groups.measure
    WHERE groups.eligible_count > 0
      AND ({{policy}} IS NULL OR measures.policy = {{policy}})
      AND ({{region}} IS NULL OR groups.region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
  ) AS groups,
  (
    SELECT count(DISTINCT accounts.holder)
    FROM account_days AS accounts JOIN holders ON holders.id = accounts.holder
    WHERE ({{policy}} IS NULL OR accounts.policy = {{policy}})
      AND ({{region}} IS NULL OR holders.region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
  ) AS holders
