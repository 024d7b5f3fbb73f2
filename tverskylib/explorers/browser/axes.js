// Axes of a chart in real pixels of the page: a chart is made anew when its width changes, so letters keep their size.

import { shape } from "./dom.js";
import { plain } from "./words.js";

/** About how wide a text is; measuring it would make the page lay itself out in the middle of a redraw. */
export function widthOf(text, size) {
  return 0.56 * size * text.length;
}

/**
 * Axes, grid and labels.
 *
 * @param {object} options width, height, size (of labels, in pixels), x and y: {low, high, log, ticks, label, say}.
 *   Ticks are values; without them they are chosen; a bare axis has none, and no line. The label of y stands above the
 *   axis, upright.
 * @returns {{node, box, x, y, xOf, yOf}} where values stand, and their inverses
 */
export function axes({ width, height, size, x, y }) {
  const tick = 0.875 * size;
  const up = ticksOf(y, Math.max(2, Math.floor(height / (3.2 * size))));
  const box = {
    left: y.bare ? 8 : Math.max(...up.map(([, text]) => widthOf(text, tick))) + 12,
    right: width - 0.8 * size,
    top: y.label ? 1.9 * size : 0.7 * size,
    bottom: height - (x.label ? 3 : x.bare ? 0.5 : 1.7) * size,
    width,
    height,
  };
  const across = ticksOf(x, Math.max(2, Math.floor((box.right - box.left) / (4.4 * size))));
  const [atX, atY] = [axis(x, box.left, box.right), axis(y, box.bottom, box.top)];
  const node = shape("g", { "font-size": tick });
  for (const [value, text] of y.bare ? [] : up) {
    const at = atY.at(value);
    node.append(
      shape("line", { class: "tversky-grid", x1: box.left, x2: box.right, y1: at, y2: at }),
      shape("text", { class: "tversky-tick", x: box.left - 8, y: at + 0.35 * tick, "text-anchor": "end" }, text),
    );
  }
  (x.bare ? [] : across).forEach(([value, text], k) => {
    const at = atX.at(value);
    const end = k === across.length - 1 && at + widthOf(text, tick) / 2 > width;
    const place = { x: end ? width : at, y: box.bottom + 1.3 * tick, "text-anchor": end ? "end" : "middle" };
    node.append(
      shape("line", { class: "tversky-axis", x1: at, x2: at, y1: box.bottom, y2: box.bottom + 4 }),
      shape("text", { class: "tversky-tick", ...place }, text),
    );
  });
  const [down, along] = [y.bare ? `M${box.left} ${box.bottom}` : `M${box.left} ${box.top}V${box.bottom}`, x.bare ? "" : `H${box.right}`];
  if (!x.bare) node.append(shape("path", { class: "tversky-axis", d: down + along }));
  const label = (text, attributes) => shape("text", { class: "tversky-label", "font-size": size, ...attributes }, text);
  if (x.label) {
    const middle = { x: (box.left + box.right) / 2, y: height - 0.35 * size, "text-anchor": "middle" };
    node.append(label(x.label, middle));
  }
  if (y.label) node.append(label(y.label, { x: 0, y: size }));
  return { node, box, x: atX.at, y: atY.at, xOf: atX.of, yOf: atY.of };
}

function axis({ low, high, log = false }, from, to) {
  const place = log ? Math.log10 : (value) => value;
  const back = log ? (value) => 10 ** value : (value) => value;
  const [first, last] = [place(low), place(high)];
  return {
    at: (value) => from + ((place(value) - first) / (last - first)) * (to - from),
    of: (position) => back(first + ((position - from) / (to - from)) * (last - first)),
  };
}

/** Values with their words: those that are asked for, else round ones, or powers of ten. */
export function ticksOf({ low, high, log = false, ticks, say }, most) {
  if (ticks) return thinned(ticks, most).map((value) => [value, (say ?? plain)(value)]);
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const many = Math.floor(Math.log10(high) + 1e-9) - first + 1;
    const powers = Array.from({ length: many }, (_, k) => Number(`1e${first + k}`));
    return thinned(powers, most).map((value) => [value, (say ?? plain)(value)]);
  }
  const step = roundStep((high - low) / most);
  const first = Math.ceil(low / step - 1e-9);
  const many = Math.floor(high / step + 1e-9) - first + 1;
  const values = Array.from({ length: many }, (_, k) => Number(((first + k) * step).toPrecision(12)));
  return values.map((value) => [value, (say ?? plain)(value)]);
}

/** Every second, third ... of the ticks where there is no room for all. */
function thinned(ticks, most) {
  const every = Math.ceil(ticks.length / Math.max(most, 2));
  return ticks.filter((_, k) => k % every === 0);
}

/** The next larger of 1, 2 and 5 times a power of ten. */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9));
}
