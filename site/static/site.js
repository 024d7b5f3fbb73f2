// Brings the explorers of a page to life, each in a shadow root, so that the theme's rules stay outside.

"use strict";

globalThis.tverskySite = (() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  const kinds = new Map();

  /** A script of an explorer calls this: how to show one, and what stands in for a kernel. */
  function add(name, show, Model, stateOf) {
    kinds.set(name, { show, Model, stateOf });
    for (const node of document.querySelectorAll(`.tversky-live[data-explorer="${name}"]`)) revive(node);
  }

  /** Put the explorer where its strip stands. */
  function revive(node) {
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
      for (const part of strip) part.remove();
      node.dataset.alive = "true";
    });
  }

  /** Fetch the script of each kind on this page, the first one first. */
  function start() {
    const names = new Set([...document.querySelectorAll(".tversky-live")].map((node) => node.dataset.explorer));
    for (const name of names) {
      const script = document.createElement("script");
      script.src = `${here}explorers/${name}.js`;
      document.head.append(script);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  return { add };
})();
