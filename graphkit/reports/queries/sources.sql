-- Of each table whose rows name a source: how many rows count, how many are made up, how many name none.
SELECT '{{table}}' AS name, count(*) AS n,
  count(*) FILTER (WHERE source = 'synthetic') AS synthetic, count(*) FILTER (WHERE source IS NULL) AS no_source
FROM {{table}}
