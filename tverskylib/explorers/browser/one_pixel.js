// Cross-entropy and Dice along one pixel of a smoothed mask of 16 pixels.

import { chart } from "./chart.js";
import { backgroundLabel, crossEntropyWith, foregroundLabel, tverskyLoss } from "./formulas.js";
import { numbers } from "./numbers.js";
import { live } from "./parts.js";
import { decimals } from "./words.js";

const MANY = 16;
const EDGE = 0.001; // cross-entropy is infinite at an end
const KINDS = [
  { kind: "foreground", role: "loss", dash: "solid", at: 0.3 },
  { kind: "background", role: "level", dash: "dashed", at: 0.7 },
];
const dice = (tp, fp, fn) => tverskyLoss(tp, fp, fn, 0.5, 0.5, 0);

/** Of a pixel with a label, beside `ones` and `zeros` others whose labels are a and b: both losses, lowest at 0. */
function pixel(kind, label, ones, zeros, a, b) {
  const loss = (x) => dice(a * ones + label * x, (1 - a) * ones + (1 - label) * x, b * zeros + label * (1 - x));
  const [first, last] = [loss(0), loss(1)];
  const own = label > 0 && label < 1 ? crossEntropyWith(label, label) : 0; // the entropy of the label; 0 log 0 is 0
  const found = { label, cross: (q) => crossEntropyWith(label, q) - own, dice: (x) => loss(x) - Math.min(first, last), end: Number(last < first) };
  return {
    [kind]: found,
    [`cross_${kind}`]: label,
    [`dice_${kind}`]: found.end,
    [`cross_${kind}_half`]: found.cross(0.5),
    [`dice_${kind}_half`]: found.dice(0.5),
  };
}

function derive({ epsilon, num_classes: classes, foreground }) {
  const [a, b] = [foregroundLabel(epsilon, classes), backgroundLabel(epsilon, classes)];
  return {
    epsilon,
    classes,
    ...pixel("foreground", a, foreground - 1, MANY - foreground, a, b),
    ...pixel("background", b, foreground, MANY - foreground - 1, a, b),
  };
}

const onePixelOf = (loss, name, high, lowest) =>
  chart({
    height: 0.8,
    x: { low: 0, high: 1, ticks: [0, 0.5, 1], label: "prediction of this pixel" },
    y: { low: 0, high, label: `${name}, lowest at 0` },
    lines: KINDS.map(({ kind, role, dash, at }) => ({ role, dash, at, words: kind, of: (now) => (x) => (loss === "cross" && (x < EDGE || x > 1 - EDGE) ? NaN : now[kind][loss](x)) })),
    marks: KINDS.map(({ kind, role }) => ({ kind: kind === "foreground" ? "best" : "here", role, at: (now) => [lowest(now[kind]), 0] })),
    words: (now) => `${name} over the prediction of one pixel: lowest at ${decimals(lowest(now.foreground))} for foreground and at ${decimals(lowest(now.background))} for background.`,
  });

export const declaration = {
  derive,
  shares: [1, 1],
  parts: () => [
    [onePixelOf("cross", "cross-entropy", 2, ({ label }) => label), live(numbers("cross_foreground", "cross_background"))],
    [onePixelOf("dice", "Dice loss", 0.12, ({ end }) => end), live(numbers("dice_foreground", "dice_background"))],
  ],
  numbers: Object.fromEntries(
    KINDS.flatMap(({ kind }) => [
      [`cross_${kind}`, { label: kind, hint: "lowest at, the label" }],
      [`dice_${kind}`, { label: kind, hint: "lowest at", say: "whole" }],
      [`cross_${kind}_half`, { label: `cross-entropy, ${kind}`, hint: "at one half" }],
      [`dice_${kind}_half`, { label: `Dice loss, ${kind}`, hint: "at one half", say: "four" }],
    ]),
  ),
  words: (now) =>
    `Epsilon ${decimals(now.epsilon, 2)}, C ${now.classes}. Cross-entropy is lowest at ${decimals(now.cross_foreground)} on ` +
    `foreground and ${decimals(now.cross_background)} on background; Dice at ${now.dice_foreground} and ${now.dice_background}.`,
};
