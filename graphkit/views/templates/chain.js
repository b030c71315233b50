// The page of chains: what each chain of a region looks like, the heat map below it, one place's chain, and the network.
const STATUS = DATA.statuses;
const STAGES = [];
DATA.policies.forEach((policy, at) => policy.stages.forEach((stage) => { STAGES[stage.index] = { ...stage, policy: at }; }));
const IS_BROKEN = STATUS.map((status) => status.tone === "broken" || status.tone === "stuck");
const AT = Object.fromEntries(STATUS.map((status, index) => [status.id, index]));
const CHILDREN = DATA.regions.map(() => []);
DATA.regions.forEach((region, index) => { if (region.up !== null) CHILDREN[region.up].push(index); });
const GAPS = new Map(DATA.gaps.map((gap) => [gap.id, gap]));

// Steps by stage: in a region itself (own) and in it with all below (all).
const OWN = DATA.regions.map(() => new Map()), ALL = DATA.regions.map(() => new Map()), STEPS = new Map();
function add(where, stage, status, count) {
  if (!where.has(stage)) where.set(stage, new Array(STATUS.length).fill(0));
  where.get(stage)[status] += count;
}
for (const step of DATA.steps) {
  const [stage, region] = step;
  const counts = typeof step[2] === "number" ? [[step[2], 1]] : Object.entries(step[2]).map(([status, n]) => [Number(status), n]);
  for (const [status, n] of counts) {
    if (typeof step[2] === "number") add(OWN[region], stage, status, n);
    for (let up = region; up !== null; up = DATA.regions[up].up) add(ALL[up], stage, status, n);
  }
  if (typeof step[2] === "number") {
    const key = stage + ":" + region;
    if (!STEPS.has(key)) STEPS.set(key, []);
    STEPS.get(key).push(step);
  }
}

function path(region) { const found = []; for (let up = region; up !== null && up !== undefined; up = DATA.regions[up].up) found.unshift(up); return found; }
function sum(counts) { return counts.reduce((a, b) => a + b, 0); }
function broken(counts) { return counts.reduce((total, n, status) => total + (IS_BROKEN[status] ? n : 0), 0); }
function worst(counts) { return STATUS.map((_, status) => status).filter((status) => counts[status]).sort((a, b) => STATUS[a].rank - STATUS[b].rank)[0]; }
function done(counts) { return ["done", "late", "unsupported", "disputed", "disordered"].reduce((total, id) => total + counts[AT[id]], 0); }
function detail(counts) { return STATUS.map((status, at) => counts[at] ? `${status.sign} ${status[lang]} ${number(counts[at])}` : "").filter(Boolean).join("\n"); }
function tops() { return DATA.regions.map((_, index) => index).filter((index) => DATA.regions[index].up === null); }

// What the page looks at: `focus` is the region whose parts are compared (null: all), `pick` one place of one policy.
let focus = hash.has("at") ? DATA.regions.findIndex((region) => region.code === hash.get("at")) : -1;
if (focus < 0) focus = DATA.top ?? null;
let pick = null, network = null, netPolicy = null, everything = false;
const asked = { policy: DATA.policies.findIndex((policy) => policy.id === hash.get("policy")), region: DATA.regions.findIndex((region) => region.code === hash.get("place")) };
if (asked.policy >= 0 && asked.region >= 0) pick = asked;
else {
  const first = DATA.gaps.find((gap) => gap.stage !== null && gap.region !== null);
  if (first) pick = { policy: STAGES[first.stage].policy, region: first.region };
  else if (DATA.policies.length && DATA.regions.length) pick = { policy: 0, region: focus ?? 0 };
}

// Counts of a stage in the region looked at, with the steps above it that it depends on.
function scoped(stage) {
  const counts = new Array(STATUS.length).fill(0);
  const take = (found) => { if (found) found.forEach((n, status) => { counts[status] += n; }); };
  if (focus === null) tops().forEach((top) => take(ALL[top].get(stage)));
  else {
    take(ALL[focus].get(stage));
    path(focus).slice(0, -1).forEach((up) => take(OWN[up].get(stage)));
  }
  return counts;
}

