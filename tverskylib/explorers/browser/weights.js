// The plane of the two mistakes: the level line through a mask, its exchange rate, and the best cut.

import { chart } from "./chart.js";
import { STEPS } from "./constants.js";
import { betaOfRate, exchangeRate, tverskyIndex } from "./formulas.js";
import { countsAt, curveOf } from "./masks.js";
import { legend, numbers, sentence } from "./numbers.js";
import { live } from "./parts.js";
import { errorMap } from "./pixels.js";
import { scoreAll, tileOf } from "./tile_data.js";
import { decimals, pixels } from "./words.js";

function data(get) {
  const tile = tileOf(get);
  return { ...tile, dice: curveOf(tile.all, 0.5, 0.5), path: pathOf(tile.all) };
}

/** The masks of all thresholds as points of the plane, as far as they stay in it. */
function pathOf({ tp, fp, foreground }) {
  const steps = Array.from({ length: STEPS + 1 }, (_, k) => k).filter((k) => fp[k] <= foreground);
  return { x: steps.map((k) => fp[k]), y: steps.map((k) => foreground - tp[k]) };
}

function derive({ threshold, alpha, beta }, { all, scored, dice }) {
  scoreAll(scored, all, alpha, beta);
  const step = Math.round(threshold * STEPS);
  const [tp, fp, fn] = countsAt(all, step);
  const best = countsAt(all, Math.round(scored.best * STEPS));
  const rate = exchangeRate(tp, fp, fn, alpha, beta);
  return {
    ...scored,
    threshold,
    step,
    tp,
    fp,
    fn,
    rate,
    ratio: beta / alpha,
    index: tverskyIndex(tp, fp, fn, alpha, beta, 0),
    bestMask: [best[1], best[2]],
    dice,
    isDice: alpha === 0.5 && beta === 0.5,
    triangle: triangleOf(fp, fn, rate, all.foreground),
  };
}

/** From the mask straight up or down, and back to the level line: where there is more room. */
function triangleOf(fp, fn, rate, foreground) {
  const [up, down] = [fp / rate, fn];
  const size = Math.min(0.75 * Math.max(up, down), 0.25 * foreground) * (up > down ? 1 : -1);
  return Number.isFinite(rate) && size ? { corner: [fp, fn + size], end: [fp - rate * size, fn + size] } : null;
}

function plane({ all, path }) {
  const most = all.foreground;
  const axis = { low: 0, high: most, say: pixels };
  const nearest = (fp) => all.fp.slice(0, STEPS + 1).reduce((best, one, k) => (Math.abs(one - fp) < Math.abs(all.fp[best] - fp) ? k : best), 0);
  const leg = (from, to) => (now) => now.triangle && { x: [from(now)[0], to(now)[0]], y: [from(now)[1], to(now)[1]] };
  const mask = ({ fp, fn }) => [fp, fn];
  const corner = ({ triangle }) => triangle.corner;
  return chart({
    height: 0.9,
    x: { ...axis, label: "FP, by mistake (pixels)" },
    y: { ...axis, label: "FN, missed (pixels)" },
    lines: [
      { role: "faint", dash: "dotted", of: () => path, words: "masks of all thresholds", at: 0.85 },
      {
        role: "level",
        of: ({ fp, fn, rate }) => {
          const end = Math.min(most, fp + rate * fn);
          return Number.isFinite(rate) && { x: [0, end], y: [fn + fp / rate, fn - (end - fp) / rate] };
        },
        words: ({ index }) => `index ${decimals(index)}`,
        at: 1,
      },
      { role: "fn", of: leg(mask, corner), words: ({ triangle }) => triangle && "1 missed", at: 0.5 },
      { role: "fp", of: leg(corner, ({ triangle }) => triangle.end), words: ({ rate }) => `${decimals(rate, 2)} false`, at: 0.5 },
    ],
    marks: [
      { kind: "best", at: ({ bestMask }) => bestMask, words: (now) => (now.threshold === now.best ? "" : `best, cut at ${decimals(now.best)}`) },
      {
        kind: "square",
        role: "level",
        at: ({ fp, fn, rate }) => [0, fn + fp / rate],
        when: ({ fp, rate }) => fp > 0 && Number.isFinite(rate),
        drag: {
          label: "the level line: beta turns it about the mask",
          y: { name: "beta", of: (y, { tp, fp, fn, alpha }) => betaOfRate(tp, fp, fn, alpha, y > fn ? fp / (y - fn) : 1e9), reversed: true },
        },
      },
      {
        kind: "here",
        at: mask,
        drag: { label: "the mask: along the curve of all thresholds", x: { name: "threshold", of: (fp) => nearest(fp) / STEPS, reversed: true } },
      },
    ],
    words: (now) =>
      `The plane of false positives and false negatives. The mask stands at ${pixels(now.fp)} and ${pixels(now.fn)}, on a straight ` +
      `line of masks with index ${decimals(now.index)}; a triangle shows that one missed pixel is worth ${decimals(now.rate, 2)} false ` +
      `ones. The best of all thresholds, ${decimals(now.best)}, stands at ${pixels(now.bestMask[0])} and ${pixels(now.bestMask[1])}.`,
  });
}

