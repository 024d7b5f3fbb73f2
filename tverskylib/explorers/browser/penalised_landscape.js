// A loss with a penalty over the prediction on all foreground and on all background: level lines and the lowest point.

import { chart } from "./chart.js";
import { contours } from "./contours.js";
import {
  backgroundSlope,
  confidence,
  confidenceSlopeAt,
  foregroundSlope,
  labelNoise,
  labelNoiseSlopeAt,
  tverskyLoss,
} from "./formulas.js";
import { numbers } from "./numbers.js";
import { live } from "./parts.js";
import { decimals, percent } from "./words.js";

const [MOST_STEPS, SHIFT] = [40, 1e-6]; // of Newton's method, and of its differences
const LOGITS = Array.from({ length: 61 }, (_, k) => (k - 30) / 2.5); // where the search for the lowest point starts
const ABOVE = [0.02, 0.05, 0.1, 0.2, 0.4]; // the level lines: so much above the lowest loss
const INSIDE = { x: [0.002, 0.998], y: [0.002, 0.998], cells: 40 };
const PENALTIES = {
  noise: { name: "label noise", dash: "dashdot", of: labelNoise, slopeAt: labelNoiseSlopeAt },
  confidence: { name: "confidence", dash: "dotted", of: confidence, slopeAt: confidenceSlopeAt },
};
const chance = (z) => 1 / (1 + Math.exp(-z));
const size = ([one, other]) => Math.abs(one) + Math.abs(other);

/** The loss, and the slopes of a foreground and of a background pixel at two logits. */
function problem({ p, weight, delta, alpha, beta }, { of, slopeAt }) {
  const place = (x, y) => [p * x, (1 - p) * y, p * (1 - x), alpha, beta, delta];
  return {
    total: (x, y) => tverskyLoss(...place(x, y)) + weight * ((p ? p * of(x) : 0) + (1 - p) * of(y)),
    slope([u, v]) {
      const at = place(chance(u), chance(v));
      return [p > 0 ? weight * slopeAt(u) - foregroundSlope(...at) : u, weight * slopeAt(v) - backgroundSlope(...at)];
    },
  };
}

/** Where the loss is lowest: the best point of a grid of logits, and Newton's method from there. */
function lowestOf(values, penalty) {
  if (values.weight === 0) return [values.p > 0 ? 1 : 0.5, 0];
  const { total, slope } = problem(values, penalty);
  let [z, least] = [null, Infinity];
  for (const v of LOGITS) {
    for (const u of values.p > 0 ? LOGITS : [0]) {
      const found = total(chance(u), chance(v));
      if (found < least) [z, least] = [[u, v], found];
    }
  }
  let now = slope(z);
  for (let step = 0; step < MOST_STEPS; step++) {
    const [[a, c], [b, d]] = [[SHIFT, 0], [0, SHIFT]].map(([across, up]) => slope([z[0] + across, z[1] + up]).map((one, k) => (one - now[k]) / SHIFT));
    const way = [d * now[0] - b * now[1], a * now[1] - c * now[0]].map((one) => one / (a * d - b * c));
    let share = 1;
    const there = () => z.map((one, k) => one - share * way[k]);
    while (!(size(slope(there())) < size(now)) && share > SHIFT) share /= 2;
    if (share <= SHIFT) break;
    z = there();
    now = slope(z);
  }
  return z.map(chance);
}

function derive({ history, ...values }, data) {
  const found = { ...values };
  for (const [name, penalty] of Object.entries(PENALTIES)) {
    const remembered = (at) => {
      const key = [name, at.p, at.weight, at.delta, at.alpha, at.beta].join();
      if (!data.has(key)) data.set(key, lowestOf(at, penalty));
      return data.get(key);
    };
    const at = remembered(values);
    const { total } = problem(values, penalty);
    const lowest = total(...at.map((one) => Math.min(0.998, Math.max(0.002, one))));
    const trail = [...history.map(remembered), at];
    found[name] = { at, trail, lines: contours(total, ABOVE.map((above) => lowest + above), INSIDE) };
    [found[`${name}_foreground`], found[`${name}_background`]] = at;
  }
  return found;
}

const plane = (which, { name, dash }) =>
  chart({
    height: 0.8,
    x: { low: 0, high: 1, label: "on foreground" },
    y: { low: 0, high: 1, label: `${name}: on background` },
    lines: [
      ...ABOVE.map((above, k) => ({ role: which, width: 1.5, of: (now) => now[which].lines[k], words: k === 3 ? `+${above}` : "", at: 0.5, optional: true })),
      { role: "faint", dash, of: (now) => ({ x: now[which].trail.map(([x]) => x), y: now[which].trail.map(([, y]) => y) }) },
    ],
    marks: [
      { kind: "dot", role: "faint", at: (now) => now[which].trail.slice(0, -1) },
      { kind: "optimum", at: (now) => now[which].at, words: (now) => now[which].at.map((one) => decimals(one, 2)).join(", ") },
    ],
    words: (now) =>
      `Lines of equal loss with the ${name} penalty over the prediction on foreground and on background. It is lowest at ` +
      `${now[which].at.map((one) => decimals(one, 2)).join(" and ")}.`,
  });

export const declaration = {
  data: () => new Map(),
  derive,
  shares: [1, 1],
  parts: () => Object.entries(PENALTIES).map(([which, penalty]) => [plane(which, penalty), live(numbers(`${which}_foreground`, `${which}_background`))]),
  numbers: Object.fromEntries(
    Object.entries(PENALTIES).flatMap(([which, { name }]) =>
      ["foreground", "background"].map((kind) => [`${which}_${kind}`, { label: kind, hint: `${name}, lowest at`, say: "index" }]),
    ),
  ),
  words: (now) =>
    `Foreground ${percent(now.p)}, weight ${decimals(now.weight, 2)}. ` +
    Object.entries(PENALTIES).map(([which, { name }]) => `With ${name} the loss is lowest at ${now[which].at.map((one) => decimals(one, 2)).join(" on foreground and ")} on background.`).join(" "),
};
