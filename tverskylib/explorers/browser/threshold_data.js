// A probability map and its target, prepared once so that every threshold is answered at once.

import { channels, onDot, onStripe, packed } from "./canvas.js";
import { INKS, NEAR, STEPS, STRENGTH } from "./constants.js";
import { tverskyIndex } from "./formulas.js";

/**
 * True and false positives of all thresholds, in one pass over the pixels and one over the thresholds.
 *
 * A pixel's code says how many steps of the grid lie at or below its probability, so that it belongs to the mask of
 * threshold k / STEPS if its code is at least k. The counts are therefore exact.
 */
export function countAll(codes, target) {
  const tp = new Float64Array(STEPS + 2);
  const fp = new Float64Array(STEPS + 2);
  for (let i = 0; i < codes.length; i++) (target[i] ? tp : fp)[codes[i]] += 1;
  for (let k = STEPS; k >= 0; k--) {
    tp[k] += tp[k + 1];
    fp[k] += fp[k + 1];
  }
  return { tp, fp, foreground: tp[0] };
}

/** The three counts of the mask at step k. */
export function countsAt(all, k) {
  return [all.tp[k], all.fp[k], all.foreground - all.tp[k]];
}

/** The index over all thresholds. */
export function curveOf(all, alpha, beta) {
  return Float64Array.from({ length: STEPS + 1 }, (_, k) => tverskyIndex(...countsAt(all, k), alpha, beta, 0));
}

/** The first step with the largest value; what is not defined is passed over. */
export function bestOf(curve) {
  let best = -1;
  for (let k = 0; k < curve.length; k++) {
    if (!Number.isNaN(curve[k]) && (best < 0 || curve[k] > curve[best])) best = k;
  }
  return best;
}

/** The share of foreground among pixels near a threshold: what their probability ought to be. */
export function shareNear(all, k) {
  const [from, to] = [Math.max(k - NEAR, 0), Math.min(k + NEAR, STEPS + 1)];
  const [tp, fp] = [all.tp[from] - all.tp[to], all.fp[from] - all.fp[to]];
  return { share: tverskyIndex(tp, fp, 0, 1, 0, 0), pixels: tp + fp };
}

/**
 * Two colours for every pixel: if the mask holds it, and if not. The error map is then one comparison a pixel.
 *
 * As in the figures: the image in pale grey, TP plain, FP striped, FN dotted.
 */
export function paintBoth(grey, target, height, width) {
  const inside = new Uint32Array(grey.length);
  const outside = new Uint32Array(grey.length);
  const period = Math.max(4, Math.round(Math.max(height, width) / 36));
  const inks = { tp: channels(INKS.TP), fp: channels(INKS.FP), fn: channels(INKS.FN) };
  for (let i = 0; i < grey.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    const pale = 255 * 0.35 + 0.65 * grey[i];
    if (target[i]) {
      inside[i] = mixed(pale, inks.tp, STRENGTH);
      outside[i] = mixed(pale, inks.fn, onDot(row, column, period) ? 0.95 : 0.35);
    } else {
      inside[i] = mixed(pale, inks.fp, onStripe(row, column, period) ? 0.95 : 0.35);
      outside[i] = packed(pale, pale, pale);
    }
  }
  return { inside, outside };
}

function mixed(grey, ink, strength) {
  return packed(...ink.map((channel) => (1 - strength) * grey + strength * channel));
}

/** The error map of the mask at step k. */
export function recolour(pixels, codes, { inside, outside }, k) {
  for (let i = 0; i < pixels.length; i++) pixels[i] = codes[i] >= k ? inside[i] : outside[i];
}
