// Brings the explorers of a page to life, each in a shadow root, so that the theme's rules stay outside.

"use strict";

globalThis.tverskySite = (() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  const kinds = new Map(); // name -> what its script added
  const nodes = new Map(); // name -> its places on this page

  /** What the reader chose with the theme's switch; explorers ask the body, as in JupyterLab. */
  function followSwitch() {
    const root = document.documentElement;
    const tell = () => document.body.setAttribute("data-jp-theme-light", String(root.dataset.theme !== "dark"));
    new MutationObserver(tell).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    tell();
  }

  /** A line after the place of an explorer calls this: it need not wait for the rest of the page. */
  function found(node) {
    if (!nodes.size) followSwitch();
    const kind = node.dataset.explorer;
    const src = `${here}explorers/${kind}.js`;
    if (!nodes.has(kind)) nodes.set(kind, []);
    if (![...document.scripts].some((one) => one.src === src)) {
      const script = document.createElement("script");
      script.src = src;
      document.head.append(script);
    }
    nodes.get(kind).push(node);
    if (kinds.has(kind)) revive(node);
  }

  /** A script of an explorer calls this: its name, how to show one, what stands in for a kernel, and the style. */
  function add(kind, ...parts) {
    kinds.set(kind, parts);
    nodes.get(kind)?.forEach(revive); // it may be here before its place is
  }

  /** A page may show an explorer twice; for those who listen, the second one is called so. */
  function name(root, nth) {
    const section = root.querySelector("section[aria-label]");
    section?.setAttribute("aria-label", `${section.getAttribute("aria-label")}, number ${nth}`);
  }

  /** Put the explorer where its strip stands. */
  function revive(node) {
    const nth = nodes.get(node.dataset.explorer).indexOf(node) + 1;
    const [show, Model, stateOf, style] = kinds.get(node.dataset.explorer);
    const root = node.attachShadow({ mode: "open" });
    const [sheet, el] = [document.createElement("style"), document.createElement("div")];
    sheet.textContent = style;
    root.append(sheet, el);
    const model = new Model(stateOf(node.dataset.state));
    node.explorer = model; // for links, for tests, and for readers who look behind the page
    show(model, el);
    if (nth > 1) name(root, nth);
    node.replaceChildren(); // the strip
    node.dataset.alive = "true";
  }

  return { add, found };
})();
