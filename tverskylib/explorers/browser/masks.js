// A probability map and its target, prepared once so that every threshold is answered at once.

import { NEAR, STEPS } from "./constants.js";
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

/** How many steps of the grid give about this many pixels: the step whose mask comes nearest. */
export function stepOf(all, many) {
  let best = 0;
  for (let k = 1; k <= STEPS; k++) {
    if (Math.abs(all.tp[k] + all.fp[k] - many) < Math.abs(all.tp[best] + all.fp[best] - many)) best = k;
  }
  return best;
}

/**
 * The pixels sorted by their chance of foreground, as a curve of steps: {x, y}, where x is a share of all pixels.
 *
 * @param {Float64Array} blocks [pixels, chance, pixels, chance, ...], the surest first
 */
export function sortedCurve(blocks) {
  const total = blocks.filter((_, k) => k % 2 === 0).reduce((sum, many) => sum + many, 0);
  const [x, y] = [[], []];
  let before = 0;
  for (let k = 0; k < blocks.length; k += 2) {
    const end = before + blocks[k] / total;
    x.push(before, end);
    y.push(blocks[k + 1], blocks[k + 1]);
    before = end;
  }
  return { x, y };
}

/** The part of a curve from one x to another, cut exactly there. */
export function between({ x, y }, from, to) {
  const inside = x.flatMap((value, k) => (value > from && value < to ? [[value, y[k]]] : []));
  const points = [[from, heightAt({ x, y }, from, 1)], ...inside, [to, heightAt({ x, y }, to, -1)]];
  return from < to ? { x: points.map(([value]) => value), y: points.map(([, value]) => value) } : { x: [], y: [] };
}

/** The height of a curve of steps just after (side 1) or just before (side -1) a place. */
export function heightAt({ x, y }, at, side) {
  for (let k = 0; k < x.length; k += 2) {
    if (side > 0 ? at < x[k + 1] || k + 2 >= x.length : at <= x[k + 1] || k + 2 >= x.length) return y[k];
  }
  return NaN;
}
