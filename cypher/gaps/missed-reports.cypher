// id: missed-reports
// revision: 1
// title: {zh: 缺报的报告, en: Missed reports}
// answers:
//   zh: 哪些应报的报告期已过而没有报告？
//   en: Which reports were due for a period that has ended and were not issued?
// finds: missed_report
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   measure: {zh: 措施, en: measure id}
//   stage: {zh: 环节, en: stage id}
//   scope: {zh: 实施范围（地区或单位）, en: region code or agency id}
//   subject: {zh: 对象（单位、群体、问题或报告）, en: "holder, group, finding or report"}
//   since: {zh: 起始日, en: first day on which it held}
MATCH (c:Case)
WHERE $case IS NULL OR c.key = $case
UNWIND c.report_cadence AS period
WITH c, period
WHERE NOT EXISTS {
  MATCH (r:Report)-[:OF]->(c)
  WHERE r.kind + ':' + toString(r.period_end) = period
}
RETURN c.key AS case, null AS policy, null AS measure, null AS stage, null AS scope, period AS subject,
  date(right(period, 10)) + duration({days: 1}) AS since
ORDER BY since, `case`, subject
