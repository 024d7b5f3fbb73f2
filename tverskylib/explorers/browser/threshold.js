// Cut the real prediction at a threshold: the error map, the counts, and the index over all thresholds.

import { pixelCanvas } from "./canvas.js";
import { PRESETS, STEPS } from "./constants.js";
import { panel, presets, resetButton, slider } from "./controls.js";
import { adjust, bytesOf, element, shape, write, writeNumber } from "./dom.js";
import { optimalThreshold, tverskyIndex } from "./formulas.js";
import { line, plot } from "./plot.js";
import { linear } from "./scales.js";
import { bestOf, countAll, countsAt, curveOf, paintBoth, recolour, shareNear } from "./threshold_data.js";
import { View } from "./view.js";
import { decimals, percent, pixels } from "./words.js";

const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => [value, String(value)]);
const NAMES = ["threshold", "alpha", "beta"];
const NUMBERS = [
  ["tp", "TP", "found"],
  ["fp", "FP", "marked by mistake"],
  ["fn", "FN", "missed"],
  ["index", "index", ""],
  ["precision", "precision", ""],
  ["recall", "recall", ""],
];

/** Show the explorer; returns what ends it. */
export function render({ model, el }) {
  const view = new View({ model, el, title: "Cut the prediction at a threshold", name: "threshold" });
  const controls = makeControls(view);
  const [height, width] = [view.get("height"), view.get("width")];
  const map = pixelCanvas(width, height, "tversky-map");
  const numbers = makeNumbers();
  const curve = makeCurve();
  const best = element("p", { class: "tversky-verdict" });
  view.root.append(
    controls.node,
    element(
      "div",
      { class: "tversky-columns" },
      element("figure", { class: "tversky-figure" }, map.node, legend()),
      element("div", { class: "tversky-side" }, numbers.node, curve.node, best),
    ),
  );

  let data;
  let scored = {};
  function prepare() {
    const [grey, target] = [bytesOf(view.get("grey")), bytesOf(view.get("target"))];
    const codes = new Uint16Array(bytesOf(view.get("codes")).buffer);
    data = { codes, all: countAll(codes, target), paint: paintBoth(grey, target, height, width) };
    scored = {};
  }
  prepare();

  function draw() {
    const [threshold, alpha, beta] = NAMES.map((name) => view.get(name));
    if (scored.alpha !== alpha || scored.beta !== beta) scored = score(data.all, alpha, beta);
    const step = Math.round(threshold * STEPS);
    const counts = countsAt(data.all, step);
    const now = {
      ...Object.fromEntries(["tp", "fp", "fn"].map((name, k) => [name, counts[k]])),
      index: tverskyIndex(...counts, alpha, beta, 0),
      precision: tverskyIndex(...counts, 1, 0, 0),
      recall: tverskyIndex(...counts, 0, 1, 0),
    };
    recolour(map.pixels, data.codes, data.paint, step);
    map.show();
    controls.update((name) => view.get(name));
    numbers.update(now);
    curve.update(scored, step, now.index);
    write(best, verdict(scored));
    const words = describe(threshold, now, scored);
    adjust(map.node, { "aria-label": mapWords(threshold, now) });
    adjust(curve.svg, { "aria-label": curveWords(scored) });
    for (const name of ["best", "peak", "tau", "share"]) view.root.dataset[name] = scored[name];
    return words;
  }
  view.follow(NAMES, draw);
  return () => view.close();
}

/** What depends on alpha and beta alone: the curve, its best point, tau, and the share of foreground near it. */
function score(all, alpha, beta) {
  const curve = curveOf(all, alpha, beta);
  const k = bestOf(curve);
  const peak = k < 0 ? NaN : curve[k];
  const near = k < 0 ? { share: NaN, pixels: 0 } : shareNear(all, k);
  return { alpha, beta, curve, best: k / STEPS, peak, tau: optimalThreshold(peak, alpha, beta), ...near };
}

function makeControls(view) {
  const number = (value) => decimals(value, 2);
  const fine = (value) => decimals(value, Math.abs(value * 100 - Math.round(value * 100)) < 1e-9 ? 2 : 3);
  const one = (name, scale, hint, say) => ({
    name,
    ...slider({ label: name, hint, scale, say, set: (value) => view.set({ [name]: value }) }),
  });
  const sliders = [
    one("threshold", linear(0, 1, 0.01), "", fine),
    one("alpha", linear(0.05, 2, 0.05), "weighs FP", number),
    one("beta", linear(0.05, 2, 0.05), "weighs FN", number),
  ];
  const named = presets("weights with a name", PRESETS, (values) => view.set(values));
  named.node.append(resetButton(view, NAMES));
  return panel(sliders, [named]);
}

function legend() {
  const entry = (kind, text) => [element("span", { class: `tversky-swatch tversky-${kind}` }), `${text} `];
  return element(
    "figcaption",
    { class: "tversky-legend" },
    ...[["tp", "TP, plain"], ["fp", "FP, striped"], ["fn", "FN, dotted"]].map(([kind, text]) =>
      element("span", {}, ...entry(kind, text)),
    ),
  );
}

