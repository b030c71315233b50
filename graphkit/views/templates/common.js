"use strict";
// What every page needs: its data, the reader's language and theme, and elements whose text is never read as HTML.
const DATA = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const hash = new URLSearchParams(location.hash.slice(1));
let lang = hash.get("lang") === "zh" || hash.get("lang") === "en" ? hash.get("lang") : root.lang;

function say(zh, en) { return lang === "zh" ? zh : en; }
function word(text) { return text ? text[lang] : ""; }
function number(value) { return value.toLocaleString("en-US"); }
function byId(id) { return document.getElementById(id); }
function tone(name, background) { return getComputedStyle(root).getPropertyValue("--" + name + (background ? "-bg" : "")).trim(); }

function el(tag, options, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(options || {})) {
    if (key === "class") made.className = value;
    else if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key === "style") Object.assign(made.style, value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== "") made.append(child);
  return made;
}
function name(text) { return el("bdi", {}, text); }
function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
function fill(id, ...children) { byId(id).replaceChildren(...children.flat(Infinity).filter((child) => child !== null)); }
function remember(values) {
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === undefined) hash.delete(key); else hash.set(key, value);
  }
  history.replaceState(null, "", "#" + hash.toString());
}

function head(draw) {
  fill("title", DATA.title[lang]);
  fill("when", say("截至", "as of ") + DATA.as_of + (DATA.known_by ? say("，知悉截止 ", ", known by ") + DATA.known_by : ""));
  root.lang = lang;
  document.title = DATA.title[lang];
  fill("language", say("English", "中文"));
  fill("theme", say("明/暗", "Light/dark"));
  const warnings = DATA.notes.map((note) => el("p", { class: "note" }, word(note)));
  if (DATA.synthetic) {
    warnings.unshift(el("p", { class: "warning stuck", role: "note" }, say(
      `⚠ 本页含合成数据 ${number(DATA.synthetic)} 行（source 为 synthetic），仅用于演示方法，不是真实情况，不得据以评价任何单位。`,
      `⚠ ${number(DATA.synthetic)} rows behind this page are made up (source: synthetic). It shows the method only, not what happened.`)));
  }
  fill("warnings", warnings);
  byId("language").onclick = () => { lang = lang === "zh" ? "en" : "zh"; remember({ lang }); draw(); };
  byId("theme").onclick = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    draw();
  };
}

const SHAPES = {
  broken: { width: 4 }, stuck: { width: 3 }, waiting: { dashes: [6, 4] }, unknown: { dashes: [2, 3] }, quiet: { dashes: [6, 4] },
};
function drawNetwork(id, network, onPick) {
  const ink = tone("ink"), soft = tone("soft");
  const nodes = network.nodes.map((node) => {
    const colour = node.tone || "quiet", shape = SHAPES[colour] || {};
    const inside = node.shape === "box" || node.shape === "ellipse" || node.shape === "database";
    return {
      id: node.id, label: node.label, shape: node.shape, x: node.x, y: node.y, title: node.title,
      color: { background: tone(colour, true), border: tone(colour), highlight: { background: tone(colour, true), border: ink } },
      borderWidth: node.root ? 4 : shape.width || 1.5, borderWidthSelected: 4,
      shapeProperties: { borderDashes: shape.dashes || false, borderRadius: 5 },
      font: { color: ink, size: node.shape === "text" ? 20 : 17, face: "sans-serif", multi: false, background: inside ? undefined : tone("paper") },
      margin: 8, size: 18, widthConstraint: node.shape === "box" ? { minimum: 160, maximum: 225 } : undefined, go: node.go,
    };
  });
  const edges = network.edges.map((edge) => ({
    from: edge.from, to: edge.to, label: edge.label || undefined, arrows: { to: { enabled: true, scaleFactor: 0.6 } },
    color: { color: edge.role === "holds_up" ? tone("broken") : edge.role === "order" ? soft : ink, opacity: edge.role === "order" ? 0.45 : 0.9 },
    dashes: edge.role === "holds_up" ? [7, 4] : false, width: edge.role === "holds_up" ? 1.8 : 1.2,
    font: { color: ink, size: 13, strokeColor: tone("paper"), strokeWidth: 4 }, smooth: { type: "cubicBezier", forceDirection: "horizontal", roundness: 0.45 },
  }));
  const xs = nodes.map((node) => node.x), ys = nodes.map((node) => node.y), box = byId(id);
  const across = Math.max(...xs) - Math.min(...xs) + 260, down = Math.max(...ys) - Math.min(...ys) + 130;
  box.style.height = Math.round(Math.min(Math.max(down * Math.min(1.15, box.clientWidth / across), 260), 900)) + "px";
  const drawn = new vis.Network(box, { nodes: new vis.DataSet(nodes), edges: new vis.DataSet(edges) }, {
    physics: false, interaction: { hover: true, tooltipDelay: 120, keyboard: { enabled: true, bindToWindow: false }, zoomSpeed: 0.6 },
  });
  drawn.on("selectNode", (event) => onPick(nodes.find((node) => node.id === event.nodes[0])));
  drawn.fit({ animation: false, maxZoomLevel: 1.15 });
  return drawn;
}
