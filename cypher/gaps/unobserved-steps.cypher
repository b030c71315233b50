// id: unobserved-steps
// revision: 1
// title: {zh: 未查的步骤, en: Unobserved steps}
// answers:
//   zh: 哪些步骤期限已过而没有记录，但没有人查到期限之日？
//   en: Which steps are past due with nothing on record, while nobody looked as far as their due date?
// finds: unobserved_step
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   measure: {zh: 措施, en: measure id}
//   stage: {zh: 环节, en: stage id}
//   scope: {zh: 实施范围（地区或单位）, en: region code or agency id}
//   subject: {zh: 对象（单位、群体、问题或报告）, en: "holder, group, finding or report"}
//   title: {zh: 名称, en: title}
//   since: {zh: 起始日, en: first day on which it held}
//   due_on: {zh: 期限, en: due date}
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
  AND s.required AND s.state = 'untouched' AND s.due_on < c.as_of
  AND NOT EXISTS { MATCH (s)-[:AFTER]->(before:Step) WHERE before.required AND before.state IN ['open', 'untouched'] }
  AND NOT (
    NOT c.has_coverage
    OR EXISTS {
      MATCH (s)-[:IN_REGION]->(:Region)-[:PART_OF*0..4]->(:Region)<-[looked:LOOKED_AT]-(x:Policy|Stage)
      WHERE x.id IN [st.id, p.id] AND looked.until >= s.due_on
    }
    OR EXISTS {
      MATCH (s)-[:WITHIN]->(:Agency)<-[looked:LOOKED_AT]-(x:Policy|Stage)
      WHERE x.id IN [st.id, p.id] AND looked.until >= s.due_on
    }
  )
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, s.due_on + duration({days: 1}) AS since, s.due_on AS due_on
ORDER BY since, `case`, policy, stage, scope
