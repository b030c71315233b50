-- id: missed_report
-- revision: 1
-- about: report
-- category: break
-- severity: medium
-- title: {zh: 报告缺报, en: Missed report}
-- finds:
--   zh: 报告周期已结束，截至评估日没有该期报告。
--   en: A period of report_cadence ended, and no report of that kind and period end was issued by the as-of date.
-- explanation:
--   zh: 所要求的{report_kind}应按期报送，截至{due}的一期至今没有报告，已过{days:zh}{impact}。
--   en: The {report_kind} for the period that ended on {due} was due, and {days:en} later none has been issued{impact}.
SELECT
  CAST(NULL AS VARCHAR) AS policy, CAST(NULL AS VARCHAR) AS measure, CAST(NULL AS VARCHAR) AS stage,
  CAST(NULL AS VARCHAR) AS scope, report_periods.kind || ':' || report_periods.period_end AS subject,
  CAST(NULL AS VARCHAR) AS region, report_periods.period_end + 1 AS since, report_periods.period_end AS due_on
FROM report_periods
CROSS JOIN settings
ANTI JOIN reports ON reports.kind = report_periods.kind AND reports.period_end = report_periods.period_end
WHERE report_periods.period_end < settings.as_of
