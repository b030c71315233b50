-- How many steps there are, and of what.
SELECT
  count(*) AS steps, count(DISTINCT policy) AS policies,
  count(DISTINCT (policy, stage)) AS stages, count(DISTINCT region) AS regions
FROM ({{steps}}) AS steps
