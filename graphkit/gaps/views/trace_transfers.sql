-- The transfers of one pool: $1 policy, $2 measure (or null), $3 currency. Reads: transfers, settings.
SELECT id, "from", "to", amount, "on", source, locator
FROM transfers
CROSS JOIN settings
WHERE policy = $1 AND measure IS NOT DISTINCT FROM $2 AND coalesce(currency, settings.case_currency) = $3 AND amount <> 0
ORDER BY id
