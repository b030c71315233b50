// id: money-trail
// revision: 1
// title: {zh: 资金去向, en: The money trail}
// answers:
//   zh: 资金从来源出发逐级拨付，经过谁、到了谁手里？
//   en: From where money enters, through whose hands does it go, and who is the last to hold it?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   policy: {type: text, default: null, zh: 只看此政策, en: only this policy}
//   source: {type: text, default: null, zh: 只看此资金来源, en: only money from this source}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   source: {zh: 资金来源, en: money source}
//   holders: {zh: 经过的单位, en: holders on the way}
//   last: {zh: 最后持有者, en: last holder}
//   currency: {zh: 币种, en: currency}
//   least: {zh: 途中最小一笔, en: smallest transfer on the way}
//   ended_on: {zh: 最后一笔日期, en: day of the last transfer}
MATCH path = (start:MoneySource)-[:TRANSFERRED*1..6]->(end)
WHERE ($case IS NULL OR start.case = $case) AND ($source IS NULL OR start.key = $source)
  AND all(hop IN relationships(path) WHERE hop.policy = relationships(path)[0].policy AND hop.currency = relationships(path)[0].currency)
  AND ($policy IS NULL OR relationships(path)[0].policy = $policy)
  AND NOT EXISTS { MATCH (end)-[further:TRANSFERRED]->() WHERE further.policy = relationships(path)[0].policy }
WITH start, end, path, [holder IN nodes(path) | holder.title] AS holders, relationships(path) AS hops
WITH start, end, holders, head(hops).policy AS policy, head(hops).currency AS currency, last(hops).on AS ended_on,
  reduce(least = head(hops).amount_e4, hop IN hops | CASE WHEN hop.amount_e4 < least THEN hop.amount_e4 ELSE least END) AS least_e4,
  [hop IN hops | hop.key] AS keys
RETURN start.case AS case, policy, start.key AS source, holders, end.title AS last, currency, least_e4 / 10000.0 AS least, ended_on
ORDER BY `case`, policy, source, ended_on, holders, keys
