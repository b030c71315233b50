-- Each region with the one of the compared regions that it is or lies in.
SELECT code, ancestor AS part
FROM region_above
WHERE ancestor IN (SELECT unnest({{parts}}))
QUALIFY row_number() OVER (PARTITION BY code ORDER BY distance) = 1
