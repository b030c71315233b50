// id: agencies-that-work-together
// revision: 1
// title: {zh: 经常协同的单位, en: Agencies that work together}
// answers:
//   zh: 哪些单位共同负责同一步骤？
//   en: Which agencies share steps, and how many?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   one: {zh: 单位甲, en: one agency}
//   other: {zh: 单位乙, en: the other}
//   steps: {zh: 共同步骤, en: shared steps}
MATCH (one:Agency)-[:ASSIGNED]->(s:Step)<-[:ASSIGNED]-(other:Agency)
WHERE ($case IS NULL OR one.case = $case) AND one.key < other.key
RETURN one.case AS case, one.title AS one, other.title AS other, count(DISTINCT s) AS steps
ORDER BY steps DESC, `case`, one, other