// The listed gaps of the region looked at.
function inside() { return DATA.gaps.filter((gap) => focus === null || focus === DATA.top || (gap.region !== null && path(gap.region).includes(focus))); }

function drawLead() {
  const counts = {}, all = focus === null || focus === DATA.top;
  if (all) Object.assign(counts, DATA.counts); else inside().forEach((gap) => { counts[gap.category] = (counts[gap.category] || 0) + 1; });
  const categories = Object.entries(DATA.categories).filter(([id]) => counts[id]);
  fill("chips", categories.map(([id, text]) => el("li", { class: id }, el("b", {}, number(counts[id])), word(text))));
  const stops = DATA.policies.map((policy) => stopOf(policy)).filter(Boolean).sort((a, b) => b.count - a.count);
  const blind = DATA.policies.map((policy) => stopOf(policy, AT.unknown)).filter(Boolean);
  const where = focus === null ? "" : DATA.regions[focus].name;
  byId("lead").replaceChildren(...(stops.length ? [
    say(`${stops.length} / ${DATA.policies.length} 条链条在`, `${stops.length} of ${DATA.policies.length} chains stop in `), name(where || say("各地", "all regions")),
    say("中断。停得最多的一环：“", ". Most often at “"), name(word(STAGES[stops[0].stage].title)), say("”（", "” ("), name(word(DATA.policies[STAGES[stops[0].stage].policy].title)),
    say(`），${number(stops[0].count)} 处。`, `), in ${number(stops[0].count)} ${stops[0].count === 1 ? "place" : "places"}.`),
  ] : blind.length ? [say(`没有查到中断，但 ${number(blind.reduce((total, one) => total + one.count, 0))} 步到期而没有人查过：链条从那里起看不见，不能说没有断。`,
    `No break was seen, but nobody looked at ${number(blind.reduce((total, one) => total + one.count, 0))} steps that are due: beyond them the chain is out of sight, which does not mean that it holds.`)]
    : [say("没有链条中断。", "No chain stops.")]));
}
// The stage of a policy that most places stop at, or (with a status) where most steps have it.
function stopOf(policy, status) {
  let found = null;
  for (const stage of policy.stages) {
    const counts = scoped(stage.index), count = status === undefined ? broken(counts) : counts[status];
    if (count && (!found || count > found.count)) found = { stage: stage.index, count };
  }
  return found;
}

