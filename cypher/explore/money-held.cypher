// id: money-held
// revision: 1
// title: {zh: 各单位的收支, en: What each holder received and passed on}
// answers:
//   zh: 各单位按政策收到多少、拨付多少、发放多少、还剩多少？
//   en: Under each policy, how much did each holder receive, pass on and deliver, and what is left?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   policy: {type: text, default: null, zh: 只看此政策, en: only this policy}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   holder: {zh: 单位, en: holder}
//   title: {zh: 名称, en: name}
//   currency: {zh: 币种, en: currency}
//   received: {zh: 收到, en: received}
//   passed_on: {zh: 拨付, en: passed on}
//   delivered: {zh: 发放, en: delivered}
//   rest: {zh: 结余, en: rest}
MATCH (holder:Agency|BeneficiaryGroup)-[flow:TRANSFERRED|DELIVERED]-()
WHERE ($case IS NULL OR holder.case = $case) AND ($policy IS NULL OR flow.policy = $policy)
WITH DISTINCT holder, flow.policy AS policy, flow.currency AS currency
CALL (holder, policy, currency) {
  OPTIONAL MATCH (holder)<-[t:TRANSFERRED]-() WHERE t.policy = policy AND t.currency = currency
  RETURN coalesce(sum(t.amount_e4), 0) AS received
}
CALL (holder, policy, currency) {
  OPTIONAL MATCH (holder)-[t:TRANSFERRED]->() WHERE t.policy = policy AND t.currency = currency
  RETURN coalesce(sum(t.amount_e4), 0) AS passed_on
}
CALL (holder, policy, currency) {
  OPTIONAL MATCH (holder)-[t:DELIVERED]->() WHERE t.policy = policy AND t.currency = currency
  RETURN coalesce(sum(t.amount_e4), 0) AS delivered
}
WITH holder, policy, currency, received, passed_on, delivered
WHERE received + passed_on + delivered > 0
RETURN holder.case AS case, policy, holder.key AS holder, holder.title AS title, currency, received / 10000.0 AS received,
  passed_on / 10000.0 AS passed_on, delivered / 10000.0 AS delivered, (received - passed_on - delivered) / 10000.0 AS rest
ORDER BY rest DESC, `case`, policy, holder, currency
