// Pairs of runs: their differences, the mean, and two intervals, a column a batch size.

import { chart } from "./chart.js";
import { sentence } from "./numbers.js";
import { decimals } from "./words.js";

/** Mean of the differences with the interval of the mean, low to high, and of one new pair, least to most. */
function summary(found, student) {
  const n = found.length;
  const mean = n ? found.reduce((sum, d) => sum + d, 0) / n : NaN;
  const s = Math.sqrt(found.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1));
  const t = n > 1 ? student[n] * s : NaN;
  const [near, far] = [t / Math.sqrt(n), t * Math.sqrt(1 + 1 / n)];
  return { pairs: n, found, mean, low: mean - near, high: mean + near, least: mean - far, most: mean + far };
}

function derive({ seeds, way, metric }, { sizes, values, others, student, words }) {
  const rows = values[metric][way].map((found) => summary(found.slice(0, seeds), student));
  return { ...rows[0], rows, sizes, others: others[metric], title: `${words[metric]}, ${words[way]}` };
}

const plus = (value) => `${value < 0 ? "−" : "+"}${decimals(Math.abs(value))}`;

/** A line up from one end to the other in each column, with gaps between. */
function bars(rows, low, high) {
  const each = rows.flatMap((row, k) => [[k + 1, row[low]], [k + 1, row[high]], [NaN, NaN]]);
  return { x: each.map(([x]) => x), y: each.map(([, y]) => y) };
}

/** The pairs of a column side by side, in the order of their seeds. */
function dots({ found }, k) {
  return found.map((d, i) => [k + 1.14 + 0.03 * i, d]);
}

function told({ pairs, mean, low, high, least, most }) {
  if (!pairs) return "no pair";
  const intervals = pairs > 1 ? `, 95 % interval ${plus(low)} to ${plus(high)}, of one new pair ${plus(least)} to ${plus(most)}` : "";
  return `${plus(mean)} in ${pairs} pair${pairs > 1 ? "s" : ""}${intervals}`;
}

function interval(low, high) {
  return Number.isFinite(low) ? `${plus(low)} to ${plus(high)}` : "unknown";
}

function columns({ sizes, values, others }) {
  const all = Object.values(values).flatMap((ways) => Object.values(ways).flat(2));
  const reach = Math.ceil(13 * Math.max(...all.concat(Object.values(others).flat()).map(Math.abs), 0.05)) / 10;
  return chart({
    height: 0.45,
    x: { low: 0.6, high: sizes.length + 0.6, ticks: sizes.map((_, k) => k + 1), say: (k) => String(sizes[k - 1]), label: "batch size" },
    y: { low: -reach, high: reach, label: "batch-wise minus image-wise" },
    lines: [
      { role: "batch", of: ({ rows }) => bars(rows, "least", "most"), width: 1.5 },
      { role: "batch", of: ({ rows }) => bars(rows, "low", "high"), width: 8 },
    ],
    marks: [
      { kind: "rule", role: "faint", at: () => [null, 0] },
      { kind: "dot", role: "batch", at: ({ rows }) => rows.flatMap(dots), words: "each pair" },
      { kind: "here", at: ({ rows }) => rows.map(({ mean }, k) => [k + 1, mean]).filter(([, mean]) => Number.isFinite(mean)), words: "our mean" },
      { kind: "best", role: "fp", at: (now) => now.others.flatMap((d, k) => (d === null ? [] : [[k + 0.86, d]])).toReversed(), words: "the talk's pair" },
    ],
    words: ({ rows, sizes: of, title }) => `${title}, batch-wise minus image-wise: ${rows.map((row, k) => `batch size ${of[k]}, ${told(row)}`).join("; ")}.`,
  });
}

export const declaration = {
  data: (get) => get("runs"),
  derive,
  heading: () => "",
  parts: (data) => [
    [
      columns(data),
      sentence((now) => `Batch size ${now.sizes[0]}, ${now.title}: ${now.pairs ? plus(now.mean) : "no pair"}, n = ${now.pairs}.`, { strong: true }),
      // As many lines with one pair as with ten, so that nothing jumps.
      sentence((now) => `Thick: 95 % interval of the mean, ${interval(now.low, now.high)}.`),
      sentence((now) => `Thin: that of one new pair, as a paper's is, ${interval(now.least, now.most)}.`),
    ],
  ],
  numbers: {
    pairs: { label: "pairs", hint: "at the smallest batch size", say: "whole" },
    mean: { label: "mean", hint: "difference" },
    low: { label: "from", hint: "95 %, the mean" },
    high: { label: "to", hint: "95 %, the mean" },
    least: { label: "from", hint: "95 %, one new pair" },
    most: { label: "to", hint: "95 %, one new pair" },
  },
  words: (now) => `${now.title}, ${decimals(now.sizes[0], 0)} images a batch: ${told(now)}.`,
};