function drawChains() {
  fill("h-chains", say("各条链条：停在哪一环", "Each chain, and where it stops"));
  fill("chains", DATA.policies.map((policy, at) => {
    const broke = stopOf(policy), stop = broke || stopOf(policy, AT.unknown);
    const depths = new Map();
    const drawn = policy.stages.filter((stage) => !stage.optional || STATUS.some((status, index) => scoped(stage.index)[index] && !["good", "quiet"].includes(status.tone)));
    drawn.forEach((stage) => { if (!depths.has(stage.depth)) depths.set(stage.depth, []); depths.get(stage.depth).push(stage); });
    const left = policy.stages.length - drawn.length, counts = policy.stages.map((stage) => scoped(stage.index)), needed = counts.filter((_, index) => !policy.stages[index].optional);
    const required = needed.reduce((total, one) => total + sum(one) - one[AT.cancelled], 0);
    const finished = needed.reduce((total, one) => total + done(one), 0);
    const waiting = counts.reduce((total, one) => total + one[AT.waiting], 0);
    const columns = [];
    for (const depth of [...depths.keys()].sort((a, b) => a - b)) {
      if (columns.length) columns.push(el("span", { class: "arrow", "aria-hidden": "true" }, "▶"));
      columns.push(el("div", { class: "depth" }, depths.get(depth).map((stage) => stageBox(stage, stop, Boolean(broke)))));
    }
    return el("div", { class: "chain" },
      el("div", { class: "chain-head" }, el("b", {}, name(word(policy.title))), policy.number ? el("span", {}, name(policy.number)) : "",
        el("span", {}, say(`应办 ${number(required)} 步，已完成 ${number(finished)}`, `${number(finished)} of ${number(required)} required ${required === 1 ? "step" : "steps"} done`)),
        left ? el("span", {}, say(`另有 ${left} 个可选环节无缺口，未画`, left === 1 ? "1 optional stage without a problem is not drawn" : `${left} optional stages without a problem are not drawn`)) : "",
        waiting ? el("span", { class: "waiting" }, say(` ${number(waiting)} 步受阻等待 `, ` ${number(waiting)} ${waiting === 1 ? "step" : "steps"} held up `)) : ""),
      el("div", { class: "stages", tabindex: "0" }, columns));
  }));
  fill("legend", STATUS.filter((status, at) => DATA.policies.some((policy) => policy.stages.some((stage) => scoped(stage.index)[at])))
    .map((status) => el("li", { class: status.tone }, `${status.sign} ${status[lang]}`)));
}
function stageBox(stage, stop, broke) {
  const counts = scoped(stage.index), total = sum(counts), isStop = stop && stop.stage === stage.index;
  const beyond = total > 0 && counts[AT.waiting] + counts[AT.optional] === total && counts[AT.waiting] > 0;
  const bars = STATUS.map((status, at) => at).filter((at) => counts[at]).sort((a, b) => STATUS[b].rank - STATUS[a].rank);
  return el("button", {
    type: "button", class: "stage" + (isStop ? (broke ? " stop" : " blind") : "") + (beyond ? " beyond" : "") + (stage.optional ? " extra" : ""), title: word(stage.title) + "\n" + detail(counts),
    on: { click: () => pickWorst(stage.index) },
  },
  !isStop ? "" : broke ? el("span", { class: "flag broken" }, say(`✕ 多停在这里：${number(stop.count)} 处`, `✕ stops here: ${number(stop.count)}`))
    : el("span", { class: "flag unknown" }, say(`? 从这里起没有人查：${number(stop.count)} 处`, `? nobody looked from here: ${number(stop.count)}`)),
  el("span", { class: "name" }, name(word(stage.title))),
  el("span", { class: "sub" }, word(DATA.levels[stage.level]) + (stage.optional ? say(" · 可选", " · optional") : "")),
  el("span", { class: "meter" }, bars.map((at) => el("i", { class: STATUS[at].tone, style: { width: (100 * counts[at] / total) + "%" } }))),
  el("span", { class: "tally" }, total ? bars.reverse().map((at) => el("span", { class: STATUS[at].tone }, `${STATUS[at].sign} ${number(counts[at])}`)) : say("无此步骤", "no step")));
}
function pickWorst(stage) {
  const gap = DATA.gaps.find((one) => one.stage === stage && one.region !== null && (focus === null || path(one.region).includes(focus)));
  const step = gap ? null : DATA.steps.find((one) => one[0] === stage && (focus === null || path(one[1]).includes(focus)));
  if (gap || step) choose(STAGES[stage].policy, gap ? gap.region : step[1]);
}

