// What every page does by itself: forms that submit on change, the theme, and the language that a reader chose last.
(() => {
  const THEMES = ["auto", "light", "dark"];
  const cookie = (name) => (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || [])[1];
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };
  const theme = () => (THEMES.includes(cookie("graphkit-theme")) ? cookie("graphkit-theme") : "auto");
  if (theme() !== "auto") document.documentElement.dataset.theme = theme();

  // Brings the step that a gap is about into the middle of its chain.
  window.showHere = () => {
    const here = document.querySelector("[data-here]"), around = here && here.closest(".drawn");
    if (around) around.scrollLeft = here.getBoundingClientRect().left - around.getBoundingClientRect().left - (around.clientWidth - here.offsetWidth) / 2;
  };
  // A chart is drawn on a canvas, which knows nothing of the page's theme.
  window.inkChart = (id) => {
    const chart = getElement(id)?.chart;
    if (chart) chart.setOption({ series: [{ label: { color: getComputedStyle(document.body).color } }] });
    else setTimeout(() => window.inkChart(id), 50);
  };

  // A passage and its card point at each other.
  const point = (there, here) => {
    document.querySelectorAll(".on").forEach((one) => one.classList.remove("on"));
    for (const one of [there, here]) if (one) one.classList.add("on");
    if (there) there.scrollIntoView({ block: "center" });
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form && event.target.checkValidity()) form.requestSubmit();
  });
  // An address holds only what was chosen: empty fields stay out of it.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
    setTimeout(() => { for (const field of event.target.elements) field.disabled = false; });
  });
  document.addEventListener("input", (event) => {
    const slider = event.target;
    if (!slider.matches("input[type=range][data-days]")) return;
    const day = new Date(Date.parse(slider.dataset.first + "T00:00:00Z") + Number(slider.value) * 86400000);
    const iso = day.toISOString().slice(0, 10);
    slider.form.elements.as_of.value = iso;
    const text = day.toLocaleDateString(document.documentElement.lang, { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
    slider.setAttribute("aria-valuetext", text);
    slider.form.querySelector("output").textContent = text;
  });
  document.addEventListener("click", (event) => {
    const lang = event.target.closest("[data-lang]");
    if (lang) keep("graphkit-lang", lang.dataset.lang);
    if (event.target.closest("[data-theme-next]")) {
      keep("graphkit-theme", THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
      location.reload();
    }
    // What a button of a template does is told to the server by name, with its data.
    const act = event.target.closest("button[data-emit]");
    if (act) emitEvent(act.dataset.emit, { ...act.dataset });
    const mark = event.target.closest("mark[data-card]"), card = event.target.closest(".card[data-mark]");
    if (mark) point(document.getElementById(mark.dataset.card), mark);
    if (card && !event.target.closest("a, button, input, label")) point(document.querySelector(`mark[data-card="${card.id}"]`), card);
    const out = event.target.closest("[data-sign-out]");
    if (out) fetch("../auth/session", { method: "DELETE", headers: { "X-CSRF-Token": out.dataset.signOut } }).then(() => location.assign("../"));
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, select, label") && !String(getSelection())) location.assign(row.dataset.href);
  });
})();
