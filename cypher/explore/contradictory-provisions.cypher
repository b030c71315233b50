// id: contradictory-provisions
// revision: 1
// title: {zh: 相抵触的规定, en: Provisions that contradict each other}
// answers:
//   zh: 哪些同时有效的规定对同一事项说法不一？
//   en: Which provisions that are in force together say different things about one matter?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   parameter: {zh: 事项, en: what both fix}
//   one: {zh: 规定, en: one provision}
//   one_value: {zh: 内容, en: its value}
//   one_document: {zh: 文件, en: its document}
//   other: {zh: 另一规定, en: the other provision}
//   other_value: {zh: 另一内容, en: the other's value}
//   other_document: {zh: 另一文件, en: the other's document}
//   groups: {zh: 共同对象, en: groups that both are about; none is all}
//   since: {zh: 起始日, en: since}
//   until: {zh: 截至, en: until}
MATCH (p:Provision)-[r:CONTRADICTS]->(q:Provision)
WHERE $case IS NULL OR p.case = $case
RETURN p.case AS case, p.policy AS policy, p.parameter AS parameter, p.title AS one, p.value AS one_value,
  p.document AS one_document, q.title AS other, q.value AS other_value, q.document AS other_document,
  r.groups AS groups, r.since AS since, r.until AS until
ORDER BY `case`, policy, parameter, since, p.key, q.key
