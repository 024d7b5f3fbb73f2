// Axes in SVG. The colours are those of the style sheet, so that a plot follows the theme by itself.

import { shape } from "./dom.js";

/**
 * A frame with two axes.
 *
 * @param {object} options width and height of the whole; margin {left, right, top, bottom}; x and y:
 *   {low, high, log, ticks: [[value, text], ...], label}
 * @returns the svg, a layer for marks, and where values stand: `x(value)`, `y(value)` and their inverses
 */
export function plot({ width, height, margin, x, y }) {
  const left = margin.left;
  const right = width - margin.right;
  const top = margin.top;
  const bottom = height - margin.bottom;
  const across = axis(x, left, right);
  const up = axis(y, bottom, top);
  const svg = shape("svg", { class: "tversky-plot", viewBox: `0 0 ${width} ${height}`, role: "img" });
  for (const [value, text] of x.ticks) {
    const at = across.at(value);
    svg.append(
      shape("line", { class: "tversky-grid", x1: at, x2: at, y1: top, y2: bottom }),
      shape("text", { class: "tversky-tick", x: at, y: bottom + 18, "text-anchor": "middle" }, text),
    );
  }
  for (const [value, text] of y.ticks) {
    const at = up.at(value);
    svg.append(
      shape("line", { class: "tversky-grid", x1: left, x2: right, y1: at, y2: at }),
      shape("text", { class: "tversky-tick", x: left - 8, y: at + 5, "text-anchor": "end" }, text),
    );
  }
  const middle = (top + bottom) / 2;
  svg.append(
    shape("path", { class: "tversky-axis", d: `M${left} ${top}V${bottom}H${right}` }),
    shape("text", { class: "tversky-label", x: (left + right) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
  );
  if (y.label) {
    const turn = `rotate(-90 14 ${middle})`;
    const upright = { class: "tversky-label", x: 14, y: middle, transform: turn, "text-anchor": "middle" };
    svg.append(shape("text", upright, y.label));
  }
  const marks = shape("g");
  svg.append(marks);
  const box = { left, right, top, bottom, width, height };
  return { svg, marks, box, x: across.at, y: up.at, xOf: across.of, yOf: up.of };
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

/** The path of a curve through points; a value that is not defined leaves a gap. */
export function line(xs, ys) {
  let path = "";
  let pen = "M";
  for (let k = 0; k < xs.length; k++) {
    if (Number.isNaN(ys[k])) {
      pen = "M";
      continue;
    }
    path += `${pen}${xs[k].toFixed(1)} ${ys[k].toFixed(1)}`;
    pen = "L";
  }
  return path;
}
