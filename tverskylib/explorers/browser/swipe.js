// Two trained networks on one tile: left of a line the batch-wise one, right of it the image-wise one.

import { chart } from "./chart.js";
import { packed } from "./canvas.js";
import { legend, numbers } from "./numbers.js";
import { fill, paintBoth, pixelMap } from "./pixels.js";
import { grown, score, seenOf } from "./swipe_data.js";
import { live } from "./parts.js";
import { decimals, percent } from "./words.js";

const NAMES = ["batch", "image"];
const LINE = packed(26, 26, 26);
const EDGE = packed(255, 255, 255);

function derive({ divider, threshold, training, alpha, beta, lesion }, seen) {
  const moment = Math.round(training * (seen.epochs.length - 1));
  const cut = Math.round(threshold * seen.cuts);
  const tile = seen.names.indexOf(lesion);
  const now = { divider, threshold, lesion, cut, tile, moment, epoch: seen.epochs[moment], curves: {} };
  NAMES.forEach((name, k) => {
    const [mean, pooled] = score(seen, moment, k, alpha, beta);
    now.curves[name] = { mean, pooled };
    now[`${name}_tile`] = seen.ofTile(moment, k, tile, cut, alpha, beta);
    now[`${name}_mean`] = mean[cut];
    now[`${name}_pooled`] = pooled[cut];
  });
  return now;
}

/** The error map of both networks, divided where the line stands; the line can be dragged. */
function divided(seen) {
  const large = seen.tiles.map((tile) => grown(tile, seen));
  const paints = large.map(paintBoth);
  const [width, height] = [large[0].width, large[0].height];
  const map = pixelMap({
    width: 2 * width,
    height: 2 * height,
    paint(pixels, { moment, tile, cut, divider }) {
      const [batch, image] = NAMES.map((_, k) => seen.codes(moment, k, tile));
      const line = Math.round(divider * width);
      fill(pixels, large[tile], paints[tile], (at) => (at % width < line ? batch : image)[large[tile].pixelOf[at]] >= cut);
      const first = Math.min(Math.max(2 * line - 3, 0), 2 * width - 6);
      for (let row = 0; row < 2 * height; row++) {
        for (let k = 0; k < 6; k++) pixels[2 * row * width + first + k] = k > 1 && k < 4 ? LINE : EDGE;
      }
    },
    words: (now) =>
      `The ${now.lesion} lesion after epoch ${now.epoch}, cut at ${decimals(now.threshold, 2)}: the ${percent(now.divider)} on the left as the ` +
      `batch-wise network marks it, index ${decimals(now.batch_tile)}, the rest as the image-wise one does, ${decimals(now.image_tile)}.`,
  });
  return (view) => {
    const part = map(view);
    if (!view.still) follow(part.node, (share) => view.set({ divider: view.snapped("divider", share) }));
    return part;
  };
}

/** Tell where a pointer stands that is held down, as a share of the width. The slider does the same by keys. */
function follow(node, move) {
  const to = (event) => {
    const { left, width } = node.getBoundingClientRect();
    move(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  node.style.touchAction = "pan-y";
  node.style.cursor = "ew-resize";
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    event.preventDefault();
    to(event);
  });
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && to(event));
}

function overThresholds({ cuts }) {
  const x = Array.from({ length: cuts + 1 }, (_, k) => k / cuts);
  const line = (name, way, words, at) => ({
    role: name,
    dash: way === "pooled" ? "dotted" : "solid",
    of: (now) => ({ x, y: now.curves[name][way] }),
    words,
    at,
  });
  return chart({
    height: 0.7,
    x: { low: 0, high: 1, label: "threshold" },
    y: { low: 0, high: 1, label: "index, over all test lesions" },
    lines: [
      line("batch", "mean", "batch-wise", 0.2),
      line("batch", "pooled", "pooled", 0.4),
      line("image", "mean", "image-wise", 0.7),
      line("image", "pooled", "pooled", 0.9),
    ],
    marks: [
      { kind: "rule", at: (now) => [now.threshold, null], drag: { label: "the threshold", x: "threshold" } },
      { kind: "square", role: "batch", at: (now) => [now.threshold, now.batch_mean] },
      { kind: "here", role: "image", at: (now) => [now.threshold, now.image_mean] },
    ],
    words: (now) =>
      `The index over all thresholds, as the mean of images and pooled. At ${decimals(now.threshold, 2)}: batch-wise ` +
      `${decimals(now.batch_mean)} and ${decimals(now.batch_pooled)}, image-wise ${decimals(now.image_mean)} and ${decimals(now.image_pooled)}.`,
  });
}

export const declaration = {
  data: seenOf,
  derive,
  heading: ({ training }) => (training === 0 ? "the first epoch" : ""),
  shares: [1, 1],
  parts: (seen) => [
    [divided(seen), legend([["tp", "TP, found"], ["fp", "FP, by mistake"], ["fn", "FN, missed"]])],
    [overThresholds(seen), live(numbers("batch_tile", "image_tile", "batch_mean", "image_mean", "batch_pooled", "image_pooled"))],
  ],
  numbers: {
    epoch: { label: "epoch", say: "whole" },
    batch_tile: { label: "batch-wise", hint: "this lesion" },
    image_tile: { label: "image-wise", hint: "this lesion" },
    batch_mean: { label: "batch-wise", hint: "mean of images" },
    image_mean: { label: "image-wise", hint: "mean of images" },
    batch_pooled: { label: "batch-wise", hint: "pooled" },
    image_pooled: { label: "image-wise", hint: "pooled" },
  },
  words: (now) =>
    `The line at ${percent(now.divider)}. Epoch ${now.epoch}, threshold ${decimals(now.threshold, 2)}, the ${now.lesion} lesion: index batch-wise ${decimals(now.batch_tile)}, image-wise ` +
    `${decimals(now.image_tile)}. Mean of images ${decimals(now.batch_mean)} and ${decimals(now.image_mean)}, pooled ${decimals(now.batch_pooled)} ` +
    `and ${decimals(now.image_pooled)}.`,
};
