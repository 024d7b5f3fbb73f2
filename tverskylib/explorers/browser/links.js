// Links in a text that set an explorer: [set beta to 0.9](#tversky:threshold?beta=0.9), in a notebook and on a page.

import { everywhere, isBefore, placeOf } from "./dom.js";

/** What a link asks for: {name, values}, or null if it is another link. */
export function wishOf(href) {
  const found = /#tversky:(\w+)\?(.*)$/.exec(href ?? "");
  if (!found) return null;
  const values = [...new URLSearchParams(found[2])].map(([name, text]) => [name, Number.isNaN(Number(text)) ? text : Number(text)]);
  return { name: found[1], values: Object.fromEntries(values) };
}

/** Follow the links that mean this explorer: of several with its name, the last one above the link. */
export function followLinks(view, name) {
  function follow(event) {
    const link = event.target.closest?.("a[href*='#tversky:']");
    const wish = wishOf(link?.getAttribute("href"));
    if (wish?.name !== name || nearest(link, name) !== view.root) return;
    event.preventDefault();
    event.stopPropagation();
    const known = Object.entries(wish.values).filter(([one]) => view.names.includes(one));
    view.set(Object.fromEntries(known), { jump: true });
    placeOf(view.root).scrollIntoView({ block: "nearest" });
  }
  // First of all: a notebook would take the link for one to a heading.
  document.addEventListener("click", follow, { capture: true });
  return () => document.removeEventListener("click", follow, { capture: true });
}

function nearest(link, name) {
  const all = everywhere(`.tversky-explorer.tversky-${name}`);
  return all.findLast((one) => isBefore(one, link)) ?? all[0];
}