function drawHeat() {
  fill("h-heat", say("热力图：环节 × 地区", "Heat map: stage × region"));
  fill("heat-note", say("每格是该地（含下级）这一环节最严重的状态；数字为 断开或等待数/步骤数。点地区名进入下一级，点格子看该地整条链。",
    "Each cell shows the worst state of a stage in a region and below; numbers: broken or waiting / steps. Click a region to go a level down, a cell for that place's chain."));
  const trail = focus === null ? [] : path(focus);
  fill("crumbs", [el("button", { type: "button", on: { click: () => go(null) } }, say("全部地区", "All regions")),
    ...trail.flatMap((region) => ["›", el("button", { type: "button", on: { click: () => go(region) }, "aria-current": region === focus ? "true" : null }, name(DATA.regions[region].name))])]);
  const columns = [...trail.map((region) => ({ region, counts: OWN[region], own: true })),
    ...(focus === null ? tops() : CHILDREN[focus]).map((region) => ({ region, counts: ALL[region], own: false }))]
    .filter((column) => column.counts.size);
  const heads = el("tr", {}, el("th", { class: "place" }, say("环节", "Stage")), columns.map(heatHead));
  const body = el("tbody", {});
  let hidden = 0;
  DATA.policies.forEach((policy, policyAt) => {
    const lines = policy.stages.filter((stage) => {
      const found = columns.map((column) => column.counts.get(stage.index)).filter(Boolean);
      const told = found.length && (everything || found.some((counts) => !["good", "quiet"].includes(STATUS[worst(counts)].tone)));
      if (!told && found.length) hidden += 1;
      return told;
    });
    if (!lines.length) return;
    body.append(el("tr", { class: "group" }, el("th", { colspan: String(columns.length + 1), scope: "colgroup" }, name(word(policy.title)))));
    for (const stage of lines) body.append(heatLine(stage, policyAt, columns));
  });
  byId("crumbs").append(el("label", { class: "every" }, el("input", { type: "checkbox", checked: everything ? "" : null, on: { change: (event) => { everything = event.target.checked; drawHeat(); } } }),
    hidden ? say(` 全部环节（${hidden} 个各地均无缺口的未显示）`, ` every stage (${hidden} without any problem are not shown)`) : say(" 全部环节", " every stage")));
  fill("heat", body.children.length ? el("table", {}, el("thead", {}, heads), body) : el("p", { class: "note" }, say("各环节均无缺口。", "No stage has a problem.")));
}
function heatHead({ region, own }) {
  const at = DATA.regions[region], deeper = !own && CHILDREN[region].length > 0;
  return el("th", { class: "head", scope: "col" }, el("button", {
    type: "button", class: deeper ? "down" : "", title: at.name, on: { click: () => (deeper ? go(region) : choose(pick ? pick.policy : 0, region)) },
  }, name(at.name), own ? say("本级", " own") : deeper ? " ▸" : ""));
}
function heatLine(stage, policyAt, columns) {
  return el("tr", {}, el("th", { class: "place", scope: "row", title: word(stage.title) }, el("span", {}, name(word(stage.title)), el("small", {}, word(DATA.levels[stage.level])))),
    columns.map(({ region, counts }) => {
      const found = counts.get(stage.index);
      if (!found) return el("td", {});
      const status = STATUS[worst(found)], total = sum(found), hurt = broken(found) || found[AT.unknown] || found[AT.waiting];
      const label = `${DATA.regions[region].name}，${word(stage.title)}：${detail(found).replaceAll("\n", "，")}`;
      return el("td", {}, el("button", {
        type: "button", class: status.tone, title: label, "aria-label": label, "aria-pressed": String(Boolean(pick && pick.policy === policyAt && pick.region === region)),
        on: { click: () => choose(policyAt, region) },
      }, status.sign, total > 1 ? el("small", {}, hurt ? ` ${number(hurt)}/${number(total)}` : ` ${number(total)}`) : ""));
    }));
}

