// Sliders and buttons with a label, a value that is spoken, and keys that work in JupyterLab.

import { adjust, element, freshId, write } from "./dom.js";

/** How many steps a key goes; Home and End go to the ends. */
const KEYS = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
  Home: -Infinity,
  End: Infinity,
};

/**
 * The steps that a key asks for, or null. With Shift ten times as many, for bars with a thousand steps.
 */
export function stepsOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const steps = KEYS[event.key];
  return steps === undefined ? null : steps * (event.shiftKey ? 10 : 1);
}

/**
 * A labelled range input.
 *
 * It handles its keys itself: JupyterLab takes arrow keys for moving between cells, so the input's own handling is
 * never reached there. The input has step "any" and the scale does the steps, so that a value set from Python may lie
 * between two of them and stays what it is.
 *
 * @param {object} wanted label, hint, scale, `say` (value to text), `set` (called with a new value), `name` (class)
 * @returns {{node: Element, input: Element, update: function(number): void}}
 */
export function slider({ label, hint = "", scale, say, set, name = "", spoken = label }) {
  const id = freshId("slider");
  const input = element("input", { type: "range", id, min: scale.low, max: scale.high, step: "any" });
  const value = element("span", { class: "tversky-value", "aria-hidden": "true" });
  const words = element("label", { for: id }, label);
  if (hint) words.append(" ", element("span", { class: "tversky-hint" }, hint));
  if (spoken !== label) input.setAttribute("aria-label", spoken);
  const node = element("div", { class: `tversky-slider ${name}` }, words, input, value);
  let current = NaN;

  input.addEventListener("input", () => {
    current = scale.toValue(Number(input.value)); // at once: the next key may come before the next frame
    set(current);
  });
  input.addEventListener("keydown", (event) => {
    const steps = stepsOf(event);
    if (steps === null) return;
    event.preventDefault();
    event.stopPropagation();
    input.value = String(scale.toPosition(goal(scale, current, steps)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });

  function update(to) {
    current = to;
    const position = scale.toPosition(to);
    if (input.value !== String(position)) input.value = String(position);
    const text = say(to);
    adjust(input, { "aria-valuetext": text, "data-value": to });
    input.style.setProperty("--fill", `${(100 * (position - scale.low)) / (scale.high - scale.low)}%`);
    write(value, text);
  }
  return { node, input, update };
}

/** Where some steps lead, an infinite number of them to the end. */
export function goal(scale, value, steps) {
  if (Number.isFinite(steps)) return scale.moved(value, steps);
  return scale.toValue(steps > 0 ? scale.high : scale.low);
}

/** Buttons that set several values at once; the one whose values stand is marked as pressed. */
export function presets(label, choices, set) {
  const buttons = Object.entries(choices).map(([name, values]) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, name);
    button.addEventListener("click", () => set(values));
    return { button, values };
  });
  const nodes = buttons.map(({ button }) => button);
  const node = element("div", { class: "tversky-presets", role: "group", "aria-label": label }, ...nodes);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  return {
    node,
    update(now) {
      for (const { button, values } of buttons) {
        const stands = Object.entries(values).every(([name, value]) => same(now(name), value));
        adjust(button, { "aria-pressed": stands });
      }
    },
  };
}

/** Sliders, and below them the groups of buttons. */
export function panel(sliders, groups) {
  const buttons = element("div", { class: "tversky-groups" }, ...groups.map(({ node }) => node));
  return {
    node: element("div", { class: "tversky-controls" }, ...sliders.map(({ node }) => node), buttons),
    update(get) {
      for (const { name, update } of sliders) update(get(name));
      for (const { update } of groups) update(get);
    },
  };
}
