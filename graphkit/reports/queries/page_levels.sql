-- How many steps there are at each level.
SELECT level, count(*) AS steps FROM ({{steps}}) AS steps GROUP BY level ORDER BY level
