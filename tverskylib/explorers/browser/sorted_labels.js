// Sorted labels and a cut to drag; beside it, for every cut, the cut that the index of its mask asks for.

import { chart } from "./chart.js";
import { element } from "./dom.js";
import { optimalThreshold, tverskyIndex } from "./formulas.js";
import { legend, numbers, sentence } from "./numbers.js";
import { live } from "./parts.js";
import { decimals } from "./words.js";

const CLOSE = 5e-4; // two cuts are the same to three digits
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** For how many pixels, the largest labels first: the index of their mask, and the cut that it asks for. */
function masksOf(labels, alpha, beta) {
  return Array.from({ length: labels.length + 1 }, (_, many) => {
    const tp = sum(labels.slice(0, many));
    const index = tverskyIndex(tp, many - tp, sum(labels) - tp, alpha, beta, 0);
    return { many, index, asked: optimalThreshold(index, alpha, beta) };
  });
}

function derive({ labels, cut, alpha, beta, guess, history }) {
  const masks = masksOf(labels, alpha, beta);
  const markedAt = (at) => labels.filter((label) => label > at).length;
  const { many, index, asked } = masks[markedAt(cut)];
  const best = masks.reduce((one, other) => (other.index > one.index ? other : one));
  const boxes = labels.map((label, k) => ({ label, from: (k + 0.06) / labels.length, to: (k + 0.94) / labels.length }));
  // The cut that each cut asks for, level between two labels.
  const ends = [0, ...labels.toReversed(), 1];
  const before = (k) => ends[Math.max(0, k - 1)];
  const steps = {
    x: ends.flatMap((end) => [end, end]),
    y: ends.flatMap((end, k) => [before(k), end].map((at) => masks[markedAt(at)].asked)),
  };
  return { labels, cut, guess, history, boxes, many, marked: many, index, asked, steps, best: best.index, tau: best.asked, same: Math.abs(asked - cut) < CLOSE };
}

const verdict = (now) =>
  now.same ? `It asks for itself: index ${decimals(now.index)} is the best.` : `Its index ${decimals(now.index)} asks for a cut at ${decimals(now.asked)}.`;

const bars = () =>
  chart({
    height: 0.7,
    x: { low: 0, high: 1, ticks: [], label: "pixels, sorted by label" },
    y: { low: 0, high: 1, label: "label" },
    areas: [
      { role: "tp", of: ({ boxes, cut }) => boxes.filter(({ label }) => label > cut).map(({ label, ...box }) => ({ ...box, low: 0, high: label })) },
      { role: "fp", of: ({ boxes, cut }) => boxes.filter(({ label }) => label > cut).map(({ label, ...box }) => ({ ...box, low: label, high: 1 })) },
      { role: "fn", of: ({ boxes, cut }) => boxes.filter(({ label }) => label <= cut).map(({ label, ...box }) => ({ ...box, low: 0, high: label })) },
    ],
    marks: [
      { kind: "rule", role: "faint", dash: "dotted", at: ({ guess }) => [null, guess], when: ({ guess, cut }) => guess !== null && guess !== cut, words: "your guess" },
      { kind: "rule", role: "level", at: ({ cut }) => [null, cut], words: ({ cut }) => `cut ${decimals(cut)}`, drag: { label: "the cut", y: "cut" } },
    ],
    words: (now) =>
      `Labels ${now.labels.map((label) => decimals(label, 2)).join(", ")}; the ${now.many} above the cut ${decimals(now.cut)} are marked. ` +
      `Their labels are true positives, what they lack to 1 false positives; the other labels are false negatives.`,
  });

const asking = () =>
  chart({
    height: 0.7,
    x: { low: 0, high: 1, label: "cut" },
    y: { low: 0, high: 1, label: "the cut its index asks for" },
    lines: [
      { role: "faint", of: () => (x) => x, words: "the cut itself", at: 0.85 },
      { role: "level", of: ({ steps }) => steps, words: "asked for", at: 0.6 },
      { role: "faint", dash: "dotted", of: ({ cut, asked }) => ({ x: [cut, cut, asked], y: [cut, asked, asked] }) },
    ],
    marks: [
      { kind: "best", role: "level", at: ({ tau }) => [tau, tau], words: ({ same }) => (same ? "asks for itself" : "") },
      { kind: "here", at: ({ cut, asked }) => [cut, asked], drag: { label: "the cut, on the curve", x: "cut" } },
    ],
    words: (now) =>
      `For every cut the cut that the index of its mask asks for. Here ${decimals(now.cut)} asks for ${decimals(now.asked)}; ` +
      `the best, ${decimals(now.tau)}, asks for itself.`,
  });

/** Dinkelbach's algorithm by hand: cut where the index asks. */
function oneStep(view) {
  let wanted = 0;
  const button = element("button", { type: "button" }, "One step: cut there");
  button.addEventListener("click", () => view.set({ cut: wanted }));
  return { node: element("div", { class: "tversky-presets", role: "group", "aria-label": "Dinkelbach" }, button), update: ({ asked }) => (wanted = asked) };
}

export const declaration = {
  derive,
  shares: [1, 1],
  parts: () => [
    [bars(), legend([["tp", "TP"], ["fp", "FP"], ["fn", "FN"]]), live(numbers("index", "asked"))],
    [asking(), live(sentence(verdict, { strong: true })), live(oneStep)],
  ],
  numbers: {
    marked: { label: "pixels marked", say: "whole" },
    index: { label: "index" },
    asked: { label: "tau", hint: "the cut it asks for" },
    best: { label: "best index" },
    tau: { label: "best cut" },
  },
  words: (now) => `Cut ${decimals(now.cut)}: ${now.many} of ${now.labels.length} pixels are marked. ${verdict(now)}`,
};
