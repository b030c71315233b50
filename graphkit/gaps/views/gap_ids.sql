-- Gives every gap its id (CONTRACT.md section 4): the same identity gives the same id, as graphkit.model.gap.gap_id does.
-- Reads: found_gaps, found_amounts.

CREATE OR REPLACE TABLE gap_rows AS
SELECT
  'gap-' || substr(md5(concat_ws(chr(31), kind, coalesce(policy, ''), coalesce(measure, ''), coalesce(stage, ''),
    coalesce(scope, ''), coalesce(subject, ''))), 1, 16) AS id,
  *
FROM found_gaps;

CREATE OR REPLACE TABLE gap_amounts AS
SELECT
  'gap-' || substr(md5(concat_ws(chr(31), kind, coalesce(policy, ''), coalesce(measure, ''), coalesce(stage, ''),
    coalesce(scope, ''), coalesce(subject, ''))), 1, 16) AS gap,
  currency, amount
FROM found_amounts;
