// Counts of a few images: the two losses, and what each image has to say in them.

import { backgroundSlope, denominator, foregroundSlope, tverskyIndex, tverskyLoss, weight } from "./formulas.js";

/**
 * Everything that the composer shows.
 *
 * Image-wise every image has an index of its own, with the full delta, and counts for one K-th. Batch-wise there is
 * one index, of the sums; given delta / K each, the images' denominators add up to the batch's, and their shares are
 * the weights with which the batch's index is a mean.
 *
 * @param {number[][]} counts [TP, FP, FN] of each image
 */
export function compose(counts, alpha, beta, delta) {
  const many = counts.length;
  const sums = [0, 1, 2].map((k) => counts.reduce((sum, row) => sum + row[k], 0));
  const total = denominator(...sums, alpha, beta, delta);
  const shares = ([tp, fp, fn], smooth, width) => {
    const whole = denominator(tp, fp, fn, alpha, beta, smooth);
    const [onlyFp, onlyFn] = [denominator(0, fp, 0, alpha, beta, 0), denominator(0, 0, fn, alpha, beta, 0)];
    return { width, tp: tp / whole, delta: smooth / whole, fp: onlyFp / whole, fn: onlyFn / whole };
  };
  const images = counts.map((row) => ({
    // How much of the batch an image is, and of what: either way the parts tp and delta together are its index.
    parts: {
      image: shares(row, delta, 1 / many),
      batch: shares(row, delta / many, weight(...row, alpha, beta, delta / many, total)),
    },
    foreground: row[0] + row[2],
    index: tverskyIndex(...row, alpha, beta, delta),
    weight: weight(...row, alpha, beta, delta / many, total),
    // One K-th: the image-wise index is the mean of the images' indices, and a pixel is in one of them.
    slopes: [foregroundSlope, backgroundSlope].map((slope) => slope(...row, alpha, beta, delta) / many),
  }));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / many;
  const batchIndex = tverskyIndex(...sums, alpha, beta, delta);
  return {
    images,
    imageIndex: mean(images.map(({ index }) => index)),
    imageLoss: mean(counts.map((row) => tverskyLoss(...row, alpha, beta, delta))),
    batchIndex,
    batchLoss: tverskyLoss(...sums, alpha, beta, delta),
    batchSlopes: [foregroundSlope, backgroundSlope].map((slope) => slope(...sums, alpha, beta, delta)),
    lies: lies(images.map(({ index }) => index), batchIndex),
  };
}

/** Where the batch's index lies: between those of the images, or not. */
function lies(indices, batch) {
  if ([...indices, batch].some(Number.isNaN)) return "undefined";
  const slack = 1e-12;
  return batch >= Math.min(...indices) - slack && batch <= Math.max(...indices) + slack ? "between" : "outside";
}
