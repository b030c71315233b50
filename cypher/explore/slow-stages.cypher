// id: slow-stages
// revision: 1
// title: {zh: 耗时最长的环节, en: The slowest stages}
// answers:
//   zh: 各环节从可以开始到完成平均用了多少天，最长多少天？
//   en: How many days did each stage take from the day it could begin until it was done, on average and at most?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   stage: {zh: 环节, en: stage id}
//   title: {zh: 名称, en: title}
//   done: {zh: 已完成, en: steps done}
//   average_days: {zh: 平均天数, en: days on average}
//   most_days: {zh: 最长天数, en: days at most}
MATCH (s:Step)
WHERE ($case IS NULL OR s.case = $case) AND s.state = 'done' AND s.ready_on IS NOT NULL
WITH s.case AS in_case, s.policy AS policy, s.stage AS stage, s.ready_on AS began, s.done_on AS ended, count(s) AS steps
WITH in_case, policy, stage, steps, duration.inDays(began, ended).days AS days
WITH in_case, policy, stage, sum(steps) AS done, sum(steps * days) AS all_days, max(days) AS most_days
MATCH (st:Stage)
WHERE st.case = in_case AND st.policy = policy AND st.stage = stage
RETURN in_case AS case, policy, stage, st.title AS title, done, round(toFloat(all_days) / done, 1) AS average_days, most_days
ORDER BY average_days DESC, `case`, policy, stage
