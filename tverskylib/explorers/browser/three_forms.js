// The product, the minimum and the squared form of the Dice loss against a smoothed mask, along one of 16 pixels.

import { chart } from "./chart.js";
import { backgroundLabel, epsilonOfLabel, foregroundLabel, squaredLoss, tverskyLoss } from "./formulas.js";
import { numbers } from "./numbers.js";
import { live } from "./parts.js";
import { decimals } from "./words.js";

const MANY = 16;
const dice = (tp, fp, fn) => tverskyLoss(tp, fp, fn, 0.5, 0.5, 0);

/** The three losses over the value of one pixel with a label; of the others `ones` are foreground and `zeros` not. */
function losses(label, ones, zeros, a, b) {
  const [inside, outside] = [a * ones, b * zeros]; // what the labels of the others add up to
  const squares = a * inside + b * outside;
  return {
    product: (x) => dice(inside + label * x, (1 - a) * ones + (1 - label) * x, outside + label * (1 - x)),
    minimum: (x) => dice(inside + outside + Math.min(label, x), x - Math.min(label, x), label - Math.min(label, x)),
    squared: (x) => squaredLoss(label, x, 2 * squares),
  };
}

function pixel(kind, label, found) {
  const [first, last] = [found.product(0), found.product(1)];
  const half = Object.entries(found).map(([form, loss]) => [`${form}_${kind}_half`, loss(0.5)]);
  return {
    [kind]: { ...found, label, least: Math.min(first, last), at: Number(last < first) },
    [`product_${kind}`]: Number(last < first),
    [`label_${kind}`]: label,
    ...Object.fromEntries(half),
  };
}

function derive({ epsilon, foreground }) {
  const [a, b] = [foregroundLabel(epsilon, 2), backgroundLabel(epsilon, 2)];
  const others = MANY - foreground;
  return {
    epsilon,
    ones: foreground,
    ...pixel("foreground", a, losses(a, foreground - 1, others, a, b)),
    ...pixel("background", b, losses(b, foreground, others - 1, a, b)),
  };
}

const onePixel = (kind, drag) =>
  chart({
    height: 0.8,
    x: { low: 0, high: 1, ticks: [0, 0.5, 1], label: "prediction of this pixel" },
    y: { low: 0, high: 0.12, label: `${kind} pixel: loss, lowest at 0` },
    lines: [
      { role: "loss", of: (now) => (x) => now[kind].product(x) - now[kind].least, words: "product", at: 0.5 },
      { role: "image", dash: "dashed", of: (now) => now[kind].minimum, words: "minimum", at: kind === "foreground" ? 0.45 : 0.6 },
      { role: "level", dash: "dashdot", of: (now) => now[kind].squared, words: "squared", at: kind === "foreground" ? 0.3 : 0.8 },
    ],
    marks: [
      { kind: "rule", role: "faint", dash: "dotted", at: (now) => [now[kind].label, null], words: (now) => `label ${decimals(now[kind].label, 2)}`, drag },
      { kind: "best", at: (now) => [now[kind].at, 0] },
      { kind: "here", role: "image", at: (now) => [now[kind].label, 0] },
    ],
    words: (now) =>
      `A ${kind} pixel with the label ${decimals(now[kind].label, 2)}. The product form is lowest at ${now[kind].at}, the ` +
      `minimum form with a corner, and the squared form with a round bottom, on the label.`,
  });

export const declaration = {
  derive,
  shares: [1, 1],
  parts: () => [
    [
      onePixel("foreground", { label: "the label of foreground", x: { name: "epsilon", of: (a) => epsilonOfLabel(a, 2), reversed: true } }),
      live(numbers("product_foreground", "label_foreground")),
    ],
    [onePixel("background"), live(numbers("product_background", "label_background"))],
  ],
  numbers: Object.fromEntries(
    ["foreground", "background"].flatMap((kind) => [
      [`product_${kind}`, { label: "product", hint: "lowest at", say: "whole" }],
      [`label_${kind}`, { label: "the others", hint: "lowest at, the label", say: "two" }],
      ...["product", "minimum", "squared"].map((form) => [`${form}_${kind}_half`, { label: `${form} form, ${kind}`, hint: "loss at one half" }]),
    ]),
  ),
  words: (now) =>
    `Epsilon ${decimals(now.epsilon, 2)}, ${now.ones} of 16 pixels are foreground. The product form is lowest at ` +
    `${now.foreground.at} on foreground and ${now.background.at} on background; the others at ` +
    `${decimals(now.foreground.label, 2)} and ${decimals(now.background.label, 2)}.`,
};
