-- What the rules find: one row a gap, and its amounts by currency. Filled by collect/*.sql.

CREATE OR REPLACE TABLE found_gaps (
  about VARCHAR, kind VARCHAR, category VARCHAR, severity VARCHAR, step BIGINT,
  policy VARCHAR, measure VARCHAR, stage VARCHAR, scope VARCHAR, subject VARCHAR, region VARCHAR,
  since DATE, due_on DATE, happened_on DATE, detail VARCHAR, count BIGINT
);

CREATE OR REPLACE TABLE found_amounts (
  kind VARCHAR, policy VARCHAR, measure VARCHAR, stage VARCHAR, scope VARCHAR, subject VARCHAR,
  currency VARCHAR, amount DECIMAL(38, 6)
);
