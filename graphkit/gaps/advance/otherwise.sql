-- Of the gaps that were worked out again, those of which the table {table} says something else than before.
-- Reads: worked_out, {table} (before in main).

INSERT INTO changed_gaps
WITH before AS (
  SELECT * FROM main.{table} WHERE {key} IN (SELECT id FROM worked_out)
),
now AS (
  SELECT * FROM {table} WHERE {key} IN (SELECT id FROM worked_out)
)
SELECT {key} FROM (SELECT * FROM before EXCEPT SELECT * FROM now)
UNION ALL
SELECT {key} FROM (SELECT * FROM now EXCEPT SELECT * FROM before);
