-- Which stages the blocked steps among the listed gaps wait for. Reads: listed, waiting, stages.
SELECT listed.id, string_agg(DISTINCT stages.id, chr(10) ORDER BY stages.id) AS stages
FROM listed
JOIN waiting ON waiting.step = listed.step
JOIN stages ON stages.number = waiting.predecessor >> 32
WHERE listed.kind = 'blocked_step'
GROUP BY listed.id
