// A picture of a part of the graph that grows on click. Texts are drawn on a canvas or set as text, never as HTML.
window.graphPicture = (() => {
  const byId = (id) => document.getElementById(id);
  const tone = (name, background) => getComputedStyle(document.documentElement).getPropertyValue("--" + name + (background ? "-bg" : "")).trim();
  const DASHED = { waiting: [6, 4], unknown: [2, 4], quiet: false };
  let nodes, edges, network, words, base, quiet;

  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) if (key === "click") made.addEventListener("click", value); else if (value) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }
  function wrapped(text) {
    const lines = [""];
    for (const character of text) {
      const line = lines[lines.length - 1], width = [...line].reduce((sum, one) => sum + (one > "\u2e7f" ? 2 : 1), 0);
      if (width >= 18 && (character > "\u2e7f" || character === " " || width >= 24)) lines.push(character === " " ? "" : character); else lines[lines.length - 1] += character;
    }
    return lines.length > 3 ? lines.slice(0, 3).join("\n") + "…" : lines.join("\n");
  }
  // A gap's state is its category: that says what the node is, in one word.
  function called(node) { return !node.state ? node.word : node.kind === "Gap" ? node.state : node.word + " · " + node.state; }
  function look(node) {
    const fill = tone(node.tone, true), line = tone(node.tone), ink = tone("ink"), inside = ["box", "ellipse"].includes(node.shape);
    return {
      ...node, label: (node.sign ? node.sign + " " : "") + wrapped(node.label), full: node.label, title: `${called(node)}\n${node.label}`,
      color: { background: inside ? fill : line, border: line, highlight: { background: inside ? fill : line, border: ink }, hover: { background: inside ? fill : line, border: ink } },
      borderWidth: node.tone === "broken" || node.tone === "stuck" ? 3 : 1.5, borderWidthSelected: 4, size: node.kind === "Gap" ? 24 : 18, margin: 7,
      shapeProperties: { borderDashes: DASHED[node.tone] || false }, font: { color: ink, size: 19, face: "sans-serif", multi: false, background: inside ? undefined : tone("paper") },
    };
  }
  function legend() {
    const seen = new Map(), marks = { diamond: "◆", box: "▭", ellipse: "○", hexagon: "⬡", star: "★", triangle: "▲", triangleDown: "▼", dot: "●", square: "■", text: "T" };
    nodes.forEach((node) => { seen.set(node.kind, `${marks[node.shape] || ""} ${node.word}`); });
    const states = new Map();
    nodes.forEach((node) => { if (node.state) states.set(node.state, [node.tone, node.sign]); });
    byId("picture-legend").replaceChildren(
      ...[...seen.values()].map((text) => el("li", {}, text)), ...[...states].map(([state, [name, sign]]) => el("li", { class: name }, (sign ? sign + " " : "") + state)));
    const choose = byId("picture-choose"), value = choose.value;
    choose.replaceChildren(el("option", { value: "" }), ...nodes.get().sort((a, b) => (a.kind + a.full < b.kind + b.full ? -1 : 1)).map((node) => el("option", { value: node.id }, `${node.word}: ${node.full}`)));
    choose.value = value;
  }
  function pick(id) {
    const node = nodes.get(id);
    if (!node) return;
    byId("picture-choose").value = id;
    const key = id.slice(id.indexOf("|") + 1);
    byId("picture-chosen").replaceChildren(
      el("p", {}, el("span", { class: "badge " + node.tone }, called(node)), " ", el("b", {}, el("bdi", {}, node.full))),
      el("p", { class: "actions" }, el("button", { type: "button", class: "plain", click: () => open(id) }, words.open), " ",
        el("a", { class: "button", href: base + (base.includes("?") ? "&" : "?") + new URLSearchParams({ label: node.kind, key }) }, words.center), " ",
        node.gap ? el("a", { class: "button", href: base.replace(/^graph/, "gap") + (base.includes("?") ? "&" : "?") + new URLSearchParams({ gap: node.gap }) }, words.see_gap) : null),
      el("dl", { class: "facts stacked" }, ...node.facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, el("bdi", {}, value))))));
  }
  function open(id, only, text) { byId("picture-ask").hidden = true; emitEvent("graph-open", { node: id, only: only || null, text: text || null }); }

  function begin(said, address) {
    words = said; base = address.replace(/([?&])(label|key|open|q)=[^&]*/g, "$1").replace(/[?&]+$/, "").replace(/&{2,}/g, "&").replace("?&", "?");
    nodes = new vis.DataSet(); edges = new vis.DataSet();
    network = new vis.Network(byId("picture"), { nodes, edges }, {
      layout: { randomSeed: 7, improvedLayout: false },
      physics: { solver: "forceAtlas2Based", forceAtlas2Based: { gravitationalConstant: -190, springLength: 150, avoidOverlap: 0.9 }, stabilization: { enabled: false }, maxVelocity: 60 },
      interaction: { hover: true, tooltipDelay: 150, keyboard: { enabled: true, bindToWindow: false }, zoomSpeed: 0.6 },
      edges: { arrows: { to: { enabled: true, scaleFactor: 0.5 } }, smooth: false, color: { color: tone("soft"), opacity: 0.7 }, font: { size: 11, color: tone("soft"), strokeColor: tone("paper"), strokeWidth: 4 } },
    });
    network.on("click", (event) => { if (event.nodes.length) { pick(event.nodes[0]); open(event.nodes[0]); } });
    byId("picture-choose").onchange = (event) => { network.selectNodes([event.target.value]); pick(event.target.value); };
    document.querySelector("[data-graph=fit]").onclick = () => network.fit({ animation: false });
    document.querySelector("[data-graph=save]").onclick = save;
  }
  function add(newNodes, newEdges, around) {
    const centre = around && nodes.get(around) ? network.getPosition(around) : { x: 0, y: 0 };
    const fresh = newNodes.filter((node) => !nodes.get(node.id));
    fresh.forEach((node, at) => {
      const angle = (at / Math.max(fresh.length, 1)) * 2 * Math.PI, far = nodes.length ? 260 + 40 * (at % 3) : 0;
      nodes.add({ ...look(node), x: centre.x + far * Math.cos(angle), y: centre.y + far * Math.sin(angle) });
    });
    edges.update(newEdges.map((one) => ({ ...one, word: one.label, title: one.label })));
    // Many names on lines cover each other; then they are told when one points at a line.
    edges.update(edges.get().map((one) => ({ id: one.id, label: edges.length > 30 ? "" : one.word })));
    if (fresh.length === 1 && nodes.length === 1) { network.selectNodes([fresh[0].id]); pick(fresh[0].id); }
    legend();
    settle();
  }
  // Nodes find their places once and then stay: a picture that keeps moving cannot be read, and keeps a processor busy.
  function settle() {
    network.setOptions({ physics: { enabled: true } });
    network.stabilize(nodes.length > 150 ? 60 : 140);
    clearTimeout(quiet);
    quiet = setTimeout(() => { network.setOptions({ physics: { enabled: false } }); network.fit({ animation: false, maxZoomLevel: 1.2 }); byId("picture").dataset.nodes = nodes.length; }, 250);
  }
  function ask(text, node, choices) {
    const box = byId("picture-ask");
    const named = node ? nodes.get(node) : null;
    const input = el("input", { type: "search", "aria-label": text });
    box.replaceChildren(named ? el("bdi", {}, named.full + "：") : "", text, " ", ...choices.map((one) => el("button", { type: "button", class: "plain", click: () => open(node, one.only, input.value) }, one.text)), choices.length ? input : "");
    box.hidden = false;
  }
  function save() {
    const drawn = byId("picture").querySelector("canvas"), copy = document.createElement("canvas");
    copy.width = drawn.width; copy.height = drawn.height;
    const pen = copy.getContext("2d");
    pen.fillStyle = tone("paper"); pen.fillRect(0, 0, copy.width, copy.height); pen.drawImage(drawn, 0, 0);
    copy.toBlob((blob) => { const link = el("a", { href: URL.createObjectURL(blob), download: "graph.png" }); link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 1000); });
  }
  function show(newNodes, newEdges, said, address) { begin(said, address); add(newNodes, newEdges, null); }
  return { begin, add, settle: () => settle(), ask, show };
})();