// The steps that a place depends on in one chain: its own, else those of the nearest region above, else those below, counted.
function stepsOf(stage, region) {
  for (let up = region; up !== null; up = DATA.regions[up].up) {
    const found = STEPS.get(stage + ":" + up);
    if (found) return { steps: found, region: up };
  }
  return { counts: ALL[region].get(stage) || null, region };
}
const BOX = { width: 196, height: 130, across: 236, down: 144 };
function drawPlace() {
  fill("h-place", say("一地一链：", "One place's chain: "), pick ? name(DATA.regions[pick.region].name) : "", pick ? " · " : "", pick ? name(word(DATA.policies[pick.policy].title)) : "");
  if (!pick) { fill("place-note", say("没有步骤。", "There are no steps.")); return; }
  const policy = DATA.policies[pick.policy];
  fill("place-note", path(pick.region).map((region) => DATA.regions[region].name).join(" › "));
  const rowsAt = new Map(), placed = new Map();
  const most = Math.max(...[...Map.groupBy ? Map.groupBy(policy.stages, (stage) => stage.depth).values() : grouped(policy.stages)].map((list) => list.length));
  const inner = el("div", { class: "strip-inner" }), lines = svg("svg", { width: "100%", height: "100%" });
  inner.append(lines);
  for (const stage of policy.stages) {
    const row = rowsAt.get(stage.depth) || 0;
    rowsAt.set(stage.depth, row + 1);
    placed.set(stage.index, { x: stage.depth * BOX.across + 4, y: row * BOX.down + 4 });
  }
  const shownGaps = new Set();
  for (const stage of policy.stages) {
    const spot = placed.get(stage.index), found = stepsOf(stage.index, pick.region);
    inner.append(stepBox(stage, found, spot, shownGaps));
    for (const before of stage.after) {
      const from = placed.get(before);
      if (!from) continue;
      const x1 = from.x + BOX.width, y1 = from.y + BOX.height / 2, x2 = spot.x - 3, y2 = spot.y + BOX.height / 2, middle = (x1 + x2) / 2;
      lines.append(svg("path", { d: `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2 - 6},${y2} m0,-4 l7,4 l-7,4`, class: isWaiting(found) ? "cut" : "" }));
    }
  }
  const deepest = Math.max(...policy.stages.map((stage) => stage.depth));
  inner.style.width = (deepest + 1) * BOX.across + "px";
  inner.style.height = most * BOX.down + "px";
  fill("strip", inner);
  const around = DATA.gaps.filter((gap) => shownGaps.has(gap.id) || (gap.policy_at === pick.policy && gap.stage === null && gap.region !== null && (path(gap.region).includes(pick.region) || path(pick.region).includes(gap.region))));
  fill("place-gaps", around.length ? around.slice(0, 12).map(gapItem) : el("li", {}, say("此处没有根源缺口；等待的步骤由上游缺口造成。", "No root gap here; steps that wait do so because of a break further up.")));
}
function grouped(stages) { const found = new Map(); for (const stage of stages) { if (!found.has(stage.depth)) found.set(stage.depth, []); found.get(stage.depth).push(stage); } return [...found.values()]; }
function isWaiting(found) { return found.steps ? found.steps.some((step) => STATUS[step[2]].id === "waiting") : Boolean(found.counts && found.counts[AT.waiting]); }
function stepBox(stage, found, spot, shownGaps) {
  const style = { left: spot.x + "px", top: spot.y + "px" };
  if (found.steps && found.steps.length === 1) {
    const [, region, statusAt, doneOn, dueOn, place, agencies, gaps] = found.steps[0], status = STATUS[statusAt];
    gaps.forEach((id) => shownGaps.add(id));
    const gap = gaps.map((id) => GAPS.get(id)).find(Boolean);
    const days = gap && gap.days !== null && (status.tone === "broken" || status.tone === "stuck") ? say(`，已 ${gap.days} 天`, `, ${gap.days} days`) : "";
    const due = dueOn ? say("期限 ", "due ") + dueOn + days : doneOn ? "" : say("期限未起算", "no due date yet");
    const dates = [doneOn ? say("完成 ", "done ") + doneOn : "", due].filter(Boolean);
    const who = agencies.join(say("、", ", ")) || say("（未明确责任单位）", "(nobody assigned)");
    return el("div", { class: "step " + status.tone, style, title: `${word(stage.title)}\n${status[lang]}\n${dates.join("\n")}\n${who}` },
      el("span", { class: "state line" }, `${status.sign} ${status[lang]}`), el("b", {}, name(word(stage.title))),
      el("span", { class: "line" }, name(place || DATA.regions[region].name)), dates.map((line) => el("span", { class: "line" }, line)), el("span", { class: "line" }, name(who)));
  }
  const counts = found.counts || (found.steps ? found.steps.reduce((all, step) => { all[step[2]] += 1; return all; }, new Array(STATUS.length).fill(0)) : null);
  if (!counts) return el("div", { class: "step quiet", style }, el("span", { class: "state" }, say("– 此地无此步骤", "– no such step here")), el("b", {}, name(word(stage.title))));
  const status = STATUS[worst(counts)];
  return el("div", { class: "step " + status.tone, style, title: word(stage.title) + "\n" + detail(counts) },
    el("span", { class: "state line" }, `${status.sign} ${number(counts[worst(counts)])}/${number(sum(counts))} ${status[lang]}`), el("b", {}, name(word(stage.title))),
    el("span", { class: "line" }, say("下级合计：", "below: ") + word(DATA.levels[stage.level])),
    STATUS.map((one, at) => counts[at] ? el("span", { class: "line" }, `${one.sign} ${one[lang]} ${number(counts[at])}`) : ""));
}
function gapItem(gap) {
  const facts = [
    gap.responsible.length ? say("责任单位：", "Responsible: ") + gap.responsible.join(say("、", ", ")) : "",
    gap.since ? say("起始：", "Since: ") + gap.since : "",
    gap.evidence.length ? say("证据：", "Evidence: ") + gap.evidence.join(say("；", "; ")) : "", gap.id,
  ].filter(Boolean);
  return el("li", { class: "edge-" + gap.category }, el("span", { class: "badge " + gap.category }, word(DATA.categories[gap.category]) + " · " + word(gap.kind)),
    el("span", { class: "says" }, word(gap.says)), el("div", { class: "facts" }, facts.map((fact) => el("bdi", {}, fact + "　"))));
}

