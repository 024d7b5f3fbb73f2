// A Tversky loss with a penalty along one of 16 pixels: where the lowest point goes.

import { chart } from "./chart.js";
import {
  backgroundSlope,
  confidence,
  confidenceSlopeAt,
  foregroundSlope,
  labelNoise,
  labelNoiseSlopeAt,
  sigmoid,
  tverskyLoss,
} from "./formulas.js";
import { numbers } from "./numbers.js";
import { live } from "./parts.js";
import { decimals, within } from "./words.js";

const [PIXELS, FOREGROUND, SURE] = [16, 6, 700];
const KINDS = {
  foreground: { counts: (q) => [FOREGROUND - 1 + q, 0, 1 - q], slope: foregroundSlope },
  background: { counts: (q) => [FOREGROUND, q, 0], slope: backgroundSlope },
};
const PENALTIES = {
  noise: { penalty: labelNoise, push: labelNoiseSlopeAt },
  confidence: { penalty: confidence, push: confidenceSlopeAt },
};

/** Where the slope of loss and penalty changes its sign: bisection over the logit. */
function lowest({ counts, slope }, push, { alpha, beta, weight }) {
  const total = (z) => (weight / PIXELS) * push(z) - slope(...counts(sigmoid(z)), alpha, beta, 0);
  let [low, high] = [-SURE, SURE];
  if (total(low) >= 0) return 0;
  if (total(high) <= 0) return 1;
  for (let k = 0; k < 100; k++) {
    const z = (low + high) / 2;
    if (total(z) < 0) low = z;
    else high = z;
  }
  return sigmoid(low);
}

function derive(values) {
  const { alpha, beta, weight } = values;
  const now = { alpha, beta, weight, curves: {} };
  for (const [kind, about] of Object.entries(KINDS)) {
    const loss = (q) => tverskyLoss(...about.counts(q), alpha, beta, 0);
    now[`${kind}_half`] = loss(0.5);
    now.curves[kind] = { none: (q) => loss(q) - Math.min(loss(0), loss(1)) };
    for (const [name, { penalty, push }] of Object.entries(PENALTIES)) {
      const at = lowest(about, push, values);
      const total = (q) => loss(q) + (weight ? (weight / PIXELS) * penalty(q) : 0);
      now[`${kind}_${name}`] = at;
      // A curve is drawn between the ends, where a logarithm is infinite; its lowest point may lie at an end.
      const least = at > 0 && at < 1 ? total(at) : loss(at);
      now.curves[kind][name] = (q) => (q > 0 && q < 1 ? total(q) : NaN) - least;
    }
  }
  return now;
}

const onePixel = (kind) =>
  chart({
    height: 0.8,
    x: { low: 0, high: 1, ticks: [0, 0.5, 1], label: "prediction of this pixel" },
    y: { low: 0, high: 0.2, label: `${kind} pixel: lowest at 0` },
    lines: [
      { role: "loss", of: (now) => now.curves[kind].none, words: "no penalty", at: 0.5 },
      { role: "noise", dash: "dashdot", of: (now) => now.curves[kind].noise, words: "label noise", at: kind === "foreground" ? 0.25 : 0.75 },
      { role: "confidence", dash: "dotted", of: (now) => now.curves[kind].confidence, words: "confidence", at: kind === "foreground" ? 0.4 : 0.6 },
    ],
    marks: [
      { kind: "best", role: "noise", at: (now) => [now[`${kind}_noise`], 0], words: (now) => within(now[`${kind}_noise`]) },
      { kind: "optimum", role: "confidence", at: (now) => [now[`${kind}_confidence`], 0] },
    ],
    words: (now) =>
      `The loss along a ${kind} pixel, its lowest value taken off. With label noise it is lowest at ` +
      `${within(now[`${kind}_noise`])}, with confidence at ${within(now[`${kind}_confidence`])}.`,
  });

export const declaration = {
  derive,
  shares: [1, 1],
  parts: () =>
    Object.keys(KINDS).map((kind) => [onePixel(kind), live(numbers(`${kind}_noise`, `${kind}_confidence`))]),
  numbers: Object.fromEntries(
    Object.keys(KINDS).flatMap((kind) => [
      [`${kind}_noise`, { label: "label noise", hint: "lowest at", say: "index", role: "noise" }],
      [`${kind}_confidence`, { label: "confidence", hint: "lowest at", say: "index", role: "confidence" }],
      [`${kind}_half`, { label: `loss, ${kind} pixel`, hint: "at one half, no penalty" }],
    ]),
  ),
  words: (now) =>
    `Weight ${decimals(now.weight, 2)}, alpha ${decimals(now.alpha, 2)}, beta ${decimals(now.beta, 2)}. Lowest with label ` +
    `noise at ${within(now.foreground_noise)} on foreground and ${within(now.background_noise)} on background, with ` +
    `confidence at ${within(now.foreground_confidence)} and ${within(now.background_confidence)}.`,
};
