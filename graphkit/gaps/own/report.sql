-- What the rows of an analyst's rule about reports are about: a report that is due, as kind:period_end.
SELECT
  own_given.number, CAST(NULL AS BIGINT) AS step, CAST(NULL AS VARCHAR) AS policy, CAST(NULL AS VARCHAR) AS measure,
  CAST(NULL AS VARCHAR) AS stage, CAST(NULL AS VARCHAR) AS scope, own_given.subject, CAST(NULL AS VARCHAR) AS region,
  own_given.since, report_periods.kind IS NOT NULL AS is_known
FROM own_given
LEFT JOIN report_periods ON report_periods.kind || ':' || report_periods.period_end = own_given.subject