function drawNet() {
  fill("h-net", say("缺口如何往下传导", "How the breaks spread"));
  const source = DATA.networks[lang];
  const choice = el("select", { "aria-label": say("政策", "Policy"), style: { width: "auto", maxWidth: "28rem" }, on: { change: (event) => { netPolicy = event.target.value === "" ? -1 : Number(event.target.value); drawNet(); } } });
  const present = new Set(source.nodes.map((node) => node.go ? STAGES[node.go.stage].policy : null));
  if (netPolicy === null) netPolicy = pick && present.has(pick.policy) ? pick.policy : [...present].find((one) => one !== null) ?? -1;
  choice.append(el("option", { value: "" }, say("全部政策", "All policies")));
  DATA.policies.forEach((policy, at) => { if (present.has(at)) choice.append(el("option", { value: String(at), selected: at === netPolicy ? "" : null }, word(policy.title))); });
  fill("net-note", choice, " ", say("粗框为根源缺口，虚线箭头为受阻方向；同一环节较多时合并成一个。可拖动、缩放；点节点看该地整条链。",
    "Thick frames are root breaks, dashed arrows what they hold up; many alike are drawn as one. Drag, zoom, click a node for that place's chain."),
  );
  const kept = new Set(source.nodes.filter((node) => netPolicy < 0 || (node.go ? STAGES[node.go.stage].policy : node.policy) === netPolicy).map((node) => node.id));
  const merged = source.nodes.filter((node) => kept.has(node.id)).reduce((total, node) => total + (node.merged || 0), 0);
  if (merged) byId("net-note").append(say(`（合并画出 ${number(merged)} 处缺口）`, ` (${number(merged)} breaks are drawn merged)`));
  if (network) network.destroy();
  if (!kept.size) { byId("net").replaceChildren(say("没有缺口可画。", "There is no break to draw.")); network = null; return; }
  network = drawNetwork("net", { nodes: source.nodes.filter((node) => kept.has(node.id)), edges: source.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)) }, (node) => {
    if (node.go && node.go.region !== undefined) choose(STAGES[node.go.stage].policy, node.go.region, true); else if (node.go) pickWorst(node.go.stage);
  });
}

