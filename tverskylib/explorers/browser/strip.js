// The telling positions of an explorer side by side: the same drawing, for readers who can not move it.

import { element } from "./dom.js";
import { figure } from "./explorer.js";
import { PageModel } from "./page.js";
import { View } from "./view.js";

/** Show the frames; returns their words, from which the alt text is made. */
export function strip(declaration, about, state, el) {
  const frames = element("div", { class: "tversky-strip" });
  frames.style.setProperty("--frames", about.columns);
  el.append(frames);
  const names = new Set(about.frames.flatMap(({ values }) => Object.keys(values)).filter((name) => name !== "guess"));
  const words = about.frames.map((frame, k) => {
    const model = new PageModel({ ...state, ...frame.values });
    const view = new View({ model, el: frames, about, still: true, unnamed: k > 0 });
    const heading = [headingOf(view, names), declaration.heading?.(view.now())].filter(Boolean).join(", ");
    const shown = figure(view, declaration);
    view.root.append(
      element("p", { class: "tversky-frame-head" }, heading),
      element("p", { class: "tversky-frame-words" }, frame.words),
      shown.node,
    );
    const now = shown.update();
    return `${heading}: ${frame.words}. ${declaration.words(now)}`;
  });
  const legends = [...frames.querySelectorAll(".tversky-legend")];
  legends.slice(1).forEach((node) => node.remove());
  if (legends.length) {
    const foot = element("div", { class: "tversky-explorer tversky-still tversky-foot" }, legends[0]);
    el.append(foot);
  }
  return words;
}

/** Every value that some frame changes. */
function headingOf(view, names) {
  return [...names]
    .filter((name) => view.values[name].say || view.values[name].options)
    .map((name) => `${view.values[name].label} ${view.values[name].options?.[view.get(name)] ?? view.say(name)}`)
    .join(", ");
}
