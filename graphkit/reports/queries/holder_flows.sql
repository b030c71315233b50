-- Money of a policy by who paid whom: transfers, and what agencies delivered to beneficiaries (receiver NULL), by currency.
SELECT "from" AS payer, "to" AS payee, coalesce(currency, case_currency) AS currency, sum(amount) AS amount, count(*) AS payments,
  min("on") AS first_on, max("on") AS last_on
FROM transfers, settings
WHERE policy = {{policy}}
GROUP BY ALL
UNION ALL
SELECT agency AS payer, NULL AS payee, coalesce(currency, case_currency) AS currency, sum(amount) AS amount, count(*) AS payments,
  min("on") AS first_on, max("on") AS last_on
FROM deliveries, settings
WHERE policy = {{policy}} AND "on" IS NOT NULL AND amount IS NOT NULL AND agency IS NOT NULL
GROUP BY ALL
ORDER BY amount DESC, payer, payee
