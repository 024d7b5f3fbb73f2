// A predicted disc over a target disc, and Dice as a fraction of coloured areas.

import { chart } from "./chart.js";
import { denominator, tverskyIndex } from "./formulas.js";
import { legend, numbers, sentence } from "./numbers.js";
import { decimals, percent, pixels } from "./words.js";

const [ROWS, COLUMNS, TARGET] = [96, 168, 24]; // as in overlap.py
const HEIGHTS = Array.from({ length: 161 }, (_, k) => (k - 80) / 2);
const LARGEST = 3500; // pixels: no denominator is larger
const HALVES = [0.5, 0.5, 0];

/** How far a disc reaches to both sides at a height, or NaN where it does not reach so high. */
const reach = (radius, height) => Math.sqrt(radius ** 2 - height ** 2);

/** The pixels of the grid whose centres lie in both discs, in one only, in the other only. */
function count({ shift, radius }) {
  const found = { tp: 0, fp: 0, fn: 0 };
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const [down, across] = [row - (ROWS - 1) / 2, column - (COLUMNS - 1) / 2];
      const inTarget = down ** 2 + across ** 2 <= TARGET ** 2;
      const predicted = down ** 2 + (across - shift) ** 2 <= radius ** 2;
      if (inTarget || predicted) found[!predicted ? "fn" : inTarget ? "tp" : "fp"] += 1;
    }
  }
  return found;
}

function derive({ shift, radius }) {
  const counts = count({ shift, radius });
  const { tp, fp, fn } = counts;
  return {
    ...counts,
    shift,
    radius,
    dice: tverskyIndex(tp, fp, fn, ...HALVES),
    found: tverskyIndex(tp, fp, fn, 0, 1, 0),
    below: denominator(tp, fp, fn, ...HALVES),
    start: denominator(tp, fp, 0, ...HALVES),
  };
}

function disc(middle, radius) {
  const y = HEIGHTS.filter((height) => Math.abs(height) <= radius);
  return { y, left: y.map((height) => middle - reach(radius, height)), right: y.map((height) => middle + reach(radius, height)) };
}

function shared({ shift, radius }) {
  const [one, other] = [disc(0, TARGET), disc(shift, radius)];
  const rows = one.y.flatMap((height) => {
    const [k, j] = [one.y.indexOf(height), other.y.indexOf(height)];
    const [from, to] = [Math.max(one.left[k], other.left[j]), Math.min(one.right[k], other.right[j])];
    return from < to ? [[height, from, to]] : [];
  });
  const part = (k) => rows.map((row) => row[k]);
  return { y: part(0), left: part(1), right: part(2) };
}

function outline({ y, left, right }) {
  return { x: [...left, ...right.toReversed(), left[0]], y: [...y, ...y.toReversed(), y[0]] };
}

function discs() {
  return chart({
    equal: true,
    x: { low: -COLUMNS / 2, high: COLUMNS / 2, bare: true },
    y: { low: -44, high: 44, bare: true },
    areas: [
      { role: "fn", of: () => disc(0, TARGET) },
      { role: "fp", of: ({ shift, radius }) => disc(shift, radius) },
      { role: "tp", of: shared },
    ],
    lines: [
      { role: "fn", of: () => outline(disc(0, TARGET)) },
      { role: "fp", of: ({ shift, radius }) => outline(disc(shift, radius)) },
    ],
    marks: [
      { kind: "here", at: ({ shift }) => [shift, 0], drag: { label: "the predicted disc", x: "shift", whole: true } },
      {
        kind: "square",
        role: "fp",
        at: ({ shift, radius }) => [shift + radius, 0],
        drag: { label: "the rim of the predicted disc", x: { name: "radius", of: (x, { shift }) => Math.abs(x - shift) } },
      },
    ],
    words: ({ shift, radius, tp, fp, fn }) =>
      `A predicted disc of radius ${decimals(radius, 0)}, shifted by ${decimals(shift, 0)} pixels, over a target disc of radius ` +
      `${TARGET}: ${pixels(tp)} pixels in both, ${pixels(fp)} in the prediction alone, ${pixels(fn)} in the target alone.`,
  });
}

/** TP above the line; below it TP and half of each kind of mistake. */
function fraction() {
  const box = (from, to, low) => ({ from, to, low, high: low + 0.7 });
  return chart({
    height: 118,
    x: { low: 0, high: LARGEST, say: pixels, label: "pixels; a mistake counts half" },
    y: { low: 0, high: 2, bare: true },
    areas: [
      { role: "tp", of: ({ tp }) => [box(0, tp, 1.15), box(0, tp, 0.15)] },
      { role: "fp", of: ({ tp, start }) => [box(tp, start, 0.15)] },
      { role: "fn", of: ({ start, below }) => [box(start, below, 0.15)] },
    ],
    lines: [{ role: "loss", of: ({ below }) => ({ x: [0, below], y: [1, 1] }) }],
    marks: [],
    words: (now) => `Dice as a fraction: ${fractionOf(now)}.`,
  });
}

/** Counts are whole; half of one may end in .5. */
const halved = (many) => `${pixels(Math.floor(many))}${many % 1 ? ".5" : ""}`;

function fractionOf({ tp, fp, fn, below, dice }) {
  const halves = [fp, fn].map((many) => `½·${pixels(many)}`).join(" + ");
  return `Dice = ${pixels(tp)} / (${pixels(tp)} + ${halves}) = ${pixels(tp)} / ${halved(below)} = ${decimals(dice, 2)}`;
}

export const declaration = {
  derive,
  shares: [3, 2],
  parts: () => [
    [discs()],
    [
      numbers("tp", "fp", "fn"),
      fraction(),
      sentence(fractionOf, { strong: true }),
      legend([["tp", "TP, in both"], ["fp", "FP, only predicted"], ["fn", "FN, only target"]]),
    ],
  ],
  numbers: {
    tp: { label: "TP", hint: "in both", say: "pixels", role: "tp" },
    fp: { label: "FP", hint: "only predicted", say: "pixels", role: "fp" },
    fn: { label: "FN", hint: "only target", say: "pixels", role: "fn" },
    dice: { label: "Dice" },
    found: { label: "share of the target that is found", say: "percent" },
  },
  words: (now) =>
    `TP ${pixels(now.tp)}, FP ${pixels(now.fp)}, FN ${pixels(now.fn)} pixels: Dice ${decimals(now.dice, 2)}; ` +
    `${percent(now.found)} of the target is found.`,
};
