-- Whether one of two regions lies in the other.
SELECT count(*) > 0 AS related
FROM region_above
WHERE (code = {{one}} AND ancestor = {{other}}) OR (code = {{other}} AND ancestor = {{one}})
