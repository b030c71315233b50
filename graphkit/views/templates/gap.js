// The page of one gap: what it says, what lies around it, and the evidence.
const GAP = DATA.gap;
let network = null;

function drawFacts() {
  fill("h-gap", el("span", { class: "badge " + GAP.category }, word(DATA.categories[GAP.category])), name(word(GAP.kind)));
  fill("says", word(GAP.says));
  const facts = [
    [say("政策", "Policy"), word(GAP.policy)], [say("环节", "Stage"), word(GAP.stage_title)], [say("对象", "Subject"), GAP.subject],
    [say("地区", "Region"), GAP.place.join(" › ")], [say("责任单位", "Responsible"), GAP.responsible.join(say("、", ", "))],
    [say("起始", "Since"), GAP.since ? GAP.since + (GAP.days === null ? "" : say(`（${GAP.days} 天）`, ` (${GAP.days} days)`)) : ""],
    [say("阻滞步骤", "Steps held up"), GAP.blocked ? number(GAP.blocked) : ""], [say("影响人数", "People"), GAP.people ? number(GAP.people) : ""],
    [say("金额", "Amount"), GAP.amount[lang]], [say("编号", "Id"), GAP.id],
  ];
  fill("facts", facts.filter(([, value]) => value).map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, name(value)))));
}
function drawNet() {
  const source = DATA.networks[lang];
  fill("h-net", say("前后左右", "What lies around it"));
  fill("net-note", say("左边是它之前的步骤，右边是被它挡住的步骤；上方是证据、发现和上游根源，下方是责任单位和受益对象。",
    "Left: the steps before it; right: those that it holds up. Above: evidence, findings and causes; below: who answers for it and whom it concerns."),
  source.left_out ? say(` 另有 ${number(source.left_out)} 个相邻对象没有画出（--limit 可放宽）。`, ` ${number(source.left_out)} more neighbours are not drawn (raise --limit).`) : "");
  if (network) network.destroy();
  network = drawNetwork("net", source, () => {});
  fill("legend", DATA.statuses.map((status) => el("li", { class: status.tone }, `${status.sign} ${status[lang]}`)));
}
function drawEvidence() {
  fill("h-evidence", say("证据", "Evidence"));
  const titles = [["来源", "Source"], ["位置", "Where"], ["记录", "Row"], ["原文", "Quote"]];
  fill("evidence", GAP.evidence.length ? el("table", {}, el("thead", {}, el("tr", {}, titles.map(([zh, en]) => el("th", { scope: "col" }, say(zh, en))))),
    el("tbody", {}, GAP.evidence.map((one) => el("tr", {}, [one.document, one.locator, one.row, one.quote].map((value) => el("td", {}, name(value)))))))
    : say("没有书面证据：这处缺口就是“没有记录”。", "There is no written evidence: this gap is that nothing is on record."));
}
function draw() {
  head(draw);
  const search = byId("search");
  search.placeholder = say("在图中查找", "Find in the picture");
  search.setAttribute("aria-label", search.placeholder);
  drawFacts(); drawNet(); drawEvidence();
}
byId("search").addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  const found = text ? DATA.networks[lang].nodes.filter((node) => (node.label + "\n" + (node.title || "")).toLowerCase().includes(text)).map((node) => node.id) : [];
  network.selectNodes(found);
  if (found.length) network.focus(found[0], { animation: false });
});
draw();
