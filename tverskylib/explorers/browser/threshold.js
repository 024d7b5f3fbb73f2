// Cut a prediction at a threshold: pixels sorted by chance, the error map, the histogram and the index, as one cut.

import { chart } from "./chart.js";
import { STEPS } from "./constants.js";
import { bytesOf } from "./dom.js";
import { optimalThreshold, tverskyIndex } from "./formulas.js";
import { between, countsAt, heightAt, sortedCurve, stepOf } from "./masks.js";
import { legend, numbers } from "./numbers.js";
import { live } from "./parts.js";
import { errorMap } from "./pixels.js";
import { scoreAll, tileOf } from "./tile_data.js";
import { decimals, percent, pixels } from "./words.js";

const BIN = 20; // steps of the grid in a bar of the histogram
const UNIT = { low: 0, high: 1 };

function data(get) {
  const tile = tileOf(get);
  return { ...tile, sorted: sortedCurve(new Float64Array(bytesOf(get("chances")).buffer)) };
}

function derive({ threshold, alpha, beta, guess }, { all, sorted, scored }) {
  scoreAll(scored, all, alpha, beta);
  const step = Math.round(threshold * STEPS);
  const [tp, fp, fn] = countsAt(all, step);
  const size = (tp + fp) / all.total;
  const bestSize = scored.sizes[Math.round(scored.best * STEPS)];
  return {
    ...scored,
    threshold,
    guess,
    step,
    tp,
    fp,
    fn,
    size,
    bestSize,
    index: tverskyIndex(tp, fp, fn, alpha, beta, 0),
    precision: tverskyIndex(tp, fp, fn, 1, 0, 0),
    recall: tverskyIndex(tp, fp, fn, 0, 1, 0),
    chance: heightAt(sorted, size, 1),
    guessed: guess === null ? null : Math.round(guess * STEPS),
    // The best point is shown to those who have passed it, or who have guessed where it is.
    found: guess !== null || threshold <= scored.best,
    isDice: alpha === 0.5 && beta === 0.5,
  };
}

/** Pixels sorted by chance: left of the cut, below q, true positives; above, false ones; right of it what is missed. */
function sortedPixels({ all, sorted }) {
  const part = (now, from, to, low, high) => {
    const { x, y } = between(sorted, from(now), to(now));
    return { x, low: low ?? y, high: high ?? y };
  };
  const so = (keep) => (now) => {
    const kept = now.sizes.flatMap((size, k) => (keep(size, now) ? [[size, now.curve[k]]] : []));
    return { x: kept.map(([size]) => size), y: kept.map(([, index]) => index) };
  };
  const cut = (now) => now.size;
  return chart({
    height: 0.86,
    x: { ...UNIT, ticks: [0, 0.25, 0.5, 0.75, 1], say: (share) => `${100 * share} %`, label: "pixels in the mask" },
    y: { ...UNIT, label: "chance of the next pixel, and index" },
    areas: [
      { role: "tp", of: (now) => part(now, () => 0, cut, 0, null) },
      { role: "fp", of: (now) => part(now, () => 0, cut, null, 1) },
      { role: "fn", of: (now) => part(now, cut, () => 1, 0, null) },
    ],
    lines: [
      { role: "faint", of: () => sorted, words: "chance q", at: 0.93, width: 2 },
      { role: "loss", of: so((size, now) => size <= now.size) },
      {
        role: "faint",
        dash: "dotted",
        of: so((size, now) => size >= now.size),
        words: (now) => (now.isDice ? "Dice, if added" : "index, if added"),
        at: 0.6,
      },
      {
        role: "level",
        dash: "dashed",
        of: (now) => ({ x: now.sizes, y: Array.from(now.curve, (index) => optimalThreshold(index, now.alpha, now.beta)) }),
        words: (now) => (now.isDice ? "half of Dice" : "τ of the index"),
        at: 0.1,
      },
    ],
    marks: [
      {
        kind: "rule",
        at: (now) => [now.size, null],
        drag: {
          label: "the cut: how many pixels are in the mask",
          x: { name: "threshold", of: (share) => stepOf(all, share * all.total) / STEPS, reversed: true },
        },
      },
      { kind: "before", role: "faint", at: (now) => [now.sizes[now.guessed], now.curve[now.guessed]], when: guessed, words: "your guess" },
      { kind: "best", at: (now) => [now.bestSize, now.peak], when: (now) => now.found, words: (now) => `best ${decimals(now.peak)}` },
      {
        kind: "here",
        at: (now) => [now.size, now.index],
        words: (now) => (now.found && now.threshold === now.best ? "" : decimals(now.index)),
      },
    ],
    words: (now) =>
      `Pixels sorted by their chance of foreground. ${percent(now.size)} are in the mask; the next one has a chance of ` +
      `${decimals(now.chance)}, and the index is ${decimals(now.index)}.`,
  });
}

