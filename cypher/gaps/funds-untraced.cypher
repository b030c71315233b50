// id: funds-untraced
// revision: 1
// title: {zh: 来源不明的资金, en: Funds untraced}
// answers:
//   zh: 哪些单位在某日之前付出的多于收到的，从哪一天起，最多多出多少？
//   en: Who had paid out more than it had received by some day, from which day, and how much at most?
// finds: funds_untraced
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
//   amount: {zh: 金额, en: amount in units of currency}
//   currency: {zh: 币种, en: currency}
MATCH (c:Case)
WHERE $case IS NULL OR c.key = $case
MATCH (holder:Agency|BeneficiaryGroup)-[paid:TRANSFERRED|DELIVERED]->()
WHERE holder.case = c.key
WITH DISTINCT c, holder, paid.policy AS policy, paid.measure AS measure, paid.currency AS currency, paid.on AS day
CALL (holder, policy, measure, currency, day) {
  MATCH (holder)-[flow:TRANSFERRED|DELIVERED]->()
  WHERE flow.policy = policy AND coalesce(flow.measure, '') = coalesce(measure, '') AND flow.currency = currency AND flow.on <= day
  RETURN sum(flow.amount_e4) AS passed_e4
}
CALL (holder, policy, measure, currency, day) {
  OPTIONAL MATCH (holder)<-[flow:TRANSFERRED]-()
  WHERE flow.policy = policy AND coalesce(flow.measure, '') = coalesce(measure, '') AND flow.currency = currency AND flow.on <= day
  RETURN coalesce(sum(flow.amount_e4), 0) AS received_e4
}
WITH c, holder, policy, measure, currency, day, passed_e4 - received_e4 AS excess_e4
WHERE excess_e4 > 0
MATCH (p:Policy {key: policy, case: c.key})
WHERE p.effective_from IS NULL OR p.effective_from <= c.as_of
RETURN c.key AS case, policy, measure, null AS stage, null AS scope, holder.key AS subject,
  min(day) AS since, max(excess_e4) / 10000.0 AS amount, currency
ORDER BY amount DESC, `case`, policy, measure, subject, currency