function indexOverThresholds() {
  return chart({
    height: 220,
    x: { low: 0, high: 1, label: "threshold" },
    y: { low: 0, high: 1, label: "index" },
    lines: [
      { role: "faint", dash: "dashed", of: ({ thresholds, dice }) => ({ x: thresholds, y: dice }), when: ({ isDice }) => !isDice, words: "Dice", at: 0.85 },
      { role: "loss", of: ({ thresholds, curve }) => ({ x: thresholds, y: curve }) },
    ],
    marks: [
      { kind: "rule", at: ({ threshold }) => [threshold, null], drag: { label: "the cut: the threshold", x: "threshold" } },
      { kind: "best", at: ({ best, peak }) => [best, peak], words: ({ peak }) => `best ${decimals(peak)}` },
      { kind: "here", at: ({ threshold, index }) => [threshold, index] },
    ],
    words: (now) =>
      `The index over all thresholds, ${decimals(now.index)} at ${decimals(now.threshold)}; its best value is ${decimals(now.peak)} at ${decimals(now.best)}.`,
  });
}

export const declaration = {
  data,
  derive,
  shares: [6, 5],
  parts: (found) => [
    [
      plane(found),
      sentence(({ rate, ratio }) => `One missed pixel is worth ${decimals(rate, 2)} false ones; β/α\u00a0=\u00a0${decimals(ratio, 2)}.`, { strong: true }),
      indexOverThresholds(),
    ],
    [
      live(numbers("tp", "fp", "fn", "index", "rate", "ratio")),
      live(
        errorMap(
          found,
          (now) => (pixel) => found.codes[pixel] >= now.step,
          ({ tp, fp, fn }) =>
            `The mask over the image in grey: ${pixels(tp)} true positive pixels, plain; ${pixels(fp)} false positive, striped; ${pixels(fn)} false negative, dotted.`,
        ),
      ),
      live(legend([["tp", "TP, found"], ["fp", "FP, by mistake"], ["fn", "FN, missed"]])),
    ],
  ],
  numbers: {
    tp: { label: "TP", hint: "found", say: "pixels", role: "tp" },
    fp: { label: "FP", hint: "by mistake", say: "pixels", role: "fp" },
    fn: { label: "FN", hint: "missed", say: "pixels", role: "fn" },
    index: { label: "index" },
    rate: { label: "one missed", hint: "in false ones", say: "two" },
    ratio: { label: "β/α", say: "two" },
    best: { label: "best threshold" },
    peak: { label: "best index" },
  },
  words: (now) =>
    `alpha ${decimals(now.alpha, 2)}, beta ${decimals(now.beta, 2)}, threshold ${decimals(now.threshold)}: index ${decimals(now.index)}. One missed ` +
    `pixel is worth ${decimals(now.rate, 2)} false ones. The best index is ${decimals(now.peak)} at ${decimals(now.best)}.`,
};
