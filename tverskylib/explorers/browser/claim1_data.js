// Which prediction is best against a smoothed mask: at a point, and over the whole diagram.

import { channels, onDot, onStripe, packed } from "./canvas.js";
import { ROLES, TIE } from "./constants.js";
import { conditionA, conditionB, criticalShare, fullMask, smoothedIndex } from "./formulas.js";

/** The three predictions that can be optimal: name, letter, words, and what it is on foreground and on background. */
export const CANDIDATES = [
  { name: "zero", letter: "Z", words: "predict nothing", u: 0, v: 0 },
  { name: "target", letter: "T", words: "predict the mask", u: 1, v: 0 },
  { name: "one", letter: "O", words: "predict everything", u: 1, v: 1 },
];

const ZERO = 0;
const TARGET = 1;
const ONE = 2;

/**
 * The place in CANDIDATES of the best prediction; the mask, where it is among the best.
 *
 * Each condition is one weight times something minus the other times something: with that weight's sign turned, the
 * same formula gives their sum, the scale by which rounding is judged.
 */
export function optimumAt(p, delta, alpha, beta, epsilon, classes) {
  const a = conditionA(p, delta, alpha, beta, epsilon, classes);
  if (p < 1 && a < -TIE * conditionA(p, delta, alpha, -beta, epsilon, classes)) return ONE;
  const b = conditionB(p, delta, alpha, beta, epsilon, classes);
  if (p > 0 && b < -TIE * conditionB(p, delta, -alpha, beta, epsilon, classes)) return ZERO;
  return TARGET;
}

/** The index of each candidate. */
export function indicesAt(p, delta, alpha, beta, epsilon, classes) {
  return CANDIDATES.map(({ u, v }) => smoothedIndex(p, delta, alpha, beta, epsilon, classes, u, v));
}

/** The share of foreground from which on the claim holds without delta; infinite where none below 1 helps. */
export function criticalAt(alpha, beta, epsilon, classes) {
  return fullMask(alpha, beta, epsilon, classes) > 0 ? criticalShare(alpha, beta, epsilon, classes) : Infinity;
}

/** The best prediction in every pixel of the diagram, row by row. */
export function regionsOf(shares, epsilons, { delta, alpha, beta, classes }) {
  const regions = new Uint8Array(shares.length * epsilons.length);
  let i = 0;
  for (const epsilon of epsilons) {
    for (const p of shares) regions[i++] = optimumAt(p, delta, alpha, beta, epsilon, classes);
  }
  return regions;
}

/** Pale colours with patterns: dots for nothing, plain for the mask, stripes for everything. */
export function paintRegions(pixels, regions, width) {
  const [plain, strong] = [0.36, 0.58];
  const inks = [ROLES.fn.light, ROLES.tp.light, ROLES.fp.light].map(channels);
  const [faint, full] = [plain, strong].map((strength) =>
    inks.map((ink) => packed(...ink.map((channel) => 255 + strength * (channel - 255)))),
  );
  const patterns = [(row, column) => onDot(row, column, 9), () => false, (row, column) => onStripe(row, column, 12)];
  for (let i = 0; i < regions.length; i++) {
    const kind = regions[i];
    pixels[i] = (patterns[kind](Math.floor(i / width), i % width) ? full : faint)[kind];
  }
}

/** For each region its share of the diagram, and the pixel deepest inside: the place for its letter. */
export function placesOf(regions, width, height, every = 6) {
  const [columns, rows] = [Math.floor(width / every), Math.floor(height / every)];
  const at = (row, column) => regions[row * every * width + column * every];
  const found = CANDIDATES.map(() => ({ share: 0, depth: 0, row: 0, column: 0 }));
  for (const kind of regions) found[kind].share += 1 / regions.length;
  const depth = new Int32Array(rows * columns);
  const of = (row, column, kind) => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return 0;
    return at(row, column) === kind ? depth[row * columns + column] : 0;
  };
  // Steps to the border, in two sweeps: from the top left, then from the bottom right.
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const kind = at(row, column);
      depth[row * columns + column] = 1 + Math.min(of(row - 1, column, kind), of(row, column - 1, kind));
    }
  }
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const kind = at(row, column);
      const here = row * columns + column;
      depth[here] = Math.min(depth[here], 1 + Math.min(of(row + 1, column, kind), of(row, column + 1, kind)));
      if (depth[here] <= found[kind].depth) continue;
      Object.assign(found[kind], { depth: depth[here], row: row * every, column: column * every });
    }
  }
  return found;
}

/** The order in which the pixels of a small square join a lesion that grows from its middle. */
export function lesionOrder(side) {
  const middle = (side - 1) / 2;
  const reach = Float64Array.from({ length: side * side }, (_, i) => {
    const [down, across] = [Math.floor(i / side) - middle, (i % side) - middle];
    const angle = Math.atan2(down, across);
    return Math.hypot(down, across) / (1 + 0.16 * Math.sin(3 * angle + 0.6) + 0.08 * Math.sin(5 * angle));
  });
  const order = Uint32Array.from(reach.keys()).sort((one, other) => reach[one] - reach[other]);
  const place = new Uint32Array(order.length);
  order.forEach((pixel, k) => (place[pixel] = k));
  return place;
}
