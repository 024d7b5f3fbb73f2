// Compose a batch by hand: bars for TP, FP and FN, and what the two losses make of them.

import { chart } from "./chart.js";
import { countBars } from "./composer_bars.js";
import { compose } from "./composer_data.js";
import { batchTable } from "./composer_table.js";
import { legend, numbers, sentence } from "./numbers.js";
import { live } from "./parts.js";
import { decimals, percent, pixels } from "./words.js";

const VERDICTS = {
  between: "The batch-wise index lies between those of the images.",
  outside: "The batch-wise index lies OUTSIDE those of the images: each image has the full delta, the batch only one.",
  undefined: "An index is 0/0, and so undefined: nothing to find, nothing marked, and delta is 0.",
};
const NARROW = 0.04; // of the whole: no number stands in such a column

/** The columns of one way: each as wide as its image counts, its parts stacked as shares of its denominator. */
function columnsOf(images, way) {
  let right = 0;
  return images.map(({ parts }) => {
    const { width, tp, delta, fp, fn } = parts[way];
    const from = right;
    right += Number.isNaN(tp) ? 0 : width;
    return { from, to: right, tp, delta, fp, fn };
  });
}

function derive({ counts, alpha, beta, delta }) {
  const found = compose(counts, alpha, beta, delta);
  return {
    ...found,
    counts,
    delta,
    image: found.imageLoss,
    batch: found.batchLoss,
    foreground: found.batchSlopes[0],
    background: found.batchSlopes[1],
    columns: { image: columnsOf(found.images, "image"), batch: columnsOf(found.images, "batch") },
  };
}

/** One way to score the batch, as a picture: the area of true positives (and of delta) is the index. */
function mosaic(way, name) {
  const upon = (below, part) => (now) =>
    now.columns[way].map((column) => {
      const low = below.reduce((sum, one) => sum + column[one], 0);
      return { from: column.from, to: column.to, low, high: low + column[part] };
    });
  const index = (now) => now[`${way}Index`];
  return chart({
    height: 210,
    x: { low: 0, high: 1, say: (share) => `${Math.round(100 * share)} %`, label: `what counts, ${name}` },
    y: { low: 0, high: 1, label: `${name}: index` },
    areas: [
      { role: "tp", of: upon([], "tp") },
      { role: "delta", of: upon(["tp"], "delta") },
      { role: "fp", of: upon(["tp", "delta"], "fp") },
      { role: "fn", of: upon(["tp", "delta", "fp"], "fn") },
    ],
    marks: [
      {
        kind: "letter",
        at: (now) => wide(now.columns[way]).map(({ from, to }) => [(from + to) / 2, 0.1]),
        text: (now, k) => String(1 + now.columns[way].indexOf(wide(now.columns[way])[k])),
      },
      {
        kind: "rule",
        role: way,
        dash: way === "image" ? "dashed" : "solid",
        at: (now) => [null, index(now)],
        when: (now) => !Number.isNaN(index(now)),
        words: (now) => `${name} ${decimals(index(now))}`,
      },
    ],
    words: (now) =>
      `${name}: a column for each image, as wide as it counts: ` +
      `${now.columns[way].map(({ from, to }) => percent(to - from)).join(", ")}. The index is ${decimals(index(now))}.`,
  });
}

const wide = (columns) => columns.filter(({ from, to }) => to - from > NARROW);

export const declaration = {
  derive,
  shares: [2, 3],
  heading: ({ counts }) => `TP / FP / FN: ${counts.map((row) => row.map(pixels).join(" / ")).join(";  ")}`,
  parts: () => [
    [live(countBars())],
    [
      live(numbers("image", "batch")),
      mosaic("image", "image-wise"),
      mosaic("batch", "batch-wise"),
      legend([["tp", "TP"], ["fp", "FP, times alpha"], ["fn", "FN, times beta"], ["delta", "delta"]]),
      live(sentence(({ lies }) => VERDICTS[lies])),
      live(batchTable()),
    ],
  ],
  numbers: {
    image: { label: "image-wise loss" },
    batch: { label: "batch-wise loss" },
    foreground: { label: "slope on foreground", hint: "of the batch-wise index", say: "signed" },
    background: { label: "slope on background", hint: "of the batch-wise index", say: "signed" },
  },
  words: (now) =>
    `Image-wise loss ${decimals(now.image)}, batch-wise loss ${decimals(now.batch)}. ` +
    now.images.map(({ index, weight }, k) => `Image ${k + 1}: index ${decimals(index)}, weight ${percent(weight)}.`).join(" ") +
    ` ${VERDICTS[now.lies]}`,
};
