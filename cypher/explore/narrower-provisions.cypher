// id: narrower-provisions
// revision: 1
// title: {zh: 窄于上位规定的规定, en: Provisions narrower than a higher one}
// answers:
//   zh: 哪些下级规定给得比上位规定少，或者漏掉了对象？
//   en: Which lower provisions give less than a higher one, or leave groups out?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   parameter: {zh: 事项, en: what both fix}
//   lower: {zh: 下级规定, en: lower provision}
//   lower_value: {zh: 下级内容, en: its value}
//   higher: {zh: 上位规定, en: higher provision}
//   higher_value: {zh: 上位内容, en: its value}
//   unit: {zh: 计量单位, en: unit of both}
//   falls_short: {zh: 不足之处, en: 'in what it falls short: value, groups'}
//   left_out: {zh: 未覆盖对象, en: groups that it leaves out}
//   since: {zh: 起始日, en: since}
//   until: {zh: 截至, en: until}
MATCH (p:Provision)-[r:NARROWER_THAN]->(q:Provision)
WHERE $case IS NULL OR p.case = $case
RETURN p.case AS case, p.policy AS policy, p.parameter AS parameter, p.title AS lower,
  p.value AS lower_value, q.title AS higher, q.value AS higher_value, p.unit AS unit,
  r.falls_short AS falls_short, r.left_out AS left_out, r.since AS since, r.until AS until
ORDER BY `case`, policy, parameter, since, p.key, q.key
