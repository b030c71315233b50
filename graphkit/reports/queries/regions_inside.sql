-- A region and all below it.
SELECT code FROM region_above WHERE ancestor = {{region}} ORDER BY code
