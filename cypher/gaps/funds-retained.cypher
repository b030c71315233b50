// id: funds-retained
// revision: 1
// title: {zh: 滞留的资金, en: Funds retained}
// answers:
//   zh: 哪些单位收到的资金超过规定天数仍未拨付或发放？
//   en: Who received money longer ago than is allowed and has not passed it on?
// finds: funds_retained
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   measure: {zh: 措施, en: measure id}
//   stage: {zh: 环节, en: stage id}
//   scope: {zh: 实施范围（地区或单位）, en: region code or agency id}
//   subject: {zh: 对象（单位、群体、问题或报告）, en: "holder, group, finding or report"}
//   amount: {zh: 金额, en: amount in units of currency}
//   currency: {zh: 币种, en: currency}
MATCH (e:Evaluation)-[:OF]->(c:Case)
WHERE e.current AND ($case IS NULL OR c.key = $case)
MATCH (holder:Agency|BeneficiaryGroup)<-[received:TRANSFERRED]-()
WHERE holder.case = c.key
WITH c, e, holder, received.policy AS policy, received.measure AS measure, received.currency AS currency,
  sum(CASE WHEN received.on < c.as_of - duration({days: e.retention_days}) THEN received.amount_e4 ELSE 0 END) AS received_e4
CALL (holder, policy, measure, currency) {
  OPTIONAL MATCH (holder)-[flow:TRANSFERRED|DELIVERED]->()
  WHERE flow.policy = policy AND coalesce(flow.measure, '') = coalesce(measure, '') AND flow.currency = currency
  RETURN coalesce(sum(flow.amount_e4), 0) AS passed_e4, count(flow) AS outgoing
}
WITH c, e, holder, policy, measure, currency, received_e4 - passed_e4 AS rest_e4, outgoing
WHERE rest_e4 > 0 AND rest_e4 >= e.retention_min * 10000 AND (holder:Agency OR outgoing > 0)
MATCH (p:Policy {key: policy, case: c.key})
WHERE p.effective_from IS NULL OR p.effective_from <= c.as_of
RETURN c.key AS case, policy, measure, null AS stage, null AS scope, holder.key AS subject, rest_e4 / 10000.0 AS amount, currency
ORDER BY amount DESC, `case`, policy, measure, subject, currency
