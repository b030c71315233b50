-- One depth of the blocked walk: the steps of this depth that wait for a front, or for a step that a front reaches.
INSERT INTO reach
SELECT DISTINCT front, step
FROM (
  SELECT fronts.step AS front, waiting.step
  FROM waiting JOIN fronts ON fronts.step = waiting.predecessor
  WHERE waiting.depth = {depth}
  UNION ALL
  SELECT reach.front, waiting.step
  FROM waiting JOIN reach ON reach.step = waiting.predecessor
  WHERE waiting.depth = {depth}
);
