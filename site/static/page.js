// Small things that a page does for its reader.

"use strict";

document.addEventListener("DOMContentLoaded", () => {
  roles();
  plainCells();
  for (const table of document.querySelectorAll("article table")) wrap(table);
  foldButton();
  // Formulas get their width late.
  globalThis.MathJax?.startup?.promise?.then(scrollable);
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
  table.replaceWith(box);
  box.append(table);
}

/** What scrolls can be reached by the keyboard. */
function scrollable() {
  for (const node of document.querySelectorAll("div.math, mjx-container, .tversky-scroll, .cell_output, pre")) {
    if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
  }
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
