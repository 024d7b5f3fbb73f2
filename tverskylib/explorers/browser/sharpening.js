// A probability map that is pushed towards 0 and 1: soft counts become the counts of the mask.

import { packed } from "./canvas.js";
import { chart } from "./chart.js";
import { bytesOf } from "./dom.js";
import { logit, sigmoid, tverskyIndex } from "./formulas.js";
import { numbers, sentence } from "./numbers.js";
import { live } from "./parts.js";
import { pixelMap } from "./pixels.js";
import { decimals, scientific } from "./words.js";

const LEVELS = 2 ** 16; // as in sharpening.py
const [LEAST, MOST] = [0.1, 100];
const GREYS = Uint32Array.from({ length: 256 }, (_, grey) => packed(grey, grey, grey));

function data(get) {
  const [levels, target] = [new Uint16Array(bytesOf(get("levels")).buffer), bytesOf(get("target"))];
  const found = { levels, width: get("width"), height: get("height"), shown: new Uint32Array(LEVELS) };
  // Pixels of one level are pushed alike: what there is of each is counted once.
  const [foreground, background] = [new Uint32Array(LEVELS), new Uint32Array(LEVELS)];
  levels.forEach((level, i) => ((target[i] ? foreground : background)[level] += 1));
  const kinds = Array.from(foreground.keys()).filter((level) => foreground[level] + background[level] > 0);
  found.kinds = kinds.map((level) => ({ level, z: logit((level + 0.5) / LEVELS), inside: foreground[level], outside: background[level] }));
  found.mask = diceOf(softCounts(found, (z) => Number(z >= 0)));
  const steps = Array.from({ length: 31 }, (_, k) => LEAST * (MOST / LEAST) ** (k / 30));
  found.curve = { x: steps, y: steps.map((k) => diceOf(softCounts(found, (z) => sigmoid(k * z)))) };
  return found;
}

/** The soft counts of a prediction; the grey of each level stays in `shown`, to be painted. */
function softCounts({ kinds, shown }, predict) {
  const soft = { tp: 0, fp: 0, fn: 0 };
  for (const { level, z, inside, outside } of kinds) {
    const y = predict(z);
    shown[level] = GREYS[Math.round(255 * y)];
    soft.tp += inside * y;
    soft.fn += inside * (1 - y);
    soft.fp += outside * y;
  }
  return soft;
}

const diceOf = ({ tp, fp, fn }) => tverskyIndex(tp, fp, fn, 0.5, 0.5, 0);

function derive({ sharpness }, found) {
  const soft = softCounts(found, (z) => sigmoid(sharpness * z));
  return { sharpness, ...soft, dice: diceOf(soft), mask: found.mask };
}

function diceOverSharpness({ curve }) {
  return chart({
    height: 0.7,
    x: { low: LEAST, high: MOST, log: true, say: scientific, label: "sharpness" },
    y: { low: 0, high: 1, label: "Dice" },
    lines: [{ role: "loss", of: () => curve, words: "of the soft counts", at: 0.15 }],
    marks: [
      { kind: "rule", role: "faint", dash: "dashed", at: ({ mask }) => [null, mask], words: ({ mask }) => `of the mask, ${decimals(mask)}` },
      { kind: "here", at: ({ sharpness, dice }) => [sharpness, dice], drag: { label: "the sharpness", x: "sharpness" } },
    ],
    words: ({ sharpness, dice, mask }) =>
      `Dice of the soft counts over the sharpness, ${decimals(dice)} at ${scientific(sharpness)}; it runs into that of the mask, ${decimals(mask)}.`,
  });
}

export const declaration = {
  data,
  derive,
  shares: [4, 5],
  parts: (found) => [
    [
      pixelMap({
        ...found,
        paint(pixels) {
          for (let i = 0; i < pixels.length; i++) pixels[i] = found.shown[found.levels[i]];
        },
        words: ({ sharpness }) => `The probability map in grey, white for 1, with its logits multiplied by ${scientific(sharpness)}.`,
      }),
    ],
    [
      live(numbers("tp", "fp", "fn")),
      diceOverSharpness(found),
      sentence(({ dice, mask }) => `Dice of the soft counts is ${decimals(dice)}, of the mask ${decimals(mask)}.`, { strong: true }),
    ],
  ],
  numbers: {
    tp: { label: "TP", hint: "soft", say: "pixels", role: "tp" },
    fp: { label: "FP", hint: "soft", say: "pixels", role: "fp" },
    fn: { label: "FN", hint: "soft", say: "pixels", role: "fn" },
    dice: { label: "Dice", hint: "of the soft counts" },
    mask: { label: "Dice", hint: "of the mask" },
  },
  words: (now) =>
    `Logits times ${scientific(now.sharpness)}: soft TP ${decimals(now.tp, 0)}, FP ${decimals(now.fp, 0)}, FN ${decimals(now.fn, 0)}; Dice ` +
    `${decimals(now.dice)}, of the mask ${decimals(now.mask)}.`,
};
