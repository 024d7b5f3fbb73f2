// Small things that a page does for its reader.

"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // Wide formulas and tables scroll inside themselves on a phone; the keyboard has to reach them.
  for (const node of document.querySelectorAll("div.math, .cell_output, .pst-scrollable-table-container")) {
    if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
  }
  const code = [...document.querySelectorAll("article .cell_input")];
  const title = document.querySelector("article h1");
  if (!code.length || !title) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tversky-fold";
  const say = (hidden) => {
    button.textContent = hidden ? "Show all code" : "Hide all code";
    button.setAttribute("aria-pressed", String(hidden));
    document.body.classList.toggle("tversky-no-code", hidden);
  };
  button.addEventListener("click", () => say(!document.body.classList.contains("tversky-no-code")));
  say(false);
  title.after(button);
});
