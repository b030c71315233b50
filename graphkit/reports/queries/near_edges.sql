-- The order between some steps.
SELECT predecessor, step FROM step_after
WHERE step IN (SELECT unnest({{steps}})) AND predecessor IN (SELECT unnest({{steps}}))
ORDER BY predecessor, step
