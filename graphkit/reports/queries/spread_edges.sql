-- Which nodes of the picture of breaks hold up which: the steps that wait, and the done ones that led up to a break.
WITH nodes AS ({{nodes}})
SELECT before.node AS "from", own.node AS "to", count(*) AS steps, own.class <> 'done' AND before.class <> 'done' AS holds_up
FROM step_after
JOIN nodes AS own ON own.step = step_after.step
JOIN nodes AS before ON before.step = step_after.predecessor
GROUP BY ALL
ORDER BY ALL
