// Which prediction is best against a smoothed mask: at a point, and over the whole diagram.

import { TIE } from "./constants.js";
import { conditionA, conditionB, criticalShare, fullMask, smoothedIndex } from "./formulas.js";

/** The three predictions that can be optimal: name, letter, words, and what it is on foreground and on background. */
export const CANDIDATES = [
  { name: "zero", letter: "Z", words: "predict nothing", u: 0, v: 0 },
  { name: "target", letter: "Y", words: "predict the mask", u: 1, v: 0 },
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

/**
 * The regions of the diagram where the mask is not best, as bands: for each epsilon from which p to which p.
 *
 * Both conditions are straight lines in p, so that their values at p = 0 and p = 1 tell where they change their sign.
 */
export function bandsOf(epsilons, [low, high], { delta, alpha, beta, num_classes: classes }) {
  const band = (condition) => {
    const ends = epsilons.map((epsilon) =>
      negative(...[0, 1].map((p) => condition(p, delta, alpha, beta, epsilon, classes))),
    );
    const inside = (p) => Math.min(high, Math.max(low, p));
    return {
      y: epsilons,
      left: ends.map(([from]) => inside(from)),
      right: ends.map(([, to]) => inside(to)),
      // The boundary itself, where it lies in the diagram.
      x: ends.map(([from, to]) => [to, from].find((p) => p > low && p < high) ?? NaN),
    };
  };
  return { one: band(conditionA), zero: band(conditionB) };
}

/** From where to where a straight line is negative between 0 and 1, given its values at both. */
function negative(first, last) {
  if (first >= 0 && last >= 0) return [0, 0];
  if (first < 0 && last < 0) return [0, 1];
  const root = first / (first - last);
  return first < 0 ? [0, root] : [root, 1];
}

/** For each candidate a place inside its region, [p, epsilon], or null where the region is next to nothing. */
export function placesOf(shares, epsilons, { delta, alpha, beta, num_classes: classes }) {
  const cells = CANDIDATES.map(() => []);
  epsilons.forEach((epsilon, row) =>
    shares.forEach((p, column) => cells[optimumAt(p, delta, alpha, beta, epsilon, classes)].push([column, row])),
  );
  return cells.map((all) => {
    if (all.length < 0.015 * shares.length * epsilons.length) return null;
    const middle = [0, 1].map((k) => all.reduce((sum, cell) => sum + cell[k], 0) / all.length);
    const away = (cell) => Math.hypot((cell[0] - middle[0]) / shares.length, (cell[1] - middle[1]) / epsilons.length);
    const [column, row] = all.reduce((best, cell) => (away(cell) < away(best) ? cell : best));
    return [shares[column], epsilons[row]];
  });
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
