// Brings the explorers of a page to life, each in a shadow root, so that the theme's rules stay outside.

"use strict";

globalThis.tverskySite = (() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  const kinds = new Map();

  /** A script of an explorer calls this: how to show one, and what stands in for a kernel. */
  function add(kind, show, Model, stateOf) {
    kinds.set(kind, { show, Model, stateOf });
    document.querySelectorAll(`.tversky-live[data-explorer="${kind}"]`).forEach(revive);
  }

  /** A page may show an explorer twice; for those who listen, the second one is called so. */
  function name(root, nth) {
    const section = root.querySelector("section[aria-label]");
    section?.setAttribute("aria-label", `${section.getAttribute("aria-label")}, number ${nth}`);
  }

  /** Put the explorer where its strip stands. */
  function revive(node, place) {
    const nth = place + 1;
    const { show, Model, stateOf } = kinds.get(node.dataset.explorer);
    const strip = [...node.childNodes];
    const root = node.attachShadow({ mode: "open" });
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = `${here}explorers/style.css`;
    const el = document.createElement("div");
    root.append(sheet, el);
    const model = new Model(stateOf(node.dataset.state));
    node.explorer = model; // for links, for tests, and for readers who look behind the page
    // Drawn once its style is there: what is measured before would be wrong.
    sheet.addEventListener("load", () => {
      show(model, el);
      if (nth > 1) name(root, nth);
      for (const part of strip) part.remove();
      node.dataset.alive = "true";
    });
  }

  /** Fetch the script of each kind on this page, the first one first. */
  function start() {
    const names = new Set([...document.querySelectorAll(".tversky-live")].map((node) => node.dataset.explorer));
    for (const kind of names) {
      const script = document.createElement("script");
      script.src = `${here}explorers/${kind}.js`;
      document.head.append(script);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  return { add };
})();
