// id: reach-of-measures
// revision: 1
// title: {zh: 措施惠及情况, en: Whom the measures reached}
// answers:
//   zh: 各群体应享受多少、已惠及多少、收到多少金额？
//   en: Of each group, how many are eligible and reached, and what was delivered to it?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   measure: {zh: 措施, en: measure id}
//   group: {zh: 群体, en: group id}
//   title: {zh: 名称, en: name}
//   eligible: {zh: 应享受数, en: eligible}
//   reached: {zh: 已惠及数, en: reached}
//   share: {zh: 惠及率, en: share reached}
//   delivered: {zh: 发放金额, en: amount delivered}
//   currency: {zh: 币种, en: currency}
MATCH (g:BeneficiaryGroup)
WHERE $case IS NULL OR g.case = $case
OPTIONAL MATCH (g)<-[d:DELIVERED]-()
WITH g, d.currency AS currency, sum(d.amount_e4) AS delivered_e4
RETURN g.case AS case, g.measure AS measure, g.key AS group, g.title AS title, g.eligible_count AS eligible, g.reached_count AS reached,
  CASE WHEN g.eligible_count > 0 THEN round(toFloat(g.reached_count) / g.eligible_count, 3) END AS share,
  coalesce(delivered_e4, 0) / 10000.0 AS delivered, currency
ORDER BY share, `case`, measure, `group`, currency
