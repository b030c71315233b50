-- How many rows rest on each document.
SELECT source, count(*) AS uses
FROM (
  SELECT source FROM assignments UNION ALL SELECT source FROM events UNION ALL SELECT source FROM transfers
  UNION ALL SELECT source FROM findings UNION ALL SELECT source FROM actions UNION ALL SELECT source FROM reports
  UNION ALL SELECT source FROM coverage
)
WHERE source IS NOT NULL
GROUP BY source
ORDER BY source
