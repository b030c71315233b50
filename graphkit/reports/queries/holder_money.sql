-- Where a holder's money under a policy and measure came from and went to, by counterpart and currency.
SELECT "from" AS counterpart, TRUE AS incoming, currency, sum(amount) AS amount, count(*) AS transfers, max("on") AS last_on
FROM transfers
WHERE "to" = {{holder}} AND policy = {{policy}} AND measure IS NOT DISTINCT FROM {{measure}}
GROUP BY "from", currency
UNION ALL
SELECT "to" AS counterpart, FALSE AS incoming, currency, sum(amount) AS amount, count(*) AS transfers, max("on") AS last_on
FROM transfers
WHERE "from" = {{holder}} AND policy = {{policy}} AND measure IS NOT DISTINCT FROM {{measure}}
GROUP BY "to", currency
ORDER BY incoming DESC, amount DESC, counterpart