function drawList() {
  fill("h-list", say("根源缺口和未查的步骤（按影响排序）", "Root gaps, and steps that nobody looked at, by impact"));
  const titles = [["#", "#"], ["缺口", "Gap"], ["政策", "Policy"], ["环节或对象", "Stage or subject"], ["地区", "Region"], ["责任单位", "Responsible"], ["天数", "Days"], ["阻滞", "Holds up"], ["人数", "People"], ["金额", "Amount"]];
  fill("list", el("table", {}, el("thead", {}, el("tr", {}, titles.map(([zh, en]) => el("th", { scope: "col" }, say(zh, en))))), el("tbody", {}, inside().map((gap, at) => el("tr", {
    class: gap.stage === null ? "" : "pick", title: word(gap.says), on: { click: () => { if (gap.stage !== null && gap.region !== null) choose(STAGES[gap.stage].policy, gap.region, true); } },
  }, el("td", { class: "n" }, String(at + 1)), el("td", {}, el("span", { class: "badge " + gap.category }, word(DATA.categories[gap.category])), word(gap.kind)),
  el("td", {}, name(word(gap.policy))), el("td", {}, name(word(gap.stage_title) || gap.subject)), el("td", {}, name(gap.region === null ? "" : DATA.regions[gap.region].name)),
  el("td", {}, name(gap.responsible.join(say("、", ", ")))), el("td", { class: "n" }, gap.days === null ? "" : number(gap.days)), el("td", { class: "n" }, gap.blocked ? number(gap.blocked) : ""),
  el("td", { class: "n" }, gap.people ? number(gap.people) : ""), el("td", { class: "n" }, gap.amount[lang]))))));
}

function go(region) { focus = region; remember({ at: region === null ? null : DATA.regions[region].code }); drawLead(); drawChains(); drawHeat(); drawList(); }
function choose(policy, region, scroll = false) {
  const samePolicy = pick && pick.policy === policy;
  pick = { policy, region };
  remember({ policy: DATA.policies[policy].id, place: DATA.regions[region].code });
  drawHeat(); drawPlace();
  if (!samePolicy && !scroll) { netPolicy = null; drawNet(); }
  if (scroll) byId("place").scrollIntoView({ block: "start" });
}

function search() {
  const text = byId("search").value.trim().toLowerCase(), found = [];
  const hit = (value) => Boolean(value) && value.toLowerCase().includes(text);
  if (text) {
    DATA.regions.forEach((region, at) => { if (hit(region.name) || region.code === text) found.push([region.name, word(DATA.levels[region.level]), () => { if (CHILDREN[at].length) go(at); choose(pick ? pick.policy : 0, at, true); }]); });
    STAGES.forEach((stage) => { if (hit(stage.title.zh) || hit(stage.title.en)) found.push([word(stage.title), say("环节", "stage"), () => pickWorst(stage.index)]); });
    DATA.gaps.forEach((gap) => { if (gap.id === text || gap.responsible.some(hit) || hit(gap.subject) || hit(gap.says[lang])) found.push([word(gap.says), word(gap.kind), () => { if (gap.stage !== null && gap.region !== null) choose(STAGES[gap.stage].policy, gap.region, true); else byId("list").scrollIntoView(); }]); });
  }
  const box = byId("found");
  box.hidden = !text;
  box.replaceChildren(...found.slice(0, 20).map(([title, kind, act]) => el("button", { type: "button", on: { click: () => { box.hidden = true; act(); } } }, name(title.slice(0, 60)), el("small", {}, kind))),
    ...(text && !found.length ? [el("p", { class: "note" }, say("没有找到。", "Nothing found."))] : found.length > 20 ? [el("p", { class: "note" }, say(`共 ${found.length} 个，请再具体些。`, `${found.length} found; be more precise.`))] : []));
}

function draw() {
  head(draw);
  byId("search").placeholder = say("搜索地区、环节、单位、缺口编号", "Search region, stage, agency, gap id");
  byId("search").setAttribute("aria-label", byId("search").placeholder);
  drawLead(); drawChains(); drawHeat(); drawPlace(); drawNet(); drawList();
}
byId("search").addEventListener("input", search);
byId("search").addEventListener("keydown", (event) => { if (event.key === "Escape") byId("found").hidden = true; });
document.addEventListener("click", (event) => { if (!event.target.closest(".search")) byId("found").hidden = true; });
draw();