function makeNumbers() {
  const cells = {};
  // No list of definitions: JupyterLab lays those out in its own way.
  const node = element("div", { class: "tversky-numbers", role: "group", "aria-label": "counts and scores" });
  for (const [key, name, hint] of NUMBERS) {
    cells[key] = element("data", { "data-name": key });
    const title = element("span", { class: "tversky-name" }, name);
    if (hint) title.append(" ", element("span", { class: "tversky-hint" }, hint));
    node.append(element("div", { class: `tversky-number tversky-number-${key}` }, title, cells[key]));
  }
  return {
    node,
    update(now) {
      for (const [key, cell] of Object.entries(cells)) {
        writeNumber(cell, now[key], key.length === 2 ? pixels(now[key]) : decimals(now[key]));
      }
    },
  };
}

/** The curve of the index: the best point is a diamond, tau a dashed line from below, the threshold a full line. */
function makeCurve() {
  const frame = plot({
    width: 620,
    height: 300,
    margin: { left: 64, right: 18, top: 34, bottom: 48 },
    x: { low: 0, high: 1, ticks: TENTHS, label: "threshold" },
    y: { low: 0, high: 1, ticks: TENTHS, label: "index" },
  });
  const { marks, box, x, y } = frame;
  const xs = Float64Array.from({ length: STEPS + 1 }, (_, k) => x(k / STEPS));
  const path = shape("path", { class: "tversky-curve" });
  const cursor = shape("line", { class: "tversky-cursor", y1: box.top, y2: box.bottom });
  const here = shape("circle", { class: "tversky-here", r: 7 });
  const tau = shape("path", { class: "tversky-tau" });
  const tauWords = shape("text", { class: "tversky-tau-words", y: box.bottom - 12 });
  const diamond = shape("path", { class: "tversky-best", d: "M0 -9L9 0L0 9L-9 0Z" });
  const bestWords = shape("text", { class: "tversky-best-words", y: box.top - 12 });
  const pointer = shape("path", { class: "tversky-pointer" });
  marks.append(path, cursor, tau, pointer, here, diamond, tauWords, bestWords);

  let drawn;
  return {
    svg: frame.svg,
    node: element("div", { class: "tversky-curve-box" }, frame.svg),
    update(scored, step, index) {
      const at = x(step / STEPS);
      adjust(cursor, { x1: at, x2: at });
      adjust(here, { cx: at, cy: Number.isNaN(index) ? box.bottom : y(index) });
      if (drawn === scored) return;
      drawn = scored;
      adjust(path, { d: line(xs, scored.curve.map(y)) });
      const [bx, by, tx] = [x(scored.best), y(scored.peak), x(scored.tau)];
      adjust(diamond, { transform: `translate(${bx} ${by})` });
      adjust(pointer, { d: `M${bx} ${by - 10}V${box.top - 6}` });
      adjust(bestWords, { x: clamp(bx, 210, 450), "text-anchor": "middle" });
      write(bestWords, `best index ${decimals(scored.peak)} at threshold ${decimals(scored.best)}`);
      adjust(tau, { d: `M${tx} ${box.bottom}V${y(0.34)}` });
      const room = scored.tau < 0.5;
      adjust(tauWords, { x: tx + (room ? 8 : -8), "text-anchor": room ? "start" : "end" });
      write(tauWords, `τ of the best index = ${decimals(scored.tau)}`);
    },
  };
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** What calibration has to do with it, in numbers. */
function verdict({ best, tau, share, pixels: near }) {
  return (
    `At the best cut the chance of foreground should be τ = ${decimals(tau)}. Counted: ${decimals(share)} of the ` +
    `${pixels(near)} pixels with a probability within 0.03 of ${decimals(best)} are foreground. If the ` +
    `probabilities were calibrated, the best threshold would be τ itself.`
  );
}

function mapWords(threshold, { tp, fp, fn }) {
  return (
    `The mask at threshold ${decimals(threshold)} over the image in grey: ${pixels(tp)} true positive pixels, plain; ` +
    `${pixels(fp)} false positive, striped; ${pixels(fn)} false negative, dotted.`
  );
}

function curveWords({ peak, best, tau, alpha, beta }) {
  return (
    `The index with alpha ${decimals(alpha, 2)} and beta ${decimals(beta, 2)} over all thresholds. Its best value is ` +
    `${decimals(peak)} at threshold ${decimals(best)}; tau of it is ${decimals(tau)}.`
  );
}

function describe(threshold, now, scored) {
  return (
    `Threshold ${decimals(threshold)}: TP ${pixels(now.tp)}, FP ${pixels(now.fp)}, FN ${pixels(now.fn)}, index ` +
    `${decimals(now.index)}, precision ${decimals(now.precision)}, recall ${decimals(now.recall)}. Best index ` +
    `${decimals(scored.peak)} at ${decimals(scored.best)}, tau ${decimals(scored.tau)}, share of foreground near the ` +
    `best threshold ${percent(scored.share)}.`
  );
}