const guessed = (now) => now.guess !== null && now.guess !== now.threshold;
const cutAtThreshold = {
  kind: "rule",
  at: (now) => [now.threshold, null],
  drag: { label: "the cut: the threshold", x: "threshold" },
};

/** How many pixels have which probability, split by truth and by the cut. */
function histogram({ all }) {
  const bars = Array.from({ length: STEPS / BIN }, (_, k) => {
    const [from, to] = [k * BIN, k === STEPS / BIN - 1 ? STEPS + 1 : (k + 1) * BIN];
    const [inside, outside] = [all.tp[from] - all.tp[to], all.fp[from] - all.fp[to]];
    return { from: (k * BIN) / STEPS, to: ((k + 1) * BIN) / STEPS, inside, outside };
  });
  const kept = (low, high, right) => (now) =>
    bars.map(({ from, to, inside, outside }) => ({
      from: right ? Math.max(from, Math.min(to, now.threshold)) : from,
      to: right ? to : Math.min(to, Math.max(from, now.threshold)),
      low: low(inside, outside),
      high: high(inside, outside),
    }));
  const [foreground, sum] = [(inside) => inside, (inside, outside) => inside + outside];
  const none = () => 0;
  return chart({
    height: 230,
    x: { ...UNIT, label: "probability" },
    y: { low: 0, high: 1.05 * Math.max(...bars.map(({ inside, outside }) => inside + outside)), label: "pixels", say: pixels },
    areas: [
      { role: "tp", of: kept(none, foreground, true) },
      { role: "fp", of: kept(foreground, sum, true) },
      { role: "fn", of: kept(none, foreground, false) },
      { role: "tn", of: kept(foreground, sum, false) },
    ],
    marks: [cutAtThreshold],
    words: (now) =>
      `Histogram of the probabilities. Right of ${decimals(now.threshold)}: ${pixels(now.tp)} pixels of foreground and ` +
      `${pixels(now.fp)} of background; left of it ${pixels(now.fn)} pixels of foreground.`,
  });
}

function indexCurve() {
  return chart({
    height: 220,
    x: { ...UNIT, label: "threshold" },
    y: { ...UNIT, label: "index" },
    lines: [{ role: "loss", of: (now) => ({ x: now.thresholds, y: now.curve }) }],
    marks: [
      { kind: "rule", role: "level", dash: "dashed", at: (now) => [now.tau, null], when: (now) => now.found, words: (now) => `τ = ${decimals(now.tau)}` },
      cutAtThreshold,
      { kind: "before", role: "faint", at: (now) => [now.guess, now.curve[now.guessed]], when: guessed, words: "your guess" },
      { kind: "best", at: (now) => [now.best, now.peak], when: (now) => now.found, words: (now) => `best ${decimals(now.peak)} at ${decimals(now.best)}` },
      { kind: "here", at: (now) => [now.threshold, now.index] },
    ],
    words: (now) =>
      `The index over all thresholds, ${decimals(now.index)} at ${decimals(now.threshold)}. Its best value is ` +
      `${decimals(now.peak)} at ${decimals(now.best)}; tau of it is ${decimals(now.tau)}.`,
  });
}

export const declaration = {
  data,
  derive,
  shares: [1, 1],
  parts: (found) => [
    [sortedPixels(found), live(numbers("tp", "fp", "fn", "index", "precision", "recall")), live(indexCurve())],
    [
      errorMap(
        found,
        (now) => (pixel) => found.codes[pixel] >= now.step,
        (now) =>
          `The mask over the image in grey: ${pixels(now.tp)} true positive pixels, plain; ${pixels(now.fp)} false ` +
          `positive, striped; ${pixels(now.fn)} false negative, dotted.`,
      ),
      legend([["tp", "TP, found"], ["fp", "FP, by mistake"], ["fn", "FN, missed"]]),
      live(histogram(found)),
    ],
  ],
  numbers: {
    tp: { label: "TP", hint: "found", say: "pixels", role: "tp" },
    fp: { label: "FP", hint: "by mistake", say: "pixels", role: "fp" },
    fn: { label: "FN", hint: "missed", say: "pixels", role: "fn" },
    index: { label: "index" },
    precision: { label: "precision" },
    recall: { label: "recall" },
    chance: { label: "chance of the next pixel" },
    best: { label: "best threshold" },
    peak: { label: "best index" },
    tau: { label: "τ of the best index" },
    share: { label: "foreground near the best threshold", hint: "within 0.03", say: "percent" },
  },
  words: (now) =>
    `Threshold ${decimals(now.threshold)}: TP ${pixels(now.tp)}, FP ${pixels(now.fp)}, FN ${pixels(now.fn)}, index ` +
    `${decimals(now.index)}. The next pixel has a chance of ${decimals(now.chance)}` +
    (now.found ? `; the best index is ${decimals(now.peak)} at ${decimals(now.best)}, tau ${decimals(now.tau)}.` : "."),
};
