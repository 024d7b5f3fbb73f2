// Small things that a page does for its reader.

"use strict";

document.addEventListener("DOMContentLoaded", () => {
  roles();
  plainCells();
  for (const table of document.querySelectorAll("article table")) wrap(table);
  foldButton();
  onPaper();
  // Formulas get their width late.
  globalThis.MathJax?.startup?.promise?.then(scrollable);
  addEventListener("resize", scrollable);
  addEventListener("load", () => {
    scrollable();
    themed();
  });
});

/** The theme's scripts run once the page is there, one at a time: a reader who moves an explorer comes first. */
function themed() {
  const waiting = document.querySelector('script[type="text/later"]');
  if (!waiting) return;
  const script = document.createElement("script");
  for (const { name, value } of waiting.attributes) if (name !== "type") script.setAttribute(name, value);
  script.text = waiting.text;
  const next = () => (globalThis.requestIdleCallback ?? setTimeout)(themed);
  script.onload = script.onerror = next;
  waiting.replaceWith(script);
  if (!script.src) next();
}

/** Landmarks and roles that the theme leaves out, or sets where they are no longer allowed. */
function roles() {
  const brand = document.querySelector(".sidebar-primary-item:has(.navbar-brand)");
  brand?.setAttribute("role", "navigation");
  brand?.setAttribute("aria-label", "Site");
  for (const node of document.querySelectorAll(".citation, .citation-list")) node.removeAttribute("role");
}

/** A cell at the head of a table that names nothing is no heading. */
function plainCells() {
  for (const cell of document.querySelectorAll("article th")) {
    if (cell.textContent.trim() || cell.querySelector("img")) continue;
    const plain = document.createElement("td");
    plain.className = cell.className;
    cell.replaceWith(plain);
  }
}

/** A wide table scrolls inside a box of its own. */
function wrap(table) {
  const box = document.createElement("div");
  box.className = "tversky-scroll";
  // The list of lessons is laid out anew on a telephone, where its questions would be a word wide.
  box.classList.toggle("tversky-lessons", Boolean(table.tHead?.textContent.includes("question that it answers")));
  table.replaceWith(box);
  box.append(table);
}

/** What scrolls sideways can be reached by the keyboard, and fades out where there is more. */
function scrollable() {
  for (const node of document.querySelectorAll("div.math, mjx-container, .tversky-scroll, .cell_output .output:has(> img), pre")) {
    // Slanted letters reach a little out of a formula: that is nothing to scroll, and no stop for the Tab key.
    const wide = node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 8;
    node.classList.toggle("tversky-wide", wide);
    more(node, wide);
    if (!wide) continue;
    node.tabIndex = 0;
    if (node.matches(".tversky-scroll")) named(node);
    node.onscroll = () => more(node, true);
  }
}

function more(node, wide) {
  node.classList.toggle("tversky-more-before", wide && node.scrollLeft > 1);
  node.classList.toggle("tversky-more-after", wide && node.scrollLeft + node.clientWidth < node.scrollWidth - 1);
}

/** A wide table is a place of its own, called by its number and what stands at its head. */
function named(box) {
  const nth = [...document.querySelectorAll(".tversky-scroll")].indexOf(box) + 1;
  const heads = [...box.querySelectorAll("thead th")].map((cell) => cell.textContent.trim()).filter(Boolean);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Table ${nth}, scrolls sideways: ${heads.slice(0, 4).join(", ")}`);
}

/** Paper is white and can not be opened: the page is printed light, and with all that is folded. */
function onPaper() {
  const root = document.documentElement;
  let [theme, folded] = [null, []];
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    folded = [...document.querySelectorAll("article details:not([open])")];
    for (const node of folded) node.open = true;
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = theme ?? root.dataset.theme;
    for (const node of folded) node.open = false;
    folded = [];
  });
}

function foldButton() {
  const title = document.querySelector("article h1");
  if (!title || !document.querySelector("article .cell_input")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tversky-fold";
  const say = (hidden) => {
    button.textContent = hidden ? "Show all code" : "Hide all code";
    document.body.classList.toggle("tversky-no-code", hidden);
  };
  button.addEventListener("click", () => say(!document.body.classList.contains("tversky-no-code")));
  say(false);
  title.after(button);
}
