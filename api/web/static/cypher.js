// The editor's completions from the graph's schema, and the history of queries, which stays in this browser.
(() => {
  const KEPT = "graphkit-cypher-history", MOST = 30;
  const history_ = () => { try { return JSON.parse(localStorage.getItem(KEPT)) || []; } catch { return []; } };
  function list() {
    const choose = document.getElementById("cypher-history");
    if (!choose) return;
    choose.replaceChildren(new Option("", ""), ...history_().map((one) => new Option(one.text.replace(/\s+/g, " ").slice(0, 120), one.address)));
    choose.onchange = () => { if (choose.value) location.assign(choose.value); };
  }
  window.cypherEditor = async (id, label, options) => {
    list();
    const CM = await import("nicegui-codemirror");
    const wait = () => new Promise((resolve) => setTimeout(resolve, 50));
    let editor;
    while (!(editor = getElement(id)?.editor)) await wait();
    editor.scrollDOM.tabIndex = 0; // what scrolls is reached by the keyboard, also where nothing can be typed
    const source = (context) => {
      const word = context.matchBefore(/[\w.]+/);
      return word || context.explicit ? { from: word ? word.from : context.pos, options, validFor: /^[\w.]*$/ } : null;
    };
    editor.dispatch({ effects: CM.StateEffect.appendConfig.of([CM.EditorState.languageData.of(() => [{ autocomplete: source }]), CM.EditorView.contentAttributes.of({ "aria-label": label })]) });
  };
  window.cypherRan = (address, text) => {
    history.replaceState(null, "", address);
    const kept = [{ address, text }, ...history_().filter((one) => one.address !== address)].slice(0, MOST);
    try { localStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* a browser that keeps nothing */ }
    list();
  };
})();
